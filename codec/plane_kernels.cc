// SPDX-License-Identifier: MIT
#include "codec/plane_kernels.h"

// As in simd_kernels.cc: Highway includes this file once for each instruction set.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "codec/plane_kernels.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace tensorfs {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

const hn::ScalableTag<uint8_t> kBytes;
using Vector = hn::Vec<decltype(kBytes)>;

void SplitElements(std::span<const uint8_t> elements, size_t element_bytes, uint8_t* planes) {
  const size_t count = elements.size() / element_bytes;
  const size_t lanes = hn::Lanes(kBytes);
  Vector a, b, c, d;
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const uint8_t* from = elements.data() + element_bytes * i;
    if (element_bytes == 2) {
      hn::LoadInterleaved2(kBytes, from, a, b);
    } else {
      hn::LoadInterleaved4(kBytes, from, a, b, c, d);
      hn::StoreU(c, kBytes, planes + 2 * count + i);
      hn::StoreU(d, kBytes, planes + 3 * count + i);
    }
    hn::StoreU(a, kBytes, planes + i);
    hn::StoreU(b, kBytes, planes + count + i);
  }
  for (; i < count; ++i) {
    for (size_t k = 0; k < element_bytes; ++k) {
      planes[k * count + i] = elements[element_bytes * i + k];
    }
  }
}

void JoinElements(const uint8_t* planes, size_t element_bytes, std::span<uint8_t> elements) {
  const size_t count = elements.size() / element_bytes;
  const size_t lanes = hn::Lanes(kBytes);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    uint8_t* to = elements.data() + element_bytes * i;
    const Vector a = hn::LoadU(kBytes, planes + i);
    const Vector b = hn::LoadU(kBytes, planes + count + i);
    if (element_bytes == 2) {
      hn::StoreInterleaved2(a, b, kBytes, to);
    } else {
      const Vector c = hn::LoadU(kBytes, planes + 2 * count + i);
      const Vector d = hn::LoadU(kBytes, planes + 3 * count + i);
      hn::StoreInterleaved4(a, b, c, d, kBytes, to);
    }
  }
  for (; i < count; ++i) {
    for (size_t k = 0; k < element_bytes; ++k) {
      elements[element_bytes * i + k] = planes[k * count + i];
    }
  }
}

void SplitColours(const uint8_t* rgb, size_t pixels, const ColourRows& rows) {
  const size_t lanes = hn::Lanes(kBytes);
  size_t i = 0;
  for (; i + lanes <= pixels; i += lanes) {
    Vector red, green, blue;
    hn::LoadInterleaved3(kBytes, rgb + 3 * i, red, green, blue);
    hn::StoreU(hn::Sub(red, green), kBytes, rows.red + i);
    hn::StoreU(green, kBytes, rows.green + i);
    hn::StoreU(hn::Sub(blue, green), kBytes, rows.blue + i);
  }
  for (; i < pixels; ++i) {
    const uint8_t green = rgb[3 * i + 1];
    rows.red[i] = static_cast<uint8_t>(rgb[3 * i] - green);
    rows.green[i] = green;
    rows.blue[i] = static_cast<uint8_t>(rgb[3 * i + 2] - green);
  }
}

void JoinColours(const ColourRows& rows, size_t pixels, uint8_t* rgb) {
  const size_t lanes = hn::Lanes(kBytes);
  size_t i = 0;
  for (; i + lanes <= pixels; i += lanes) {
    const Vector green = hn::LoadU(kBytes, rows.green + i);
    const Vector red = hn::Add(green, hn::LoadU(kBytes, rows.red + i));
    const Vector blue = hn::Add(green, hn::LoadU(kBytes, rows.blue + i));
    hn::StoreInterleaved3(red, green, blue, kBytes, rgb + 3 * i);
  }
  for (; i < pixels; ++i) {
    const uint8_t green = rows.green[i];
    rgb[3 * i] = static_cast<uint8_t>(rows.red[i] + green);
    rgb[3 * i + 1] = green;
    rgb[3 * i + 2] = static_cast<uint8_t>(rows.blue[i] + green);
  }
}

