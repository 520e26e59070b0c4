// SPDX-License-Identifier: MIT
// From an open source file to the finished presented file, within the memory budget.
//
// One lease covers all that making a file takes, so no thread waits for memory while it holds some.
// Only a header longer than the first 64 KiB, which lie on the stack, takes a lease of its own, and
// gives it back before. A bounded number of threads decodes at once; none of them reads meanwhile.
// Immutable but for the budget and the decode slots; thread-safe.
#ifndef TENSORFS_FS_TENSOR_MAKER_H_
#define TENSORFS_FS_TENSOR_MAKER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <semaphore>
#include <span>

#include "codec/image_header.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "codec/tensor_file.h"
#include "codec/tensor_job.h"
#include "codec/tensor_spec.h"
#include "fs/finished_file.h"
#include "fs/memory_budget.h"
#include "fs/source_tree.h"

namespace tensorfs {

class TensorMaker {
 public:
  // `decode_threads` of 0: one for each core this process may use. `budget` must outlive this.
  // Errors: kInvalidArgument if the format cannot present the pipeline's tensors.
  static Result<std::unique_ptr<TensorMaker>> Create(Pipeline pipeline, TensorFileFormat format,
                                                     int decode_threads, MemoryBudget* budget);

  // The size of every presented file, if it does not depend on the source.
  std::optional<uint64_t> FixedFileBytes() const { return fixed_file_bytes_; }

  // What Make would make, from the header alone.
  Result<TensorSpec> SpecOf(const SourceFile& source) const;
  Result<uint64_t> FileBytesOf(const SourceFile& source) const;

  // Errors: those of TensorJob; kTooLarge beyond the budget; kBusy if the source changed while it
  // was read (open it again); kIo.
  Result<std::shared_ptr<const FinishedFile>> Make(const SourceFile& source) const;

 private:
  TensorMaker(Pipeline pipeline, TensorFileFormat format, int decode_threads, MemoryBudget* budget)
      : pipeline_(std::move(pipeline)),
        format_(format),
        budget_(budget),
        decode_slots_(decode_threads) {}

  Result<ImageHeader> HeaderOf(const SourceFile& source, std::span<const uint8_t> prefix) const;
  Result<void> Decode(const TensorJob& job, const TensorFileLayout& layout,
                      std::span<const uint8_t> source, std::span<uint8_t> file) const;

  const Pipeline pipeline_;
  const TensorFileFormat format_;
  std::optional<uint64_t> fixed_file_bytes_;
  MemoryBudget* const budget_;
  mutable std::counting_semaphore<> decode_slots_;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_TENSOR_MAKER_H_
