// SPDX-License-Identifier: MIT
#include "codec/tensor_writer.h"

#include <cstddef>
#include <cstring>

#include "codec/simd_kernels.h"

namespace tensorfs {
namespace {

// memcpy, because neither the table nor the file's buffer is aligned to the element.
template <typename Element>
Element LoadElement(const uint8_t* table, uint8_t value) {
  Element element;
  std::memcpy(&element, table + value * sizeof(Element), sizeof(Element));
  return element;
}

// Strides are in elements. Four at a time, so that the look-ups overlap: the compiler cannot know
// that a store does not change what the next one reads.
template <typename Element>
void LookUp(const uint8_t* table, const uint8_t* values, size_t stride, size_t count, uint8_t* out,
            size_t out_stride) {
  constexpr size_t kAtOnce = 4;
  const size_t out_step = out_stride * sizeof(Element);
  size_t i = 0;
  for (; i + kAtOnce <= count; i += kAtOnce, values += kAtOnce * stride) {
    Element elements[kAtOnce];
    for (size_t k = 0; k < kAtOnce; ++k) {
      elements[k] = LoadElement<Element>(table, values[k * stride]);
    }
    for (size_t k = 0; k < kAtOnce; ++k, out += out_step) {
      std::memcpy(out, &elements[k], sizeof(Element));
    }
  }
  for (; i < count; ++i, values += stride, out += out_step) {
    const Element element = LoadElement<Element>(table, *values);
    std::memcpy(out, &element, sizeof(Element));
  }
}

template <typename Element>
void WriteElements(const Image& image, const ValueTable& values, Layout layout, uint8_t* out) {
  const size_t channels = static_cast<size_t>(image.channels());
  const std::span<const uint8_t> bytes = image.bytes();
  const size_t pixels = bytes.size() / channels;
  const bool planar = layout == Layout::kChw;
  for (size_t channel = 0; channel < channels; ++channel) {
    uint8_t* first = out + sizeof(Element) * channel * (planar ? pixels : 1);
    LookUp<Element>(values.Channel(static_cast<int>(channel)), bytes.data() + channel, channels,
                    pixels, first, planar ? 1 : channels);
  }
}

void WriteBytes(const Image& image, Layout layout, uint8_t* out) {
  const std::span<const uint8_t> bytes = image.bytes();
  if (layout == Layout::kChw && image.channels() == 3) {
    SplitRgb(bytes.data(), bytes.size() / 3, out, bytes.size() / 3);
  } else {
    std::memcpy(out, bytes.data(), bytes.size());
  }
}

}  // namespace

void WriteTensor(const Image& image, const ValueTable& values, Layout layout,
                 std::span<uint8_t> out) {
  if (values.is_identity()) return WriteBytes(image, layout, out.data());
  switch (SizeOf(values.dtype())) {
    case 1:
      return WriteElements<uint8_t>(image, values, layout, out.data());
    case 2:
      return WriteElements<uint16_t>(image, values, layout, out.data());
    default:
      return WriteElements<uint32_t>(image, values, layout, out.data());
  }
}

}  // namespace tensorfs