void AddBytes(const uint8_t* bytes, size_t count, uint8_t* to) {
  const size_t lanes = hn::Lanes(kBytes);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(hn::Add(hn::LoadU(kBytes, to + i), hn::LoadU(kBytes, bytes + i)), kBytes, to + i);
  }
  for (; i < count; ++i) to[i] = static_cast<uint8_t>(to[i] + bytes[i]);
}

void SubtractBytes(const uint8_t* bytes, size_t count, uint8_t* from) {
  const size_t lanes = hn::Lanes(kBytes);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const Vector difference = hn::Sub(hn::LoadU(kBytes, from + i), hn::LoadU(kBytes, bytes + i));
    hn::StoreU(difference, kBytes, from + i);
  }
  for (; i < count; ++i) from[i] = static_cast<uint8_t>(from[i] - bytes[i]);
}

// One byte of a row that is not the first. REQUIRES: 0 < i.
template <uint8_t kPrediction>
uint8_t DifferenceAt(const uint8_t* row, const uint8_t* above, size_t i) {
  int value = row[i];
  if (kPrediction & kFromLeft) value -= row[i - 1];
  if (kPrediction & kFromAbove) value -= above[i];
  if (kPrediction == (kFromLeft | kFromAbove)) value += above[i - 1];
  return static_cast<uint8_t>(value);
}

uint64_t Magnitude(uint8_t difference) { return difference < 128 ? difference : 256u - difference; }

template <uint8_t kPrediction>
uint64_t PredictRowFrom(std::span<const uint8_t> row, const uint8_t* above, uint8_t* differences) {
  const hn::RebindToSigned<decltype(kBytes)> signed_bytes;
  const hn::RepartitionToWide<hn::RepartitionToWide<hn::RepartitionToWide<decltype(kBytes)>>> sums;
  if (row.empty()) return 0;
  differences[0] = row[0];
  if (kPrediction & kFromAbove) differences[0] = static_cast<uint8_t>(row[0] - above[0]);
  auto sum = hn::Zero(sums);
  const size_t lanes = hn::Lanes(kBytes);
  size_t i = 1;
  for (; i + lanes <= row.size(); i += lanes) {
    Vector value = hn::LoadU(kBytes, row.data() + i);
    if (kPrediction & kFromLeft) value = hn::Sub(value, hn::LoadU(kBytes, row.data() + i - 1));
    if (kPrediction & kFromAbove) value = hn::Sub(value, hn::LoadU(kBytes, above + i));
    if (kPrediction == (kFromLeft | kFromAbove)) {
      value = hn::Add(value, hn::LoadU(kBytes, above + i - 1));
    }
    hn::StoreU(value, kBytes, differences + i);
    const auto magnitudes = hn::BitCast(kBytes, hn::Abs(hn::BitCast(signed_bytes, value)));
    sum = hn::Add(sum, hn::SumsOf8(magnitudes));
  }
  uint64_t total = Magnitude(differences[0]) + hn::GetLane(hn::SumOfLanes(sums, sum));
  for (; i < row.size(); ++i) {
    differences[i] = DifferenceAt<kPrediction>(row.data(), above, i);
    total += Magnitude(differences[i]);
  }
  return total;
}

uint64_t PredictRow(uint8_t prediction, std::span<const uint8_t> row, const uint8_t* above,
                    uint8_t* differences) {
  switch (prediction) {
    case 0:
      return PredictRowFrom<0>(row, above, differences);
    case kFromAbove:
      return PredictRowFrom<kFromAbove>(row, above, differences);
    case kFromLeft:
      return PredictRowFrom<kFromLeft>(row, above, differences);
    default:
      return PredictRowFrom<kFromLeft | kFromAbove>(row, above, differences);
  }
}

