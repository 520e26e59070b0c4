// SPDX-License-Identifier: MIT
// Values that wait to be moved, in the order in which they came, and the samples that are being
// moved. A sample has at most one value here: one for another form takes the place of what waits,
// but not of what is being worked on.
//
// The limit is on the own bytes of values that wait or are worked on; one that is larger is never
// taken. A filesystem leases these bytes from its memory budget, of which the limit is a part, so
// that they never keep readers from the rest.
//
// Thread-safe; one mutex. Values are freed without it.
#ifndef TENSORFS_POLICY_MOVE_QUEUE_H_
#define TENSORFS_POLICY_MOVE_QUEUE_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <unordered_map>

#include "cache/source_version.h"
#include "policy/form_value.h"

namespace tensorfs {

struct MovedSample {
  std::string path;  // relative to the source
  SourceVersion version;
  uint64_t id = 0;  // for a MoveListener to know it by
};

struct Move {
  MovedSample sample;
  FormValue value;
  int64_t expected_cpu_ns = 0;  // charged already
  int64_t expected_bytes = 0;
};

class MoveQueue {
 public:
  explicit MoveQueue(size_t limit_bytes) : limit_bytes_(limit_bytes) {}

  size_t limit_bytes() const { return limit_bytes_; }

  // Whether a value of the sample for that form would be taken if it is not too large.
  bool HasRoom(const std::string& path, const Form& form) const;

  // Returns what is not in the queue then: the move itself if it was not taken, or the one whose
  // place it took.
  struct Offered {
    bool taken = false;
    std::optional<Move> left;
  };
  Offered Offer(Move move);

  // Work on one sample, by the queue or not. It is void if it was cancelled since it began.
  struct Work {
    std::string path;
    uint64_t began = 0;
    size_t bytes = 0;  // of the queue's limit
  };
  struct Taken {
    Move move;
    Work work;
  };
  // Waits for a value; nothing if `stop` is requested. Each of Take and Begin is to be followed by
  // End, after the value is gone.
  std::optional<Taken> Take(const std::stop_token& stop);
  Work Begin(const std::string& path);
  void End(const Work& work);

  // Gives up what waits of the sample, which is returned, and makes void what is being worked on.
  std::optional<Move> Cancel(const std::string& path);
  bool IsVoid(const Work& work) const;

  // Waits until nothing waits or is worked on.
  void Drain();

  size_t size() const;        // samples that wait or are being moved
  size_t held_bytes() const;  // of their values

 private:
  struct Entry {
    std::optional<Move> waiting;
    int working = 0;
    uint64_t cancelled = 0;  // the last time, of clock_
  };
  using Entries = std::unordered_map<std::string, Entry>;

  bool HasRoomLocked(const std::string& path, const Form& form) const;
  void DropIfDone(Entries::iterator entry);

  const size_t limit_bytes_;
  mutable std::mutex mutex_;  // guards all below
  Entries entries_;
  std::deque<std::string> order_;  // may still name samples of which nothing waits
  size_t held_bytes_ = 0;
  uint64_t clock_ = 0;  // counts what is begun and cancelled
  std::condition_variable_any not_empty_;
  std::condition_variable idle_;
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_MOVE_QUEUE_H_
