// SPDX-License-Identifier: MIT
#include "codec/jpeg_crop.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "codec/interval.h"
#include "codec/jpeg_session.h"

namespace tensorfs {
namespace {

// Of each component, in turn.
using Blocks = std::array<jvirt_barray_ptr, MAX_COMPONENTS>;

// libjpeg's output, into a buffer that does not grow: a cut that is no smaller than the file is of
// no use.
struct Destination : jpeg_destination_mgr {
  explicit Destination(std::span<uint8_t> buffer) : jpeg_destination_mgr{} {
    next_output_byte = buffer.data();
    free_in_buffer = buffer.size();
    init_destination = [](j_compress_ptr) {};
    empty_output_buffer = GiveUp;
    term_destination = [](j_compress_ptr) {};
  }

  static boolean GiveUp(j_compress_ptr compressor) {
    Abort(*static_cast<JpegSession*>(compressor->client_data), ErrorCode::kUnsupported,
          "a cut would not be smaller than the file");
  }
};

struct Session : JpegSession {
  Session(std::span<const uint8_t> file, const ImageHeader& image_header, const Rect& wanted,
          std::span<uint8_t> buffer)
      : JpegSession(file, image_header), destination(buffer), window(wanted) {
    compressor.err = &errors;
    compressor.client_data = static_cast<JpegSession*>(this);
  }
  ~Session() { jpeg_destroy_compress(&compressor); }

