// SPDX-License-Identifier: MIT
#include "fs/tensor_maker.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "codec/form_encoder.h"
#include "codec/stored_tensor_job.h"
#include "fs/read_fully.h"
#include "fs/source_stamp.h"

namespace tensorfs {
namespace {

constexpr size_t kPrefixBytes = size_t{64} << 10;
constexpr size_t kPrefixGrowth = 16;

using Prefix = std::array<uint8_t, kPrefixBytes>;

size_t SizeOf(const SourceFile& source) { return static_cast<size_t>(source.attr.st_size); }

// The file's first bytes, in `prefix`.
Result<std::span<const uint8_t>> ReadPrefix(const SourceFile& source, Prefix& prefix,
                                            ReadMeter* meter) {
  const std::span<uint8_t> wanted(prefix.data(), std::min(SizeOf(source), prefix.size()));
  const Result<void> read = ReadFully(source.fd.get(), 0, wanted, meter);
  if (!read) return tl::unexpected(read.error());
  return wanted;
}

// Uninitialised bytes that may outlive their maker.
struct Buffer {
  explicit Buffer(size_t size)
      : data(std::make_shared_for_overwrite<uint8_t[]>(size)), bytes(data.get(), size) {}

  std::shared_ptr<uint8_t[]> data;
  std::span<uint8_t> bytes;
};

// The whole file: `prefix` itself if that is all, else a copy in `storage`; there also if it is to
// be kept.
Result<std::span<const uint8_t>> ReadWhole(const SourceFile& source,
                                           std::span<const uint8_t> prefix, bool keep,
                                           std::shared_ptr<uint8_t[]>& storage, ReadMeter* meter) {
  if (prefix.size() == SizeOf(source) && !keep) return prefix;
  const Buffer whole(SizeOf(source));
  storage = whole.data;
  std::ranges::copy(prefix, whole.bytes.begin());
  const Result<void> read =
      ReadFully(source.fd.get(), prefix.size(), whole.bytes.subspan(prefix.size()), meter);
  if (!read) return tl::unexpected(read.error());
  return whole.bytes;
}

// Bytes of two versions of a file may be mixed without anything to show for it but its attributes.
Result<void> CheckUnchanged(const SourceFile& source) {
  struct stat now;
  if (fstat(source.fd.get(), &now) == 0 && SourceStamp(now) == SourceStamp(source.attr)) return {};
  return Fail(ErrorCode::kBusy, "the file changed while it was read");
}

// Of memory, while the file is made and as long as the value is kept beside it.
size_t LeaseBytes(const ValueTaker::Making& making, const ValueTaker* taker) {
  const size_t making_bytes = making.input_bytes + making.scratch_bytes +
                              making.layout.file_bytes() + making.layout.finish_scratch_bytes();
  if (taker == nullptr) return making_bytes;
  return std::max(making_bytes + taker->bytes_while_made(),
                  making.layout.file_bytes() + taker->bytes_afterwards());
}

TensorMaker::FilePtr Finish(Buffer file, MemoryBudget::Lease lease) {
  lease.ShrinkTo(file.bytes.size());
  auto finished = std::make_shared<FinishedFile>();
  finished->lease = std::move(lease);
  finished->bytes = file.bytes;
  finished->owner = std::move(file.data);
  return finished;
}

// The finished file, and the value beside it.
TensorMaker::Made FinishWithValue(Buffer file, MemoryBudget::Lease lease, const ImageHeader& header,
                                  const MemoryBudget& budget, ValueTaker* taker) {
  if (taker == nullptr)
    return {.file = Finish(std::move(file), std::move(lease)), .header = header};
  MemoryBudget::Lease value_lease = lease.Split(taker->bytes_afterwards());
  TensorMaker::Made made{.file = Finish(std::move(file), std::move(lease)), .header = header};
  made.value = taker->Take(budget, std::move(value_lease), made.file);
  made.value_cpu_ns = taker->cpu_ns();
  return made;
}

// As far as a value needs it that is no source file.
ImageHeader HeaderOfStored(const StoredForm& stored) {
  return {.format = ImageFormat::kJpeg,
          .size = stored.source_size,
          .components = 3,
          .multi_scan = false};
}

}  // namespace

Result<std::unique_ptr<TensorMaker>> TensorMaker::Create(Pipeline pipeline, TensorFileFormat format,
                                                         int decode_threads, MemoryBudget* budget,
                                                         ReadMeter* source_meter) {
  const Result<void> presentable = CheckPresentable(format, pipeline);
  if (!presentable) return tl::unexpected(presentable.error());
  std::optional<uint64_t> fixed_file_bytes;
  if (const std::optional<TensorSpec> spec = pipeline.FixedSpec()) {
    const Result<TensorFileLayout> layout = TensorFileLayout::Create(format, *spec);
    if (!layout) return tl::unexpected(layout.error());
    fixed_file_bytes = layout->file_bytes();
  }
  std::unique_ptr<TensorMaker> maker(
      new TensorMaker(std::move(pipeline), format, decode_threads, budget, source_meter));
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
    const Result<void> read = ReadFully(source.fd.get(), 0, longer, source_meter_);
    if (!read) return tl::unexpected(read.error());
    header = ReadImageHeader(longer);
  }
  return header;
}

