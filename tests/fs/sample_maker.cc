// SPDX-License-Identifier: MIT
#include "tests/fs/sample_maker.h"

#include <algorithm>
#include <random>

#include "codec/image_header.h"
#include "codec/tensor_job.h"
#include "tests/codec/jpeg_maker.h"
#include "tests/codec/png_maker.h"

namespace tensorfs {
namespace {

constexpr int kChannels = 3;
constexpr size_t kMaxSegmentBytes = 65533;

// Slow gradients with a little noise, so that images compress like photographs.
std::vector<uint8_t> MakePixels(int width, int height, unsigned seed) {
  std::minstd_rand random(seed + 1);
  std::vector<uint8_t> pixels;
  for (int y = 0; y < height; ++y) {
    for (int i = 0; i < width * kChannels; ++i) {
      pixels.push_back(static_cast<uint8_t>(seed * 37 + i / 7 + y + random() % 4));
    }
  }
  return pixels;
}

}  // namespace

std::vector<uint8_t> MakePngSample(int width, int height, unsigned seed) {
  const std::vector<uint8_t> pixels = MakePixels(width, height, seed);
  const int row_bytes = width * kChannels;
  std::vector<uint8_t> rows;
  for (int y = 0; y < height; ++y) {
    rows.push_back(0);  // no filter
    rows.insert(rows.end(), pixels.begin() + y * row_bytes, pixels.begin() + (y + 1) * row_bytes);
  }
  const auto unsigned_width = static_cast<uint32_t>(width);
  const auto unsigned_height = static_cast<uint32_t>(height);
  return MakePng({MakePngHeader(unsigned_width, unsigned_height, 8, 2, false),
                  MakePngChunk("IDAT", Deflate(rows))});
}

std::vector<uint8_t> MakeJpegSample(int width, int height, unsigned seed, size_t metadata_bytes) {
  std::vector<uint8_t> jpeg =
      MakeJpeg(JpegKind{}, {width, height}, 85, MakePixels(width, height, seed));
  std::vector<uint8_t> segments;
  while (metadata_bytes > 0) {
    const size_t payload = std::min(metadata_bytes, kMaxSegmentBytes);
    const size_t length = payload + 2;
    segments.insert(segments.end(), {0xFF, 0xEF, static_cast<uint8_t>(length >> 8),
                                     static_cast<uint8_t>(length & 0xFF)});
    segments.resize(segments.size() + payload, 'm');
    metadata_bytes -= payload;
  }
  jpeg.insert(jpeg.begin() + 2, segments.begin(), segments.end());
  return jpeg;
}

std::string ExpectedFile(std::span<const uint8_t> image, const Pipeline& pipeline,
                         TensorFileFormat format) {
  const Result<ImageHeader> header = ReadImageHeader(image);
  if (!header) return "";
  const Result<TensorJob> job = TensorJob::Create(pipeline, *header);
  if (!job) return "";
  const TensorFileLayout layout = *TensorFileLayout::Create(format, job->spec());
  std::string file(layout.file_bytes(), '\0');
  const std::span<uint8_t> bytes(reinterpret_cast<uint8_t*>(file.data()), file.size());
  if (!job->Run(image, bytes.subspan(layout.tensor_offset(), layout.tensor_bytes()))) return "";
  layout.Finish(bytes);
  return file;
}

}  // namespace tensorfs
