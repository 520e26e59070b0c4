// SPDX-License-Identifier: MIT
// For images of bytes, channels last: a PNG without further chunks. Written by libpng; read here,
// because only what was written is to be accepted: the header that the tensor's shape implies,
// image data of exactly its size, and the end.
#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>
#include <memory>
#include <optional>
#include <string>

#include "codec/byte_order.h"
#include "codec/codec_table.h"
#include "codec/png_unfilter.h"

namespace tensorfs {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr size_t kDataChunkBytes = 64 << 10;
constexpr int kZlibLevel = 1;  // higher ones take far longer for little
constexpr size_t kAroundPayload = 12;
// What zlib keeps, at most; see zconf.h.
constexpr size_t kDeflateBytes = 300 << 10;
constexpr size_t kInflateBytes = 64 << 10;

struct Geometry {
  size_t rows;
  size_t columns;
  size_t channels;

  size_t row_bytes() const { return columns * channels; }
  // Of the image data, each row behind the byte for its filter.
  size_t data_bytes() const { return rows * (1 + row_bytes()); }
  // Deflated data with the smallest window, and the chunks around it.
  size_t FileBound() const {
    const size_t deflated = data_bytes() + data_bytes() / 8 + data_bytes() / 64 + 1024;
    return deflated + deflated / kDataChunkBytes * kAroundPayload;
  }
};

std::optional<Geometry> GeometryOf(const TensorSpec& spec) {
  constexpr int64_t kMaxSide = 1'000'000;  // libpng's own limit
  if (spec.dtype != DType::kUint8 || spec.shape.size() != 3) return {};
  const int64_t rows = spec.shape[0], columns = spec.shape[1], channels = spec.shape[2];
  if (rows < 1 || rows > kMaxSide || columns < 1 || columns > kMaxSide) return {};
  if (channels != 1 && channels != 3) return {};
  return Geometry{static_cast<size_t>(rows), static_cast<size_t>(columns),
                  static_cast<size_t>(channels)};
}

// libpng reports errors by longjmp, which skips destructors: Write owns nothing itself.
struct Writer {
  ~Writer() { png_destroy_write_struct(&png, &info); }

  png_structp png = nullptr;
  png_infop info = nullptr;
  std::jmp_buf on_error;
  uint8_t* next = nullptr;
  size_t left = 0;
};

void Append(png_structp png, png_bytep bytes, size_t count) {
  auto* writer = static_cast<Writer*>(png_get_io_ptr(png));
  if (count > writer->left) png_error(png, "no room");
  std::memcpy(writer->next, bytes, count);
  writer->next += count;
  writer->left -= count;
}

[[noreturn]] void OnError(png_structp png, png_const_charp) {
  std::longjmp(static_cast<Writer*>(png_get_error_ptr(png))->on_error, 1);
}

bool Write(Writer& writer, const Geometry& geometry, const uint8_t* pixels) {
  if (setjmp(writer.on_error) != 0) return false;
  writer.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer, OnError,
                                       [](png_structp, png_const_charp) {});
  if (writer.png == nullptr) return false;
  writer.info = png_create_info_struct(writer.png);
  if (writer.info == nullptr) return false;
  png_set_write_fn(writer.png, &writer, Append, [](png_structp) {});
  png_set_IHDR(writer.png, writer.info, static_cast<png_uint_32>(geometry.columns),
               static_cast<png_uint_32>(geometry.rows), 8,
               geometry.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB,
               PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
  png_set_compression_level(writer.png, kZlibLevel);
  png_set_compression_buffer_size(writer.png, kDataChunkBytes);
  png_set_filter(writer.png, PNG_FILTER_TYPE_BASE,
                 PNG_FILTER_SUB | PNG_FILTER_UP | PNG_FILTER_PAETH);
  png_write_info(writer.png, writer.info);
  for (size_t row = 0; row < geometry.rows; ++row) {
    png_write_row(writer.png, pixels + row * geometry.row_bytes());
  }
  png_write_end(writer.png, nullptr);
  return true;
}

tl::unexpected<Error> Corrupt(const char* what) {
  return Fail(ErrorCode::kCorrupt, std::string("png: ") + what);
}

// The payload of the chunk that `rest` starts with, which it then no longer does. Nothing if that
// is not a whole, undamaged chunk of the type.
std::optional<Bytes> TakeChunk(Bytes& rest, const char* type) {
  if (rest.size() < kAroundPayload) return {};
  const size_t length = ReadBig32(rest.data());
  if (length > rest.size() - kAroundPayload) return {};
  const Bytes checked = rest.subspan(4, 4 + length);
  if (std::memcmp(checked.data(), type, 4) != 0) return {};
  if (crc32_z(0, checked.data(), checked.size()) != ReadBig32(&rest[8 + length])) return {};
  rest = rest.subspan(kAroundPayload + length);
  return checked.subspan(4);
}

std::array<uint8_t, 13> HeaderFor(const Geometry& geometry) {
  const size_t width = geometry.columns, height = geometry.rows;
  const auto byte = [](size_t value, int shift) { return static_cast<uint8_t>(value >> shift); };
  const uint8_t colour = geometry.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB;
  return {byte(width, 24),
          byte(width, 16),
          byte(width, 8),
          byte(width, 0),
          byte(height, 24),
          byte(height, 16),
          byte(height, 8),
          byte(height, 0),
          8,
          colour,
          0,
          0,
          0};
}

// Moves over what stands before the image data. False if it is not what it should be.
bool TakeHead(Bytes& rest, const Geometry& geometry) {
  constexpr uint8_t kSignature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  if (rest.size() < sizeof(kSignature) ||
      std::memcmp(rest.data(), kSignature, sizeof(kSignature)) != 0) {
    return false;
  }
  rest = rest.subspan(sizeof(kSignature));
  const auto header = TakeChunk(rest, "IHDR");
  const auto expected = HeaderFor(geometry);
  return header && std::equal(header->begin(), header->end(), expected.begin(), expected.end());
}

// The image data, out of as many chunks as there are.
class Inflater {
 public:
  explicit Inflater(Bytes* rest) : rest_(rest) { good_ = inflateInit(&stream_) == Z_OK; }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  bool good() const { return good_; }

