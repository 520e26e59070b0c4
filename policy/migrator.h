// SPDX-License-Identifier: MIT
// Moves samples to the forms that were chosen for them: encodes values that reads have at hand and
// puts them into the store. A read hands its value over and goes on; a few threads of low priority
// do the work. Values that would not fit into the queue are not taken: the sample's next read
// offers them again. When the store takes nothing (it is full, say), nothing is wanted for a while,
// so that reads do not encode in vain.
//
// Every move is verified: the encoded payload is decoded again, and what the store had of the
// sample is replaced only if that gives the tensor that the read delivered. A form that fails this
// is not tried again for the sample. The disk's part is the checksum in each of the store's
// records.
//
// Thread-safe. Neither mutex is held while a value is encoded or stored.
#ifndef TENSORFS_POLICY_MIGRATOR_H_
#define TENSORFS_POLICY_MIGRATOR_H_

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "cache/sample_store.h"
#include "cache/source_version.h"
#include "codec/form_encoder.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "policy/form_value.h"
#include "policy/move_cause.h"

namespace tensorfs {

struct MoveStats {
  uint64_t moves = 0;
  uint64_t payload_bytes = 0;
  uint64_t cpu_ns = 0;
};

// Totals since the start.
struct MigratorStats {
  uint64_t converted = 0;
  uint64_t unsuited = 0;    // samples that cannot take the form, found so far
  uint64_t mismatches = 0;  // of these, payloads that would have given another tensor
  uint64_t failed = 0;      // attempts; the sample's next read tries again
  uint64_t deferred = 0;    // values not taken, because too many waited or memory was short
  uint64_t waiting = 0;
  uint64_t payload_bytes = 0;
  uint64_t cpu_ns = 0;
  std::array<MoveStats, kMoveCauses> causes;  // what the totals consist of
};

class Migrator {
 public:
  struct Sample {
    std::string path;  // relative to the source
    SourceVersion version;
  };

  using Encode = std::function<Result<EncodedForm>(const Form&, const Pipeline&, const ImageHeader&,
                                                   const TensorPlan&, std::span<const uint8_t>)>;
  struct Options {
    size_t queue_bytes = size_t{64} << 20;  // of the values that wait
    int threads = 1;
    // Told of each payload that would have given another tensor.
    std::function<void(const std::string& message)> on_mismatch = {};
    Encode encode = EncodeForm;
  };

  // Both must outlive the migrator.
  Migrator(const Pipeline* pipeline, SampleStore* store, Options options);
  // Gives up what waits.
  ~Migrator();

  // Whether a value of this sample would be taken; false for one that cannot take the form.
  bool Wants(const Sample& sample, const Form& form) const;

  // Takes the value over if there is room.
  void Offer(Sample sample, FormValue value);

  // Converts on the calling thread. Errors: kUnsupported if the sample cannot take the form, or
  // this would have given another tensor; kTooLarge if memory is short; those of EncodeForm and
  // SampleStore::Put.
  Result<void> Convert(const Sample& sample, const FormValue& value, MoveCause cause);

  // Remembers that the sample cannot take the form.
  void NoteUnsuited(const Sample& sample, const Form& form);

  // Waits until nothing waits or is worked on.
  void Drain();

  MigratorStats Stats() const;

 private:
  using Clock = std::chrono::steady_clock;

  struct Move {
    Sample sample;
    FormValue value;
  };

  struct MoveCounters {
    std::atomic<uint64_t> moves{0};
    std::atomic<uint64_t> payload_bytes{0};
    std::atomic<uint64_t> cpu_ns{0};
  };

  void NoteRefusal(const Result<void>& done);
  Result<size_t> EncodeAndPut(const Sample& sample, const FormValue& value);
  Result<EncodedForm> EncodeVerified(const Sample& sample, const FormValue& value,
                                     const TensorPlan& plan);
  void Work(const Move& move);
  void Run(const std::stop_token& stop);

  const Pipeline* const pipeline_;
  SampleStore* const store_;
  const Options options_;

  mutable std::mutex mutex_;  // guards all up to idle_
  std::deque<Move> queue_;
  std::unordered_set<std::string> underway_;  // paths that wait or are worked on
  size_t waiting_bytes_ = 0;                  // of values that wait or are worked on
  Clock::time_point rest_until_;              // nothing is wanted before
  Clock::duration rest_{0};                   // how long that was
  std::condition_variable_any not_empty_;
  std::condition_variable idle_;

  mutable std::mutex unsuited_mutex_;  // guards unsuited_
  std::unordered_set<uint64_t> unsuited_;

  std::array<MoveCounters, kMoveCauses> causes_;
  std::atomic<uint64_t> mismatches_{0};
  std::atomic<uint64_t> failed_{0};
  std::atomic<uint64_t> deferred_{0};
  std::vector<std::jthread> threads_;  // last, so that they end first
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_MIGRATOR_H_
