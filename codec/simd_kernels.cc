// SPDX-License-Identifier: MIT
#include "codec/simd_kernels.h"

#include <algorithm>

// Highway compiles the part between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE once for each
// instruction set, by including this file again.
// Vectors of a size unknown to the compiler are left out: it allows no arrays of them.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codec/simd_kernels.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace tensorfs {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

constexpr int32_t kHalf = 1 << (kWeightBits - 1);

// Sums wrap in 32 bits, as Pillow's do; results are in -512…511 before they are clamped.
uint8_t WeightByte(const int32_t* weights, int count, const uint8_t* input, size_t stride) {
  uint32_t sum = kHalf;
  for (int tap = 0; tap < count; ++tap) {
    sum += static_cast<uint32_t>(weights[tap]) * input[static_cast<size_t>(tap) * stride];
  }
  return static_cast<uint8_t>(std::clamp(static_cast<int32_t>(sum) >> kWeightBits, 0, 255));
}

const hn::ScalableTag<int32_t> kInt32;
const hn::Rebind<uint8_t, decltype(kInt32)> kInt32Bytes;
constexpr size_t kVectorsAtOnce = 4;

// kVectorsAtOnce vectors of bytes, each lane summed up in 32 bits.
void WeightVectors(const int32_t* weights, int count, const uint8_t* input, size_t stride,
                   uint8_t* output) {
  const size_t lanes = hn::Lanes(kInt32);
  auto sum0 = hn::Set(kInt32, kHalf);
  auto sum1 = sum0;
  auto sum2 = sum0;
  auto sum3 = sum0;
  for (int tap = 0; tap < count; ++tap, input += stride) {
    const auto weight = hn::Set(kInt32, weights[tap]);
    const auto weighted = [&](size_t i) HWY_ATTR {
      const auto bytes = hn::LoadU(kInt32Bytes, input + i * lanes);
      return hn::Mul(weight, hn::PromoteTo(kInt32, bytes));
    };
    sum0 = hn::Add(sum0, weighted(0));
    sum1 = hn::Add(sum1, weighted(1));
    sum2 = hn::Add(sum2, weighted(2));
    sum3 = hn::Add(sum3, weighted(3));
  }
  const auto store = [&](auto sum, size_t i) HWY_ATTR {
    const auto bytes = hn::DemoteTo(kInt32Bytes, hn::ShiftRight<kWeightBits>(sum));
    hn::StoreU(bytes, kInt32Bytes, output + i * lanes);
  };
  store(sum0, 0);
  store(sum1, 1);
  store(sum2, 2);
  store(sum3, 3);
}

void WeightRows(const Taps& taps, ByteRows input, MutableByteRows output, size_t row_bytes) {
  const size_t step = kVectorsAtOnce * hn::Lanes(kInt32);
  const int32_t* weights = taps.weights.data();
  uint8_t* target = output.data;
  for (const Taps::Span& span : taps.spans) {
    const uint8_t* source = input.data + static_cast<size_t>(span.first) * input.stride;
    if (row_bytes >= step) {
      for (size_t x = 0; x < row_bytes; x += step) {
        // The last step overlaps the one before it.
        x = std::min(x, row_bytes - step);
        WeightVectors(weights, span.count, source + x, input.stride, target + x);
      }
    } else {
      for (size_t x = 0; x < row_bytes; ++x) {
        target[x] = WeightByte(weights, span.count, source + x, input.stride);
      }
    }
    weights += taps.stride;
    target += output.stride;
  }
}

void TransposeBytewise(ByteRows input, size_t rows, size_t columns, MutableByteRows output) {
  for (size_t column = 0; column < columns; ++column) {
    for (size_t row = 0; row < rows; ++row) {
      output.data[column * output.stride + row] = input.data[row * input.stride + column];
    }
  }
}

#if HWY_TARGET == HWY_SCALAR

void TransposeBytes(ByteRows input, size_t rows, size_t columns, MutableByteRows output) {
  TransposeBytewise(input, rows, columns, output);
}

#else

constexpr size_t kTile = 16;

// A perfect shuffle of 2 × 8 rows, four times over, transposes 16 × 16 bytes.
void TransposeTile(const uint8_t* input, size_t input_stride, uint8_t* output,
                   size_t output_stride) {
  const hn::Full128<uint8_t> bytes;
  using Row = hn::Vec<decltype(bytes)>;
  Row rows[kTile];
  Row next[kTile];
  for (size_t i = 0; i < kTile; ++i) rows[i] = hn::LoadU(bytes, input + i * input_stride);
  for (int round = 0; round < 4; ++round) {
    for (size_t i = 0; i < kTile / 2; ++i) {
      next[2 * i] = hn::InterleaveLower(bytes, rows[i], rows[i + kTile / 2]);
      next[2 * i + 1] = hn::InterleaveUpper(bytes, rows[i], rows[i + kTile / 2]);
    }
    std::copy(next, next + kTile, rows);
  }
  for (size_t i = 0; i < kTile; ++i) hn::StoreU(rows[i], bytes, output + i * output_stride);
}