  // False if there are not as many bytes.
  bool Fill(uint8_t* out, size_t count) {
    stream_.next_out = out;
    for (size_t left = count; left > 0;) {
      constexpr size_t kMaxAtATime = 1 << 30;
      stream_.avail_out = static_cast<uInt>(std::min(left, kMaxAtATime));
      const size_t before = stream_.avail_out;
      if (!Step() && stream_.avail_out > 0) return false;
      left -= before - stream_.avail_out;
    }
    return true;
  }

  // Whether exactly the data's end follows, and no further chunk of data.
  bool AtEnd() {
    uint8_t none;
    stream_.next_out = &none;
    stream_.avail_out = 0;
    while (!ended_ && Step()) {
    }
    return ended_ && stream_.avail_in == 0;
  }

 private:
  // Inflates some. False if nothing more can come.
  bool Step() {
    if (ended_) return false;
    if (stream_.avail_in == 0) {
      const auto chunk = TakeChunk(*rest_, "IDAT");
      if (!chunk) return false;
      stream_.next_in = const_cast<uint8_t*>(chunk->data());
      stream_.avail_in = static_cast<uInt>(chunk->size());
    }
    const size_t in_before = stream_.avail_in, out_before = stream_.avail_out;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    ended_ = status == Z_STREAM_END;
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return false;
    return ended_ || stream_.avail_in < in_before || stream_.avail_out < out_before ||
           stream_.avail_in == 0;
  }

  Bytes* rest_;
  z_stream stream_ = {};
  bool good_ = false;
  bool ended_ = false;
};

class Png : public Codec {
 public:
  Encoding encoding() const override { return Encoding::kPng; }

 private:
  bool FitsChecked(const TensorSpec& spec) const override { return GeometryOf(spec).has_value(); }

  Result<std::vector<uint8_t>> EncodeChecked(const TensorSpec& spec, Bytes tensor,
                                             int) const override {
    const Geometry geometry = *GeometryOf(spec);
    const auto file = std::make_unique_for_overwrite<uint8_t[]>(geometry.FileBound());
    Writer writer;
    writer.next = file.get();
    writer.left = geometry.FileBound();
    if (!Write(writer, geometry, tensor.data()))
      return Fail(ErrorCode::kTooLarge, "png: no memory");
    return std::vector<uint8_t>(file.get(), writer.next);
  }

  size_t EncodeMemoryBytesChecked(const TensorSpec& spec, int) const override {
    const Geometry geometry = *GeometryOf(spec);
    constexpr size_t kRowsKept = 5;  // libpng's candidates for the filter
    return 2 * geometry.FileBound() + kRowsKept * (geometry.row_bytes() + 64) + kDeflateBytes +
           2 * kDataChunkBytes;
  }

  size_t DecodeScratchBytesChecked(const TensorSpec& spec, size_t) const override {
    return 2 * (1 + GeometryOf(spec)->row_bytes() + kPngRowPaddingBytes) + kInflateBytes;
  }

  Result<void> DecodeChecked(const TensorSpec& spec, Bytes payload,
                             std::span<uint8_t> tensor) const override;
};

Result<void> Png::DecodeChecked(const TensorSpec& spec, Bytes payload,
                                std::span<uint8_t> tensor) const {
  const Geometry geometry = *GeometryOf(spec);
  if (!TakeHead(payload, geometry)) return Corrupt("not the header of such a tensor");
  Inflater data(&payload);
  if (!data.good()) return Fail(ErrorCode::kTooLarge, "png: no memory");
  const size_t row_bytes = geometry.row_bytes();
  std::vector<uint8_t> row(1 + row_bytes + kPngRowPaddingBytes);
  std::vector<uint8_t> above(row.size());
  for (size_t y = 0; y < geometry.rows; ++y) {
    if (!data.Fill(row.data(), 1 + row_bytes)) return Corrupt("damaged image data");
    if (row[0] >= kPngFilterCount) return Corrupt("no such filter");
    UndoPngFilter(row[0], static_cast<int>(geometry.channels), &row[1], &above[1], row_bytes);
    std::memcpy(tensor.data() + y * row_bytes, &row[1], row_bytes);
    row.swap(above);
  }
  if (!data.AtEnd()) return Corrupt("more image data than pixels");
  const auto end = TakeChunk(payload, "IEND");
  if (!end || !end->empty() || !payload.empty()) return Corrupt("not one image to the end");
  return {};
}

}  // namespace

const Codec* PngCodec() {
  static const Png codec;
  return &codec;
}

}  // namespace tensorfs
