// SPDX-License-Identifier: MIT
// Inner loops of the codecs that take a tensor's bytes apart, compiled for several instruction sets
// of which the best one that the machine has is chosen at run time. Thread-safe. Exact: all sets
// give the same bytes.
#ifndef TENSORFS_CODEC_PLANE_KERNELS_H_
#define TENSORFS_CODEC_PLANE_KERNELS_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace tensorfs {

// Between elements of 2 or 4 bytes, one after the other, and planes: the first bytes of all
// elements, then the second ones and so on. REQUIRES: whole elements; as many bytes at `planes` as
// there are elements' bytes; no overlap.
void SplitElements(std::span<const uint8_t> elements, size_t element_bytes, uint8_t* planes);
void JoinElements(const uint8_t* planes, size_t element_bytes, std::span<uint8_t> elements);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_PLANE_KERNELS_H_