  jpeg_compress_struct compressor = {};
  Destination destination;
  const Rect& window;
  jvirt_barray_ptr* source_blocks = nullptr;
  Blocks cut_blocks = {};
  Rect mcus;  // the part of the source to keep, in MCUs
  Rect cut;   // likewise, in pixels
};

void ReadCoefficients(Session& session) {
  OpenJpeg(session);
  for (;;) {
    session.source_blocks = jpeg_read_coefficients(&session.decompressor);
    if (session.source_blocks != nullptr) return;
    if (!session.source.Continue()) AbortTruncated(session);
  }
}

// What decoders make of a file that is not quite right may depend on where in it they are, or on
// other blocks around.
void CheckIntact(Session& session) {
  const jpeg_decompress_struct& decompressor = session.decompressor;
  bool intact = session.errors.num_warnings == 0;
  for (int i = 0; i < decompressor.num_components; ++i) {
    intact = intact && decompressor.comp_info[i].quant_table != nullptr;  // some scan had it
    if (!decompressor.progressive_mode) continue;
    // What the scans left inexact is smoothed.
    const int* bits = decompressor.coef_bits[i];
    intact = intact && std::all_of(bits, bits + DCTSIZE2, [](int left) { return left == 0; });
  }
  if (!intact) Abort(session, ErrorCode::kUnsupported, "not intact, so not to be cut");
}

void CheckFitsOneScan(Session& session) {
  const jpeg_decompress_struct& decompressor = session.decompressor;
  int blocks = 0;
  for (int i = 0; i < decompressor.num_components; ++i) {
    const jpeg_component_info& component = decompressor.comp_info[i];
    blocks += component.h_samp_factor * component.v_samp_factor;
  }
  if (decompressor.num_components > 1 && blocks > C_MAX_BLOCKS_IN_MCU) {
    Abort(session, ErrorCode::kUnsupported, "too many blocks for a single scan");
  }
}

void Read(Session& session) {
  ReadCoefficients(session);
  CheckIntact(session);
  CheckFitsOneScan(session);
}

// The MCUs with the pixels from which a decoder computes `pixels`, of an axis of the image.
Interval McusFor(Interval pixels, int image_pixels, int mcu_pixels) {
  const int last =
      std::min(std::max(pixels.last + kJpegUpsamplingReach, kMinJpegColumns), image_pixels);
  const int first =
      std::max(std::min(pixels.first - kJpegUpsamplingReach, last - kMinJpegColumns), 0);
  return {first / mcu_pixels, (last + mcu_pixels - 1) / mcu_pixels};
}

void PlanCut(Session& session) {
  const jpeg_decompress_struct& decompressor = session.decompressor;
  const ImageSize image = session.header.size;
  const int mcu_width = decompressor.max_h_samp_factor * DCTSIZE;
  const int mcu_height = decompressor.max_v_samp_factor * DCTSIZE;
  const Rect& window = session.window;
  const Interval columns = McusFor({window.left, window.right}, image.width, mcu_width);
  const Interval rows = McusFor({window.top, window.bottom}, image.height, mcu_height);
  session.mcus = {columns.first, rows.first, columns.last, rows.last};
  // Where the image ends within an MCU, so does the cut.
  session.cut = {columns.first * mcu_width, rows.first * mcu_height,
                 std::min(columns.last * mcu_width, image.width),
                 std::min(rows.last * mcu_height, image.height)};
}

void CreateCompressor(Session& session) {
  jpeg_compress_struct& compressor = session.compressor;
  jpeg_create_compress(&compressor);
  compressor.dest = &session.destination;
  jpeg_copy_critical_parameters(&session.decompressor, &compressor);
  compressor.image_width = static_cast<JDIMENSION>(session.cut.width());
  compressor.image_height = static_cast<JDIMENSION>(session.cut.height());
  compressor.optimize_coding = TRUE;
  // With one code for all components the file is 0.5 % larger, but decoding takes 5 % less: half of
  // the look-up tables need not be made and the others stay in the processor's nearest cache.
  for (int i = 0; i < compressor.num_components; ++i) {
    compressor.comp_info[i].dc_tbl_no = 0;
    compressor.comp_info[i].ac_tbl_no = 0;
  }
}

j_common_ptr Common(jpeg_compress_struct& compressor) {
  return reinterpret_cast<j_common_ptr>(&compressor);
}
j_common_ptr Common(jpeg_decompress_struct& decompressor) {
  return reinterpret_cast<j_common_ptr>(&decompressor);
}

void AllocateBlocks(Session& session) {
  jpeg_compress_struct& compressor = session.compressor;
  jpeg_memory_mgr& memory = *compressor.mem;
  for (int i = 0; i < compressor.num_components; ++i) {
    const jpeg_component_info& component = compressor.comp_info[i];
    session.cut_blocks[i] = memory.request_virt_barray(
        Common(compressor), JPOOL_IMAGE, FALSE, session.mcus.width() * component.h_samp_factor,
        session.mcus.height() * component.v_samp_factor, component.v_samp_factor);
  }
  memory.realize_virt_arrays(Common(compressor));
}

// The blocks of a component, in one direction, that a decoder needs for the window's `pixels`.
Interval BlocksFor(Interval pixels, int factor, int max_factor) {
  const int reach = factor < max_factor ? kJpegUpsamplingReach : 0;
  const int first = std::max(pixels.first - reach, 0) * factor;
  const int last = (pixels.last + reach) * factor;
  const int divisor = max_factor * DCTSIZE;
  return {first / divisor, (last + divisor - 1) / divisor};
}

// Leaves of the blocks nothing but their mean.
void Flatten(JBLOCKROW blocks, int count) {
  for (int i = 0; i < count; ++i) std::memset(blocks[i] + 1, 0, sizeof(JBLOCK) - sizeof(JCOEF));
}

// The rows of blocks that one row of MCUs has of a component. An MCU at an edge may have blocks
// that the window needs and others; to decode these would be a waste.
void CopyBlockRows(Session& session, int component_index, int mcu_row) {
  jpeg_decompress_struct& decompressor = session.decompressor;
  jpeg_compress_struct& compressor = session.compressor;
  const jpeg_component_info& component = compressor.comp_info[component_index];
  const Rect& window = session.window;
  const Interval columns = BlocksFor({window.left, window.right}, component.h_samp_factor,
                                     decompressor.max_h_samp_factor);
  const Interval rows = BlocksFor({window.top, window.bottom}, component.v_samp_factor,
                                  decompressor.max_v_samp_factor);
  const int height = component.v_samp_factor;
  const int top = (session.mcus.top + mcu_row) * height;
  const int left = session.mcus.left * component.h_samp_factor;
  const int right = session.mcus.right * component.h_samp_factor;
  JBLOCKARRAY from = decompressor.mem->access_virt_barray(
      Common(decompressor), session.source_blocks[component_index], top, height, FALSE);
  JBLOCKARRAY to = compressor.mem->access_virt_barray(
      Common(compressor), session.cut_blocks[component_index], mcu_row * height, height, TRUE);
  for (int row = 0; row < height; ++row) {
    std::memcpy(to[row], from[row] + left, static_cast<size_t>(right - left) * sizeof(JBLOCK));
    const bool needed = rows.first <= top + row && top + row < rows.last;
    Flatten(to[row], (needed ? columns.first : right) - left);
    if (columns.last < right) Flatten(to[row] + columns.last - left, right - columns.last);
  }
}

void Write(Session& session) {
  PlanCut(session);
  CreateCompressor(session);
  AllocateBlocks(session);
  for (int i = 0; i < session.compressor.num_components; ++i) {
    for (int row = 0; row < session.mcus.height(); ++row) CopyBlockRows(session, i, row);
  }
  jpeg_write_coefficients(&session.compressor, session.cut_blocks.data());
  jpeg_finish_compress(&session.compressor);
}

}  // namespace

Result<JpegCrop> CropJpeg(std::span<const uint8_t> file, const ImageHeader& header,
                          const Rect& window) {
  if (header.format != ImageFormat::kJpeg) return Fail(ErrorCode::kUnsupported, "not a JPEG");
  const auto buffer = std::make_unique_for_overwrite<uint8_t[]>(file.size());
  Session session(file, header, window, {buffer.get(), file.size()});
  if (!Guarded(session, Read)) return session.Failure();
  if (!Guarded(session, Write)) {
    // Coefficients that cannot be encoded are the only thing that it finds fault with.
    if (session.code == ErrorCode::kCorrupt) session.code = ErrorCode::kUnsupported;
    return session.Failure();
  }
  const size_t bytes = file.size() - session.destination.free_in_buffer;
  return JpegCrop{.bytes = {buffer.get(), buffer.get() + bytes}, .window = session.cut};
}

size_t JpegCropMemoryBytes(const ImageHeader& header, size_t file_bytes) {
  // Of the file and of the cut, whose MCUs are at most 4 × 4 blocks large.
  constexpr size_t kPadding = 32;
  constexpr size_t kFixedBytes = 512 << 10;
  const size_t width = (header.size.width + kPadding) / kPadding * kPadding;
  const size_t height = (header.size.height + kPadding) / kPadding * kPadding;
  const size_t coefficient_bytes = sizeof(JCOEF) * header.components * width * height;
  return 2 * coefficient_bytes + 2 * file_bytes + kFixedBytes;
}

}  // namespace tensorfs
