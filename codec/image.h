// SPDX-License-Identifier: MIT
// Pixels in memory between the decoder and the tensor: interleaved uint8, row-major, no row gaps.
#ifndef TENSORFS_CODEC_IMAGE_H_
#define TENSORFS_CODEC_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace tensorfs {

// In pixels.
struct ImageSize {
  int width = 0;
  int height = 0;

  bool operator==(const ImageSize&) const = default;
};

// A rectangle of pixels; right and bottom are exclusive.
struct Rect {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;

  static Rect Whole(ImageSize size) { return {0, 0, size.width, size.height}; }
  int width() const { return right - left; }
  int height() const { return bottom - top; }
  ImageSize size() const { return {width(), height()}; }
  bool empty() const { return right <= left || bottom <= top; }

  bool operator==(const Rect&) const = default;
};

// The pixels of `window`, a rectangle of a larger image whose other pixels nobody needs. Row(y)
// and the window are in the coordinates of that whole image. Movable; not thread-safe.
class Image {
 public:
  Image() = default;
  // Allocates uninitialised pixels. REQUIRES: channels is 1 (grey) or 3 (RGB); window not empty.
  Image(const Rect& window, int channels)
      : window_(window),
        channels_(channels),
        data_(std::make_unique_for_overwrite<uint8_t[]>(SizeBytes(window, channels))) {}

  static size_t SizeBytes(const Rect& window, int channels) {
    return static_cast<size_t>(window.width()) * static_cast<size_t>(window.height()) *
           static_cast<size_t>(channels);
  }

  const Rect& window() const { return window_; }
  int channels() const { return channels_; }
  size_t row_bytes() const { return static_cast<size_t>(window_.width()) * channels_; }

  // Makes the same pixels part of another whole image, where they start at (left, top).
  void MoveTo(int left, int top) {
    window_ = {left, top, left + window_.width(), top + window_.height()};
  }

  // First byte of the window's part of row `y`. REQUIRES: window().top <= y < window().bottom.
  uint8_t* Row(int y) { return data_.get() + row_bytes() * (y - window_.top); }
  const uint8_t* Row(int y) const { return data_.get() + row_bytes() * (y - window_.top); }

  std::span<uint8_t> bytes() { return {data_.get(), SizeBytes(window_, channels_)}; }
  std::span<const uint8_t> bytes() const { return {data_.get(), SizeBytes(window_, channels_)}; }

 private:
  Rect window_;
  int channels_ = 0;
  std::unique_ptr<uint8_t[]> data_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_IMAGE_H_
