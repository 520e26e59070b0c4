// SPDX-License-Identifier: MIT
// Bytes as one zstd frame that says how many they are, and back. The contexts that zstd works with
// are kept for each thread. Thread-safe.
#ifndef TENSORFS_CODEC_ZSTD_FRAME_H_
#define TENSORFS_CODEC_ZSTD_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/result.h"

namespace tensorfs {

// The most bytes a frame of `bytes` bytes takes.
size_t ZstdFrameBound(size_t bytes);

// What repetitions to expect. Among a photograph's differences to a prediction there are few but
// short ones by chance, which take time to find and to decode and save next to nothing: at level 1
// they are looked for in places only, unless that turns out to pay; then a second frame is made, of
// a third of the bytes at most, and the smaller one taken.
enum class ZstdMatches { kAll, kFew };

// Writes a frame to the start of `out` and returns its size. REQUIRES: level is in
// 1…kMaxZstdLevel; out has room for ZstdFrameBound(bytes.size()). Errors: kTooLarge if memory runs
// out.
Result<size_t> ZstdCompress(std::span<const uint8_t> bytes, int level, ZstdMatches matches,
                            std::span<uint8_t> out);

// Fills `out` from the frame that `bytes` start with and returns the frame's size. Errors: kCorrupt
// unless that is a frame of out.size() bytes; kTooLarge if memory runs out.
Result<size_t> ZstdDecompressFront(std::span<const uint8_t> bytes, std::span<uint8_t> out);

// The same, where the frame has to be all of `bytes`.
Result<void> ZstdDecompress(std::span<const uint8_t> bytes, std::span<uint8_t> out);

// Upper bounds of what the two allocate, and may keep, for a thread.
size_t ZstdCompressMemoryBytes(int level);
inline constexpr size_t kZstdDecompressMemoryBytes = 256 << 10;

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_ZSTD_FRAME_H_
