// SPDX-License-Identifier: MIT
#include "fs/presented_directory.h"

#include <sys/stat.h>

#include <bit>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/hash.h"
#include "fs/node_table.h"

namespace tensorfs {
namespace {

// How many entries claim each base (see SampleNames::ClaimOf): open addressing, eight bytes a slot.
// Bases are not copied, they begin names of the listing, which must not change meanwhile.
class ClaimTable {
 public:
  explicit ClaimTable(const DirListing& entries)
      : entries_(entries), slots_(std::bit_ceil(entries.size() * 2 + 1)) {}

  // REQUIRES: the name of entry `index` begins with `base`.
  void Add(std::string_view base, size_t index) {
    const uint64_t hash = Hash64(base);
    Slot& slot = slots_[SlotOf(base, hash)];
    if (slot.count > 0) has_rivals_ = true;
    if (slot.count == 0) slot = {index, base.size(), TagOf(hash), 0};
    if (slot.count < kMaxCount) ++slot.count;
  }

  // Whether any base is claimed more than once; mostly none is, and counts need not be looked up.
  bool has_rivals() const { return has_rivals_; }

  int CountOf(std::string_view base) const {
    return static_cast<int>(slots_[SlotOf(base, Hash64(base))].count);
  }

 private:
  static constexpr uint64_t kMaxCount = 3;  // nobody asks for more than 2

  struct Slot {
    uint64_t entry : 38 = 0;
    uint64_t base_length : 16 = 0;
    uint64_t tag : 8 = 0;    // of the base's hash, which spares most comparisons
    uint64_t count : 2 = 0;  // 0: the slot is free
  };

  static uint64_t TagOf(uint64_t hash) { return hash >> 56; }

  size_t SlotOf(std::string_view base, uint64_t hash) const {
    const size_t mask = slots_.size() - 1;
    size_t index = hash & mask;
    while (slots_[index].count != 0 && !Holds(slots_[index], base, hash))
      index = (index + 1) & mask;
    return index;
  }
  bool Holds(const Slot& slot, std::string_view base, uint64_t hash) const {
    return slot.tag == TagOf(hash) && BaseOf(slot) == base;
  }
  std::string_view BaseOf(const Slot& slot) const {
    return entries_.at(slot.entry).name.substr(0, slot.base_length);
  }

  const DirListing& entries_;
  std::vector<Slot> slots_;
  bool has_rivals_ = false;
};

ClaimTable CountClaims(const DirListing& entries, const SampleNames& names) {
  ClaimTable claims(entries);
  for (size_t i = 0; i < entries.size(); ++i) {
    const DirEntry entry = entries.at(i);
    const std::string_view base = names.ClaimOf(entry.name, S_ISREG(entry.type));
    if (!base.empty()) claims.Add(base, i);
  }
  return claims;
}

// The entries under their presented names, in the same order.
std::unique_ptr<const DirListing> Rename(const DirListing& entries, const SampleNames& names,
                                         SuffixSet suffixes) {
  std::optional<ClaimTable> claims;  // none: every stem is claimed once
  if (!names.StemsAreUnique(suffixes)) claims.emplace(CountClaims(entries, names));
  std::string_view stem;
  const SampleNames::ClaimCount count = [&](std::string_view base) -> Result<int> {
    const bool is_looked_up = claims && (claims->has_rivals() || base != stem);
    return is_looked_up ? claims->CountOf(base) : 1;
  };
  auto presented = std::make_unique<DirListing>();
  presented->ReserveLike(entries);
  for (size_t i = 0; i < entries.size(); ++i) {
    const DirEntry entry = entries.at(i);
    stem = S_ISREG(entry.type) ? names.StemOf(entry.name) : std::string_view();
    const ShownName shown =
        stem.empty() ? ShownName{entry.name, ""} : *names.Present(entry.name, count);
    presented->Add(shown.base, shown.suffix, entry.inode, entry.type);
  }
  return presented;
}

}  // namespace

Result<PresentedDirectory> PresentDirectory(const SourceDir& directory, Inode inode,
                                            const SampleNames& names) {
  auto entries = std::make_unique<DirListing>();
  SuffixSet suffixes = 0;
  const auto collect = [&](std::string_view name, uint32_t type) {
    entries->Add(name, "", HashInode(inode, name), type);
    suffixes |= names.SuffixOf(name);
  };
  if (auto listed = directory.ForEach(collect); !listed) return tl::unexpected(listed.error());
  if (!names.replaces()) return PresentedDirectory{std::move(entries), suffixes};
  return PresentedDirectory{Rename(*entries, names, suffixes), suffixes};
}

}  // namespace tensorfs
