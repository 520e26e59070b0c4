// SPDX-License-Identifier: MIT
// Lets a Python test use the codec: answers requests on standard input one by one on standard
// output. All integers are little-endian int32.
//   'D' left top right bottom size file…    decodes a window, or all if right is 0; answers
//                                           code width height size, then pixels or the message
//   'E' colours progressive arithmetic separate_scans restart_rows quality width height
//       factor_count factors… pixels…       encodes a JPEG; answers size, then the file
#include <cstdio>
#include <string_view>
#include <vector>

#include "codec/image_decoder.h"
#include "codec/image_header.h"
#include "tests/codec/jpeg_maker.h"

namespace tensorfs {
namespace {

bool Read(void* bytes, size_t count) { return std::fread(bytes, 1, count, stdin) == count; }

int32_t ReadInt() {
  int32_t value = 0;
  return Read(&value, sizeof(value)) ? value : 0;
}

std::vector<uint8_t> ReadBytes(size_t count) {
  std::vector<uint8_t> bytes(count);
  if (!Read(bytes.data(), count)) bytes.clear();
  return bytes;
}

void Write(const void* bytes, size_t count) { std::fwrite(bytes, 1, count, stdout); }
void WriteInt(size_t value) {
  const auto small = static_cast<int32_t>(value);
  Write(&small, sizeof(small));
}

void WriteError(const Error& error) {
  WriteInt(static_cast<size_t>(error.code) + 1);
  WriteInt(0);
  WriteInt(0);
  WriteInt(error.message.size());
  Write(error.message.data(), error.message.size());
}

void AnswerDecode() {
  Rect window;
  window.left = ReadInt();
  window.top = ReadInt();
  window.right = ReadInt();
  window.bottom = ReadInt();
  const std::vector<uint8_t> file = ReadBytes(ReadInt());
  const auto header = ReadImageHeader(file);
  if (!header) return WriteError(header.error());
  if (window.right == 0) window = Rect::Whole(header->size);
  const auto image = DecodeImage(file, *header, window);
  if (!image) return WriteError(image.error());
  WriteInt(0);
  WriteInt(header->size.width);
  WriteInt(header->size.height);
  WriteInt(image->bytes().size());
  Write(image->bytes().data(), image->bytes().size());
}

void AnswerEncode() {
  JpegKind kind;
  kind.colours = static_cast<JpegKind::Colours>(ReadInt());
  kind.progressive = ReadInt() != 0;
  kind.arithmetic = ReadInt() != 0;
  kind.separate_scans = ReadInt() != 0;
  kind.restart_rows = static_cast<uint16_t>(ReadInt());
  const int quality = ReadInt();
  ImageSize size;
  size.width = ReadInt();
  size.height = ReadInt();
  for (int count = ReadInt(); count > 0; --count) {
    kind.sampling.push_back(static_cast<uint8_t>(ReadInt()));
  }
  const size_t pixels = static_cast<size_t>(size.width) * size.height;
  const std::vector<uint8_t> samples = ReadBytes(pixels * ChannelsOf(kind.colours));
  const std::vector<uint8_t> file = MakeJpeg(kind, size, quality, samples);
  WriteInt(file.size());
  Write(file.data(), file.size());
}

}  // namespace
}  // namespace tensorfs

int main() {
  for (int command = std::getchar(); command != EOF; command = std::getchar()) {
    if (command == 'D') {
      tensorfs::AnswerDecode();
    } else if (command == 'E') {
      tensorfs::AnswerEncode();
    } else {
      return 2;
    }
    std::fflush(stdout);
  }
  return 0;
}
