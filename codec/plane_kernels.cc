// SPDX-License-Identifier: MIT
#include "codec/plane_kernels.h"

#include <type_traits>

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
const hn::CappedTag<uint8_t, 16> kFewBytes;
template <typename Tag>
using VectorOf = hn::Vec<Tag>;

// Calls `step` with a tag and an index for each whole vector of [0, count), the last ones smaller,
// as rows of 224 bytes would leave half of a wide vector for bytes one by one. Returns how many are
// left for that.
template <typename Step>
size_t ForEachVector(size_t count, Step step) {
  size_t i = 0;
  for (; i + hn::Lanes(kBytes) <= count; i += hn::Lanes(kBytes)) step(kBytes, i);
  for (; i + hn::Lanes(kFewBytes) <= count; i += hn::Lanes(kFewBytes)) step(kFewBytes, i);
  return i;
}

void SplitElements(std::span<const uint8_t> elements, size_t element_bytes, uint8_t* planes) {
  const size_t count = elements.size() / element_bytes;
  size_t i = ForEachVector(count, [&](auto tag, size_t at) {
    const uint8_t* from = elements.data() + element_bytes * at;
    VectorOf<decltype(tag)> a, b, c, d;
    if (element_bytes == 2) {
      hn::LoadInterleaved2(tag, from, a, b);
    } else {
      hn::LoadInterleaved4(tag, from, a, b, c, d);
      hn::StoreU(c, tag, planes + 2 * count + at);
      hn::StoreU(d, tag, planes + 3 * count + at);
    }
    hn::StoreU(a, tag, planes + at);
    hn::StoreU(b, tag, planes + count + at);
  });
  for (; i < count; ++i) {
    for (size_t k = 0; k < element_bytes; ++k) {
      planes[k * count + i] = elements[element_bytes * i + k];
    }
  }
}

void JoinElements(const uint8_t* planes, size_t element_bytes, std::span<uint8_t> elements) {
  const size_t count = elements.size() / element_bytes;
  size_t i = ForEachVector(count, [&](auto tag, size_t at) {
    uint8_t* to = elements.data() + element_bytes * at;
    const auto a = hn::LoadU(tag, planes + at);
    const auto b = hn::LoadU(tag, planes + count + at);
    if (element_bytes == 2) {
      hn::StoreInterleaved2(a, b, tag, to);
    } else {
      const auto c = hn::LoadU(tag, planes + 2 * count + at);
      const auto d = hn::LoadU(tag, planes + 3 * count + at);
      hn::StoreInterleaved4(a, b, c, d, tag, to);
    }
  });
  for (; i < count; ++i) {
    for (size_t k = 0; k < element_bytes; ++k) {
      elements[element_bytes * i + k] = planes[k * count + i];
    }
  }
}

void SplitColours(const uint8_t* rgb, size_t pixels, const ColourRows& rows) {
  size_t i = ForEachVector(pixels, [&](auto tag, size_t at) {
    VectorOf<decltype(tag)> red, green, blue;
    hn::LoadInterleaved3(tag, rgb + 3 * at, red, green, blue);
    hn::StoreU(hn::Sub(red, green), tag, rows.red + at);
    hn::StoreU(green, tag, rows.green + at);
    hn::StoreU(hn::Sub(blue, green), tag, rows.blue + at);
  });
  for (; i < pixels; ++i) {
    const uint8_t green = rgb[3 * i + 1];
    rows.red[i] = static_cast<uint8_t>(rgb[3 * i] - green);
    rows.green[i] = green;
    rows.blue[i] = static_cast<uint8_t>(rgb[3 * i + 2] - green);
  }
}

void JoinColours(const ColourRows& rows, size_t pixels, uint8_t* rgb) {
  size_t i = ForEachVector(pixels, [&](auto tag, size_t at) {
    const auto green = hn::LoadU(tag, rows.green + at);
    const auto red = hn::Add(green, hn::LoadU(tag, rows.red + at));
    const auto blue = hn::Add(green, hn::LoadU(tag, rows.blue + at));
    hn::StoreInterleaved3(red, green, blue, tag, rgb + 3 * at);
  });
  for (; i < pixels; ++i) {
    const uint8_t green = rows.green[i];
    rgb[3 * i] = static_cast<uint8_t>(rows.red[i] + green);
    rgb[3 * i + 1] = green;
    rgb[3 * i + 2] = static_cast<uint8_t>(rows.blue[i] + green);
  }
}

