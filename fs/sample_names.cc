// SPDX-License-Identifier: MIT
#include "fs/sample_names.h"

#include <algorithm>
#include <bit>

namespace tensorfs {
namespace {

constexpr size_t kMaxNameBytes = 255;
constexpr size_t kPresentedBit = 63;  // of a SuffixSet; the bits below are the listed suffixes'

// Of ASCII letters alone, whatever the locale.
std::string Lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

std::string Upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

// Every suffix that makes a file a sample, without repetition.
Result<std::vector<std::string>> Spellings(const std::vector<std::string>& extensions) {
  std::vector<std::string> suffixes;
  for (const std::string& extension : extensions) {
    if (extension.empty() || extension.find_first_of("./") != std::string::npos) {
      return Fail(ErrorCode::kInvalidArgument, "'" + extension + "' is not a file name extension");
    }
    const std::string lower = Lower(extension);
    const std::string upper = Upper(extension);
    for (const std::string& spelling : {lower, upper, upper.substr(0, 1) + lower.substr(1)}) {
      const std::string suffix = "." + spelling;
      if (std::ranges::find(suffixes, suffix) == suffixes.end()) suffixes.push_back(suffix);
    }
  }
  return suffixes;
}

}  // namespace

Result<SampleNames> SampleNames::Keep(const std::vector<std::string>& extensions) {
  Result<std::vector<std::string>> suffixes = Spellings(extensions);
  if (!suffixes) return tl::unexpected(suffixes.error());
  return SampleNames(std::move(*suffixes), "");
}

Result<SampleNames> SampleNames::Replace(const std::vector<std::string>& extensions,
                                         std::string_view presented) {
  Result<std::vector<std::string>> suffixes = Spellings(extensions);
  if (!suffixes) return tl::unexpected(suffixes.error());
  const std::string presented_suffix = "." + std::string(presented);
  if (std::ranges::find(*suffixes, presented_suffix) != suffixes->end()) {
    return Fail(ErrorCode::kInvalidArgument,
                "files named *" + presented_suffix +
                    " cannot be samples where samples are presented under such names");
  }
  return SampleNames(std::move(*suffixes), presented_suffix);
}

std::string_view SampleNames::StemOf(std::string_view name) const {
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || name.front() == '.') return {};
  if (std::ranges::find(suffixes_, name.substr(dot)) == suffixes_.end()) return {};
  return name.substr(0, dot);
}

SuffixSet SampleNames::SuffixOf(std::string_view name) const {
  if (!BaseOf(name).empty()) return SuffixSet{1} << kPresentedBit;
  const size_t dot = name.rfind('.');
  if (dot == std::string_view::npos) return 0;
  const auto suffix = std::ranges::find(suffixes_, name.substr(dot));
  const auto bit = static_cast<size_t>(suffix - suffixes_.begin());
  return bit < std::min(suffixes_.size(), kPresentedBit) ? SuffixSet{1} << bit : 0;
}

std::string_view SampleNames::BaseOf(std::string_view name) const {
  if (!replaces() || !name.ends_with(presented_suffix_)) return {};
  return name.substr(0, name.size() - presented_suffix_.size());
}

std::string_view SampleNames::ClaimOf(std::string_view name, bool is_file) const {
  const std::string_view stem = is_file ? StemOf(name) : std::string_view();
  return stem.empty() ? BaseOf(name) : stem;
}

Result<ShownName> SampleNames::Present(std::string_view name, const ClaimCount& claims) const {
  if (!replaces()) return ShownName{name, ""};
  const std::string_view stem = StemOf(name);
  if (stem.size() + presented_suffix_.size() <= kMaxNameBytes) {
    const Result<int> others = claims(stem);
    if (!others) return tl::unexpected(others.error());
    if (*others <= 1) return ShownName{stem, presented_suffix_};
  }
  if (name.size() + presented_suffix_.size() <= kMaxNameBytes) {
    const Result<int> others = claims(name);
    if (!others) return tl::unexpected(others.error());
    if (*others == 0) return ShownName{name, presented_suffix_};
  }
  return ShownName{name, ""};
}

bool SampleNames::StemsAreUnique(SuffixSet suffixes) const {
  return suffixes_.size() <= kPresentedBit && std::popcount(suffixes) <= 1;
}

Result<std::vector<std::string>> SampleNames::SamplesOfStem(std::string_view stem,
                                                            const NameProbe& probe) const {
  std::vector<std::string> samples;
  if (stem.empty() || stem.front() == '.') return samples;
  for (const std::string& suffix : suffixes_) {
    std::string name = std::string(stem) + suffix;
    const Result<NameKind> kind = probe(name);
    if (!kind) return tl::unexpected(kind.error());
    if (*kind == NameKind::kFile) samples.push_back(std::move(name));
  }
  return samples;
}

Result<bool> SampleNames::ShowsAs(const std::string& name, std::string_view presented,
                                  const NameProbe& probe) const {
  const auto claims = [&](std::string_view base) -> Result<int> {
    const Result<NameKind> real = probe(std::string(base) + presented_suffix_);
    if (!real) return tl::unexpected(real.error());
    const Result<std::vector<std::string>> samples = SamplesOfStem(base, probe);
    if (!samples) return tl::unexpected(samples.error());
    return static_cast<int>(samples->size()) + (*real == NameKind::kNothing ? 0 : 1);
  };
  const Result<ShownName> shown = Present(name, claims);
  if (!shown) return tl::unexpected(shown.error());
  return *shown == presented;
}

Result<std::optional<std::string>> SampleNames::FindSource(std::string_view presented,
                                                           const NameProbe& probe) const {
  const std::string name(presented);
  const Result<NameKind> kind = probe(name);
  if (!kind) return tl::unexpected(kind.error());
  const bool is_sample = *kind == NameKind::kFile && IsSample(name);
  if (*kind != NameKind::kNothing && !(is_sample && replaces())) return name;

  // Nothing has the name by right, so it can only be a sample's: by rule 2, 3 or 4.
  std::string candidate = name;
  if (!is_sample) {
    candidate = BaseOf(name);
    if (candidate.empty() || name.size() > kMaxNameBytes) return std::nullopt;
    Result<std::vector<std::string>> samples = SamplesOfStem(candidate, probe);
    if (!samples) return tl::unexpected(samples.error());
    if (samples->size() == 1) return samples->front();
    const Result<NameKind> whole = probe(candidate);
    if (!whole) return tl::unexpected(whole.error());
    if (*whole != NameKind::kFile || !IsSample(candidate)) return std::nullopt;
  }
  const Result<bool> shows = ShowsAs(candidate, presented, probe);
  if (!shows) return tl::unexpected(shows.error());
  return *shows ? std::optional(candidate) : std::nullopt;
}

}  // namespace tensorfs
