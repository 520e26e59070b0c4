// SPDX-License-Identifier: MIT
#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "codec/byte_order.h"
#include "tests/fuzz/check_windows.h"

namespace {

// Makes the checksums of all whole chunks right: with wrong ones, few inputs would get far.
void CorrectChecksums(uint8_t* data, size_t size) {
  constexpr size_t kAroundPayload = 12;
  for (size_t offset = 8; size >= offset + kAroundPayload;) {
    const size_t length = tensorfs::ReadBig32(data + offset);
    if (length > size - offset - kAroundPayload) return;
    const auto checksum = static_cast<uint32_t>(crc32(0, data + offset + 4, 4 + length));
    uint8_t* const stored = data + offset + 8 + length;
    for (int i = 0; i < 4; ++i) stored[i] = static_cast<uint8_t>(checksum >> (24 - 8 * i));
    offset += kAroundPayload + length;
  }
}

}  // namespace

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned seed) {
  const size_t mutated = LLVMFuzzerMutate(data, size, max_size);
  constexpr unsigned kLeaveOneIn = 16;
  if (seed % kLeaveOneIn != 0) CorrectChecksums(data, mutated);
  return mutated;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tensorfs::CheckWindows({data, size});
  return 0;
}
