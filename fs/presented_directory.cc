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

// How many entries claim a base name, kept by the name's hash: among a million names, two share a
// 64-bit hash once in forty million directories, and would then show under their long names.
class ClaimTable {
 public:
  explicit ClaimTable(size_t entries) : slots_(std::bit_ceil(entries * 2 + 1)) {}

  void Add(std::string_view base) {
    Slot& slot = SlotOf(base);
    slot.hash = HashOf(base);
    ++slot.count;
  }

  int CountOf(std::string_view base) { return SlotOf(base).count; }

 private:
  struct Slot {
    uint64_t hash = 0;
    int count = 0;  // 0: the slot is free
  };

  static uint64_t HashOf(std::string_view base) { return Hash64(base); }

  Slot& SlotOf(std::string_view base) {
    const uint64_t hash = HashOf(base);
    size_t index = hash & (slots_.size() - 1);
    while (slots_[index].count != 0 && slots_[index].hash != hash) {
      index = (index + 1) & (slots_.size() - 1);
    }
    return slots_[index];
  }

  std::vector<Slot> slots_;
};

ClaimTable CountClaims(const DirListing& entries, const SampleNames& names) {
  ClaimTable claims(names.replaces() ? entries.size() : 0);
  if (!names.replaces()) return claims;
  for (size_t i = 0; i < entries.size(); ++i) {
    const DirEntry entry = entries.at(i);
    const std::string_view base = names.ClaimOf(entry.name, S_ISREG(entry.type));
    if (!base.empty()) claims.Add(base);
  }
  return claims;
}

}  // namespace

Result<std::unique_ptr<const DirListing>> PresentDirectory(const SourceDir& directory, Inode inode,
                                                           const SampleNames& names) {
  DirListing entries;
  const auto collect = [&](std::string_view name, uint32_t type) {
    entries.Add(name, HashInode(inode, name), type);
  };
  if (auto listed = directory.ForEach(collect); !listed) return tl::unexpected(listed.error());

  ClaimTable claims = CountClaims(entries, names);
  const auto count = [&](std::string_view base) -> Result<int> { return claims.CountOf(base); };
  auto presented = std::make_unique<DirListing>();
  for (size_t i = 0; i < entries.size(); ++i) {
    const DirEntry entry = entries.at(i);
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
