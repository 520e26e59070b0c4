// SPDX-License-Identifier: MIT
// Reading samples: one decode for all that ask at once, its cost counted, its failure told.
// Thread-safe. No mutex is held during I/O or decoding. Owns a thread, started with the first
// file that is kept, which drops kept files that nobody finishes reading.
#ifndef TENSORFS_FS_SAMPLE_READER_H_
#define TENSORFS_FS_SAMPLE_READER_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "codec/result.h"
#include "fs/inode.h"
#include "fs/memory_budget.h"
#include "fs/read_reply.h"
#include "fs/sample_address.h"
#include "fs/sample_errors.h"
#include "fs/sample_loader.h"
#include "fs/sample_source.h"
#include "fs/source_tree.h"
#include "fs/tensors_in_flight.h"
#include "policy/read_stats.h"

namespace tensorfs {

class SampleReader {
 public:
  // All must outlive the reader; it becomes the budget's reclaimer.
  SampleReader(const SourceTree* source, const SampleLoader* loader, MemoryBudget* budget,
               ReadStats* stats);

  // Bytes [offset, offset + size) of the presented file, less at its end, none after it. Errors:
  // why the sample cannot be made, with its path in front; kStale if `source` is not as it is
  // believed.
  Result<ReadReply> Read(const SampleAddress& sample, SampleSource source, uint64_t offset,
                         size_t size);

  // The source of a sample. What is kept of one that is gone is dropped.
  Result<SourceFile> OpenSource(const std::string& path) const;

  // Keeps the sample in the form; see SampleLoader::Convert.
  Result<bool> Convert(const SampleAddress& sample, SourceFile file, const Form& form,
                       MoveCause cause);

  // See SampleLoader::Warm and SampleLoader::Compare.
  Result<SampleLoader::Warmed> Warm(const SampleAddress& sample, SampleSource source);
  Result<SampleLoader::Comparison> Compare(const SampleAddress& sample, SourceFile file) const;

  // Why the last attempt to make the sample failed; nothing if it did not.
  std::optional<std::string> LastError(Inode inode) const { return errors_.Find(inode); }

 private:
  using FilePtr = TensorsInFlight::FilePtr;

  template <typename Source, typename Load>
  auto RetryIfChanged(const SampleAddress& sample, Source source, const Load& load) const
      -> decltype(load(source));
  Result<FilePtr> MakeCounted(const SampleAddress& sample, SampleSource source);
  Result<SampleLoader::Loaded> LoadUnchanged(const SampleAddress& sample,
                                             SampleSource source) const;
  void ReportFailure(const SampleAddress& sample, const Error& error);
  void StartSweeper();
  void Sweep(std::stop_token stop);

  const SourceTree* const source_;
  const SampleLoader* const loader_;
  MemoryBudget* const budget_;
  ReadStats* const stats_;
  SampleErrors errors_;
  TensorsInFlight in_flight_;
  std::once_flag sweeper_started_;
  std::jthread sweeper_;  // last, so that it ends first
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_SAMPLE_READER_H_
