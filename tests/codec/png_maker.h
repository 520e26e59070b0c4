// SPDX-License-Identifier: MIT
// Writes PNGs chunk by chunk, right or wrong ones, for tests. Stateless; thread-safe.
#ifndef TENSORFS_TESTS_CODEC_PNG_MAKER_H_
#define TENSORFS_TESTS_CODEC_PNG_MAKER_H_

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

namespace tensorfs {

using PngBytes = std::vector<uint8_t>;

PngBytes Join(std::initializer_list<PngBytes> parts);
PngBytes Repeat(const PngBytes& part, int times);
PngBytes Deflate(std::span<const uint8_t> data);

// With its checksum.
PngBytes MakePngChunk(std::string_view type, std::span<const uint8_t> payload);
PngBytes MakePngHeader(uint32_t width, uint32_t height, int depth, int colour, bool interlaced);

// The signature, the chunks and IEND.
PngBytes MakePng(std::initializer_list<PngBytes> chunks);

// A picture of rows without filters whose bytes count up.
PngBytes MakeSmallPng(int width, int height);

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_CODEC_PNG_MAKER_H_
