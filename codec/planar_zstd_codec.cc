// SPDX-License-Identifier: MIT
// For images of bytes. The payload, which is stored on disk, is
//   - a version byte, 1, then
//   - for each band of rows and each channel of it a zstd frame of
//       - a byte for each row that says how it is predicted (the values of plane_kernels.h);
//       - the differences to that, row by row.
// A band is as many rows as fit into kBandBytes for a channel, or one; the last may have fewer.
// Bands do not depend on each other: above the first row of a band, all values are 0. With three
// channels, green was subtracted from the first and the last of them before. All arithmetic is
// modulo 256.
//
// A frame is one block of zstd, with a code of its own for the channel's differences. Undoing all
// the rest takes vectors in the cache; nearly all of decoding is zstd's entropy decoder.
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>

#include "codec/codec_table.h"
#include "codec/plane_kernels.h"
#include "codec/zstd_frame.h"

namespace tensorfs {
namespace {

constexpr uint8_t kVersion = 1;
constexpr size_t kBandBytes = 128 << 10;
constexpr int kDefaultLevel = 1;  // smaller than 3 for photographs, and faster
constexpr size_t kMaxChannels = 3;

// An image with channels last or first.
struct Geometry {
  size_t rows;
  size_t columns;
  size_t channels;
  bool interleaved;

  size_t band_rows() const { return std::clamp<size_t>(kBandBytes / (1 + columns), 1, rows); }
  size_t bands() const { return (rows + band_rows() - 1) / band_rows(); }
  // Of one channel of a band of `count` rows, its predictions included.
  size_t FrameBytes(size_t count) const { return count * (1 + columns); }
  // Of a whole band.
  size_t BufferBytes() const { return channels * FrameBytes(band_rows()); }
};

std::optional<Geometry> GeometryOf(const TensorSpec& spec) {
  const auto is_channels = [](int64_t extent) { return extent == 1 || extent == kMaxChannels; };
  if (spec.dtype != DType::kUint8 || spec.shape.size() != 3 || spec.ElementCount() == 0) return {};
  const auto a = static_cast<size_t>(spec.shape[0]);
  const auto b = static_cast<size_t>(spec.shape[1]);
  const auto c = static_cast<size_t>(spec.shape[2]);
  if (is_channels(spec.shape[2])) return Geometry{a, b, c, true};
  if (is_channels(spec.shape[0])) return Geometry{b, c, a, false};
  return {};
}

size_t PayloadBound(const Geometry& geometry) {
  const size_t frames = geometry.bands() * geometry.channels;
  return 1 + frames * ZstdFrameBound(geometry.FrameBytes(geometry.band_rows()));
}

// A band's predictions and channels in a buffer, and how its rows go there and back.
class Band {
 public:
  // `buffer` has room for a frame for each channel, `zeros` as many as there are columns.
  Band(const Geometry& geometry, size_t first, size_t count, uint8_t* buffer, const uint8_t* zeros)
      : geometry_(geometry), first_(first), count_(count), buffer_(buffer), zeros_(zeros) {}

  std::span<uint8_t> Frame(size_t channel) const {
    const size_t frame_bytes = geometry_.FrameBytes(count_);
    return {buffer_ + channel * frame_bytes, frame_bytes};
  }

  void Split(const uint8_t* tensor);
  // `above` has room for a row.
  void Predict(uint8_t* differences);
  // False if a prediction is none.
  bool Unpredict();
  void Join(uint8_t* tensor) const;

 private:
  uint8_t& Prediction(size_t channel, size_t row) const { return Frame(channel)[row]; }
  uint8_t* Row(size_t channel, size_t row) const {
    return &Frame(channel)[count_ + row * geometry_.columns];
  }
  const uint8_t* Above(size_t channel, size_t row) const {
    return row == 0 ? zeros_ : Row(channel, row - 1);
  }
  ColourRows Colours(size_t row) const { return {Row(0, row), Row(1, row), Row(2, row)}; }

  // Where the tensor holds this row; with channels last `channel` is 0.
  size_t OffsetInTensor(size_t channel, size_t row) const {
    if (geometry_.interleaved) return (first_ + row) * geometry_.columns * geometry_.channels;
    return (channel * geometry_.rows + first_ + row) * geometry_.columns;
  }

  const Geometry& geometry_;
  size_t first_;
  size_t count_;
  uint8_t* buffer_;
  const uint8_t* zeros_;
};

void Band::Split(const uint8_t* tensor) {
  const size_t columns = geometry_.columns;
  for (size_t row = 0; row < count_; ++row) {
    if (geometry_.interleaved && geometry_.channels == kMaxChannels) {
      SplitColours(tensor + OffsetInTensor(0, row), columns, Colours(row));
      continue;
    }
    for (size_t channel = 0; channel < geometry_.channels; ++channel) {
      std::memcpy(Row(channel, row), tensor + OffsetInTensor(channel, row), columns);
    }
    if (geometry_.channels == kMaxChannels) {
      SubtractBytes(Row(1, row), columns, Row(0, row));
      SubtractBytes(Row(1, row), columns, Row(2, row));
    }
  }
}

void Band::Join(uint8_t* tensor) const {
  const size_t columns = geometry_.columns;
  for (size_t row = 0; row < count_; ++row) {
    if (geometry_.interleaved && geometry_.channels == kMaxChannels) {
      JoinColours(Colours(row), columns, tensor + OffsetInTensor(0, row));
      continue;
    }
    for (size_t channel = 0; channel < geometry_.channels; ++channel) {
      uint8_t* const target = tensor + OffsetInTensor(channel, row);
      std::memcpy(target, Row(channel, row), columns);
      const bool lacks_green = geometry_.channels == kMaxChannels && channel != 1;
      if (lacks_green) AddBytes(Row(1, row), columns, target);
    }
  }
}

// From the last row up, because each is predicted from values, not from differences.
void Band::Predict(uint8_t* differences) {
  const size_t columns = geometry_.columns;
  for (size_t channel = 0; channel < geometry_.channels; ++channel) {
    for (size_t row = count_; row-- > 0;) {
      const std::span<const uint8_t> values = {Row(channel, row), columns};
      uint64_t least = UINT64_MAX;
      for (uint8_t prediction = 0; prediction < kRowPredictions; ++prediction) {
        const uint64_t sum =
            PredictRow(prediction, values, Above(channel, row), differences + prediction * columns);
        // Of equals the last: it undoes at the same price and may suit the next rows.
        if (sum <= least) {
          least = sum;
          Prediction(channel, row) = prediction;
        }
      }
      std::memcpy(Row(channel, row), differences + Prediction(channel, row) * columns, columns);
    }
  }
}

bool Band::Unpredict() {
  for (size_t row = 0; row < count_; ++row) {
    for (size_t channel = 0; channel < geometry_.channels; ++channel) {
      const uint8_t prediction = Prediction(channel, row);
      if (prediction >= kRowPredictions) return false;
      UnpredictRow(prediction, {Row(channel, row), geometry_.columns}, Above(channel, row));
    }
  }
  return true;
}

class PlanarZstd : public Codec {
 public:
  Encoding encoding() const override { return Encoding::kPlanarZstd; }

