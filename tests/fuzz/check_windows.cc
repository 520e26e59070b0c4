// SPDX-License-Identifier: MIT
#include "tests/fuzz/check_windows.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string_view>

#include "codec/image_decoder.h"
#include "codec/image_header.h"
#include "codec/jpeg_crop.h"

namespace tensorfs {
namespace {

// Larger pictures would only make the fuzzer slow.
constexpr int64_t kMaxFuzzedPixels = 1 << 18;

void Require(bool condition) {
  if (!condition) std::abort();
}

Rect ChooseWindow(std::span<const uint8_t> file, ImageSize size) {
  size_t seed = std::hash<std::string_view>()(
      std::string_view(reinterpret_cast<const char*>(file.data()), file.size()));
  const auto draw = [&seed](int end) {
    const int drawn = static_cast<int>(seed % end);
    seed /= end;
    return drawn;
  };
  Rect window;
  window.left = draw(size.width);
  window.top = draw(size.height);
  window.right = window.left + 1 + draw(size.width - window.left);
  window.bottom = window.top + 1 + draw(size.height - window.top);
  return window;
}

// The header of a picture small enough.
std::optional<ImageHeader> ReadSmallHeader(std::span<const uint8_t> file) {
  const auto header = ReadImageHeader(file);
  if (!header || int64_t{header->size.width} * header->size.height > kMaxFuzzedPixels) return {};
  return *header;
}

}  // namespace

void CheckWindows(std::span<const uint8_t> file) {
  const auto header = ReadSmallHeader(file);
  if (!header) return;
  const auto whole = DecodeImage(file, *header, Rect::Whole(header->size));
  const Rect window = ChooseWindow(file, header->size);
  const auto part = DecodeImage(file, *header, window);
  Require(part.has_value() == whole.has_value());
  if (!whole) return;
  for (int y = window.top; y < window.bottom; ++y) {
    Require(std::equal(part->Row(y), part->Row(y) + part->row_bytes(),
                       whole->Row(y) + 3 * window.left));
  }
}

void CheckCrop(std::span<const uint8_t> file) {
  const auto header = ReadSmallHeader(file);
  if (!header) return;
  const Rect window = ChooseWindow(file, header->size);
  const auto crop = CropJpeg(file, *header, window);
  if (!crop) return;
  const auto expected = DecodeImage(file, *header, window);
  const auto cut_header = ReadImageHeader(crop->bytes);
  Require(expected.has_value() && cut_header.has_value());
  Require(cut_header->size == crop->window.size());
  const int left = crop->window.left, top = crop->window.top;
  const auto got =
      DecodeImage(crop->bytes, *cut_header,
                  {window.left - left, window.top - top, window.right - left, window.bottom - top});
  Require(got.has_value());
  Require(std::equal(got->bytes().begin(), got->bytes().end(), expected->bytes().begin(),
                     expected->bytes().end()));
}

}  // namespace tensorfs
