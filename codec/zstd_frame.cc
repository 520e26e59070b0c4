// SPDX-License-Identifier: MIT
#include "codec/zstd_frame.h"

#define ZSTD_STATIC_LINKING_ONLY  // for a parameter whose number is in the stable interface
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
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

// How to look for repetitions; 0 is the level's own way.
struct Search {
  int shortest_match = 0;
  int stride = 0;  // how far apart matches are looked for
};

// Level 1 looks for long matches in much data only.
constexpr Search kOnlyLong = {.shortest_match = 7};
constexpr Search kSkim = {.shortest_match = 7, .stride = 128};
// Photographs' differences hardly shrink to less than a third.
constexpr size_t kShrinksWithMatches = 3;

void SetSearch(ZSTD_CCtx* context, const Search& search) {
  // Unless told otherwise, zstd with a stride leaves literals as they are.
  const size_t told = ZSTD_CCtx_setParameter(context, ZSTD_c_literalCompressionMode,
                                             search.stride > 0 ? ZSTD_lcm_huffman : ZSTD_lcm_auto);
  const int stride = ZSTD_isError(told) ? 0 : search.stride;
  ZSTD_CCtx_setParameter(context, ZSTD_c_minMatch, search.shortest_match);
  ZSTD_CCtx_setParameter(context, ZSTD_c_strategy, stride > 0 ? ZSTD_fast : 0);
  ZSTD_CCtx_setParameter(context, ZSTD_c_targetLength, stride);
}

size_t CompressWith(ZSTD_CCtx* context, const Search& search, std::span<const uint8_t> bytes,
                    std::span<uint8_t> out) {
  SetSearch(context, search);
  return ZSTD_compress2(context, out.data(), out.size(), bytes.data(), bytes.size());
}

// Replaces the frame in `out` by one of this search if that is smaller. Returns the smaller's size.
size_t CompressAgain(ZSTD_CCtx* context, const Search& search, std::span<const uint8_t> bytes,
                     std::span<uint8_t> out) {
  const auto other = std::make_unique_for_overwrite<uint8_t[]>(out.size());
  const size_t written = CompressWith(context, search, bytes, {other.get(), out.size()});
  // One that does not fit is larger.
  if (ZSTD_getErrorCode(written) == ZSTD_error_dstSize_tooSmall) {
    ZSTD_CCtx_reset(context, ZSTD_reset_session_only);  // or it would take no other search
    return out.size();
  }
  if (ZSTD_isError(written)) return written;
  std::copy_n(other.get(), written, out.begin());
  return written;
}

}  // namespace

size_t ZstdFrameBound(size_t bytes) { return ZSTD_COMPRESSBOUND(bytes); }

Result<size_t> ZstdCompress(std::span<const uint8_t> bytes, int level, ZstdMatches matches,
                            std::span<uint8_t> out) {
  thread_local Compressor kept;
  Compressor context = kept ? std::move(kept) : Compressor(ZSTD_createCCtx());
  if (!context) return Fail(ErrorCode::kTooLarge, "zstd: no memory");
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  // Higher levels weigh every match.
  const bool skims = matches == ZstdMatches::kFew && level == 1;
  size_t written = CompressWith(context.get(), skims ? kSkim : Search{}, bytes, out);
  if (skims && !ZSTD_isError(written) && written * kShrinksWithMatches < bytes.size()) {
    written = CompressAgain(context.get(), kOnlyLong, bytes, out.first(written));
  }
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
