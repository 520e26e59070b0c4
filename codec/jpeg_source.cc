// SPDX-License-Identifier: MIT
#include "codec/jpeg_source.h"

#include <algorithm>
#include <type_traits>

namespace tensorfs {
namespace {

constexpr size_t kPillowBlockBytes = 65536;

}  // namespace

JpegSource::JpegSource(std::span<const uint8_t> file) : file_(file) {
  static_assert(std::is_standard_layout_v<JpegSource>);
  manager_.init_source = [](j_decompress_ptr) {};
  manager_.term_source = [](j_decompress_ptr) {};
  manager_.fill_input_buffer = Fill;
  manager_.skip_input_data = Skip;
  manager_.resync_to_restart = jpeg_resync_to_restart;
  manager_.next_input_byte = file_.data();
  manager_.bytes_in_buffer = OpenBlock();
}

size_t JpegSource::OpenBlock() {
  if (frozen_) return 0;
  const size_t block_bytes = std::min(kPillowBlockBytes, file_.size() - open_bytes_);
  open_bytes_ += block_bytes;
  return block_bytes;
}

bool JpegSource::Continue() {
  const size_t block_bytes = OpenBlock();
  manager_.bytes_in_buffer += block_bytes;
  return block_bytes > 0;
}

boolean JpegSource::Fill(j_decompress_ptr decompressor) {
  auto* source = reinterpret_cast<JpegSource*>(decompressor->src);
  if (decompressor->arith_code) return FALSE;
  const uint8_t* block = source->file_.data() + source->open_bytes_;
  const size_t block_bytes = source->OpenBlock();
  if (block_bytes == 0) return FALSE;
  source->manager_.next_input_byte = block;
  source->manager_.bytes_in_buffer = block_bytes;
  return TRUE;
}

void JpegSource::Skip(j_decompress_ptr decompressor, long byte_count) {
  auto* source = reinterpret_cast<JpegSource*>(decompressor->src);
  jpeg_source_mgr& manager = source->manager_;
  auto wanted = static_cast<size_t>(std::max(byte_count, 0L));
  while (wanted > manager.bytes_in_buffer && source->Continue()) {
  }
  wanted = std::min(wanted, manager.bytes_in_buffer);
  manager.next_input_byte += wanted;
  manager.bytes_in_buffer -= wanted;
}

std::span<const uint8_t> JpegSource::Rest() const {
  return file_.subspan(manager_.next_input_byte - file_.data());
}

std::span<const uint8_t> JpegSource::RestOfBlock() const {
  return {manager_.next_input_byte, manager_.bytes_in_buffer};
}

}  // namespace tensorfs
