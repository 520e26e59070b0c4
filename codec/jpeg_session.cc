// SPDX-License-Identifier: MIT
#include "codec/jpeg_session.h"

#include <cstring>

namespace tensorfs {
namespace {

JpegSession& SessionOf(j_common_ptr common) {
  return *static_cast<JpegSession*>(common->client_data);
}

ErrorCode CodeOf(int libjpeg_error) {
  switch (libjpeg_error) {
    case JERR_OUT_OF_MEMORY:
    case JERR_IMAGE_TOO_BIG:
      return ErrorCode::kTooLarge;
    case JERR_CANT_SUSPEND:
    case JERR_CONVERSION_NOTIMPL:
    case JERR_FRACT_SAMPLE_NOTIMPL:
    case JERR_SOF_UNSUPPORTED:
      return ErrorCode::kUnsupported;
    default:
      return ErrorCode::kCorrupt;
  }
}

[[noreturn]] void OnLibjpegError(j_common_ptr common) {
  JpegSession& session = SessionOf(common);
  common->err->format_message(common, session.message);
  session.code = CodeOf(common->err->msg_code);
  std::longjmp(session.on_error, 1);
}

// Pillow ignores warnings.
void CountWarning(j_common_ptr common, int level) {
  if (level < 0) ++common->err->num_warnings;
}

void LimitScans(j_common_ptr decompressor) {
  const auto* state = reinterpret_cast<const jpeg_decompress_struct*>(decompressor);
  if (state->input_scan_number > kMaxJpegScans) {
    Abort(SessionOf(decompressor), ErrorCode::kTooLarge, "too many scans");
  }
}

void ReadHeader(JpegSession& session) {
  for (int status = JPEG_HEADER_TABLES_ONLY; status != JPEG_HEADER_OK;) {
    status = jpeg_read_header(&session.decompressor, FALSE);
    if (status == JPEG_SUSPENDED && !session.source.Continue()) AbortTruncated(session);
  }
}

void CheckHeader(JpegSession& session) {
  jpeg_decompress_struct& decompressor = session.decompressor;
  const ImageHeader& header = session.header;
  if (static_cast<int>(decompressor.image_width) != header.size.width ||
      static_cast<int>(decompressor.image_height) != header.size.height ||
      decompressor.num_components != header.components ||
      (jpeg_has_multiple_scans(&decompressor) != FALSE) != header.multi_scan) {
    Abort(session, ErrorCode::kCorrupt, "contradictory frame headers");
  }
}

}  // namespace

JpegSession::JpegSession(std::span<const uint8_t> file, const ImageHeader& image_header)
    : source(file), header(image_header) {
  decompressor.err = jpeg_std_error(&errors);
  errors.error_exit = OnLibjpegError;
  errors.emit_message = CountWarning;
  decompressor.client_data = this;
}

JpegSession::~JpegSession() { jpeg_destroy_decompress(&decompressor); }

void Abort(JpegSession& session, ErrorCode code, const char* message) {
  session.code = code;
  std::strncpy(session.message, message, sizeof(session.message) - 1);
  std::longjmp(session.on_error, 1);
}

void AbortTruncated(JpegSession& session) {
  Abort(session, ErrorCode::kTruncated, "the file is truncated");
}

void OpenJpeg(JpegSession& session) {
  jpeg_create_decompress(&session.decompressor);
  session.progress.progress_monitor = LimitScans;
  session.decompressor.progress = &session.progress;
  session.source.Attach(&session.decompressor);
  ReadHeader(session);
  CheckHeader(session);
}

}  // namespace tensorfs
