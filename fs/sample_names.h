// SPDX-License-Identifier: MIT
// How source names become presented names and back. Pure; immutable; thread-safe.
//
// A file is a sample if its name ends in one of the listed extensions, written jpg, JPG or Jpg, and
// does not begin with a dot. Only three spellings count, so that the source of a presented name is
// found by a bounded number of probes, however many files the directory holds. Directories, and
// links that show as links, are never samples. With NamesMode::kReplace and npy files
//
//   1. whatever is no sample keeps its name;
//   2. a sample stem.ext shows as stem.npy, unless another sample of the directory has the same
//      stem or an entry is really named stem.npy;
//   3. then it shows as stem.ext.npy, unless an entry is really named so or another sample has the
//      stem stem.ext (so that stem.ext.npy may be that one's);
//   4. then it shows under its own name, stem.ext, and is a tensor all the same.
//
// A name of more than 255 bytes counts as not available in 2 and 3. No two entries share a name:
// 2 excludes other samples' short names by the stem and their whole names by 3, and 4 is a name
// that only its owner has, since no listed extension may be that of the presented files.
#ifndef TENSORFS_FS_SAMPLE_NAMES_H_
#define TENSORFS_FS_SAMPLE_NAMES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/result.h"

namespace tensorfs {

// What a directory holds under some name.
enum class NameKind { kNothing, kFile, kOther };

// Tells what the source directory holds under a name.
using NameProbe = std::function<Result<NameKind>(const std::string& source_name)>;

// Endings of names that matter here, a bit for each: see SampleNames::SuffixOf.
using SuffixSet = uint64_t;

// A presented name in two parts.
struct ShownName {
  std::string_view base;
  std::string_view suffix;  // ".npy", or empty

  bool operator==(std::string_view whole) const {
    return whole.size() == base.size() + suffix.size() && whole.starts_with(base) &&
           whole.ends_with(suffix);
  }
};

class SampleNames {
 public:
  // Samples keep their names.
  static Result<SampleNames> Keep(const std::vector<std::string>& extensions);
  // Samples take the extension `presented` ("npy").
  // Errors: kInvalidArgument if an extension is empty, has a dot or a slash, or is `presented`.
  static Result<SampleNames> Replace(const std::vector<std::string>& extensions,
                                     std::string_view presented);

  // Whether a regular file of this name is a sample.
  bool IsSample(std::string_view name) const { return !StemOf(name).empty(); }
  // "x" of the sample "x.jpg"; empty if that is no sample's name.
  std::string_view StemOf(std::string_view name) const;

  // The bit of the listed or presented extension, as it is spelled, that the name ends in; 0 for
  // any other name, and for extensions beyond the number of bits.
  SuffixSet SuffixOf(std::string_view name) const;

  bool replaces() const { return !presented_suffix_.empty(); }

  // How many may claim the name base.npy in a directory: samples of the stem `base` and an entry
  // really named so. Above 1 it need not be counted further.
  using ClaimCount = std::function<Result<int>(std::string_view base)>;

  // The presented name of a sample, whose parts `name` and this object own. REQUIRES:
  // IsSample(name).
  Result<ShownName> Present(std::string_view name, const ClaimCount& claims) const;

  // Whether the stems of all samples of a directory are known to be claimed once, from the suffixes
  // of all its names alone.
  bool StemsAreUnique(SuffixSet suffixes) const;

  // The base that an entry claims: a sample its stem, x.npy its "x", any other none (empty).
  std::string_view ClaimOf(std::string_view name, bool is_file) const;

  // The source name of what shows as `presented`; nothing if that does not exist. Calls `probe` a
  // bounded number of times and passes its errors on.
  Result<std::optional<std::string>> FindSource(std::string_view presented,
                                                const NameProbe& probe) const;

 private:
  SampleNames(std::vector<std::string> suffixes, std::string presented_suffix)
      : suffixes_(std::move(suffixes)), presented_suffix_(std::move(presented_suffix)) {}

  std::string_view BaseOf(std::string_view name) const;
  Result<std::vector<std::string>> SamplesOfStem(std::string_view stem,
                                                 const NameProbe& probe) const;
  Result<bool> ShowsAs(const std::string& name, std::string_view presented,
                       const NameProbe& probe) const;

  std::vector<std::string> suffixes_;  // ".jpg", ".JPG", ".Jpg", …
  std::string presented_suffix_;       // ".npy"; empty: names are kept
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_SAMPLE_NAMES_H_
