// SPDX-License-Identifier: MIT
// A thread that gets the CPU and the disk only when nobody else wants them. It takes none of the
// store's locks: who holds one and is not let run would stop those who read.
//
// For one caller at a time.
#ifndef TENSORFS_CACHE_IDLE_WORKER_H_
#define TENSORFS_CACHE_IDLE_WORKER_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace tensorfs {

class IdleWorker {
 public:
  IdleWorker();
  ~IdleWorker();
  IdleWorker(const IdleWorker&) = delete;
  IdleWorker& operator=(const IdleWorker&) = delete;

  // Runs the work in that thread and returns when it is done. REQUIRES: it does not throw.
  void Do(const std::function<void()>& work);

 private:
  void Run();

  std::mutex mutex_;  // guards all but the thread; not held during work
  std::condition_variable changed_;
  const std::function<void()>* work_ = nullptr;  // null: none or done
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_IDLE_WORKER_H_
