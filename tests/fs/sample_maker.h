// SPDX-License-Identifier: MIT
// Source images for tests of the filesystem, and the files that they must be presented as, made
// with the codec alone. Stateless; thread-safe.
#ifndef TENSORFS_TESTS_FS_SAMPLE_MAKER_H_
#define TENSORFS_TESTS_FS_SAMPLE_MAKER_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "codec/pipeline.h"
#include "codec/tensor_file.h"

namespace tensorfs {

// A PNG whose pixels depend on `seed`.
std::vector<uint8_t> MakePngSample(int width, int height, unsigned seed);

// A JPEG whose pixels depend on `seed`, with so many bytes of metadata before its header.
std::vector<uint8_t> MakeJpegSample(int width, int height, unsigned seed,
                                    size_t metadata_bytes = 0);

// The whole presented file; empty if the image cannot be decoded.
std::string ExpectedFile(std::span<const uint8_t> image, const Pipeline& pipeline,
                         TensorFileFormat format = TensorFileFormat::kNpy);

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_FS_SAMPLE_MAKER_H_
