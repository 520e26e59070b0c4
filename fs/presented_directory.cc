// SPDX-License-Identifier: MIT
#include "fs/presented_directory.h"

#include <sys/stat.h>

#include <bit>
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
    Slot& slot = slots_[SlotOf(base)];
    if (slot.count == 0) slot = {.entry = index, .base_length = base.size(), .count = 0};
    if (slot.count < kMaxCount) ++slot.count;
  }

  int CountOf(std::string_view base) const { return static_cast<int>(slots_[SlotOf(base)].count); }

 private:
  static constexpr uint64_t kMaxCount = 3;  // nobody asks for more than 2

  struct Slot {
    uint64_t entry : 46 = 0;
    uint64_t base_length : 16 = 0;
    uint64_t count : 2 = 0;  // 0: the slot is free
  };

  size_t SlotOf(std::string_view base) const {
    const size_t mask = slots_.size() - 1;
    size_t index = Hash64(base) & mask;
    while (slots_[index].count != 0 && BaseOf(slots_[index]) != base) index = (index + 1) & mask;
    return index;
  }
  std::string_view BaseOf(const Slot& slot) const {
    return entries_.at(slot.entry).name.substr(0, slot.base_length);
  }

  const DirListing& entries_;
  std::vector<Slot> slots_;
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

}  // namespace

Result<std::unique_ptr<const DirListing>> PresentDirectory(const SourceDir& directory, Inode inode,
                                                           const SampleNames& names) {
  auto entries = std::make_unique<DirListing>();
  const auto collect = [&](std::string_view name, uint32_t type) {
    entries->Add(name, HashInode(inode, name), type);
  };
  if (auto listed = directory.ForEach(collect); !listed) return tl::unexpected(listed.error());
  if (!names.replaces()) return entries;

  const ClaimTable claims = CountClaims(*entries, names);
  const auto count = [&](std::string_view base) -> Result<int> { return claims.CountOf(base); };
  auto presented = std::make_unique<DirListing>();
  for (size_t i = 0; i < entries->size(); ++i) {
    const DirEntry entry = entries->at(i);
    if (!S_ISREG(entry.type) || !names.IsSample(entry.name)) {
      presented->Add(entry.name, entry.inode, entry.type);
      continue;
    }
    const Result<std::string> name = names.Present(entry.name, count);
    if (!name) return tl::unexpected(name.error());
    presented->Add(*name, entry.inode, entry.type);
  }
  return presented;
}

}  // namespace tensorfs
