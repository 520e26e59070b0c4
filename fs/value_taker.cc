// SPDX-License-Identifier: MIT
#include "fs/value_taker.h"

#include <optional>
#include <utility>

#include "codec/form_check.h"
#include "codec/form_encoder.h"
#include "policy/thread_cpu.h"

namespace tensorfs {
namespace {

// Of an image into fresh memory, as measured: about 4 GB/s.
uint64_t CopyNs(size_t bytes) { return bytes / 4; }

// A value's bytes and the memory that is leased for them.
struct KeptValue {
  MemoryBudget::Lease lease;  // stands first, so that it ends after the memory is freed
  std::shared_ptr<const FinishedFile> file;
  std::shared_ptr<const uint8_t[]> source;
  std::optional<Image> image;
};

}  // namespace

ValueTaker::ValueTaker(const Form& form, MoveCause cause, const Making& making)
    : form_(form),
      header_(making.header),
      cause_(cause),
      file_bytes_(making.layout.file_bytes()),
      tensor_offset_(making.layout.tensor_offset()),
      work_bytes_(EncodeAndCheckMemoryBytes(form, making.pipeline, header_, making.plan,
                                            making.input_bytes)) {
  const StageValue kind = ValueAt(making.pipeline, form.stage);
  keeps_source_ = kind == StageValue::kSourceFile;
  if (keeps_source_) {
    value_bytes_ = making.input_bytes;
  } else if (kind == StageValue::kImage || !making.layout.keeps_tensor()) {
    // A format that moves the tensor's bytes takes images only, so the tensor is the last of them.
    copy_.stage = form.stage;
    value_bytes_ = making.plan.ImageSpecAt(form.stage).SizeBytes();
  }
}

void ValueTaker::SeeTensor(std::span<const uint8_t> tensor) {
  const uint64_t start = ThreadCpuNs();
  tensor_bytes_ = tensor.size();
  tensor_hash_ = TensorHash(tensor);
  cpu_ns_ += ThreadCpuNs() - start;
  if (copy_.image) cpu_ns_ += CopyNs(value_bytes_);
}

FormValue ValueTaker::Take(MemoryBudget budget, MemoryBudget::Lease lease,
                           const std::shared_ptr<const FinishedFile>& file) {
  const auto kept = std::make_shared<KeptValue>();
  kept->lease = std::move(lease);
  FormValue value;
  value.form = form_;
  value.source = header_;
  value.owner = kept;
  value.tensor_hash = tensor_hash_;
  if (copy_.image) {
    kept->image = std::move(copy_.image);
    value.bytes = std::as_const(*kept->image).bytes();
  } else if (source_) {
    kept->source = std::move(source_);
    value.bytes = {kept->source.get(), value_bytes_};
  } else {
    kept->file = file;
    value.bytes = file->bytes.subspan(tensor_offset_, tensor_bytes_);
  }
  if (leases_later()) {
    value.lease_work = [budget = std::move(budget),
                        bytes = work_bytes_]() mutable -> std::shared_ptr<const void> {
      std::optional<MemoryBudget::Lease> work = budget.TryAcquire(bytes);
      return work ? std::make_shared<MemoryBudget::Lease>(*std::move(work)) : nullptr;
    };
  }
  return value;
}

}  // namespace tensorfs
