// SPDX-License-Identifier: MIT
// One directory's presented entries, without . and .., at the moment it was opened. Thread-safe
// once it is filled.
#ifndef TENSORFS_FS_DIR_LISTING_H_
#define TENSORFS_FS_DIR_LISTING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tensorfs {

struct DirEntry {
  std::string_view name;  // as presented, NUL-terminated
  uint64_t inode;
  uint32_t type;  // S_IFREG, S_IFDIR, S_IFLNK, …
};

// Names share one buffer: a directory of a million files costs some tens of bytes for each.
class DirListing {
 public:
  // Room for as many entries, and as many bytes of names, as `other` has.
  void ReserveLike(const DirListing& other);

  // The name is `base` and `suffix`. REQUIRES: it has at most 65,535 bytes.
  void Add(std::string_view base, std::string_view suffix, uint64_t inode, uint32_t type);

  size_t size() const { return rows_.size(); }
  size_t memory_bytes() const { return rows_.capacity() * sizeof(Row) + names_.capacity(); }
  DirEntry at(size_t index) const;

 private:
  struct Row {
    uint64_t inode;
    uint64_t name_offset : 44;
    uint64_t name_length : 16;
    uint64_t type_bits : 4;  // type >> 12
  };
  std::vector<Row> rows_;
  std::string names_;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_DIR_LISTING_H_
