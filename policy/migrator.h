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
// All of this stays within a share of the machine (policy/migration_share.h): a value is charged
// with what it is expected to cost when it is taken, and with the rest when it is done; what a read
// does for it beside serving is charged by ChargeRead. Nothing is wanted while the share is used
// up. What somebody asked for is done whatever the share, and not charged.
//
// Thread-safe. No mutex is held while a value is encoded or stored.
#ifndef TENSORFS_POLICY_MIGRATOR_H_
#define TENSORFS_POLICY_MIGRATOR_H_

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "cache/sample_store.h"
#include "codec/form_encoder.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "policy/errand_thread.h"
#include "policy/form_value.h"
#include "policy/migration_share.h"
#include "policy/move_cause.h"
#include "policy/move_listener.h"
#include "policy/move_queue.h"

namespace tensorfs {

struct MoveStats {
  uint64_t moves = 0;
  uint64_t payload_bytes = 0;
  uint64_t cpu_ns = 0;
};

// Totals since the start.
struct MigratorStats {
  uint64_t converted = 0;
  uint64_t unsuited = 0;       // samples that cannot take the form, found so far
  uint64_t mismatches = 0;     // of these, payloads that would have given another tensor
  uint64_t failed = 0;         // attempts; the sample's next read tries again
  uint64_t deferred = 0;       // values not taken, because too many waited or memory was short
  uint64_t waiting = 0;        // samples that wait or are being moved
  uint64_t waiting_bytes = 0;  // of their values
  uint64_t payload_bytes = 0;
  uint64_t cpu_ns = 0;
  std::array<MoveStats, kMoveCauses> causes;  // what the totals consist of
  MigrationShare::Use use;                    // of the machine, lately
};

class Migrator {
 public:
  using Sample = MovedSample;
  using Encode = std::function<Result<EncodedForm>(const Form&, const Pipeline&, const ImageHeader&,
                                                   const TensorPlan&, std::span<const uint8_t>)>;
  struct Options {
    size_t queue_bytes = size_t{64} << 20;  // see MoveQueue
    int threads = 1;
    MigrationShare* share = nullptr;  // outlives the migrator; null: no limit
    // Told of each payload that would have given another tensor.
    std::function<void(const std::string& message)> on_mismatch = {};
    Encode encode = EncodeForm;
  };

  // Both must outlive the migrator.
  Migrator(const Pipeline* pipeline, SampleStore* store, Options options);
  // Gives up what waits.
  ~Migrator();

  // Whether a value of this sample would be taken; false for one that cannot take the form, or
  // whose value for it is too large to wait.
  bool Wants(const Sample& sample, const Form& form) const;

  // Takes the value over if there is room; in place of one that waits for another form.
  void Offer(Sample sample, FormValue value);

  // What a read has done for a move beside serving.
  void ChargeRead(uint64_t cpu_ns, uint64_t bytes = 0);

  // Converts on the calling thread; for a move in the background only the store's part is done by
  // another, and only that is charged here: whoever makes the move charges for his own thread.
  // Errors: kUnsupported if the sample cannot take the form, or this would have given another
  // tensor; kTooLarge if memory is short; kStale if GoBack was called meanwhile; those of
  // EncodeForm and SampleStore::Put.
  Result<void> Convert(const Sample& sample, const FormValue& value, MoveCause cause);

  // The sample is to be read from its source again: drops what the store has of it and what is
  // underway to there.
  void GoBack(const std::string& path, MoveCause cause);

  // Remembers that the sample cannot take the form.
  void NoteUnsuited(const Sample& sample, const Form& form);

  // From now on; null for nobody. Once this has returned, the one before is told nothing more.
  void SetListener(MoveListener* listener);

  // Waits until nothing waits or is worked on.
  void Drain();

  MigratorStats Stats() const;

 private:
  using Clock = std::chrono::steady_clock;

  struct MoveCounters {
    std::atomic<uint64_t> moves{0};
    std::atomic<uint64_t> payload_bytes{0};
    std::atomic<uint64_t> cpu_ns{0};
  };

  Result<void> Convert(const Sample& sample, const FormValue& value, MoveCause cause,
                       const MoveQueue::Work& work);
  void Tell(const MadeMove& move);
  Result<size_t> EncodeAndPut(const Sample& sample, const FormValue& value, MoveCause cause,
                              const MoveQueue::Work& work);
  Result<EncodedForm> EncodeVerified(const Sample& sample, const FormValue& value,
                                     const TensorPlan& plan, uint64_t* encode_ns);
  void UseStore(MoveCause cause, const std::function<void()>& use);
  Result<void> PutUnlessVoid(const Sample& sample, const EncodedForm& encoded,
                             const MoveQueue::Work& work);
  void NoteRefusal(const Result<void>& done);
  void Charge(int64_t cpu_ns, int64_t bytes);
  void Expect(Move& move);
  void GiveBack(const Move& move);
  void LearnCost(const FormValue& value, uint64_t cpu_ns);
  void Do(const MoveQueue::Taken& taken);
  void Run(const std::stop_token& stop);

  const Pipeline* const pipeline_;
  SampleStore* const store_;
  const Options options_;
  MoveQueue queue_;
  ErrandThread errands_;  // the store's part of moves in the background

  mutable std::mutex mutex_;      // guards the two below
  Clock::time_point rest_until_;  // nothing is wanted before
  Clock::duration rest_{0};       // how long that was

  std::mutex listener_mutex_;         // held while it is told, which is short
  MoveListener* listener_ = nullptr;  // guarded by it

  mutable std::mutex unsuited_mutex_;  // guards the two below
  std::unordered_set<uint64_t> unsuited_;
  std::unordered_set<uint64_t> too_large_;  // for the queue

  std::atomic<double> cpu_ns_per_byte_;  // of values, as learnt so far
  std::array<MoveCounters, kMoveCauses> causes_;
  std::atomic<uint64_t> mismatches_{0};
  std::atomic<uint64_t> failed_{0};
  std::atomic<uint64_t> deferred_{0};
  std::vector<std::jthread> threads_;  // last, so that they end first
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_MIGRATOR_H_
