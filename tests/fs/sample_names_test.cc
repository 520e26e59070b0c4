// SPDX-License-Identifier: MIT
#include "fs/sample_names.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace tensorfs {
namespace {

using Directory = std::map<std::string, NameKind>;

SampleNames Npy(const std::vector<std::string>& extensions = {"jpg", "jpeg", "png"}) {
  return *SampleNames::Replace(extensions, "npy");
}

// What each entry shows as, found as a listing finds it.
std::map<std::string, std::string> Shown(const SampleNames& names, const Directory& directory) {
  std::map<std::string, int> claims;
  for (const auto& [name, kind] : directory) {
    ++claims[std::string(names.ClaimOf(name, kind == NameKind::kFile))];
  }
  std::map<std::string, std::string> shown;
  for (const auto& [name, kind] : directory) {
    shown[name] = name;
    if (kind != NameKind::kFile || !names.IsSample(name)) continue;
    const ShownName parts = *names.Present(
        name, [&](std::string_view base) -> Result<int> { return claims[std::string(base)]; });
    shown[name] = std::string(parts.base).append(parts.suffix);
  }
  return shown;
}

std::optional<std::string> Find(const SampleNames& names, const Directory& directory,
                                const std::string& presented) {
  return *names.FindSource(presented, [&](const std::string& name) -> Result<NameKind> {
    const auto entry = directory.find(name);
    return entry == directory.end() ? NameKind::kNothing : entry->second;
  });
}

std::string ShownAs(const Directory& directory, const std::string& name) {
  return Shown(Npy(), directory).at(name);
}

constexpr NameKind kFile = NameKind::kFile;
constexpr NameKind kOther = NameKind::kOther;

TEST(SampleNames, ThreeSpellingsOfAnExtensionMakeASample) {
  for (const char* name : {"x.jpg", "x.JPG", "x.Jpg", "x.y.png", "\xff\xfe.jpg"}) {
    EXPECT_TRUE(Npy().IsSample(name)) << name;
  }
  for (const char* name : {"x.jPg", "x.npy", "jpg", ".jpg", "x.jpg~", "x.", "", "._x.jpg"}) {
    EXPECT_FALSE(Npy().IsSample(name)) << name;
  }
}

TEST(SampleNames, EverySpellingHasItsOwnBit) {
  SuffixSet seen = 0;
  for (const char* name : {"x.jpg", "x.JPG", "x.Jpg", "x.png", ".x.PNG", "x.npy"}) {
    const SuffixSet bit = Npy().SuffixOf(name);
    EXPECT_NE(bit, 0u) << name;
    EXPECT_EQ(seen & bit, 0u) << name;
    EXPECT_EQ(bit, Npy().SuffixOf("other" + std::string(name))) << name;
    seen |= bit;
  }
  for (const char* name : {"x.txt", "x", "", "x.jPg", "x.jpg "}) {
    EXPECT_EQ(Npy().SuffixOf(name), 0u) << name;
  }
}

TEST(SampleNames, ExtensionsBeyondTheBitsAreSamplesAllTheSame) {
  std::vector<std::string> extensions;
  for (int i = 0; i < 100; ++i) extensions.push_back("e" + std::to_string(i));
  const SampleNames names = Npy(extensions);
  EXPECT_NE(names.SuffixOf("x.e0"), 0u);
  EXPECT_EQ(names.SuffixOf("x.e99"), 0u);
  EXPECT_TRUE(names.IsSample("x.e99"));
  EXPECT_FALSE(names.StemsAreUnique(0));
}

TEST(SampleNames, OneSpellingOfOneExtensionMakesStemsUnique) {
  const SampleNames names = Npy();
  const SuffixSet jpg = names.SuffixOf("x.jpg");
  EXPECT_TRUE(names.StemsAreUnique(0));
  EXPECT_TRUE(names.StemsAreUnique(jpg));
  EXPECT_FALSE(names.StemsAreUnique(jpg | names.SuffixOf("x.JPG")));
  EXPECT_FALSE(names.StemsAreUnique(jpg | names.SuffixOf("x.npy")));
}

TEST(SampleNames, RefusesExtensionsThatCannotBeOne) {
  for (const char* extension : {"", ".jpg", "a/b", "npy", "NPY"}) {
    const Result<SampleNames> names = SampleNames::Replace({"jpg", extension}, "npy");
    ASSERT_FALSE(names) << extension;
    EXPECT_EQ(names.error().code, ErrorCode::kInvalidArgument);
  }
  EXPECT_TRUE(SampleNames::Keep({"npy"}));
}

TEST(SampleNames, ASampleTakesThePresentedExtension) {
  EXPECT_EQ(ShownAs({{"x.jpg", kFile}}, "x.jpg"), "x.npy");
  EXPECT_EQ(ShownAs({{"x.y.JPG", kFile}}, "x.y.JPG"), "x.y.npy");
}

TEST(SampleNames, SamplesOfOneStemKeepTheirWholeNames) {
  const Directory directory = {{"x.jpg", kFile}, {"x.png", kFile}, {"y.jpg", kFile}};
  EXPECT_EQ(ShownAs(directory, "x.jpg"), "x.jpg.npy");
  EXPECT_EQ(ShownAs(directory, "x.png"), "x.png.npy");
  EXPECT_EQ(ShownAs(directory, "y.jpg"), "y.npy");
  EXPECT_EQ(Find(Npy(), directory, "x.npy"), std::nullopt);
}

TEST(SampleNames, SpellingsOfOneExtensionCollideToo) {
  const Directory directory = {{"x.jpg", kFile}, {"x.JPG", kFile}};
  EXPECT_EQ(ShownAs(directory, "x.jpg"), "x.jpg.npy");
  EXPECT_EQ(ShownAs(directory, "x.JPG"), "x.JPG.npy");
}

TEST(SampleNames, ARealFileKeepsItsNameAndTheSampleGivesWay) {
  const Directory directory = {{"x.jpg", kFile}, {"x.npy", kFile}};
  EXPECT_EQ(ShownAs(directory, "x.jpg"), "x.jpg.npy");
  EXPECT_EQ(Find(Npy(), directory, "x.npy"), "x.npy");
}

TEST(SampleNames, WithBothNamesTakenASampleKeepsItsOwn) {
  const Directory directory = {{"x.jpg", kFile}, {"x.npy", kOther}, {"x.jpg.npy", kFile}};
  EXPECT_EQ(ShownAs(directory, "x.jpg"), "x.jpg");
  EXPECT_EQ(Find(Npy(), directory, "x.jpg"), "x.jpg");
}

TEST(SampleNames, AWholeNameGivesWayToAShortOne) {
  const Directory directory = {{"x.jpg", kFile}, {"x.png", kFile}, {"x.jpg.png", kFile}};
  EXPECT_EQ(ShownAs(directory, "x.jpg.png"), "x.jpg.npy");
  EXPECT_EQ(ShownAs(directory, "x.png"), "x.png.npy");
  EXPECT_EQ(ShownAs(directory, "x.jpg"), "x.jpg");
}

TEST(SampleNames, ADirectoryNamedAsASampleIsNone) {
  const Directory directory = {{"x.jpg", kOther}, {"x.png", kFile}};
  EXPECT_EQ(ShownAs(directory, "x.jpg"), "x.jpg");
  EXPECT_EQ(ShownAs(directory, "x.png"), "x.npy");
  EXPECT_EQ(Find(Npy(), directory, "x.jpg"), "x.jpg");
}

TEST(SampleNames, ASourceNameIsHiddenBehindThePresentedOne) {
  EXPECT_EQ(Find(Npy(), {{"x.jpg", kFile}}, "x.jpg"), std::nullopt);
  EXPECT_EQ(Find(Npy(), {{"x.jpg", kFile}}, "x.jpg.npy"), std::nullopt);
}

TEST(SampleNames, NamesThatWouldBeTooLongAreNotTaken) {
  const std::string stem(251, 'x');
  const SampleNames names = *SampleNames::Replace({"jpg"}, "safetensors");
  const Directory directory = {{stem + ".jpg", kFile}};
  EXPECT_EQ(Shown(names, directory).at(stem + ".jpg"), stem + ".jpg");
  EXPECT_EQ(Find(names, directory, stem + ".jpg"), stem + ".jpg");
  EXPECT_EQ(Find(names, directory, stem + ".safetensors"), std::nullopt);
}

TEST(SampleNames, KeptNamesAreTheSourceNames) {
  const SampleNames names = *SampleNames::Keep({"jpg"});
  const Directory directory = {{"x.jpg", kFile}, {"x.txt", kFile}};
  EXPECT_TRUE(names.IsSample("x.jpg"));
  EXPECT_EQ(Find(names, directory, "x.jpg"), "x.jpg");
  EXPECT_EQ(Find(names, directory, "x.txt"), "x.txt");
  EXPECT_EQ(Find(names, directory, "x.npy"), std::nullopt);
}

TEST(SampleNames, LookingUpAsksABoundedNumberOfTimes) {
  int probes = 0;
  const auto probe = [&](const std::string&) -> Result<NameKind> {
    ++probes;
    return NameKind::kNothing;
  };
  EXPECT_EQ(*Npy().FindSource("x.npy", probe), std::nullopt);
  EXPECT_LE(probes, 1 + 3 * 3 + 1);
}

TEST(SampleNames, AProbesErrorIsNotTakenForAbsence) {
  const auto probe = [](const std::string& name) -> Result<NameKind> {
    if (name == "x.png") return Fail(ErrorCode::kIo, "disk");
    return NameKind::kNothing;
  };
  EXPECT_FALSE(Npy().FindSource("x.npy", probe));
}

// Names from few parts, so that they collide in every way.
std::string RandomName(std::mt19937& random) {
  static const std::vector<std::string> kParts = {".jpg", ".JPG", ".png", ".npy", ".npy", ".txt"};
  std::string name(1, static_cast<char>('a' + random() % 2));
  for (size_t parts = random() % 4; parts > 0; --parts) name += kParts[random() % kParts.size()];
  return name;
}

TEST(SampleNames, ListingAndLookupAgreeOnEveryDirectory) {
  std::mt19937 random(11);
  const SampleNames names = Npy();
  for (int round = 0; round < 3000; ++round) {
    Directory directory;
    for (size_t i = random() % 12; i > 0; --i) {
      directory[RandomName(random)] = random() % 5 == 0 ? kOther : kFile;
    }
    std::map<std::string, std::string> source_of;
    for (const auto& [name, shown] : Shown(names, directory)) {
      ASSERT_TRUE(source_of.emplace(shown, name).second) << shown << " is shown twice";
      const bool is_sample = directory[name] == kFile && names.IsSample(name);
      ASSERT_TRUE(is_sample || shown == name) << name << " lost its name";
    }
    for (const auto& [shown, name] : source_of) ASSERT_EQ(Find(names, directory, shown), name);
    for (int i = 0; i < 50; ++i) {
      const std::string name = RandomName(random);
      ASSERT_EQ(Find(names, directory, name).has_value(), source_of.contains(name)) << name;
    }
  }
}

}  // namespace
}  // namespace tensorfs
