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

constexpr uint32_t kHalf = 1u << (kWeightBits - 1);

// Sums wrap in 32 bits, as Pillow's do; results are in -512…511 before they are clamped.
void WeightBytes(const int32_t* weights, int count, ByteRows input, uint8_t* output,
                 size_t row_bytes) {
  for (size_t x = 0; x < row_bytes; ++x) {
    uint32_t sum = kHalf;
    for (int tap = 0; tap < count; ++tap) {
      const uint8_t value = input.data[static_cast<size_t>(tap) * input.stride + x];
      sum += static_cast<uint32_t>(weights[tap]) * value;
    }
    const int32_t rounded = static_cast<int32_t>(sum) >> kWeightBits;
    output[x] = static_cast<uint8_t>(std::clamp(rounded, 0, 255));
  }
}

void TransposeBytewise(ByteRows input, size_t rows, size_t columns, MutableByteRows output) {
  for (size_t column = 0; column < columns; ++column) {
    for (size_t row = 0; row < rows; ++row) {
      output.data[column * output.stride + row] = input.data[row * input.stride + column];
    }
  }
}

const hn::ScalableTag<uint8_t> kBytes;

#if HWY_TARGET == HWY_SCALAR

void WeightRow(const int32_t* weights, int count, ByteRows input, uint8_t* output,
               size_t row_bytes) {
  WeightBytes(weights, count, input, output, row_bytes);
}

void TransposeBytes(ByteRows input, size_t rows, size_t columns, MutableByteRows output) {
  TransposeBytewise(input, rows, columns, output);
}

#else

const hn::RepartitionToWide<hn::RepartitionToWide<decltype(kBytes)>> kUint32;
const hn::RebindToSigned<decltype(kUint32)> kInt32;
const hn::RebindToSigned<hn::RepartitionToWide<decltype(kBytes)>> kInt16;

using Sums = hn::Vec<decltype(kUint32)>;

// The bytes 2 × i of each lane from `even`, and 2 × i + 1 from `odd`, shifted back and clamped.
Sums ClampPair(Sums even, Sums odd) {
  // In the upper half of a lane, the 22 bits to drop end after 6.
  const auto low = hn::BitCast(kInt16, hn::ShiftRight<kWeightBits>(hn::BitCast(kInt32, even)));
  const auto high = hn::BitCast(kInt16, hn::ShiftRight<kWeightBits - 16>(hn::BitCast(kInt32, odd)));
  const auto both = hn::OddEven(high, low);
  const auto clamped = hn::Min(hn::Max(both, hn::Zero(kInt16)), hn::Set(kInt16, 255));
  return hn::BitCast(kUint32, clamped);
}

// A vector of bytes. Each lane of 32 bits holds four of them, lane = Σ byte[k] << 8k, and its
// weighted sums are taken without separating them: with S[k] = Σ weight × (lane >> 8k) modulo 2^32,
// byte k's own sum is S[k] - (S[k + 1] << 8). The S start such that each byte's starts at a half.
void WeightVector(const int32_t* weights, int count, ByteRows input, uint8_t* output) {
  Sums sum3 = hn::Set(kUint32, kHalf);
  Sums sum2 = hn::Set(kUint32, kHalf + (kHalf << 8));
  Sums sum1 = sum2;
  Sums sum0 = sum2;
  for (int tap = 0; tap < count; ++tap, input.data += input.stride) {
    const auto weight = hn::Set(kUint32, static_cast<uint32_t>(weights[tap]));
    const auto bytes = hn::BitCast(kUint32, hn::LoadU(kBytes, input.data));
    sum0 = hn::Add(sum0, hn::Mul(weight, bytes));
    sum1 = hn::Add(sum1, hn::Mul(weight, hn::ShiftRight<8>(bytes)));
    sum2 = hn::Add(sum2, hn::Mul(weight, hn::ShiftRight<16>(bytes)));
    sum3 = hn::Add(sum3, hn::Mul(weight, hn::ShiftRight<24>(bytes)));
  }
  const Sums byte0 = hn::Sub(sum0, hn::ShiftLeft<8>(sum1));
  const Sums byte1 = hn::Sub(sum1, hn::ShiftLeft<8>(sum2));
  const Sums byte2 = hn::Sub(sum2, hn::ShiftLeft<8>(sum3));
  const auto result = hn::Or(ClampPair(byte0, byte2), hn::ShiftLeft<8>(ClampPair(byte1, sum3)));
  hn::StoreU(hn::BitCast(kBytes, result), kBytes, output);
}

void WeightRow(const int32_t* weights, int count, ByteRows input, uint8_t* output,
               size_t row_bytes) {
  const size_t lanes = hn::Lanes(kBytes);
  if (row_bytes < lanes) return WeightBytes(weights, count, input, output, row_bytes);
  for (size_t x = 0; x < row_bytes; x += lanes) {
    // The last vector overlaps the one before it.
    x = std::min(x, row_bytes - lanes);
    WeightVector(weights, count, {input.data + x, input.stride}, output + x);
  }
}

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

void WeightRows(const Taps& taps, ByteRows input, MutableByteRows output, size_t row_bytes) {
  const int32_t* weights = taps.weights.data();
  uint8_t* target = output.data;
  for (const Taps::Span& span : taps.spans) {
    const uint8_t* first = input.data + static_cast<size_t>(span.first) * input.stride;
    WeightRow(weights, span.count, {first, input.stride}, target, row_bytes);
    weights += taps.stride;
    target += output.stride;
  }
}

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