void TransposeBytes(ByteRows input, size_t rows, size_t columns, MutableByteRows output) {
  if (rows < kTile || columns < kTile) {
    return TransposeBytewise(input, rows, columns, output);
  }
  // The last tile of a row or column overlaps the one before it.
  for (size_t row = 0; row < rows; row += kTile) {
    row = std::min(row, rows - kTile);
    for (size_t column = 0; column < columns; column += kTile) {
      column = std::min(column, columns - kTile);
      TransposeTile(input.data + row * input.stride + column, input.stride,
                    output.data + column * output.stride + row, output.stride);
    }
  }
}

#endif  // HWY_TARGET == HWY_SCALAR

const hn::ScalableTag<uint8_t> kBytes;

void SplitRgb(const uint8_t* rgb, size_t pixels, uint8_t* planes, size_t plane_bytes) {
  const size_t lanes = hn::Lanes(kBytes);
  size_t i = 0;
  for (; i + lanes <= pixels; i += lanes) {
    hn::Vec<decltype(kBytes)> red, green, blue;
    hn::LoadInterleaved3(kBytes, rgb + 3 * i, red, green, blue);
    hn::StoreU(red, kBytes, planes + i);
    hn::StoreU(green, kBytes, planes + plane_bytes + i);
    hn::StoreU(blue, kBytes, planes + 2 * plane_bytes + i);
  }
  for (; i < pixels; ++i) {
    for (size_t channel = 0; channel < 3; ++channel) {
      planes[channel * plane_bytes + i] = rgb[3 * i + channel];
    }
  }
}

constexpr uint32_t kRedWeight = 19595;
constexpr uint32_t kGreenWeight = 38470;
constexpr uint32_t kBlueWeight = 7471;

void RgbToGrey(const uint8_t* rgb, size_t pixels, uint8_t* grey) {
  for (size_t i = 0; i < pixels; ++i) {
    const uint8_t* pixel = rgb + 3 * i;
    const uint32_t sum =
        pixel[0] * kRedWeight + pixel[1] * kGreenWeight + pixel[2] * kBlueWeight + 0x8000;
    grey[i] = static_cast<uint8_t>(sum >> 16);
  }
}

void SwapRedAndBlue(const uint8_t* from, size_t pixels, uint8_t* to) {
  const size_t lanes = hn::Lanes(kBytes);
  size_t i = 0;
  for (; i + lanes <= pixels; i += lanes) {
    hn::Vec<decltype(kBytes)> red, green, blue;
    hn::LoadInterleaved3(kBytes, from + 3 * i, red, green, blue);
    hn::StoreInterleaved3(blue, green, red, kBytes, to + 3 * i);
  }
  for (; i < pixels; ++i) {
    to[3 * i] = from[3 * i + 2];
    to[3 * i + 1] = from[3 * i + 1];
    to[3 * i + 2] = from[3 * i];
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace tensorfs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tensorfs {

HWY_EXPORT(WeightRows);
HWY_EXPORT(TransposeBytes);
HWY_EXPORT(SplitRgb);
HWY_EXPORT(RgbToGrey);
HWY_EXPORT(SwapRedAndBlue);

void WeightRows(const Taps& taps, ByteRows input, MutableByteRows output, size_t row_bytes) {
  HWY_DYNAMIC_DISPATCH(WeightRows)(taps, input, output, row_bytes);
}

void TransposeBytes(ByteRows input, size_t rows, size_t columns, MutableByteRows output) {
  HWY_DYNAMIC_DISPATCH(TransposeBytes)(input, rows, columns, output);
}

void SplitRgb(const uint8_t* rgb, size_t pixels, uint8_t* planes, size_t plane_bytes) {
  HWY_DYNAMIC_DISPATCH(SplitRgb)(rgb, pixels, planes, plane_bytes);
}

void RgbToGrey(const uint8_t* rgb, size_t pixels, uint8_t* grey) {
  HWY_DYNAMIC_DISPATCH(RgbToGrey)(rgb, pixels, grey);
}

void SwapRedAndBlue(const uint8_t* from, size_t pixels, uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(SwapRedAndBlue)(from, pixels, to);
}

}  // namespace tensorfs
#endif  // HWY_ONCE
