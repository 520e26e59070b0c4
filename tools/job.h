// SPDX-License-Identifier: MIT
// Long work of the daemon that a tool starts, watches and may end: one at a time, on threads of its
// own, over a list of samples. Thread-safe; the mutex is not held while an item is worked on.
#ifndef TENSORFS_TOOLS_JOB_H_
#define TENSORFS_TOOLS_JOB_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "codec/result.h"
#include "fs/inode.h"

namespace tensorfs {

enum class ItemOutcome : uint8_t { kDone, kSkipped, kUnsuited, kFailed };

struct JobProgress {
  std::string name;   // "materialize", …; empty: there was no job yet
  std::string state;  // "running", "done", "cancelled"
  uint64_t total = 0;
  uint64_t done = 0;      // work was done for these
  uint64_t skipped = 0;   // nothing was to be done
  uint64_t unsuited = 0;  // it cannot be done for these
  uint64_t failed = 0;
  uint64_t bytes = 0;  // as the items count them
  double elapsed_s = 0;
  std::vector<std::string> messages;  // of the first failures
};

class Job {
 public:
  struct Item {
    ItemOutcome outcome = ItemOutcome::kDone;
    uint64_t bytes = 0;
    std::string message;  // of a failure
  };
  using Work = std::function<Item(Inode sample)>;

  Job() = default;
  // Ends the work that is underway.
  ~Job() { Cancel(); }
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // Errors: kBusy while another job runs, naming it.
  Result<void> Start(const std::string& name, std::vector<Inode> samples, int threads, Work work);

  // No item is begun after this; returns when those underway have ended.
  void Cancel();

  JobProgress Progress() const;

 private:
  void RunItems(const std::stop_token& stop);
  void Count(const Item& item);

  mutable std::mutex mutex_;  // guards progress_ and started_
  JobProgress progress_;
  std::chrono::steady_clock::time_point started_;

  std::mutex threads_mutex_;  // guards all below, but for next_ and what running threads read
  std::vector<Inode> samples_;
  Work work_;
  std::atomic<size_t> next_{0};
  std::atomic<int> running_{0};
  std::vector<std::jthread> threads_;
};

std::string ToJson(const JobProgress& progress);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_JOB_H_
