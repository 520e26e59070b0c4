// SPDX-License-Identifier: MIT
// Takes the value that a form keeps of a sample out of the making of the sample's file, in passing.
// For one file, on one thread.
#ifndef TENSORFS_FS_VALUE_TAKER_H_
#define TENSORFS_FS_VALUE_TAKER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "codec/form.h"
#include "codec/image_header.h"
#include "codec/pipeline.h"
#include "codec/tensor_file.h"
#include "codec/tensor_plan.h"
#include "fs/finished_file.h"
#include "fs/memory_budget.h"
#include "policy/form_value.h"
#include "policy/move_cause.h"

namespace tensorfs {

class ValueTaker {
 public:
  // What the file is made from and to.
  struct Making {
    const Pipeline& pipeline;
    const ImageHeader& header;
    const TensorPlan& plan;
    const TensorFileLayout& layout;
    size_t input_bytes;    // of the source file or the stored payload
    size_t scratch_bytes;  // of the job
  };
  // REQUIRES: FormFits; if the form keeps (part of) the source file, that is the input.
  ValueTaker(const Form& form, MoveCause cause, const Making& making);

  // What has to be leased for the value beside what making the file takes, and what has to be kept
  // for it beside the finished file. The latter has the memory to encode it, but on a read, where
  // that is leased when it is to be encoded.
  size_t bytes_while_made() const { return copy_.stage == 0 ? 0 : value_bytes_; }
  size_t bytes_afterwards() const { return value_bytes_ + (leases_later() ? 0 : work_bytes_); }

  // What there is at once when it is encoded.
  size_t bytes_to_encode() const { return file_bytes_ + value_bytes_ + work_bytes_; }

  // For TensorJob::Run; then the tensor that this has made, before the file is finished.
  StageCopy* copy() { return &copy_; }
  void SeeTensor(std::span<const uint8_t> tensor);

  // Whether the source file is the value; then it is to be handed over.
  bool keeps_source() const { return keeps_source_; }
  void KeepSource(std::shared_ptr<const uint8_t[]> source) { source_ = std::move(source); }

  // Once, after all of that. The lease is of bytes_afterwards().
  FormValue Take(MemoryBudget budget, MemoryBudget::Lease lease,
                 const std::shared_ptr<const FinishedFile>& file);

  // What taking it has cost this thread so far.
  uint64_t cpu_ns() const { return cpu_ns_; }

 private:
  bool leases_later() const { return cause_ == MoveCause::kOnRead; }

  const Form form_;
  const ImageHeader header_;
  const MoveCause cause_;
  const size_t file_bytes_;     // of the finished file
  const size_t tensor_offset_;  // in it
  size_t value_bytes_ = 0;      // 0 if the value is the tensor in the finished file
  size_t work_bytes_;
  bool keeps_source_ = false;
  std::shared_ptr<const uint8_t[]> source_;
  StageCopy copy_;
  size_t tensor_bytes_ = 0;
  uint64_t tensor_hash_ = 0;
  uint64_t cpu_ns_ = 0;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_VALUE_TAKER_H_
