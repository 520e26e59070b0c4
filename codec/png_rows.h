// SPDX-License-Identifier: MIT
// From PNG image data to pixels: inflates rows, undoes their filters and puts those of the window
// into an image, interlaced or not. Not thread-safe.
#ifndef TENSORFS_CODEC_PNG_ROWS_H_
#define TENSORFS_CODEC_PNG_ROWS_H_

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "codec/image.h"
#include "codec/png_metadata.h"
#include "codec/png_pixels.h"
#include "codec/result.h"

namespace tensorfs {

class PngRows {
 public:
  // `image` must outlive the object. REQUIRES: metadata.BeginData() succeeded.
  PngRows(const PngMetadata& metadata, Image* image);
  ~PngRows();
  PngRows(const PngRows&) = delete;
  PngRows& operator=(const PngRows&) = delete;

  // Takes the next piece of image data. Returns whether the picture is complete, be it because all
  // rows have come or because the data ended behind a whole row: the rest is blank then.
  // Errors: kCorrupt; kTooLarge if memory runs out.
  Result<bool> Add(std::span<const uint8_t> data);

 private:
  // The columns and rows of the picture that one pass brings.
  struct Pass {
    int first_column, first_row, column_step, row_step;
  };

  std::span<const Pass> Passes() const;
  // False if there is no such pass.
  bool StartPass(size_t number);
  // Moves on to the next row that has pixels. False behind the last.
  bool NextRow();
  Result<void> FinishRow();
  void PutRow(int y);
  void Blank(int top, int bottom);

  PngLayout layout_;
  PngPixels pixels_;
  bool interlaced_;
  Rect frame_;
  bool covers_image_;  // no pixel is left out by the frame
  Image* image_;

  z_stream stream_ = {};
  std::unique_ptr<uint8_t[]> row_;    // filter type, then pixels
  std::unique_ptr<uint8_t[]> above_;  // likewise, with its filter undone
  size_t filled_bytes_ = 0;           // of row_

  size_t pass_ = 0;
  int row_pixels_ = 0;
  size_t row_bytes_ = 0;  // without the filter type
  int y_ = 0;             // within the frame
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_PNG_ROWS_H_
