// SPDX-License-Identifier: MIT
#include "cache/cache_writer.h"

#include <chrono>
#include <utility>

namespace tensorfs {
namespace {

constexpr std::chrono::milliseconds kTick{500};

}  // namespace

CacheWriter::CacheWriter(CacheKeeper* keeper, size_t limit_bytes)
    : keeper_(keeper), limit_bytes_(limit_bytes), thread_([this] { Run(); }) {}

CacheWriter::~CacheWriter() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
  keeper_->Close();
}

bool CacheWriter::Reserve(size_t bytes) {
  std::lock_guard lock(mutex_);
  if (bytes > limit_bytes_ - reserved_bytes_) return false;
  reserved_bytes_ += bytes;
  return true;
}

bool CacheWriter::AwaitRoom(size_t bytes) {
  std::unique_lock lock(mutex_);
  if (bytes > limit_bytes_) return false;
  room_.wait(lock, [&] { return bytes <= limit_bytes_ - reserved_bytes_; });
  reserved_bytes_ += bytes;
  return true;
}

void CacheWriter::Push(CacheWrite write) {
  {
    std::lock_guard lock(mutex_);
    queue_.push_back(std::move(write));
  }
  wake_.notify_one();
}

void CacheWriter::Release(size_t bytes) {
  std::lock_guard lock(mutex_);
  reserved_bytes_ -= bytes;
  room_.notify_all();
}

Result<void> CacheWriter::Flush() {
  std::unique_lock lock(mutex_);
  const uint64_t wanted = ++flushes_wanted_;
  wake_.notify_one();
  flushed_.wait(lock, [&] { return flushes_done_ >= wanted; });
  return flush_result_;
}

size_t CacheWriter::queued_bytes() const {
  std::lock_guard lock(mutex_);
  return reserved_bytes_;
}

void CacheWriter::Run() {
  std::unique_lock lock(mutex_);
  const auto has_news = [this] {
    return !queue_.empty() || stopping_ || flushes_wanted_ > flushes_done_;
  };
  while (true) {
    if (keeper_->HasWork()) {
      wake_.wait_for(lock, kTick, has_news);
    } else {
      wake_.wait(lock, has_news);
    }
    if (!queue_.empty()) {
      WriteFirst(lock);
    } else if (flushes_wanted_ > flushes_done_) {
      AnswerFlush(lock);
    } else if (stopping_) {
      return;
    } else {
      lock.unlock();
      keeper_->Tick();
      lock.lock();
    }
  }
}

void CacheWriter::WriteFirst(std::unique_lock<std::mutex>& lock) {
  CacheWrite write = std::move(queue_.front());
  queue_.pop_front();
  lock.unlock();
  const size_t bytes = write.bytes.size();
  keeper_->Write(write);
  write = CacheWrite();  // its owner goes before its bytes may be used again
  lock.lock();
  reserved_bytes_ -= bytes;
  room_.notify_all();
}

void CacheWriter::AnswerFlush(std::unique_lock<std::mutex>& lock) {
  const uint64_t wanted = flushes_wanted_;
  lock.unlock();
  Result<void> sealed = keeper_->Seal();
  keeper_->DropEmptyGenerations();  // also on a full disk, where there may be room to seal then
  lock.lock();
  flush_result_ = std::move(sealed);
  flushes_done_ = wanted;
  flushed_.notify_all();
}

}  // namespace tensorfs
