// SPDX-License-Identifier: MIT
#include "codec/tiff_directory.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "codec/byte_order.h"

namespace tensorfs {
namespace {

constexpr size_t kHeaderBytes = 8;
constexpr size_t kEntryBytes = 12;
constexpr size_t kInlineBytes = 4;

constexpr std::array<std::array<uint8_t, 4>, 6> kMarks = {{
    {'M', 'M', 0x00, 0x2A},
    {'I', 'I', 0x2A, 0x00},
    {'M', 'M', 0x2A, 0x00},
    {'I', 'I', 0x00, 0x2A},
    {'M', 'M', 0x00, 0x2B},
    {'I', 'I', 0x2B, 0x00},
}};

// 0 for types that Pillow passes over.
size_t UnitBytes(uint16_t type) {
  constexpr std::array<uint8_t, 17> kBytes = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8};
  return type < kBytes.size() ? kBytes[type] : 0;
}

}  // namespace

bool TiffDirectory::HasMark() const {
  return block_.size() >= 4 && std::any_of(kMarks.begin(), kMarks.end(), [this](const auto& mark) {
           return std::equal(mark.begin(), mark.end(), block_.begin());
         });
}

bool TiffDirectory::HasOffset() const { return block_.size() >= kHeaderBytes && block_[2] != 0x2B; }

uint16_t TiffDirectory::Read16(size_t offset) const {
  const uint8_t* bytes = block_.data() + offset;
  return block_[0] == 'M' ? ReadBig16(bytes) : ReadLittle16(bytes);
}

uint32_t TiffDirectory::Read32(const uint8_t* bytes) const {
  return block_[0] == 'M' ? ReadBig32(bytes) : ReadLittle32(bytes);
}

uint32_t TiffDirectory::Read32(size_t offset) const { return Read32(block_.data() + offset); }

std::optional<std::span<const uint8_t>> TiffDirectory::Value(size_t entry_offset,
                                                             size_t value_bytes) const {
  size_t offset = entry_offset + 8;
  if (value_bytes > kInlineBytes) {
    offset = Read32(offset);
    if (offset > block_.size() || value_bytes > block_.size() - offset) return std::nullopt;
  }
  return block_.subspan(offset, value_bytes);
}

std::optional<TiffEntry> TiffDirectory::Find(uint16_t tag) const {
  std::optional<TiffEntry> found;
  size_t offset = Read32(size_t{4});
  if (offset > block_.size() || block_.size() - offset < 2) return found;
  const int count = Read16(offset);
  offset += 2;
  for (int i = 0; i < count && block_.size() - offset >= kEntryBytes; ++i, offset += kEntryBytes) {
    const uint16_t type = Read16(offset + 2);
    const size_t value_bytes = UnitBytes(type) * size_t{Read32(offset + 4)};
    const auto value = Value(offset, value_bytes);
    if (!value) break;
    if (!value->empty() && Read16(offset) == tag) {
      found = TiffEntry{static_cast<TiffType>(type), *value};
    }
  }
  return found;
}

std::optional<int64_t> TiffDirectory::FirstInteger(const TiffEntry& entry) const {
  const uint8_t* bytes = entry.data.data();
  const auto offset = static_cast<size_t>(bytes - block_.data());
  switch (entry.type) {
    case TiffType::kSignedByte:
      return static_cast<int8_t>(*bytes);
    case TiffType::kShort:
      return Read16(offset);
    case TiffType::kSignedShort:
      return static_cast<int16_t>(Read16(offset));
    case TiffType::kLong:
    case TiffType::kIfd:
      return Read32(offset);
    case TiffType::kSignedLong:
      return static_cast<int32_t>(Read32(offset));
    case TiffType::kLong8: {
      const uint64_t first = Read32(offset);
      const uint64_t second = Read32(offset + 4);
      const uint64_t value = block_[0] == 'M' ? first << 32 | second : second << 32 | first;
      return static_cast<int64_t>(std::min<uint64_t>(value, std::numeric_limits<int64_t>::max()));
    }
    default:
      return std::nullopt;
  }
}

}  // namespace tensorfs