Result<ImageHeader> TensorMaker::HeaderOf(const SourceFile& source) const {
  Prefix storage;
  const Result<std::span<const uint8_t>> prefix = ReadPrefix(source, storage, source_meter_);
  if (!prefix) return tl::unexpected(prefix.error());
  return HeaderOf(source, *prefix);
}

Result<TensorSpec> TensorMaker::SpecOf(const SourceFile& source) const {
  const Result<ImageHeader> header = HeaderOf(source);
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

Result<std::string> TensorMaker::ToNpy(const SourceFile& source,
                                       std::span<const uint8_t> file) const {
  const Result<void> possible = CheckPresentable(TensorFileFormat::kNpy, pipeline_);
  if (!possible) return tl::unexpected(possible.error());
  const Result<TensorSpec> spec = SpecOf(source);
  if (!spec) return tl::unexpected(spec.error());
  const Result<TensorFileLayout> from = TensorFileLayout::Create(format_, *spec);
  if (!from) return tl::unexpected(from.error());
  const Result<TensorFileLayout> to = TensorFileLayout::Create(TensorFileFormat::kNpy, *spec);
  if (!to) return tl::unexpected(to.error());
  if (file.size() != from->file_bytes()) {
    return Fail(ErrorCode::kCorrupt, "has " + std::to_string(file.size()) + " bytes, not the " +
                                         std::to_string(from->file_bytes()) + " of " +
                                         spec->ToString());
  }
  std::string npy(to->file_bytes(), '\0');
  const std::span<uint8_t> bytes(reinterpret_cast<uint8_t*>(npy.data()), npy.size());
  from->ReadTensor(file, bytes.subspan(to->tensor_offset(), to->tensor_bytes()));
  to->Finish(bytes);
  return npy;
}

// Null if the sample cannot take the form, or a read cannot have the memory for that.
std::unique_ptr<ValueTaker> TensorMaker::TakerFor(const std::optional<Form>& wanted,
                                                  MoveCause cause,
                                                  const ValueTaker::Making& making) const {
  if (!wanted || !FormFits(*wanted, pipeline_, making.header, making.plan)) return {};
  auto taker = std::make_unique<ValueTaker>(*wanted, cause, making);
  const size_t most_bytes = std::max(LeaseBytes(making, taker.get()), taker->bytes_to_encode());
  if (cause == MoveCause::kOnRead && most_bytes > budget_->limit_bytes()) return {};
  return taker;
}

Result<TensorMaker::Made> TensorMaker::Make(const SourceFile& source, const ChooseForm& choose,
                                            MoveCause cause) const {
  Prefix prefix_storage;
  const Result<std::span<const uint8_t>> prefix = ReadPrefix(source, prefix_storage, source_meter_);
  if (!prefix) return tl::unexpected(prefix.error());
  const Result<ImageHeader> header = HeaderOf(source, *prefix);
  if (!header) return tl::unexpected(header.error());
  const Result<TensorJob> job = TensorJob::Create(pipeline_, *header);
  if (!job) return tl::unexpected(job.error());
  const Result<TensorFileLayout> layout = TensorFileLayout::Create(format_, job->spec());
  if (!layout) return tl::unexpected(layout.error());
  const std::optional<Form> wanted = choose ? choose(*header) : std::nullopt;

  const ValueTaker::Making making{pipeline_, *header,        job->plan(),
                                  *layout,   SizeOf(source), job->scratch_bytes()};
  const std::unique_ptr<ValueTaker> taker = TakerFor(wanted, cause, making);
  Result<MemoryBudget::Lease> lease = budget_->Acquire(LeaseBytes(making, taker.get()));
  if (!lease) return tl::unexpected(lease.error());
  std::shared_ptr<uint8_t[]> storage;
  const auto whole =
      ReadWhole(source, *prefix, taker && taker->keeps_source(), storage, source_meter_);
  if (!whole) return tl::unexpected(whole.error());
  const Result<void> unchanged = CheckUnchanged(source);
  if (!unchanged) return tl::unexpected(unchanged.error());

  Buffer file(layout->file_bytes());
  const auto run = [&](std::span<uint8_t> tensor, StageCopy* copy) {
    return job->Run(*whole, tensor, copy);
  };
  const Result<void> decoded = Decode(run, *layout, file.bytes, cause, taker.get());
  if (!decoded) return tl::unexpected(decoded.error());
  if (taker && taker->keeps_source()) taker->KeepSource(std::move(storage));
  return FinishWithValue(std::move(file), *std::move(lease), *header, *budget_, taker.get());
}

Result<void> TensorMaker::Decode(const RunJob& run, const TensorFileLayout& layout,
                                 std::span<uint8_t> file, MoveCause cause,
                                 ValueTaker* taker) const {
  std::optional<DecodeSlots::Slot> slot;
  if (cause != MoveCause::kInBackground) slot.emplace(&decode_slots_);
  const std::span<uint8_t> tensor = file.subspan(layout.tensor_offset(), layout.tensor_bytes());
  Result<void> result = run(tensor, taker == nullptr ? nullptr : taker->copy());
  if (!result) return result;
  if (taker != nullptr) taker->SeeTensor(tensor);
  layout.Finish(file);
  return result;
}

// A final tensor has no image before it any more; that is no loss but where the format needs it.
bool TensorMaker::HasValueFor(const Form& kept, const Form& wanted) const {
  if (wanted.stage == 0 || wanted.stage < kept.stage) return false;
  return kept.stage < FinalStage(pipeline_) || format_ != TensorFileFormat::kBmp;
}

Result<TensorMaker::Made> TensorMaker::MakeFromStored(const StoredPayload& payload,
                                                      const std::optional<Form>& wanted,
                                                      MoveCause cause) const {
  const Result<StoredTensorJob> job =
      StoredTensorJob::Create(pipeline_, payload.stored, payload.payload_bytes);
  if (!job) return tl::unexpected(job.error());
  const Result<TensorFileLayout> layout = TensorFileLayout::Create(format_, job->spec());
  if (!layout) return tl::unexpected(layout.error());
  const bool in_place = job->payload_is_tensor() && payload.payload_bytes == layout->tensor_bytes();
  const size_t buffer_bytes = in_place ? 0 : payload.payload_bytes;
  const ImageHeader header = HeaderOfStored(payload.stored);
  const ValueTaker::Making making{pipeline_, header,       job->plan(),
                                  *layout,   buffer_bytes, job->scratch_bytes()};
  const std::unique_ptr<ValueTaker> taker = TakerFor(wanted, cause, making);
  Result<MemoryBudget::Lease> lease = budget_->Acquire(LeaseBytes(making, taker.get()));
  if (!lease) return tl::unexpected(lease.error());

  Buffer file(layout->file_bytes());
  const Buffer buffer(buffer_bytes);
  const std::span<uint8_t> tensor =
      file.bytes.subspan(layout->tensor_offset(), layout->tensor_bytes());
  const Result<void> was_read = payload.read(in_place ? tensor : buffer.bytes);
  if (!was_read) return tl::unexpected(was_read.error());
  if (in_place) {
    if (taker) taker->SeeTensor(tensor);
    layout->Finish(file.bytes);
  } else {
    const auto run = [&](std::span<uint8_t> out, StageCopy* copy) {
      return job->Run(buffer.bytes, out, copy);
    };
    const Result<void> decoded = Decode(run, *layout, file.bytes, cause, taker.get());
    if (!decoded) return tl::unexpected(decoded.error());
  }
  return FinishWithValue(std::move(file), *std::move(lease), header, *budget_, taker.get());
}

}  // namespace tensorfs
