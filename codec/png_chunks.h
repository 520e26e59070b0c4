// SPDX-License-Identifier: MIT
// Walks a PNG's chunks as Pillow's reader does: which are checksummed, looked into and found fault
// with depends on whether they stand before, between or behind the image data. A view of the
// caller's bytes, which must outlive it; not thread-safe.
#ifndef TENSORFS_CODEC_PNG_CHUNKS_H_
#define TENSORFS_CODEC_PNG_CHUNKS_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/png_metadata.h"
#include "codec/result.h"

namespace tensorfs {

inline constexpr size_t kPngSignatureBytes = 8;

class PngChunks {
 public:
  // REQUIRES: `file` starts with the PNG signature.
  explicit PngChunks(std::span<const uint8_t> file) : rest_(file.subspan(kPngSignatureBytes)) {}

  // Reads up to the first image data. Errors: kTruncated if the file ends before; kCorrupt;
  // kUnsupported; kTooLarge.
  Result<void> ReadHead();

  // REQUIRES: ReadHead() succeeded.
  const PngMetadata& metadata() const { return metadata_; }

  // The next piece of the image data, never empty, cut as Pillow cuts it. Errors: kTruncated if
  // there is no more; kCorrupt. REQUIRES: ReadHead() succeeded.
  Result<std::span<const uint8_t>> NextData();

  // Reads what follows, to be called once, when the picture is complete. Errors: those of ReadHead.
  Result<void> ReadTail();

 private:
  struct Start {
    uint32_t type;
    uint32_t length;  // of the payload, not checked against the file
  };

  // Moves over a chunk's first 8 bytes. Errors: kTruncated; kCorrupt if the type is no name.
  Result<Start> ReadStart();
  // Moves over `length` bytes and returns them. Errors: kTruncated.
  Result<std::span<const uint8_t>> Take(size_t length);
  // Moves over `length` bytes or to the end of the file.
  void SkipLeniently(size_t length);
  // Moves over an fdAT chunk's sequence number and returns what is left of its length.
  Result<uint32_t> TakeSequence(uint32_t length);
  // Moves to the image data of a chunk that holds some.
  Result<void> EnterData(const Start& start);
  Result<void> ReadCheckedChunk(const Start& start);
  Result<void> ReadTailChunk(const Start& start);

  std::span<const uint8_t> rest_;
  size_t data_left_ = 0;  // of the payload of the image data chunk at hand
  PngMetadata metadata_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_PNG_CHUNKS_H_
