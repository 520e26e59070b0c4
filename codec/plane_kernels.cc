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

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace tensorfs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tensorfs {

HWY_EXPORT(SplitElements);
HWY_EXPORT(JoinElements);

void SplitElements(std::span<const uint8_t> elements, size_t element_bytes, uint8_t* planes) {
  HWY_DYNAMIC_DISPATCH(SplitElements)(elements, element_bytes, planes);
}

void JoinElements(const uint8_t* planes, size_t element_bytes, std::span<uint8_t> elements) {
  HWY_DYNAMIC_DISPATCH(JoinElements)(planes, element_bytes, elements);
}

}  // namespace tensorfs
#endif  // HWY_ONCE
