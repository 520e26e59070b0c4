// SPDX-License-Identifier: MIT
// A thread of ordinary priority that does what one of idle priority must not: hold locks that
// readers need. Whoever holds one and is not let run would stop them.
//
// Thread-safe; errands of several callers are done one after another.
#ifndef TENSORFS_POLICY_ERRAND_THREAD_H_
#define TENSORFS_POLICY_ERRAND_THREAD_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace tensorfs {

class ErrandThread {
 public:
  // Has the priority of the thread that makes it.
  ErrandThread();

  // Runs the errand in that thread and returns when it is done. REQUIRES: it does not throw.
  void Do(const std::function<void()>& errand);

 private:
  void Run(const std::stop_token& stop);

  std::mutex caller_mutex_;  // held by the caller whose turn it is
  std::mutex mutex_;         // guards errand_; not held during one
  const std::function<void()>* errand_ = nullptr;
  std::condition_variable_any changed_;
  std::jthread thread_;  // last, so that it ends first
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_ERRAND_THREAD_H_
