// SPDX-License-Identifier: MIT
#include "fs/tensor_maker.h"

#include <sched.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "fs/read_fully.h"
#include "fs/source_stamp.h"

namespace tensorfs {
namespace {

constexpr size_t kPrefixBytes = size_t{64} << 10;
constexpr size_t kPrefixGrowth = 16;

using Prefix = std::array<uint8_t, kPrefixBytes>;

int UsableCores() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  // Fails where a machine has more cores than the set has room for.
  if (sched_getaffinity(0, sizeof(cores), &cores) != 0) return CPU_SETSIZE;
  return std::max(1, CPU_COUNT(&cores));
}

// One of the decode slots, as long as it lives.
class DecodeSlot {
 public:
  explicit DecodeSlot(std::counting_semaphore<>* slots) : slots_(slots) { slots_->acquire(); }
  DecodeSlot(const DecodeSlot&) = delete;
  DecodeSlot& operator=(const DecodeSlot&) = delete;
  ~DecodeSlot() { slots_->release(); }

 private:
  std::counting_semaphore<>* const slots_;
};

size_t SizeOf(const SourceFile& source) { return static_cast<size_t>(source.attr.st_size); }

// The file's first bytes, in `prefix`.
Result<std::span<const uint8_t>> ReadPrefix(const SourceFile& source, Prefix& prefix) {
  const std::span<uint8_t> wanted(prefix.data(), std::min(SizeOf(source), prefix.size()));
  const Result<void> read = ReadFully(source.fd.get(), 0, wanted);
  if (!read) return tl::unexpected(read.error());
  return wanted;
}

// The whole file: `prefix` itself if that is all, else a copy in `storage`.
Result<std::span<const uint8_t>> ReadWhole(const SourceFile& source,
                                           std::span<const uint8_t> prefix,
                                           std::unique_ptr<uint8_t[]>& storage) {
  if (prefix.size() == SizeOf(source)) return prefix;
  storage = std::make_unique_for_overwrite<uint8_t[]>(SizeOf(source));
  const std::span<uint8_t> whole(storage.get(), SizeOf(source));
  std::memcpy(whole.data(), prefix.data(), prefix.size());
  const Result<void> read = ReadFully(source.fd.get(), prefix.size(), whole.subspan(prefix.size()));
  if (!read) return tl::unexpected(read.error());
  return whole;
}

// Bytes of two versions of a file may be mixed without anything to show for it but its attributes.
Result<void> CheckUnchanged(const SourceFile& source) {
  struct stat now;
  if (fstat(source.fd.get(), &now) == 0 && SourceStamp(now) == SourceStamp(source.attr)) return {};
  return Fail(ErrorCode::kBusy, "the file changed while it was read");
}

}  // namespace

Result<std::unique_ptr<TensorMaker>> TensorMaker::Create(Pipeline pipeline, TensorFileFormat format,
                                                         int decode_threads, MemoryBudget* budget) {
  const Result<void> presentable = CheckPresentable(format, pipeline);
  if (!presentable) return tl::unexpected(presentable.error());
  std::optional<uint64_t> fixed_file_bytes;
  if (const std::optional<TensorSpec> spec = pipeline.FixedSpec()) {
    const Result<TensorFileLayout> layout = TensorFileLayout::Create(format, *spec);
    if (!layout) return tl::unexpected(layout.error());
    fixed_file_bytes = layout->file_bytes();
  }
  std::unique_ptr<TensorMaker> maker(new TensorMaker(
      std::move(pipeline), format, decode_threads > 0 ? decode_threads : UsableCores(), budget));
  maker->fixed_file_bytes_ = fixed_file_bytes;
  return maker;
}

// Asks for more of the file as long as the header goes on beyond what is there.
Result<ImageHeader> TensorMaker::HeaderOf(const SourceFile& source,
                                          std::span<const uint8_t> prefix) const {
  Result<ImageHeader> header = ReadImageHeader(prefix);
  size_t bytes = prefix.size();
  while (!header && header.error().code == ErrorCode::kTruncated && bytes < SizeOf(source)) {
    bytes = std::min(bytes * kPrefixGrowth, SizeOf(source));
    const Result<MemoryBudget::Lease> lease = budget_->Acquire(bytes);
    if (!lease) return tl::unexpected(lease.error());
    const auto storage = std::make_unique_for_overwrite<uint8_t[]>(bytes);
    const std::span<uint8_t> longer(storage.get(), bytes);
    const Result<void> read = ReadFully(source.fd.get(), 0, longer);
    if (!read) return tl::unexpected(read.error());
    header = ReadImageHeader(longer);
  }
  return header;
}

Result<TensorSpec> TensorMaker::SpecOf(const SourceFile& source) const {
  Prefix storage;
  const Result<std::span<const uint8_t>> prefix = ReadPrefix(source, storage);
  if (!prefix) return tl::unexpected(prefix.error());
  const Result<ImageHeader> header = HeaderOf(source, *prefix);
  if (!header) return tl::unexpected(header.error());
  return pipeline_.SpecFor(header->size);
}

Result<uint64_t> TensorMaker::FileBytesOf(const SourceFile& source) const {
  const Result<TensorSpec> spec = SpecOf(source);
  if (!spec) return tl::unexpected(spec.error());
  const Result<TensorFileLayout> layout = TensorFileLayout::Create(format_, *spec);
  if (!layout) return tl::unexpected(layout.error());
  return layout->file_bytes();
}

Result<std::shared_ptr<const FinishedFile>> TensorMaker::Make(const SourceFile& source) const {
  Prefix prefix_storage;
  const Result<std::span<const uint8_t>> prefix = ReadPrefix(source, prefix_storage);
  if (!prefix) return tl::unexpected(prefix.error());
  const Result<ImageHeader> header = HeaderOf(source, *prefix);
  if (!header) return tl::unexpected(header.error());
  const Result<TensorJob> job = TensorJob::Create(pipeline_, *header);
  if (!job) return tl::unexpected(job.error());
  const Result<TensorFileLayout> layout = TensorFileLayout::Create(format_, job->spec());
  if (!layout) return tl::unexpected(layout.error());

  Result<MemoryBudget::Lease> lease =
      budget_->Acquire(SizeOf(source) + job->scratch_bytes() + layout->file_bytes() +
                       layout->finish_scratch_bytes());
  if (!lease) return tl::unexpected(lease.error());
  auto file = std::make_shared<FinishedFile>();
  {
    std::unique_ptr<uint8_t[]> storage;
    const Result<std::span<const uint8_t>> whole = ReadWhole(source, *prefix, storage);
    if (!whole) return tl::unexpected(whole.error());
    const Result<void> unchanged = CheckUnchanged(source);
    if (!unchanged) return tl::unexpected(unchanged.error());
    file->size_bytes = layout->file_bytes();
    file->data = std::make_unique_for_overwrite<uint8_t[]>(file->size_bytes);
    const Result<void> decoded =
        Decode(*job, *layout, *whole, {file->data.get(), file->size_bytes});
    if (!decoded) return tl::unexpected(decoded.error());
  }
  lease->ShrinkTo(file->size_bytes);
  file->lease = std::move(*lease);
  return file;
}

Result<void> TensorMaker::Decode(const TensorJob& job, const TensorFileLayout& layout,
                                 std::span<const uint8_t> source, std::span<uint8_t> file) const {
  const DecodeSlot slot(&decode_slots_);
  const Result<void> result =
      job.Run(source, file.subspan(layout.tensor_offset(), layout.tensor_bytes()));
  if (result) layout.Finish(file);
  return result;
}

}  // namespace tensorfs
