// SPDX-License-Identifier: MIT
// The tensor cache's writing thread and the queue before it. Who queues never waits for the disk:
// when the queue has as many bytes as it may, it says so.
//
// Thread-safe. Owns the thread; the keeper is used by it alone while the writer lives.
#ifndef TENSORFS_CACHE_CACHE_WRITER_H_
#define TENSORFS_CACHE_CACHE_WRITER_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>

#include "cache/cache_keeper.h"
#include "codec/result.h"

namespace tensorfs {

class CacheWriter {
 public:
  CacheWriter(CacheKeeper* keeper, size_t limit_bytes);
  // Writes what is queued and closes the keeper.
  ~CacheWriter();

  // Sets bytes aside in the queue. Each success must be followed by one Push or Release of as many.
  bool Reserve(size_t bytes);
  // The same, but waits until the queue has room; false if it never can have.
  bool AwaitRoom(size_t bytes);
  void Push(CacheWrite write);
  void Release(size_t bytes);

  // Waits until all that was queued before can be read. Errors: the keeper's.
  Result<void> Flush();

  size_t queued_bytes() const;

 private:
  void Run();
  void WriteFirst(std::unique_lock<std::mutex>& lock);
  void AnswerFlush(std::unique_lock<std::mutex>& lock);

  CacheKeeper* const keeper_;
  const size_t limit_bytes_;
  mutable std::mutex mutex_;  // guards all below but the thread
  std::condition_variable wake_;
  std::condition_variable flushed_;
  std::condition_variable room_;
  std::deque<CacheWrite> queue_;
  size_t reserved_bytes_ = 0;
  uint64_t flushes_wanted_ = 0;
  uint64_t flushes_done_ = 0;
  Result<void> flush_result_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_CACHE_WRITER_H_
