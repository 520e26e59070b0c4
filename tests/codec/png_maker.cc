// SPDX-License-Identifier: MIT
#include "tests/codec/png_maker.h"

#include <zlib.h>

#include <numeric>

namespace tensorfs {
namespace {

void AppendBig32(uint32_t value, PngBytes& bytes) {
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<uint8_t>(value >> shift));
}

void Append(std::span<const uint8_t> more, PngBytes& bytes) {
  for (const uint8_t byte : more) bytes.push_back(byte);
}

}  // namespace

PngBytes Join(std::initializer_list<PngBytes> parts) {
  PngBytes joined;
  for (const PngBytes& part : parts) Append(part, joined);
  return joined;
}

PngBytes Repeat(const PngBytes& part, int times) {
  PngBytes repeated;
  for (int i = 0; i < times; ++i) Append(part, repeated);
  return repeated;
}

PngBytes Deflate(std::span<const uint8_t> data) {
  uLongf size = compressBound(data.size());
  PngBytes deflated(size);
  compress(deflated.data(), &size, data.data(), data.size());
  deflated.resize(size);
  return deflated;
}

PngBytes MakePngChunk(std::string_view type, std::span<const uint8_t> payload) {
  PngBytes chunk;
  AppendBig32(static_cast<uint32_t>(payload.size()), chunk);
  for (const char letter : type) chunk.push_back(static_cast<uint8_t>(letter));
  Append(payload, chunk);
  AppendBig32(static_cast<uint32_t>(crc32(0, chunk.data() + 4, chunk.size() - 4)), chunk);
  return chunk;
}

PngBytes MakePngHeader(uint32_t width, uint32_t height, int depth, int colour, bool interlaced) {
  PngBytes payload;
  AppendBig32(width, payload);
  AppendBig32(height, payload);
  Append(PngBytes{static_cast<uint8_t>(depth), static_cast<uint8_t>(colour), 0, 0, interlaced},
         payload);
  return MakePngChunk("IHDR", payload);
}

PngBytes MakePng(std::initializer_list<PngBytes> chunks) {
  PngBytes png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  Append(Join(chunks), png);
  Append(MakePngChunk("IEND", {}), png);
  return png;
}

PngBytes MakeSmallPng(int width, int height) {
  PngBytes rows;
  for (int y = 0; y < height; ++y) {
    PngBytes row(1 + 3 * width);
    std::iota(row.begin() + 1, row.end(), static_cast<uint8_t>(y));
    Append(row, rows);
  }
  return MakePng({MakePngHeader(width, height, 8, 2, false), MakePngChunk("IDAT", Deflate(rows))});
}

}  // namespace tensorfs
