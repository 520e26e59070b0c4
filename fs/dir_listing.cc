// SPDX-License-Identifier: MIT
#include "fs/dir_listing.h"

namespace tensorfs {

void DirListing::ReserveLike(const DirListing& other) {
  rows_.reserve(other.rows_.size());
  names_.reserve(other.names_.size());
}

void DirListing::Add(std::string_view base, std::string_view suffix, uint64_t inode,
                     uint32_t type) {
  rows_.push_back({.inode = inode,
                   .name_offset = names_.size(),
                   .name_length = base.size() + suffix.size(),
                   .type_bits = type >> 12});
  names_.append(base).append(suffix).push_back('\0');
}

DirEntry DirListing::at(size_t index) const {
  const Row& row = rows_[index];
  return {.name = std::string_view(names_).substr(row.name_offset, row.name_length),
          .inode = row.inode,
          .type = static_cast<uint32_t>(row.type_bits) << 12};
}

}  // namespace tensorfs
