// SPDX-License-Identifier: MIT
// libjpeg reading one JPEG from memory as Pillow lets it: opening it, the header, the limits, and
// its errors, which become values.
//
// libjpeg reports errors by longjmp, which skips destructors. So it is called only from functions
// that run below Guarded(), take a session and own nothing themselves. Not thread-safe.
#ifndef TENSORFS_CODEC_JPEG_SESSION_H_
#define TENSORFS_CODEC_JPEG_SESSION_H_

#include <csetjmp>
#include <cstdint>
#include <span>
#include <string>

#include "codec/image.h"
#include "codec/image_header.h"
#include "codec/jpeg_source.h"
#include "codec/libjpeg.h"
#include "codec/result.h"

namespace tensorfs {

// A file with more scans is refused: each may cost a pass over all pixels for a few bytes. Encoders
// write about 10.
inline constexpr int kMaxJpegScans = 500;

// Columns and rows outside a window that fancy upsampling mixes into it.
inline constexpr int kJpegUpsamplingReach = 1;
// libjpeg changes to another upsampling when fewer than 3 samples of a component are in a row. With
// sampling factors of at most 4 this many columns keep more.
inline constexpr int kMinJpegColumns = 16;

struct JpegSession {
  // `file` and `header` must outlive the session.
  JpegSession(std::span<const uint8_t> file, const ImageHeader& image_header);
  ~JpegSession();
  JpegSession(const JpegSession&) = delete;
  JpegSession& operator=(const JpegSession&) = delete;

  // What the last Guarded() that returned false failed with.
  tl::unexpected<Error> Failure() const { return Fail(code, std::string("JPEG: ") + message); }

  jpeg_decompress_struct decompressor = {};
  jpeg_error_mgr errors = {};  // counts warnings and shows none
  jpeg_progress_mgr progress = {};
  std::jmp_buf on_error;
  JpegSource source;
  const ImageHeader& header;
  ErrorCode code = ErrorCode::kCorrupt;
  char message[JMSG_LENGTH_MAX] = {};
};

// Runs the step and returns whether it came to its end.
template <typename Session>
bool Guarded(Session& session, void (*step)(Session&)) {
  if (setjmp(session.on_error) != 0) return false;
  step(session);
  return true;
}

// All below are for steps, and leave them with an error.
[[noreturn]] void Abort(JpegSession& session, ErrorCode code, const char* message);
[[noreturn]] void AbortTruncated(JpegSession& session);

// Creates the decompressor and reads the header. Errors: kCorrupt if libjpeg finds another image
// than `header` says.
void OpenJpeg(JpegSession& session);

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_JPEG_SESSION_H_