 private:
  static int LevelOf(int level) { return level == 0 ? kDefaultLevel : level; }

  bool FitsChecked(const TensorSpec& spec) const override { return GeometryOf(spec).has_value(); }

  Result<std::vector<uint8_t>> EncodeChecked(const TensorSpec& spec,
                                             std::span<const uint8_t> tensor,
                                             int level) const override;
  size_t EncodeMemoryBytesChecked(const TensorSpec& spec, int level) const override;
  size_t DecodeScratchBytesChecked(const TensorSpec& spec, size_t) const override;
  Result<void> DecodeChecked(const TensorSpec& spec, std::span<const uint8_t> payload,
                             std::span<uint8_t> tensor) const override;
};

Result<std::vector<uint8_t>> PlanarZstd::EncodeChecked(const TensorSpec& spec,
                                                       std::span<const uint8_t> tensor,
                                                       int level) const {
  const Geometry geometry = *GeometryOf(spec);
  const std::vector<uint8_t> zeros(geometry.columns);
  const auto buffer = std::make_unique_for_overwrite<uint8_t[]>(geometry.BufferBytes());
  const auto differences =
      std::make_unique_for_overwrite<uint8_t[]>(kRowPredictions * geometry.columns);
  const size_t bound = PayloadBound(geometry);
  const auto payload = std::make_unique_for_overwrite<uint8_t[]>(bound);
  payload[0] = kVersion;
  size_t written = 1;
  for (size_t first = 0; first < geometry.rows; first += geometry.band_rows()) {
    const size_t count = std::min(geometry.band_rows(), geometry.rows - first);
    Band band(geometry, first, count, buffer.get(), zeros.data());
    band.Split(tensor.data());
    band.Predict(differences.get());
    for (size_t channel = 0; channel < geometry.channels; ++channel) {
      const auto frame_bytes = ZstdCompress(band.Frame(channel), LevelOf(level), ZstdMatches::kFew,
                                            {payload.get() + written, bound - written});
      if (!frame_bytes) return tl::unexpected(frame_bytes.error());
      written += *frame_bytes;
    }
  }
  return std::vector<uint8_t>(payload.get(), payload.get() + written);
}

size_t PlanarZstd::EncodeMemoryBytesChecked(const TensorSpec& spec, int level) const {
  const Geometry geometry = *GeometryOf(spec);
  return 2 * PayloadBound(geometry) + 2 * geometry.BufferBytes() +
         (1 + kRowPredictions) * geometry.columns + ZstdCompressMemoryBytes(LevelOf(level));
}

size_t PlanarZstd::DecodeScratchBytesChecked(const TensorSpec& spec, size_t) const {
  const Geometry geometry = *GeometryOf(spec);
  return geometry.BufferBytes() + geometry.columns + kZstdDecompressMemoryBytes;
}

Result<void> PlanarZstd::DecodeChecked(const TensorSpec& spec, std::span<const uint8_t> payload,
                                       std::span<uint8_t> tensor) const {
  const Geometry geometry = *GeometryOf(spec);
  if (payload.empty() || payload[0] != kVersion) {
    return Fail(ErrorCode::kCorrupt, "planar-zstd: not a version that is known");
  }
  payload = payload.subspan(1);
  const std::vector<uint8_t> zeros(geometry.columns);
  const auto buffer = std::make_unique_for_overwrite<uint8_t[]>(geometry.BufferBytes());
  for (size_t first = 0; first < geometry.rows; first += geometry.band_rows()) {
    const size_t count = std::min(geometry.band_rows(), geometry.rows - first);
    Band band(geometry, first, count, buffer.get(), zeros.data());
    for (size_t channel = 0; channel < geometry.channels; ++channel) {
      const auto frame_bytes = ZstdDecompressFront(payload, band.Frame(channel));
      if (!frame_bytes) return tl::unexpected(frame_bytes.error());
      payload = payload.subspan(*frame_bytes);
    }
    if (!band.Unpredict()) return Fail(ErrorCode::kCorrupt, "planar-zstd: no such prediction");
    band.Join(tensor.data());
  }
  if (!payload.empty()) return Fail(ErrorCode::kCorrupt, "planar-zstd: bytes behind the end");
  return {};
}

}  // namespace

const Codec* PlanarZstdCodec() {
  static const PlanarZstd codec;
  return &codec;
}

}  // namespace tensorfs
