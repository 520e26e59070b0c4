// SPDX-License-Identifier: MIT
#include "codec/zstd_frame.h"

#include <zstd.h>
#include <zstd_errors.h>

#include <memory>
#include <string>

#include "codec/byte_order.h"

namespace tensorfs {
namespace {

// Contexts above this size (of high levels) are not kept.
constexpr size_t kMaxKeptBytes = 4 << 20;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
using Compressor = std::unique_ptr<ZSTD_CCtx, FreeContext>;
using Decompressor = std::unique_ptr<ZSTD_DCtx, FreeContext>;

tl::unexpected<Error> FailWith(size_t zstd_result, ErrorCode otherwise) {
  const bool no_memory = ZSTD_getErrorCode(zstd_result) == ZSTD_error_memory_allocation;
  return Fail(no_memory ? ErrorCode::kTooLarge : otherwise,
              std::string("zstd: ") + ZSTD_getErrorName(zstd_result));
}

}  // namespace

size_t ZstdFrameBound(size_t bytes) { return ZSTD_COMPRESSBOUND(bytes); }

Result<size_t> ZstdCompress(std::span<const uint8_t> bytes, int level, ZstdMatches matches,
                            std::span<uint8_t> out) {
  thread_local Compressor kept;
  Compressor context = kept ? std::move(kept) : Compressor(ZSTD_createCCtx());
  if (!context) return Fail(ErrorCode::kTooLarge, "zstd: no memory");
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  // 0 is the level's own. Level 1 has 7 for much data only; higher levels weigh every match.
  const bool only_long = matches == ZstdMatches::kLong && level == 1;
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_minMatch, only_long ? 7 : 0);
  const size_t written =
      ZSTD_compress2(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(written)) return FailWith(written, ErrorCode::kInvalidArgument);
  if (ZSTD_sizeof_CCtx(context.get()) <= kMaxKeptBytes) kept = std::move(context);
  return written;
}

Result<size_t> ZstdDecompressFront(std::span<const uint8_t> bytes, std::span<uint8_t> out) {
  thread_local const Decompressor context(ZSTD_createDCtx());
  if (!context) return Fail(ErrorCode::kTooLarge, "zstd: no memory");
  // Frames of older formats and skippable ones, which libzstd reads too, are not for us.
  if (bytes.size() < sizeof(uint32_t) || ReadLittle32(bytes.data()) != ZSTD_MAGICNUMBER ||
      ZSTD_getFrameContentSize(bytes.data(), bytes.size()) != out.size()) {
    return Fail(ErrorCode::kCorrupt, "zstd: not a frame of the expected size");
  }
  const size_t frame_bytes = ZSTD_findFrameCompressedSize(bytes.data(), bytes.size());
  if (ZSTD_isError(frame_bytes)) return FailWith(frame_bytes, ErrorCode::kCorrupt);
  const size_t read =
      ZSTD_decompressDCtx(context.get(), out.data(), out.size(), bytes.data(), frame_bytes);
  if (ZSTD_isError(read)) return FailWith(read, ErrorCode::kCorrupt);
  if (read != out.size()) return Fail(ErrorCode::kCorrupt, "zstd: fewer bytes than announced");
  return frame_bytes;
}

Result<void> ZstdDecompress(std::span<const uint8_t> bytes, std::span<uint8_t> out) {
  const Result<size_t> frame_bytes = ZstdDecompressFront(bytes, out);
  if (!frame_bytes) return tl::unexpected(frame_bytes.error());
  if (*frame_bytes != bytes.size()) return Fail(ErrorCode::kCorrupt, "zstd: bytes behind the end");
  return {};
}

// What ZSTD_estimateCCtxSize, which is not in the shared library's stable interface, says of zstd
// 1.5: 1.3 MiB at level 3, 12.5 at 9, 82 at 19.
size_t ZstdCompressMemoryBytes(int level) {
  if (level <= 3) return size_t{2} << 20;
  return (level <= 9 ? size_t{16} : size_t{96}) << 20;
}

}  // namespace tensorfs
