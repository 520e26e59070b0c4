// SPDX-License-Identifier: MIT
#include "codec/value_table.h"

#include <array>
#include <bit>
#include <cmath>

#include "codec/float_rounding.h"
#include "codec/overloaded.h"

namespace tensorfs {
namespace {

// What one channel's 256 values have become so far; each is exact in `dtype`.
struct Values {
  DType dtype = DType::kUint8;
  std::array<float, 256> value;
};

// PyTorch's float → uint8 on x86: truncation towards zero, then the low eight bits. Floats of 2^31
// and more have none, or do not fit the instruction's result, whose low bits are then zero too.
float ToUint8(float value) {
  if (!(std::abs(value) < 2147483648.0f)) return 0.0f;
  return static_cast<float>(static_cast<int64_t>(value) & 0xff);
}

void Convert(DType to, Values& values) {
  if (to == values.dtype) return;
  for (float& value : values.value) {
    if (values.dtype == DType::kUint8) {
      value = RoundTo(to, value / 255.0f);
    } else if (to == DType::kUint8) {
      value = ToUint8(RoundTo(values.dtype, value * 255.999f));
    } else {
      value = RoundTo(to, value);
    }
  }
  values.dtype = to;
}

void Standardize(float mean, float std, Values& values) {
  const float rounded_mean = RoundTo(values.dtype, mean);
  const float rounded_std = RoundTo(values.dtype, std);
  for (float& value : values.value) {
    const float centred = RoundTo(values.dtype, value - rounded_mean);
    value = RoundTo(values.dtype, centred / rounded_std);
  }
}

Values Compose(std::span<const Step> steps, size_t channel) {
  Values values;
  for (size_t i = 0; i < 256; ++i) values.value[i] = static_cast<float>(i);
  const auto at = [&](const std::vector<float>& list) {
    return list.size() == 1 ? list[0] : list[channel];
  };
  for (const Step& step : steps) {
    std::visit(Overloaded{[&](const ToTensor&) { Convert(DType::kFloat32, values); },
                          [&](const ConvertImageDtype& s) { Convert(s.dtype, values); },
                          [&](const Normalize& s) { Standardize(at(s.mean), at(s.std), values); },
                          [](const auto&) {}},
               step);
  }
  return values;
}

template <typename Bits>
void AppendLittleEndian(Bits bits, std::vector<uint8_t>& out) {
  for (size_t byte = 0; byte < sizeof(bits); ++byte) {
    out.push_back(static_cast<uint8_t>(bits >> (8 * byte)));
  }
}

void Append(DType dtype, float value, std::vector<uint8_t>& out) {
  switch (dtype) {
    case DType::kUint8:
      return out.push_back(static_cast<uint8_t>(value));
    case DType::kFloat16:
      return AppendLittleEndian(Float16Bits(value), out);
    case DType::kBfloat16:
      return AppendLittleEndian(Bfloat16Bits(value), out);
    case DType::kFloat32:
      return AppendLittleEndian(std::bit_cast<uint32_t>(value), out);
  }
}

}  // namespace

ValueTable::ValueTable(std::span<const Step> steps, int channels) {
  bool changes = false;
  for (int channel = 0; channel < channels; ++channel) {
    const Values values = Compose(steps, static_cast<size_t>(channel));
    dtype_ = values.dtype;
    for (size_t i = 0; i < 256; ++i) {
      changes |= values.value[i] != static_cast<float>(i);
      Append(dtype_, values.value[i], entries_);
    }
  }
  if (dtype_ == DType::kUint8 && !changes) entries_.clear();
}

}  // namespace tensorfs
