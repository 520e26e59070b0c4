// SPDX-License-Identifier: MIT
#include "codec/tensor_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "codec/simd_kernels.h"

namespace tensorfs {
namespace {

// In the order of the enum's values.
constexpr std::array<std::string_view, 5> kFormatNames = {"npy", "raw", "safetensors", "ppm",
                                                          "bmp"};
constexpr size_t kNpyAlignment = 64;
constexpr size_t kSafetensorsDataOffset = 4096;
constexpr size_t kBmpFileHeaderBytes = 14;
constexpr size_t kBmpInfoHeaderBytes = 40;

// Indexed by DType.
constexpr std::array<std::string_view, 4> kNpyDescr = {"|u1", "<f2", "", "<f4"};
constexpr std::array<std::string_view, 4> kSafetensorsDtype = {"U8", "F16", "BF16", "F32"};

// "224, 224, 3" or, without blanks, "224,224,3".
std::string Join(const std::vector<int64_t>& shape, std::string_view separator) {
  std::string text;
  for (const int64_t length : shape) {
    if (!text.empty()) text += separator;
    text += std::to_string(length);
  }
  return text;
}

std::string LittleEndian(uint64_t value, size_t bytes) {
  std::string text;
  for (size_t i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

// NumPy's format version 1.0: magic, version, length of what follows, a Python dict, padding, '\n'.
std::string NpyHeader(const TensorSpec& spec) {
  const std::string dict = "{'descr': '" + std::string(kNpyDescr[static_cast<size_t>(spec.dtype)]) +
                           "', 'fortran_order': False, 'shape': (" + Join(spec.shape, ", ") +
                           "), }";
  constexpr size_t kPrefixBytes = 10;
  const size_t used = kPrefixBytes + dict.size() + 1;
  const size_t padding = (kNpyAlignment - used % kNpyAlignment) % kNpyAlignment;
  const std::string text = dict + std::string(padding, ' ') + '\n';
  return std::string("\x93NUMPY\x01\x00", 8) + LittleEndian(text.size(), 2) + text;
}

// Data start at 4096, so that a mapped tensor stands on a page of its own.
std::string SafetensorsHeader(const TensorSpec& spec) {
  std::string json = R"({"tensor":{"dtype":")" +
                     std::string(kSafetensorsDtype[static_cast<size_t>(spec.dtype)]) +
                     R"(","shape":[)" + Join(spec.shape, ",") + R"(],"data_offsets":[0,)" +
                     std::to_string(spec.SizeBytes()) + "]}}";
  json.resize(kSafetensorsDataOffset - sizeof(uint64_t), ' ');
  return LittleEndian(json.size(), sizeof(uint64_t)) + json;
}

// The shape of an image, channels last.
struct ImageShape {
  explicit ImageShape(const TensorSpec& spec)
      : height(static_cast<size_t>(spec.shape[0])),
        width(static_cast<size_t>(spec.shape[1])),
        channels(static_cast<size_t>(spec.shape[2])) {}

  size_t row_bytes() const { return width * channels; }
  size_t bmp_row_bytes() const { return (row_bytes() + 3) / 4 * 4; }

  size_t height;
  size_t width;
  size_t channels;
};

std::string PpmHeader(const ImageShape& image) {
  return std::string(image.channels == 3 ? "P6\n" : "P5\n") + std::to_string(image.width) + ' ' +
         std::to_string(image.height) + "\n255\n";
}

std::string GreyPalette() {
  std::string palette;
  for (int value = 0; value < 256; ++value) {
    palette += std::string(3, static_cast<char>(value)) + '\0';
  }
  return palette;
}

// BITMAPFILEHEADER, BITMAPINFOHEADER and, for grey images, a palette.
std::string BmpHeader(const ImageShape& image) {
  const std::string palette = image.channels == 1 ? GreyPalette() : "";
  const size_t offset = kBmpFileHeaderBytes + kBmpInfoHeaderBytes + palette.size();
  const size_t pixel_bytes = image.bmp_row_bytes() * image.height;
  constexpr size_t kPixelsPerMetre = 2835;  // 72 dpi
  const size_t colours = palette.size() / 4;
  return "BM" + LittleEndian(offset + pixel_bytes, 4) + LittleEndian(0, 4) +
         LittleEndian(offset, 4) + LittleEndian(kBmpInfoHeaderBytes, 4) +
         LittleEndian(image.width, 4) + LittleEndian(image.height, 4) + LittleEndian(1, 2) +
         LittleEndian(8 * image.channels, 2) + LittleEndian(0, 4) + LittleEndian(pixel_bytes, 4) +
         LittleEndian(kPixelsPerMetre, 4) + LittleEndian(kPixelsPerMetre, 4) +
         LittleEndian(colours, 4) + LittleEndian(colours, 4) + palette;
}

// Rows upside down and padded to four bytes, blue first.
void WriteBmpPixels(const ImageShape& image, std::span<const uint8_t> pixels, uint8_t* out) {
  for (size_t y = image.height; y-- > 0; out += image.bmp_row_bytes()) {
    const uint8_t* row = pixels.data() + y * image.row_bytes();
    if (image.channels == 3) {
      SwapRedAndBlue(row, image.width, out);
    } else {
      std::memcpy(out, row, image.row_bytes());
    }
    std::fill(out + image.row_bytes(), out + image.bmp_row_bytes(), uint8_t{0});
  }
}

void ReadBmpPixels(const ImageShape& image, const uint8_t* in, std::span<uint8_t> pixels) {
  for (size_t y = image.height; y-- > 0; in += image.bmp_row_bytes()) {
    uint8_t* row = pixels.data() + y * image.row_bytes();
    if (image.channels == 3) {
      SwapRedAndBlue(in, image.width, row);
    } else {
      std::memcpy(row, in, image.row_bytes());
    }
  }
}

std::string Header(TensorFileFormat format, const TensorSpec& spec) {
  switch (format) {
    case TensorFileFormat::kNpy:
      return NpyHeader(spec);
    case TensorFileFormat::kSafetensors:
      return SafetensorsHeader(spec);
    case TensorFileFormat::kPpm:
      return PpmHeader(ImageShape(spec));
    case TensorFileFormat::kBmp:
      return BmpHeader(ImageShape(spec));
    case TensorFileFormat::kRaw:
      break;
  }
  return "";
}

bool IsImage(TensorFileFormat format) {
  return format == TensorFileFormat::kPpm || format == TensorFileFormat::kBmp;
}

}  // namespace

std::string_view NameOf(TensorFileFormat format) {
  return kFormatNames[static_cast<size_t>(format)];
}

std::optional<TensorFileFormat> TensorFileFormatFromName(std::string_view name) {
  const auto found = std::find(kFormatNames.begin(), kFormatNames.end(), name);
  if (found == kFormatNames.end()) return std::nullopt;
  return static_cast<TensorFileFormat>(found - kFormatNames.begin());
}

Result<void> CheckPresentable(TensorFileFormat format, const Pipeline& pipeline) {
  const std::string name(NameOf(format));
  if (format == TensorFileFormat::kNpy && pipeline.dtype() == DType::kBfloat16) {
    return Fail(ErrorCode::kInvalidArgument,
                "npy cannot hold bfloat16, which NumPy does not have: present raw or safetensors");
  }
  if (IsImage(format) && pipeline.dtype() != DType::kUint8) {
    return Fail(ErrorCode::kInvalidArgument,
                name + " holds uint8 images only, but the pipeline ends in " +
                    std::string(NameOf(pipeline.dtype())));
  }
  if (IsImage(format) && pipeline.layout() != Layout::kHwc) {
    return Fail(ErrorCode::kInvalidArgument,
                name + " needs the layout hwc, but the pipeline's is chw");
  }
  return {};
}

Result<TensorFileLayout> TensorFileLayout::Create(TensorFileFormat format, const TensorSpec& spec) {
  TensorFileLayout layout;
  layout.format_ = format;
  layout.spec_ = spec;
  layout.header_ = Header(format, spec);
  size_t data_bytes = spec.SizeBytes();
  if (format == TensorFileFormat::kBmp) {
    const ImageShape image(spec);
    data_bytes = image.bmp_row_bytes() * image.height;
  }
  layout.file_bytes_ = layout.header_.size() + data_bytes;
  // Several readers take the header's 32-bit sizes as signed.
  if (format == TensorFileFormat::kBmp &&
      layout.file_bytes_ > size_t{std::numeric_limits<int32_t>::max()}) {
    return Fail(ErrorCode::kTooLarge, spec.ToString() + " does not fit into a bmp file");
  }
  return layout;
}

size_t TensorFileLayout::finish_scratch_bytes() const {
  return format_ == TensorFileFormat::kBmp ? tensor_bytes() : 0;
}

void TensorFileLayout::Finish(std::span<uint8_t> file) const {
  std::memcpy(file.data(), header_.data(), header_.size());
  if (format_ != TensorFileFormat::kBmp) return;
  uint8_t* tensor = file.data() + tensor_offset();
  const std::vector<uint8_t> pixels(tensor, tensor + tensor_bytes());
  WriteBmpPixels(ImageShape(spec_), pixels, tensor);
}

void TensorFileLayout::ReadTensor(std::span<const uint8_t> file, std::span<uint8_t> tensor) const {
  const uint8_t* data = file.data() + tensor_offset();
  if (format_ == TensorFileFormat::kBmp) {
    ReadBmpPixels(ImageShape(spec_), data, tensor);
  } else {
    std::memcpy(tensor.data(), data, tensor.size());
  }
}

}  // namespace tensorfs
