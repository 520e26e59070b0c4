// SPDX-License-Identifier: MIT
#include "fs/dir_listing.h"

namespace tensorfs {

void DirListing::Add(std::string_view name, uint64_t inode, uint32_t type) {
  rows_.push_back({.inode = inode,
                   .name_offset = names_.size(),
                   .name_length = name.size(),
                   .type_bits = type >> 12});
  names_.append(name);
  names_.push_back('\0');
}

DirEntry DirListing::at(size_t index) const {
  const Row& row = rows_[index];
  return {.name = std::string_view(names_).substr(row.name_offset, row.name_length),
          .inode = row.inode,
          .type = static_cast<uint32_t>(row.type_bits) << 12};
}

}  // namespace tensorfs
