// SPDX-License-Identifier: MIT
// Stateless; thread-safe.
#ifndef TENSORFS_TESTS_FUZZ_PNG_CHECKSUMS_H_
#define TENSORFS_TESTS_FUZZ_PNG_CHECKSUMS_H_

#include <cstddef>
#include <cstdint>

namespace tensorfs {

// Makes the checksums of all whole chunks of a PNG right: with wrong ones, few inputs would get
// far.
void CorrectPngChecksums(uint8_t* file, size_t size);

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_FUZZ_PNG_CHECKSUMS_H_
