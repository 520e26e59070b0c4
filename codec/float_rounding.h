// SPDX-License-Identifier: MIT
// float16 and bfloat16 as PyTorch's CPU arithmetic sees them: every operation is done in float32
// and its result rounded to the nearest, ties to even. Pure functions.
#ifndef TENSORFS_CODEC_FLOAT_ROUNDING_H_
#define TENSORFS_CODEC_FLOAT_ROUNDING_H_

#include <bit>
#include <cmath>
#include <cstdint>

#include "codec/tensor_spec.h"

namespace tensorfs {

// IEEE 754 binary16. Values beyond the largest become infinities.
inline uint16_t Float16Bits(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = (bits >> 16) & 0x8000u;
  const uint32_t magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return static_cast<uint16_t>(sign | 0x7e00u);
  if (magnitude >= 0x477ff000u) return static_cast<uint16_t>(sign | 0x7c00u);
  if (magnitude < 0x38800000u) {
    // Below 2^-14 float16 counts in steps of 2^-24, which is also float32's step in [0.5, 1).
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(shifted) - 0x3f000000u));
  }
  const uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
  return static_cast<uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
}

inline float FloatFromFloat16(uint16_t bits) {
  const float sign = (bits & 0x8000u) != 0 ? -1.0f : 1.0f;
  const int exponent = (bits >> 10) & 0x1f;
  const int mantissa = bits & 0x3ff;
  if (exponent == 0x1f) return sign * (mantissa != 0 ? NAN : INFINITY);
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -24);
  return sign * std::ldexp(static_cast<float>(mantissa + 0x400), exponent - 25);
}

// The upper half of a float32. REQUIRES: value is not NaN.
inline uint16_t Bfloat16Bits(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  return static_cast<uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}

inline float FloatFromBfloat16(uint16_t bits) {
  return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
}

// The value of `dtype` nearest to `value`. REQUIRES: dtype is not kUint8.
inline float RoundTo(DType dtype, float value) {
  if (dtype == DType::kFloat16) return FloatFromFloat16(Float16Bits(value));
  if (dtype == DType::kBfloat16) return FloatFromBfloat16(Bfloat16Bits(value));
  return value;
}

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_FLOAT_ROUNDING_H_
