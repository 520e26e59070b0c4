// SPDX-License-Identifier: MIT
// The last pass: from pixels to the tensor's elements, in its layout. Pure function.
#ifndef TENSORFS_CODEC_TENSOR_WRITER_H_
#define TENSORFS_CODEC_TENSOR_WRITER_H_

#include <cstdint>
#include <span>

#include "codec/image.h"
#include "codec/pipeline.h"
#include "codec/value_table.h"

namespace tensorfs {

// Writes one element of values.dtype() for each byte of the image.
// REQUIRES: out holds exactly that many; `values` was made for the image's channels.
void WriteTensor(const Image& image, const ValueTable& values, Layout layout,
                 std::span<uint8_t> out);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_TENSOR_WRITER_H_
