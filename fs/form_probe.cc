// SPDX-License-Identifier: MIT
#include "fs/form_probe.h"

#include <spdlog/spdlog.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "cache/unique_fd.h"
#include "codec/codec.h"
#include "codec/form_encoder.h"
#include "codec/hash.h"
#include "codec/stored_tensor_job.h"
#include "codec/tensor_job.h"
#include "fs/errno.h"
#include "fs/read_fully.h"
#include "fs/source_stamp.h"
#include "policy/thread_cpu.h"

namespace tensorfs {
namespace {

constexpr int kRuns = 2;
constexpr double kNsPerSecond = 1e9;

// Uninitialised bytes.
class Buffer {
 public:
  explicit Buffer(size_t size)
      : data_(std::make_unique_for_overwrite<uint8_t[]>(size)), bytes_(data_.get(), size) {}
  std::span<uint8_t> bytes() const { return bytes_; }

 private:
  std::unique_ptr<uint8_t[]> data_;
  std::span<uint8_t> bytes_;
};

double SecondsOfCpuSince(uint64_t start_ns) {
  return static_cast<double>(ThreadCpuNs() - start_ns) / kNsPerSecond;
}

// A payload as reads find it, in the page cache.
Result<UniqueFd> PutIntoMemoryFile(std::span<const uint8_t> payload) {
  UniqueFd file(memfd_create("form-probe", MFD_CLOEXEC));
  if (!file.valid()) return FailWithErrno("memfd_create", errno);
  for (size_t written = 0; written < payload.size();) {
    const ssize_t bytes = write(file.get(), payload.data() + written, payload.size() - written);
    if (bytes <= 0) return FailWithErrno("a file in memory", bytes < 0 ? errno : ENOSPC);
    written += static_cast<size_t>(bytes);
  }
  return file;
}

// The measurement of one sample.
class Probe {
 public:
  Probe(const Pipeline& pipeline, const SourceFile& source, const ImageHeader& header,
        const TensorJob& job, std::span<const uint8_t> file)
      : pipeline_(pipeline),
        source_(source),
        header_(header),
        job_(job),
        file_(file),
        tensor_(job.spec().SizeBytes()) {}

  // Makes the tensor that all forms must give.
  Result<void> MakeTensor() const { return job_.Run(file_, tensor_.bytes()); }

  Result<ProbeResult> OfSource() const;
  // Errors: those that do not say that the sample cannot take the form.
  Result<ProbeResult> OfStored(const Form& form);

 private:
  Result<std::span<const uint8_t>> ValueOf(const Form& form);
  Result<ProbeResult> Decode(const EncodedForm& encoded) const;
  Result<bool> DecodeOnce(const StoredForm& stored, size_t payload_bytes, int file,
                          double& cpu_s) const;

