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

// Older formats and skippable frames, which libzstd reads too, are not for us.
bool IsOneFrameOf(std::span<const uint8_t> frame, size_t bytes) {
  return frame.size() >= sizeof(uint32_t) && ReadLittle32(frame.data()) == ZSTD_MAGICNUMBER &&
         ZSTD_getFrameContentSize(frame.data(), frame.size()) == bytes &&
         ZSTD_findFrameCompressedSize(frame.data(), frame.size()) == frame.size();
}

}  // namespace

size_t ZstdFrameBound(size_t bytes) { return ZSTD_COMPRESSBOUND(bytes); }

Result<size_t> ZstdCompress(std::span<const uint8_t> bytes, int level, std::span<uint8_t> out) {
  thread_local Compressor kept;
  Compressor context = kept ? std::move(kept) : Compressor(ZSTD_createCCtx());
  if (!context) return Fail(ErrorCode::kTooLarge, "zstd: no memory");
  const size_t written =
      ZSTD_compressCCtx(context.get(), out.data(), out.size(), bytes.data(), bytes.size(), level);
  if (ZSTD_isError(written)) return FailWith(written, ErrorCode::kInvalidArgument);
  if (ZSTD_sizeof_CCtx(context.get()) <= kMaxKeptBytes) kept = std::move(context);
  return written;
}

Result<void> ZstdDecompress(std::span<const uint8_t> frame, std::span<uint8_t> out) {
  thread_local const Decompressor context(ZSTD_createDCtx());
  if (!context) return Fail(ErrorCode::kTooLarge, "zstd: no memory");
  if (!IsOneFrameOf(frame, out.size())) {
    return Fail(ErrorCode::kCorrupt, "zstd: not one frame of the expected size");
  }
  const size_t read =
      ZSTD_decompressDCtx(context.get(), out.data(), out.size(), frame.data(), frame.size());
  if (ZSTD_isError(read)) return FailWith(read, ErrorCode::kCorrupt);
  if (read != out.size()) return Fail(ErrorCode::kCorrupt, "zstd: fewer bytes than announced");
  return {};
}

// What ZSTD_estimateCCtxSize, which is not in the shared library's stable interface, says of zstd
// 1.5: 1.3 MiB at level 3, 12.5 at 9, 82 at 19.
size_t ZstdCompressMemoryBytes(int level) {
  if (level <= 3) return size_t{2} << 20;
  return (level <= 9 ? size_t{16} : size_t{96}) << 20;
}

}  // namespace tensorfs
