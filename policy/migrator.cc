// SPDX-License-Identifier: MIT
#include "policy/migrator.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "codec/form_encoder.h"
#include "codec/hash.h"
#include "policy/thread_cpu.h"

namespace tensorfs {
namespace {

// Low enough to give way to readers, high enough to get on while they keep all cores busy: what is
// converted now is cheaper from the next epoch on.
constexpr int kNice = 10;

constexpr std::chrono::seconds kShortestRest{1};
constexpr std::chrono::seconds kLongestRest{60};

void LowerThisThread() { setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice); }

uint64_t UnsuitedKey(const Migrator::Sample& sample, const Form& form) {
  const std::array<int64_t, 4> numbers = {static_cast<int64_t>(sample.version.size_bytes),
                                          sample.version.change_stamp, form.stage,
                                          static_cast<int64_t>(form.encoding)};
  return Hash64(sample.path,
                Hash64({reinterpret_cast<const char*>(numbers.data()), sizeof(numbers)}));
}

}  // namespace

Migrator::Migrator(const Pipeline* pipeline, SampleStore* store, size_t queue_bytes, int threads)
    : pipeline_(pipeline), store_(store), queue_bytes_(queue_bytes) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { Run(stop); });
  }
}

Migrator::~Migrator() {
  for (std::jthread& thread : threads_) thread.request_stop();
}

bool Migrator::Wants(const Sample& sample, const Form& form) const {
  {
    std::lock_guard lock(mutex_);
    if (waiting_bytes_ >= queue_bytes_ || underway_.contains(sample.path)) return false;
    if (Clock::now() < rest_until_) return false;
  }
  std::lock_guard lock(unsuited_mutex_);
  return !unsuited_.contains(UnsuitedKey(sample, form));
}

void Migrator::Offer(Sample sample, FormValue value) {
  std::lock_guard lock(mutex_);
  if (waiting_bytes_ + value.bytes.size() > queue_bytes_) {
    deferred_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  if (!underway_.insert(sample.path).second) return;
  waiting_bytes_ += value.bytes.size();
  queue_.push_back({std::move(sample), std::move(value)});
  not_empty_.notify_one();
}

Result<void> Migrator::Convert(const Sample& sample, const FormValue& value) {
  const uint64_t cpu_start = ThreadCpuNs();
  Result<void> done = EncodeAndPut(sample, value);
  cpu_ns_.fetch_add(ThreadCpuNs() - cpu_start, std::memory_order_relaxed);
  if (done) {
    converted_.fetch_add(1, std::memory_order_relaxed);
  } else if (done.error().code == ErrorCode::kUnsupported) {
    NoteUnsuited(sample, value.form);
  } else {
    failed_.fetch_add(1, std::memory_order_relaxed);
  }
  NoteRefusal(done);
  return done;
}

// Rests twice as long after each refusal in a row.
void Migrator::NoteRefusal(const Result<void>& done) {
  std::lock_guard lock(mutex_);
  const auto now = Clock::now();
  if (done) {
    rest_ = Clock::duration{0};
  } else if (done.error().code != ErrorCode::kUnsupported && now >= rest_until_) {
    rest_ = std::clamp<Clock::duration>(2 * rest_, kShortestRest, kLongestRest);
    rest_until_ = now + rest_;
  }
}

Result<void> Migrator::EncodeAndPut(const Sample& sample, const FormValue& value) {
  const auto plan = TensorPlan::Create(*pipeline_, value.source.size);
  if (!plan) return tl::unexpected(plan.error());
  const auto encoded = EncodeForm(value.form, *pipeline_, value.source, *plan, value.bytes);
  if (!encoded) {
    // The value itself is sound, so it is the form that does not suit it; memory may come back.
    const bool for_now = encoded.error().code == ErrorCode::kTooLarge;
    return Fail(for_now ? ErrorCode::kTooLarge : ErrorCode::kUnsupported, encoded.error().message);
  }
  Result<void> put = store_->Put(sample.path, sample.version, encoded->stored, encoded->payload);
  if (put) payload_bytes_.fetch_add(encoded->payload.size(), std::memory_order_relaxed);
  return put;
}

void Migrator::NoteUnsuited(const Sample& sample, const Form& form) {
  std::lock_guard lock(unsuited_mutex_);
  unsuited_.insert(UnsuitedKey(sample, form));
}

void Migrator::Run(const std::stop_token& stop) {
  LowerThisThread();
  std::unique_lock lock(mutex_);
  while (not_empty_.wait(lock, stop, [this] { return !queue_.empty(); })) {
    Work work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    const size_t bytes = work.value.bytes.size();
    try {
      // What went wrong is counted; the store tells of conditions that last.
      static_cast<void>(Convert(work.sample, work.value));
    } catch (const std::bad_alloc&) {
      failed_.fetch_add(1, std::memory_order_relaxed);
    }
    work.value = {};
    lock.lock();
    underway_.erase(work.sample.path);
    waiting_bytes_ -= bytes;
    if (underway_.empty()) idle_.notify_all();
    if (stop.stop_requested()) return;
  }
}

void Migrator::Drain() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return underway_.empty(); });
}

MigratorStats Migrator::Stats() const {
  MigratorStats stats;
  stats.converted = converted_.load(std::memory_order_relaxed);
  stats.failed = failed_.load(std::memory_order_relaxed);
  stats.deferred = deferred_.load(std::memory_order_relaxed);
  stats.payload_bytes = payload_bytes_.load(std::memory_order_relaxed);
  stats.cpu_ns = cpu_ns_.load(std::memory_order_relaxed);
  {
    std::lock_guard lock(mutex_);
    stats.waiting = underway_.size();
  }
  std::lock_guard lock(unsuited_mutex_);
  stats.unsuited = unsuited_.size();
  return stats;
}

}  // namespace tensorfs