  const Pipeline& pipeline_;
  const SourceFile& source_;
  const ImageHeader& header_;
  const TensorJob& job_;
  const std::span<const uint8_t> file_;
  const Buffer tensor_;
  StageCopy stage_;  // the image that was encoded last
};

Result<ProbeResult> Probe::OfSource() const {
  ProbeResult result{.suited = true, .payload_bytes = file_.size()};
  result.decode_cpu_s = FormCost::kNever;
  for (int run = 0; run < kRuns; ++run) {
    const uint64_t start = ThreadCpuNs();
    const Buffer file(file_.size());
    const Result<void> read = ReadFully(source_.fd.get(), 0, file.bytes());
    if (!read) return tl::unexpected(read.error());
    const Buffer tensor(tensor_.bytes().size());
    const Result<ImageHeader> header = ReadImageHeader(file.bytes());
    if (!header) return tl::unexpected(header.error());
    const Result<TensorJob> job = TensorJob::Create(pipeline_, *header);
    if (!job) return tl::unexpected(job.error());
    if (job->spec() != job_.spec()) return Fail(ErrorCode::kBusy, "the file changed");
    const Result<void> made = job->Run(file.bytes(), tensor.bytes());
    if (!made) return tl::unexpected(made.error());
    result.decode_cpu_s = std::min(result.decode_cpu_s, SecondsOfCpuSince(start));
  }
  return result;
}

// The image of a stage is made anew when the stage is another than before, so that one is held.
Result<std::span<const uint8_t>> Probe::ValueOf(const Form& form) {
  const StageValue kind = ValueAt(pipeline_, form.stage);
  if (kind == StageValue::kSourceFile) return file_;
  if (kind == StageValue::kTensor) return std::span<const uint8_t>(tensor_.bytes());
  if (!stage_.image || stage_.stage != form.stage) {
    stage_ = {.stage = form.stage, .image = {}};
    const Buffer tensor(tensor_.bytes().size());
    const Result<void> made = job_.Run(file_, tensor.bytes(), &stage_);
    if (!made) return tl::unexpected(made.error());
  }
  return stage_.image->bytes();
}

Result<ProbeResult> Probe::OfStored(const Form& form) {
  if (!FormFits(form, pipeline_, header_, job_.plan())) return ProbeResult{};
  const Result<std::span<const uint8_t>> value = ValueOf(form);
  if (!value) return tl::unexpected(value.error());
  const uint64_t start = ThreadCpuNs();
  const Result<EncodedForm> encoded = EncodeForm(form, pipeline_, header_, job_.plan(), *value);
  const double encode_cpu_s = SecondsOfCpuSince(start);
  if (!encoded && encoded.error().code == ErrorCode::kTooLarge) {
    return tl::unexpected(encoded.error());
  }
  if (!encoded) return ProbeResult{};
  Result<ProbeResult> result = Decode(*encoded);
  if (result) result->encode_cpu_s = encode_cpu_s;
  return result;
}

Result<ProbeResult> Probe::Decode(const EncodedForm& encoded) const {
  const Result<UniqueFd> file = PutIntoMemoryFile(encoded.payload);
  if (!file) return tl::unexpected(file.error());
  ProbeResult result{.suited = true, .payload_bytes = encoded.payload.size()};
  result.decode_cpu_s = FormCost::kNever;
  for (int run = 0; run < kRuns; ++run) {
    double cpu_s = 0;
    const Result<bool> right =
        DecodeOnce(encoded.stored, encoded.payload.size(), file->get(), cpu_s);
    if (!right) return tl::unexpected(right.error());
    if (!*right) {
      spdlog::error("{}: gives other bytes than the source; this form is not used for it",
                    ToString(encoded.stored.form, pipeline_));
      return ProbeResult{};
    }
    result.decode_cpu_s = std::min(result.decode_cpu_s, cpu_s);
  }
  return result;
}

// Does what a read of a stored sample does. Returns whether the tensor is right.
Result<bool> Probe::DecodeOnce(const StoredForm& stored, size_t payload_bytes, int file,
                               double& cpu_s) const {
  const uint64_t start = ThreadCpuNs();
  const Result<StoredTensorJob> job = StoredTensorJob::Create(pipeline_, stored, payload_bytes);
  if (!job || job->spec() != job_.spec()) return false;
  const bool in_place = job->payload_is_tensor();
  const Buffer tensor(tensor_.bytes().size());
  const Buffer buffer(in_place ? 0 : payload_bytes);
  const std::span<uint8_t> payload = in_place ? tensor.bytes() : buffer.bytes();
  const Result<void> read = ReadFully(file, 0, payload);
  if (!read) return tl::unexpected(read.error());
  static_cast<void>(Hash64({reinterpret_cast<const char*>(payload.data()), payload.size()}));
  if (!in_place && !job->Run(payload, tensor.bytes())) return false;
  cpu_s = SecondsOfCpuSince(start);
  return std::ranges::equal(tensor.bytes(), tensor_.bytes());
}

// All that is held at once in the form that needs most, beside the source file and two tensors.
size_t FormMemoryBytes(const Form& form, const Pipeline& pipeline, const TensorJob& job,
                       size_t source_bytes) {
  const Codec* codec = FindCodec(form.encoding);
  // A cut JPEG is made of its coefficients and is smaller than its source.
  if (codec == nullptr) return 3 * source_bytes + job.scratch_bytes();
  const bool is_image = ValueAt(pipeline, form.stage) == StageValue::kImage;
  const TensorSpec spec = is_image ? job.plan().ImageSpecAt(form.stage) : job.spec();
  const size_t encode_bytes = codec->EncodeMemoryBytes(spec, form.level);
  // The value, the payload's file and its copy; each payload is bounded by what makes it.
  return spec.SizeBytes() + 3 * encode_bytes + codec->DecodeScratchBytes(spec, encode_bytes) +
         (is_image ? job.plan().RunMemoryBytes(form.stage) : 0);
}

size_t ProbeMemoryBytes(std::span<const Form> forms, const Pipeline& pipeline, const TensorJob& job,
                        size_t source_bytes) {
  size_t most_bytes = 0;
  for (const Form& form : forms) {
    most_bytes = std::max(most_bytes, FormMemoryBytes(form, pipeline, job, source_bytes));
  }
  return 2 * source_bytes + 2 * job.spec().SizeBytes() + job.scratch_bytes() + most_bytes;
}

// The header tells how much memory all the rest takes, so it comes first, with a lease of its own.
Result<ImageHeader> HeaderOf(const SourceFile& source, MemoryBudget* budget) {
  const auto size = static_cast<size_t>(source.attr.st_size);
  const Result<MemoryBudget::Lease> lease = budget->Acquire(size);
  if (!lease) return tl::unexpected(lease.error());
  const Buffer file(size);
  const Result<void> read = ReadFully(source.fd.get(), 0, file.bytes());
  if (!read) return tl::unexpected(read.error());
  return ReadImageHeader(file.bytes());
}

Result<void> CheckUnchanged(const SourceFile& source) {
  struct stat now;
  if (fstat(source.fd.get(), &now) == 0 && SourceStamp(now) == SourceStamp(source.attr)) return {};
  return Fail(ErrorCode::kBusy, "the file changed while it was measured");
}

}  // namespace

Result<SampleProbe> ProbeForms(const Pipeline& pipeline, const SourceFile& source,
                               std::span<const Form> forms, MemoryBudget* budget,
                               const std::stop_token& stop) {
  const Result<ImageHeader> header = HeaderOf(source, budget);
  if (!header) return tl::unexpected(header.error());
  const Result<TensorJob> job = TensorJob::Create(pipeline, *header);
  if (!job) return tl::unexpected(job.error());
  const auto size = static_cast<size_t>(source.attr.st_size);
  const Result<MemoryBudget::Lease> lease =
      budget->Acquire(ProbeMemoryBytes(forms, pipeline, *job, size));
  if (!lease) return tl::unexpected(lease.error());
  const Buffer file(size);
  const Result<void> read = ReadFully(source.fd.get(), 0, file.bytes());
  if (!read) return tl::unexpected(read.error());

  Probe probe(pipeline, source, *header, *job, file.bytes());
  const Result<void> made = probe.MakeTensor();
  if (!made) return tl::unexpected(made.error());
  SampleProbe measured{.features = FeaturesOf(*header, size), .forms = {}};
  for (const Form& form : forms) {
    if (stop.stop_requested()) return Fail(ErrorCode::kBusy, "stopped");
    const bool of_source = form.encoding == Encoding::kOriginal;
    const Result<ProbeResult> result = of_source ? probe.OfSource() : probe.OfStored(form);
    if (!result) return tl::unexpected(result.error());
    measured.forms.push_back(*result);
  }
  const Result<void> unchanged = CheckUnchanged(source);
  if (!unchanged) return tl::unexpected(unchanged.error());
  return measured;
}

}  // namespace tensorfs
