// SPDX-License-Identifier: MIT
// The first directory of a TIFF block inside JPEG metadata (Exif, MPF), read as leniently as Pillow
// reads it: entries of unknown type are passed over, and the first entry that cannot be read ends
// the directory without an error. A view of the caller's bytes; thread-safe.
#ifndef TENSORFS_CODEC_TIFF_DIRECTORY_H_
#define TENSORFS_CODEC_TIFF_DIRECTORY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tensorfs {

enum class TiffType : uint16_t {
  kByte = 1,
  kAscii = 2,
  kShort = 3,
  kLong = 4,
  kRational = 5,
  kSignedByte = 6,
  kUndefined = 7,
  kSignedShort = 8,
  kSignedLong = 9,
  kSignedRational = 10,
  kFloat = 11,
  kDouble = 12,
  kIfd = 13,
  kLong8 = 16,
};

struct TiffEntry {
  TiffType type;
  std::span<const uint8_t> data;  // never empty; a whole number of values
};

class TiffDirectory {
 public:
  explicit TiffDirectory(std::span<const uint8_t> block) : block_(block) {}

  // Whether the block starts with one of the marks that Pillow takes for TIFF.
  bool HasMark() const;
  // Whether Pillow can read on from the mark to the directory's offset. It cannot for BigTIFF,
  // since it looks for that offset in the first 8 bytes. REQUIRES: HasMark().
  bool HasOffset() const;

  // The entry's last occurrence. REQUIRES: HasMark() and HasOffset().
  std::optional<TiffEntry> Find(uint16_t tag) const;

  // The first value of an entry of an integer type. 64-bit values above INT64_MAX are lowered to
  // it.
  std::optional<int64_t> FirstInteger(const TiffEntry& entry) const;

 private:
  uint16_t Read16(size_t offset) const;
  uint32_t Read32(size_t offset) const;
  uint32_t Read32(const uint8_t* bytes) const;
  // Nothing if the entry's value lies outside the block.
  std::optional<std::span<const uint8_t>> Value(size_t entry_offset, size_t value_bytes) const;

  std::span<const uint8_t> block_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_TIFF_DIRECTORY_H_