void AddBytes(const uint8_t* bytes, size_t count, uint8_t* to) {
  size_t i = ForEachVector(count, [&](auto tag, size_t at) {
    hn::StoreU(hn::Add(hn::LoadU(tag, to + at), hn::LoadU(tag, bytes + at)), tag, to + at);
  });
  for (; i < count; ++i) to[i] = static_cast<uint8_t>(to[i] + bytes[i]);
}

void SubtractBytes(const uint8_t* bytes, size_t count, uint8_t* from) {
  size_t i = ForEachVector(count, [&](auto tag, size_t at) {
    hn::StoreU(hn::Sub(hn::LoadU(tag, from + at), hn::LoadU(tag, bytes + at)), tag, from + at);
  });
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

// The differences of a vector's bytes that are not the first of the row.
template <uint8_t kPrediction, typename Tag>
VectorOf<Tag> DifferencesAt(Tag tag, const uint8_t* row, const uint8_t* above, size_t i) {
  auto value = hn::LoadU(tag, row + i);
  if (kPrediction & kFromLeft) value = hn::Sub(value, hn::LoadU(tag, row + i - 1));
  if (kPrediction & kFromAbove) value = hn::Sub(value, hn::LoadU(tag, above + i));
  if (kPrediction == (kFromLeft | kFromAbove)) {
    value = hn::Add(value, hn::LoadU(tag, above + i - 1));
  }
  return value;
}

// Of signed bytes, by eights.
template <typename Tag>
auto SumsOfMagnitudes(Tag tag, VectorOf<Tag> differences) {
  const hn::RebindToSigned<Tag> as_signed;
  return hn::SumsOf8(hn::BitCast(tag, hn::Abs(hn::BitCast(as_signed, differences))));
}

template <typename Sums>
uint64_t Total(Sums sums) {
  const hn::DFromV<Sums> tag;
  return hn::GetLane(hn::SumOfLanes(tag, sums));
}

template <uint8_t kPrediction>
uint64_t PredictRowFrom(std::span<const uint8_t> row, const uint8_t* above, uint8_t* differences) {
  if (row.empty()) return 0;
  differences[0] = row[0];
  if (kPrediction & kFromAbove) differences[0] = static_cast<uint8_t>(row[0] - above[0]);
  auto wide_sums = hn::Zero(hn::Repartition<uint64_t, decltype(kBytes)>());
  auto narrow_sums = hn::Zero(hn::Repartition<uint64_t, decltype(kFewBytes)>());
  size_t i = 1 + ForEachVector(row.size() - 1, [&](auto tag, size_t at) {
               const auto found = DifferencesAt<kPrediction>(tag, row.data(), above, 1 + at);
               hn::StoreU(found, tag, differences + 1 + at);
               const auto sums = SumsOfMagnitudes(tag, found);
               if constexpr (std::is_same_v<decltype(tag), std::decay_t<decltype(kBytes)>>) {
                 wide_sums = hn::Add(wide_sums, sums);
               } else {
                 narrow_sums = hn::Add(narrow_sums, sums);
               }
             });
  const size_t lanes = hn::Lanes(kFewBytes);
  if (i > lanes && i < row.size()) {
    // The last bytes together with some before them, which are counted already.
    const size_t begin = row.size() - lanes;
    const auto found = DifferencesAt<kPrediction>(kFewBytes, row.data(), above, begin);
    hn::StoreU(found, kFewBytes, differences + begin);
    const auto fresh = hn::IfThenZeroElse(hn::FirstN(kFewBytes, i - begin), found);
    narrow_sums = hn::Add(narrow_sums, SumsOfMagnitudes(kFewBytes, fresh));
    i = row.size();
  }
  uint64_t total = Magnitude(differences[0]) + Total(wide_sums) + Total(narrow_sums);
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
