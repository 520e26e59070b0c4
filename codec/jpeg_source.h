// SPDX-License-Identifier: MIT
// libjpeg's view of a JPEG in memory, opened to it block by block as Pillow feeds it. Where the
// blocks end is visible: Pillow's arithmetic decoder cannot cross an end, and markers behind the
// picture are looked at only up to the end of the block in which the picture was complete.
// Not thread-safe; must not move once libjpeg knows it.
#ifndef TENSORFS_CODEC_JPEG_SOURCE_H_
#define TENSORFS_CODEC_JPEG_SOURCE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "codec/libjpeg.h"

namespace tensorfs {

class JpegSource {
 public:
  // The bytes of `file` must outlive the source.
  explicit JpegSource(std::span<const uint8_t> file);
  JpegSource(const JpegSource&) = delete;
  JpegSource& operator=(const JpegSource&) = delete;

  void Attach(jpeg_decompress_struct* decompressor) { decompressor->src = &manager_; }

  // To be called when libjpeg suspended: lets it see one block more. False at the end of the file.
  bool Continue();
  // Lets libjpeg see no further blocks.
  void Freeze() { frozen_ = true; }

  // What libjpeg has not consumed: of the whole file, and of the blocks it has seen.
  std::span<const uint8_t> Rest() const;
  std::span<const uint8_t> RestOfBlock() const;

 private:
  static boolean Fill(j_decompress_ptr decompressor);
  static void Skip(j_decompress_ptr decompressor, long byte_count);

  // Opens the next block and returns its size, 0 if there is none.
  size_t OpenBlock();

  jpeg_source_mgr manager_ = {};  // must stay the first member: libjpeg hands it back
  std::span<const uint8_t> file_;
  size_t open_bytes_ = 0;
  bool frozen_ = false;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_JPEG_SOURCE_H_
