// SPDX-License-Identifier: MIT
// Random changes to a source and random questions about it, answered by the filesystem and by a
// plain model of what it should show. The model is slow and follows the rules' text to the letter.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "fs/sample_fs.h"
#include "tests/fs/sample_fs_fixture.h"
#include "tests/fs/sample_maker.h"

namespace tensorfs {
namespace {

// A source file's content and what it must read as when it is a sample; nothing: an error.
struct Content {
  std::string bytes;
  std::optional<std::string> tensor_file;
};

struct Entry {
  enum Kind { kDirectory, kFile, kLink } kind;
  size_t content = 0;  // of a file: its index in the contents
  std::string target;  // of a link: the path that it leads to, from the root
};

struct Shown {
  std::string source_path;
  uint32_t type;
  std::optional<size_t> content;
  bool is_sample;
};

class Model {
 public:
  std::map<std::string, Entry> entries;  // by path; the root is not among them

  std::vector<std::string> Directories() const {
    std::vector<std::string> paths = {""};
    for (const auto& [path, entry] : entries) {
      if (entry.kind == Entry::kDirectory) paths.push_back(path);
    }
    return paths;
  }

  // Entries of a directory by the names under which they must show.
  std::map<std::string, Shown> Present(const std::string& directory) const {
    std::map<std::string, Shown> sources;
    const std::string prefix = directory.empty() ? "" : directory + "/";
    for (const auto& [path, entry] : entries) {
      if (!path.starts_with(prefix) || path.find('/', prefix.size()) != std::string::npos) continue;
      const std::string name = path.substr(prefix.size());
      sources[name] = Show(path, entry);
      sources[name].is_sample = sources[name].type == S_IFREG && !Stem(name).empty();
    }
    std::map<std::string, Shown> presented;
    for (const auto& [name, shown] : sources) presented[PresentedName(name, sources)] = shown;
    return presented;
  }

 private:
  static std::string Stem(const std::string& name) {
    if (name.starts_with('.')) return "";
    for (const char* suffix : {".jpg", ".JPG", ".Jpg", ".png", ".PNG", ".Png"}) {
      if (name.ends_with(suffix)) return name.substr(0, name.size() - 4);
    }
    return "";
  }

  Shown Show(const std::string& path, const Entry& entry) const {
    if (entry.kind == Entry::kDirectory) return {path, S_IFDIR, std::nullopt, false};
    if (entry.kind == Entry::kFile) return {path, S_IFREG, entry.content, false};
    std::string target = entry.target;
    for (int links = 0; links < 40; ++links) {
      const auto found = entries.find(target);
      if (found == entries.end() || found->second.kind == Entry::kDirectory) break;
      if (found->second.kind == Entry::kFile) return {path, S_IFREG, found->second.content, false};
      target = found->second.target;
    }
    return {path, S_IFLNK, std::nullopt, false};
  }

  static std::string PresentedName(const std::string& name,
                                   const std::map<std::string, Shown>& sources) {
    if (!sources.at(name).is_sample) return name;
    const auto others_of_stem = [&](const std::string& stem) {
      int others = 0;
      for (const auto& [other, shown] : sources) {
        others += shown.is_sample && other != name && Stem(other) == stem ? 1 : 0;
      }
      return others;
    };
    const std::string stem = Stem(name);
    if (others_of_stem(stem) == 0 && !sources.contains(stem + ".npy")) return stem + ".npy";
    if (others_of_stem(name) == 0 && !sources.contains(name + ".npy")) return name + ".npy";
    return name;
  }
};

// Directories keep their names, so a directory's path is the same on both sides.
class SampleFsModelTest : public SampleFsTest {
 protected:
  void MakeContents() {
    for (unsigned seed = 0; seed < 3; ++seed) {
      AddContent(MakePngSample(5 + static_cast<int>(seed), 4, seed));
      AddContent(MakeJpegSample(9, 7 + static_cast<int>(seed), seed));
    }
    std::vector<uint8_t> truncated = MakePngSample(5, 4, 1);
    truncated.resize(truncated.size() / 2);
    AddContent(truncated);
    AddContent({});
    AddContent({'t', 'e', 'x', 't'});
  }

  void AddContent(const std::vector<uint8_t>& bytes) {
    Content content{.bytes = std::string(bytes.begin(), bytes.end()), .tensor_file = {}};
    const std::string expected = ExpectedFile(bytes, {});
    if (!expected.empty()) content.tensor_file = expected;
    contents_.push_back(std::move(content));
  }

