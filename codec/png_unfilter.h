// SPDX-License-Identifier: MIT
// PNG's row filters, undone in place. Pure function.
#ifndef TENSORFS_CODEC_PNG_UNFILTER_H_
#define TENSORFS_CODEC_PNG_UNFILTER_H_

#include <cstddef>
#include <cstdint>

namespace tensorfs {

inline constexpr int kPngFilterCount = 5;

// Bytes behind each row that may be read (as anything), so that whole vectors can be loaded.
inline constexpr size_t kPngRowPaddingBytes = 8;

// `above` is the row above, undone already, or zeros.
// REQUIRES: filter < kPngFilterCount; row_bytes is a multiple of pixel_bytes, which is 1, 2, 3, 4,
// 6 or 8; behind both rows stand kPngRowPaddingBytes more.
void UndoPngFilter(int filter, int pixel_bytes, uint8_t* row, const uint8_t* above,
                   size_t row_bytes);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_PNG_UNFILTER_H_