// With both bits, what is left after the row above was subtracted is predicted from its left; so in
// either case the sums along the row come first, and the row above is added to them.
template <bool kAddAbove>
void SumAlongRow(std::span<uint8_t> row, const uint8_t* above) {
  uint8_t last = 0;
  size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::Full128<uint8_t> bytes;
  const size_t lanes = hn::Lanes(bytes);
  const auto last_lane = hn::Set(bytes, static_cast<uint8_t>(lanes - 1));
  auto before = hn::Zero(bytes);
  for (; i + lanes <= row.size(); i += lanes) {
    auto sums = hn::LoadU(bytes, row.data() + i);
    sums = hn::Add(sums, hn::ShiftLeftBytes<1>(bytes, sums));
    sums = hn::Add(sums, hn::ShiftLeftBytes<2>(bytes, sums));
    sums = hn::Add(sums, hn::ShiftLeftBytes<4>(bytes, sums));
    sums = hn::Add(sums, hn::ShiftLeftBytes<8>(bytes, sums));
    // From one vector to the next there is but this addition to wait for.
    const auto values = hn::Add(sums, before);
    before = hn::Add(before, hn::TableLookupBytes(sums, last_lane));
    hn::StoreU(kAddAbove ? hn::Add(values, hn::LoadU(bytes, above + i)) : values, bytes,
               row.data() + i);
  }
  last = hn::GetLane(before);
#endif
  for (; i < row.size(); ++i) {
    last = static_cast<uint8_t>(last + row[i]);
    row[i] = kAddAbove ? static_cast<uint8_t>(last + above[i]) : last;
  }
}

void UnpredictRow(uint8_t prediction, std::span<uint8_t> row, const uint8_t* above) {
  switch (prediction) {
    case 0:
      return;
    case kFromAbove:
      return AddBytes(above, row.size(), row.data());
    case kFromLeft:
      return SumAlongRow<false>(row, above);
    default:
      return SumAlongRow<true>(row, above);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace tensorfs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tensorfs {

HWY_EXPORT(SplitElements);
HWY_EXPORT(JoinElements);
HWY_EXPORT(SplitColours);
HWY_EXPORT(JoinColours);
HWY_EXPORT(AddBytes);
HWY_EXPORT(SubtractBytes);
HWY_EXPORT(PredictRow);
HWY_EXPORT(UnpredictRow);

void SplitElements(std::span<const uint8_t> elements, size_t element_bytes, uint8_t* planes) {
  HWY_DYNAMIC_DISPATCH(SplitElements)(elements, element_bytes, planes);
}

void JoinElements(const uint8_t* planes, size_t element_bytes, std::span<uint8_t> elements) {
  HWY_DYNAMIC_DISPATCH(JoinElements)(planes, element_bytes, elements);
}

void SplitColours(const uint8_t* rgb, size_t pixels, const ColourRows& rows) {
  HWY_DYNAMIC_DISPATCH(SplitColours)(rgb, pixels, rows);
}

void JoinColours(const ColourRows& rows, size_t pixels, uint8_t* rgb) {
  HWY_DYNAMIC_DISPATCH(JoinColours)(rows, pixels, rgb);
}

void AddBytes(const uint8_t* bytes, size_t count, uint8_t* to) {
  HWY_DYNAMIC_DISPATCH(AddBytes)(bytes, count, to);
}

void SubtractBytes(const uint8_t* bytes, size_t count, uint8_t* from) {
  HWY_DYNAMIC_DISPATCH(SubtractBytes)(bytes, count, from);
}

uint64_t PredictRow(uint8_t prediction, std::span<const uint8_t> row, const uint8_t* above,
                    uint8_t* differences) {
  return HWY_DYNAMIC_DISPATCH(PredictRow)(prediction, row, above, differences);
}

void UnpredictRow(uint8_t prediction, std::span<uint8_t> row, const uint8_t* above) {
  HWY_DYNAMIC_DISPATCH(UnpredictRow)(prediction, row, above);
}

}  // namespace tensorfs
#endif  // HWY_ONCE
