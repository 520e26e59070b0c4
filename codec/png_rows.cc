// SPDX-License-Identifier: MIT
#include "codec/png_rows.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "codec/png_unfilter.h"

namespace tensorfs {
namespace {

int RoundUpDivide(int dividend, int divisor) { return (dividend + divisor - 1) / divisor; }

}  // namespace

PngRows::PngRows(const PngMetadata& metadata, Image* image)
    : layout_(*metadata.layout()),
      pixels_(layout_, metadata.palette()),
      interlaced_(metadata.interlaced()),
      frame_(metadata.frame()),
      covers_image_(frame_ == Rect::Whole(metadata.size())),
      image_(image) {
  const size_t buffer_bytes = 1 + layout_.RowBytes(frame_.width()) + kPngRowPaddingBytes;
  row_ = std::make_unique<uint8_t[]>(buffer_bytes);
  above_ = std::make_unique<uint8_t[]>(buffer_bytes);
  // Pillow forgets where the frame lies if it is interlaced.
  if (interlaced_) frame_ = Rect::Whole(frame_.size());
  if (interlaced_ || !covers_image_) Blank(image_->window().top, image_->window().bottom);
  StartPass(0);
  if (inflateInit(&stream_) != Z_OK) stream_.state = nullptr;
}

PngRows::~PngRows() { inflateEnd(&stream_); }

std::span<const PngRows::Pass> PngRows::Passes() const {
  static constexpr std::array<Pass, 1> kPlain = {{{0, 0, 1, 1}}};
  static constexpr std::array<Pass, 7> kInterlaced = {{{0, 0, 8, 8},
                                                       {4, 0, 8, 8},
                                                       {0, 4, 4, 8},
                                                       {2, 0, 4, 4},
                                                       {0, 2, 2, 4},
                                                       {1, 0, 2, 2},
                                                       {0, 1, 1, 2}}};
  if (interlaced_) return kInterlaced;
  return kPlain;
}

bool PngRows::StartPass(size_t number) {
  if (number == Passes().size()) return false;
  pass_ = number;
  const Pass& pass = Passes()[pass_];
  y_ = pass.first_row;
  row_pixels_ = RoundUpDivide(frame_.width() - pass.first_column, pass.column_step);
  row_bytes_ = layout_.RowBytes(row_pixels_);
  std::memset(above_.get(), 0, row_bytes_ + 1);
  return true;
}

bool PngRows::NextRow() {
  y_ += Passes()[pass_].row_step;
  while (y_ >= frame_.height() || row_bytes_ == 0) {
    if (!StartPass(pass_ + 1)) return false;
  }
  return true;
}

Result<bool> PngRows::Add(std::span<const uint8_t> data) {
  if (stream_.state == nullptr) return Fail(ErrorCode::kTooLarge, "PNG: out of memory");
  stream_.next_in = const_cast<uint8_t*>(data.data());
  stream_.avail_in = static_cast<uInt>(data.size());
  while (stream_.avail_in > 0) {
    stream_.next_out = row_.get() + filled_bytes_;
    stream_.avail_out = static_cast<uInt>(row_bytes_ + 1 - filled_bytes_);
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status < 0) return Fail(ErrorCode::kCorrupt, "PNG: the image data does not inflate");
    filled_bytes_ = row_bytes_ + 1 - stream_.avail_out;
    if (stream_.avail_out > 0) break;

    const Result<void> finished = FinishRow();
    if (!finished) return tl::unexpected(finished.error());
    filled_bytes_ = 0;
    const bool more = NextRow();
    if (more && status == Z_STREAM_END && !interlaced_) {
      Blank(frame_.top + y_, image_->window().bottom);
    }
    if (!more || status == Z_STREAM_END) return true;
  }
  return false;
}

Result<void> PngRows::FinishRow() {
  const int filter = row_[0];
  if (filter >= kPngFilterCount) return Fail(ErrorCode::kCorrupt, "PNG: unknown row filter");
  const int y = frame_.top + y_;
  const Rect& window = image_->window();
  if (y >= window.bottom) return {};  // nor does any row that is still to come depend on it
  UndoPngFilter(filter, std::max(layout_.PixelBits() / 8, 1), row_.get() + 1, above_.get() + 1,
                row_bytes_);
  if (y >= window.top) PutRow(y);
  std::swap(row_, above_);
  return {};
}

void PngRows::PutRow(int y) {
  const Pass& pass = Passes()[pass_];
  const Rect& window = image_->window();
  const int left = frame_.left + pass.first_column;
  const int first = std::max(RoundUpDivide(window.left - left, pass.column_step), 0);
  const int end = std::min(RoundUpDivide(window.right - left, pass.column_step), row_pixels_);
  if (first >= end) return;
  const size_t column = left + first * pass.column_step - window.left;
  pixels_.ToRgb(row_.get() + 1, first, end - first, image_->Row(y) + 3 * column,
                size_t{3} * pass.column_step);
}

void PngRows::Blank(int top, int bottom) {
  const std::array<uint8_t, 3> blank = pixels_.Blank();
  const Rect& window = image_->window();
  for (int y = std::max(top, window.top); y < bottom; ++y) {
    uint8_t* rgb = image_->Row(y);
    for (int x = 0; x < window.width(); ++x) std::memcpy(rgb + 3 * x, blank.data(), 3);
  }
}

}  // namespace tensorfs