  template <typename T>
  const T& Pick(const std::vector<T>& of) {
    return of[random_() % of.size()];
  }

  std::string RandomName() {
    static const std::vector<std::string> kStems = {"a", "b", "a.jpg", "\xfe", ".h"};
    static const std::vector<std::string> kSuffixes = {".jpg", ".JPG", ".png", ".npy", ".txt", ""};
    return Pick(kStems) + Pick(kSuffixes);
  }

  std::string RandomPath() {
    const std::string directory = Pick(model_.Directories());
    return directory.empty() ? RandomName() : directory + "/" + RandomName();
  }

  // Puts something at a path, in place of what is there.
  void ChangeSource() {
    const std::string path = RandomPath();
    Remove(path);
    const auto what = random_() % 10;
    if (what < 2) return;
    if (what < 3) {
      MakeDirectory(path);
    } else if (what < 5) {
      MakeLink(path);
    } else {
      model_.entries[path] = {Entry::kFile, random_() % contents_.size(), ""};
      source_.Write(path, contents_[model_.entries[path].content].bytes);
    }
  }

  void Remove(const std::string& path) {
    source_.Remove(path);
    std::erase_if(model_.entries, [&](const auto& entry) {
      return entry.first == path || entry.first.starts_with(path + "/");
    });
  }

  void MakeDirectory(const std::string& path) {
    if (std::count(path.begin(), path.end(), '/') > 2) return;
    model_.entries[path] = {Entry::kDirectory, 0, ""};
    source_.MakeDir(path);
  }

  // To an entry of the root, or to nothing there.
  void MakeLink(const std::string& path) {
    const std::string target = RandomName();
    std::string up;
    for (auto depth = std::count(path.begin(), path.end(), '/'); depth > 0; --depth) up += "../";
    model_.entries[path] = {Entry::kLink, 0, target};
    source_.Link(path, random_() % 2 == 0 ? up + target : source_.At(target));
  }

  void CheckListing() {
    const std::string directory = Pick(model_.Directories());
    std::map<std::string, uint32_t> expected;
    for (const auto& [name, shown] : model_.Present(directory)) expected[name] = shown.type;
    ASSERT_EQ(List(directory), expected) << "in '" << directory << "'";
  }

  void CheckEntry() {
    const std::string directory = Pick(model_.Directories());
    const std::map<std::string, Shown> presented = model_.Present(directory);
    std::vector<std::string> names = {RandomName()};
    for (const auto& [name, shown] : presented) names.push_back(name);
    const std::string& name = Pick(names);
    const Result<struct stat> attributes = fs_->Lookup(InodeOf(directory), name);
    ASSERT_EQ(attributes.has_value(), presented.contains(name)) << directory << "/" << name;
    if (!attributes) return;
    const Shown& shown = presented.at(name);
    ASSERT_EQ(attributes->st_mode & S_IFMT, shown.type);
    ASSERT_EQ(fs_->GetAttr(attributes->st_ino)->st_size, attributes->st_size);
    if (shown.content) CheckContent(*attributes, shown);
  }

  void CheckContent(const struct stat& attributes, const Shown& shown) {
    const Content& content = contents_[*shown.content];
    const Result<ReadReply> reply = fs_->Read(attributes.st_ino, 0, size_t{1} << 20);
    if (shown.is_sample) {
      ASSERT_EQ(*fs_->GetXattr(attributes.st_ino, "user.tensorfs.source"), shown.source_path);
    }
    const std::optional<std::string> expected =
        shown.is_sample ? content.tensor_file : std::optional(content.bytes);
    ASSERT_EQ(reply.has_value(), expected.has_value()) << shown.source_path;
    if (!reply) {
      ASSERT_GT(attributes.st_size, 0);
      return;
    }
    const std::string bytes(reply->bytes.begin(), reply->bytes.end());
    ASSERT_EQ(bytes, *expected) << shown.source_path;
    ASSERT_EQ(static_cast<size_t>(attributes.st_size), expected->size());
  }

  std::vector<Content> contents_;
  Model model_;
  std::mt19937 random_;
};

TEST_F(SampleFsModelTest, AgreesWithAPlainModelWhateverChanges) {
  MakeContents();
  for (unsigned seed = 0; seed < 20; ++seed) {
    random_.seed(seed);
    Mount();
    for (int step = 0; step < 300 && !HasFatalFailure(); ++step) {
      ChangeSource();
      CheckListing();
      CheckEntry();
    }
    ASSERT_FALSE(HasFatalFailure()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace tensorfs
