// SPDX-License-Identifier: MIT
// PNG's row filters, undone in place. Pure function.
#ifndef TENSORFS_CODEC_PNG_UNFILTER_H_
#define TENSORFS_CODEC_PNG_UNFILTER_H_

#include <cstddef>
#include <cstdint>

namespace tensorfs {

inline constexpr int kPngFilterCount = 5;

// `above` is the row above, undone already, or zeros; `pixel_bytes` is at least 1.
// REQUIRES: filter < kPngFilterCount; row_bytes >= pixel_bytes; pixel_bytes is 1, 2, 3, 4, 6 or 8.
void UndoPngFilter(int filter, int pixel_bytes, uint8_t* row, const uint8_t* above,
                   size_t row_bytes);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_PNG_UNFILTER_H_
