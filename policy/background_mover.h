// SPDX-License-Identifier: MIT
// Moves samples that nobody reads at the moment, one after another, in the order that a callback
// gives: the best gain for its cost first. Within the same share of the machine as all moves
// (policy/migration_share.h), to which it charges what its thread has used.
//
// Its thread has idle priority, for CPU and disk: on a machine with something to do it gets next to
// nothing, and takes next to nothing from readers. But a busy machine is where moving samples
// matters most, so what reads hand over (policy/migrator.h) is moved by threads that are merely
// nice, within the share. A move made here takes as long as the machine likes, up to many seconds;
// it must not hold anything that readers wait for while it works.
//
// Thread-safe. No mutex is held while a callback runs.
#ifndef TENSORFS_POLICY_BACKGROUND_MOVER_H_
#define TENSORFS_POLICY_BACKGROUND_MOVER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "codec/form.h"
#include "codec/result.h"
#include "policy/migration_share.h"

namespace tensorfs {

class BackgroundMover {
 public:
  struct Target {
    uint64_t sample = 0;  // for the callbacks to know which
    Form form;
  };
  // The next sample to be moved; nothing if there is none before the next Notify.
  using Next = std::function<std::optional<Target>()>;
  // Moves it, or finds that it has that form already: then false.
  using MoveTo = std::function<Result<bool>(const Target&)>;

  enum class State : uint8_t { kNothingToDo, kMoving, kShareUsedUp, kPaused, kRefused };
  struct Stats {
    State state = State::kNothingToDo;
    uint64_t moved = 0;
    uint64_t unsuited = 0;  // samples that cannot take the form
    uint64_t failed = 0;    // for other reasons
    uint64_t cpu_ns = 0;    // of this thread, for all of them
  };

  // Starts at once. What the callbacks use must outlive this, and so must the share.
  BackgroundMover(MigrationShare* share, Next next, MoveTo move);
  // Waits for the move that is being made.
  ~BackgroundMover() = default;

  // There may be something to move.
  void Notify();

  // While paused no move is begun; one that is being made goes on.
  void Pause(bool paused);

  Stats Now() const;

 private:
  using Clock = MigrationShare::Clock;

  void Run(const std::stop_token& stop);
  bool MayMove(std::unique_lock<std::mutex>& lock, const std::stop_token& stop);
  void Wait(std::unique_lock<std::mutex>& lock, const std::stop_token& stop, State why,
            Clock::duration most);
  Result<bool> MakeMove(const Target& target, uint64_t* cpu_ns) const;
  void Count(const Result<bool>& moved);

  MigrationShare* const share_;
  const Next next_;
  const MoveTo move_;

  mutable std::mutex mutex_;  // guards all up to changed_
  Stats stats_;
  bool paused_ = false;
  bool notified_ = true;
  bool has_next_ = true;  // as far as is known
  Clock::time_point rest_until_;
  Clock::duration rest_{0};
  std::condition_variable_any changed_;
  std::jthread thread_;  // last, so that it ends first
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_BACKGROUND_MOVER_H_
