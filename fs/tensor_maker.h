// SPDX-License-Identifier: MIT
// From an open source file or a stored payload to the finished presented file, within the memory
// budget.
//
// One lease covers all that making a file takes, and the value that is wanted beside it, so no
// thread waits for memory while it holds some. Only a header longer than the first 64 KiB, which
// lie on the stack, takes a lease of its own, and gives it back before. A bounded number of threads
// decodes at once; none of them reads meanwhile. What is decoded in the background is not counted:
// a thread that others do not let run must not keep them from decoding.
// Immutable but for the budget and the decode slots; thread-safe.
#ifndef TENSORFS_FS_TENSOR_MAKER_H_
#define TENSORFS_FS_TENSOR_MAKER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "codec/form.h"
#include "codec/image_header.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "codec/tensor_file.h"
#include "codec/tensor_job.h"
#include "codec/tensor_spec.h"
#include "fs/decode_slots.h"
#include "fs/finished_file.h"
#include "fs/memory_budget.h"
#include "fs/source_tree.h"
#include "fs/value_taker.h"
#include "policy/form_value.h"
#include "policy/move_cause.h"
#include "policy/read_meter.h"

namespace tensorfs {

class TensorMaker {
 public:
  using FilePtr = std::shared_ptr<const FinishedFile>;

  // `decode_threads` of 0: one for each core this process may use. `budget` must outlive this, and
  // so must `source_meter`, which is told of reads unless it is null.
  // Errors: kInvalidArgument if the format cannot present the pipeline's tensors.
  static Result<std::unique_ptr<TensorMaker>> Create(Pipeline pipeline, TensorFileFormat format,
                                                     int decode_threads, MemoryBudget* budget,
                                                     ReadMeter* source_meter = nullptr);

  const Pipeline& pipeline() const { return pipeline_; }

  // The size of every presented file, if it does not depend on the source.
  std::optional<uint64_t> FixedFileBytes() const { return fixed_file_bytes_; }

  Result<ImageHeader> HeaderOf(const SourceFile& source) const;
  // What Make would make, from the header alone.
  Result<TensorSpec> SpecOf(const SourceFile& source) const;
  Result<uint64_t> FileBytesOf(const SourceFile& source) const;

  // The presented file `file`, made of this source, as an .npy file.
  // Errors: kInvalidArgument if npy cannot hold it, kCorrupt if it is no such file.
  Result<std::string> ToNpy(const SourceFile& source, std::span<const uint8_t> file) const;

  struct Made {
    FilePtr file;
    ImageHeader header = {};
    // What was wanted, unless the sample cannot take that form or, on a read, the memory budget
    // could never hold both.
    std::optional<FormValue> value = {};
    uint64_t value_cpu_ns = 0;  // what that took of this thread
  };
  // `choose`, if not empty, may name a form that the sample shall be kept in: the value that takes
  // is at hand in passing. It comes with the memory to encode it, but on a read, where it may have
  // to wait first. Errors: those of TensorJob; kTooLarge beyond the budget;
  // kBusy if the source changed while it was read (open it again); kIo.
  using ChooseForm = std::function<std::optional<Form>(const ImageHeader&)>;
  Result<Made> Make(const SourceFile& source, const ChooseForm& choose = {},
                    MoveCause cause = MoveCause::kOnRead) const;

  // Likewise from what the store has of a sample. `read` fills a buffer of `payload_bytes`.
  // REQUIRES: HasValueFor(stored.form, *wanted), if any. Errors: those of StoredTensorJob and of
  // `read`; kTooLarge beyond the budget.
  using ReadPayload = std::function<Result<void>(std::span<uint8_t> payload)>;
  struct StoredPayload {
    const StoredForm& stored;
    size_t payload_bytes;
    ReadPayload read;
  };
  Result<Made> MakeFromStored(const StoredPayload& payload, const std::optional<Form>& wanted = {},
                              MoveCause cause = MoveCause::kOnRead) const;
  // Whether the value that `wanted` keeps is at hand when a sample is made of what is kept of it.
  bool HasValueFor(const Form& kept, const Form& wanted) const;

 private:
  TensorMaker(Pipeline pipeline, TensorFileFormat format, int decode_threads, MemoryBudget* budget,
              ReadMeter* source_meter)
      : pipeline_(std::move(pipeline)),
        format_(format),
        budget_(budget),
        source_meter_(source_meter),
        decode_slots_(decode_threads) {}

  Result<ImageHeader> HeaderOf(const SourceFile& source, std::span<const uint8_t> prefix) const;
  std::unique_ptr<ValueTaker> TakerFor(const std::optional<Form>& wanted, MoveCause cause,
                                       const ValueTaker::Making& making) const;
  using RunJob = std::function<Result<void>(std::span<uint8_t> tensor, StageCopy* copy)>;
  Result<void> Decode(const RunJob& run, const TensorFileLayout& layout, std::span<uint8_t> file,
                      MoveCause cause, ValueTaker* taker) const;

  const Pipeline pipeline_;
  const TensorFileFormat format_;
  std::optional<uint64_t> fixed_file_bytes_;
  MemoryBudget* const budget_;
  ReadMeter* const source_meter_;
  mutable DecodeSlots decode_slots_;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_TENSOR_MAKER_H_
