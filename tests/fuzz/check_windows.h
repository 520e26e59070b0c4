// SPDX-License-Identifier: MIT
// What the fuzz targets demand of a decoder beyond not crashing. Stateless; thread-safe.
#ifndef TENSORFS_TESTS_FUZZ_CHECK_WINDOWS_H_
#define TENSORFS_TESTS_FUZZ_CHECK_WINDOWS_H_

#include <cstdint>
#include <span>

namespace tensorfs {

// Decodes the file whole and in a window that its own bytes choose. Aborts the program unless both
// are refused, or both decoded and their pixels equal.
void CheckWindows(std::span<const uint8_t> file);

// Cuts such a window out of a JPEG. Aborts the program unless that is refused, or both the file and
// the cut can be decoded and their pixels in the window are equal.
void CheckCrop(std::span<const uint8_t> file);

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_FUZZ_CHECK_WINDOWS_H_
