// SPDX-License-Identifier: MIT
#include "policy/migrator.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <new>
#include <string>
#include <utility>

#include "codec/form_check.h"
#include "codec/hash.h"
#include "policy/thread_cpu.h"

namespace tensorfs {
namespace {

// Low enough to give way to readers, high enough to get on while they keep all cores busy: what is
// converted now is cheaper from the next epoch on.
constexpr int kNice = 10;

// Reads give memory back all the time.
constexpr int kMemoryAttempts = 25;
constexpr std::chrono::milliseconds kMemoryInterval{20};

constexpr std::chrono::seconds kShortestRest{1};
constexpr std::chrono::seconds kLongestRest{60};

void LowerThisThread() { setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice); }

// Waits a little for the memory to encode the value. False if none came free: readers come first.
bool LeaseWork(const FormValue& value, std::shared_ptr<const void>& memory) {
  if (!value.lease_work) return true;
  for (int attempt = 0; attempt < kMemoryAttempts; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(kMemoryInterval);
    memory = value.lease_work();
    if (memory) return true;
  }
  return false;
}

uint64_t UnsuitedKey(const Migrator::Sample& sample, const Form& form) {
  const std::array<int64_t, 5> numbers = {static_cast<int64_t>(sample.version.size_bytes),
                                          sample.version.change_stamp, form.stage,
                                          static_cast<int64_t>(form.encoding), form.level};
  return Hash64(sample.path,
                Hash64({reinterpret_cast<const char*>(numbers.data()), sizeof(numbers)}));
}

}  // namespace

Migrator::Migrator(const Pipeline* pipeline, SampleStore* store, Options options)
    : pipeline_(pipeline), store_(store), options_(std::move(options)) {
  for (int i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { Run(stop); });
  }
}

Migrator::~Migrator() {
  for (std::jthread& thread : threads_) thread.request_stop();
}

bool Migrator::Wants(const Sample& sample, const Form& form) const {
  {
    std::lock_guard lock(mutex_);
    if (waiting_bytes_ >= options_.queue_bytes || underway_.contains(sample.path)) return false;
    if (Clock::now() < rest_until_) return false;
  }
  std::lock_guard lock(unsuited_mutex_);
  return !unsuited_.contains(UnsuitedKey(sample, form));
}

void Migrator::Offer(Sample sample, FormValue value) {
  std::lock_guard lock(mutex_);
  if (waiting_bytes_ + value.bytes.size() > options_.queue_bytes) {
    deferred_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  if (!underway_.insert(sample.path).second) return;
  waiting_bytes_ += value.bytes.size();
  queue_.push_back({std::move(sample), std::move(value)});
  not_empty_.notify_one();
}

Result<void> Migrator::Convert(const Sample& sample, const FormValue& value, MoveCause cause) {
  const uint64_t cpu_start = ThreadCpuNs();
  const Result<size_t> payload_bytes = EncodeAndPut(sample, value);
  MoveCounters& counters = causes_[static_cast<size_t>(cause)];
  counters.cpu_ns.fetch_add(ThreadCpuNs() - cpu_start, std::memory_order_relaxed);
  if (payload_bytes) {
    counters.moves.fetch_add(1, std::memory_order_relaxed);
    counters.payload_bytes.fetch_add(*payload_bytes, std::memory_order_relaxed);
    NoteRefusal({});
    return {};
  }
  const Result<void> failure = tl::unexpected(payload_bytes.error());
  if (failure.error().code == ErrorCode::kUnsupported) {
    NoteUnsuited(sample, value.form);
  } else {
    failed_.fetch_add(1, std::memory_order_relaxed);
  }
  NoteRefusal(failure);
  return failure;
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

// The size of what is stored then.
Result<size_t> Migrator::EncodeAndPut(const Sample& sample, const FormValue& value) {
  const auto plan = TensorPlan::Create(*pipeline_, value.source.size);
  if (!plan) return tl::unexpected(plan.error());
  const auto encoded = EncodeVerified(sample, value, *plan);
  if (!encoded) return tl::unexpected(encoded.error());
  const Result<void> put =
      store_->Put(sample.path, sample.version, encoded->stored, encoded->payload);
  if (!put) return tl::unexpected(put.error());
  return encoded->payload.size();
}

Result<EncodedForm> Migrator::EncodeVerified(const Sample& sample, const FormValue& value,
                                             const TensorPlan& plan) {
  auto encoded = options_.encode(value.form, *pipeline_, value.source, plan, value.bytes);
  if (!encoded) {
    // The value itself is sound, so it is the form that does not suit it; memory may come back.
    const bool for_now = encoded.error().code == ErrorCode::kTooLarge;
    return Fail(for_now ? ErrorCode::kTooLarge : ErrorCode::kUnsupported, encoded.error().message);
  }
  const Result<void> right = CheckPayload(*pipeline_, *encoded, value.tensor_hash);
  if (right) return encoded;
  if (right.error().code == ErrorCode::kTooLarge) return tl::unexpected(right.error());
  const std::string message = sample.path + " as " + ToString(value.form, *pipeline_) + ": " +
                              right.error().message + "; the sample stays as it was";
  mismatches_.fetch_add(1, std::memory_order_relaxed);
  if (options_.on_mismatch) options_.on_mismatch(message);
  return Fail(ErrorCode::kUnsupported, message);
}

void Migrator::NoteUnsuited(const Sample& sample, const Form& form) {
  std::lock_guard lock(unsuited_mutex_);
  unsuited_.insert(UnsuitedKey(sample, form));
}

// What goes wrong is counted; the store tells of conditions that last.
void Migrator::Work(const Move& move) {
  std::shared_ptr<const void> memory;
  if (!LeaseWork(move.value, memory)) {
    deferred_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  try {
    static_cast<void>(Convert(move.sample, move.value, MoveCause::kOnRead));
  } catch (const std::bad_alloc&) {
    failed_.fetch_add(1, std::memory_order_relaxed);
  }
}

void Migrator::Run(const std::stop_token& stop) {
  LowerThisThread();
  std::unique_lock lock(mutex_);
  while (not_empty_.wait(lock, stop, [this] { return !queue_.empty(); })) {
    Move move = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    Work(move);
    const size_t bytes = move.value.bytes.size();
    move.value = {};
    lock.lock();
    underway_.erase(move.sample.path);
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
  for (size_t i = 0; i < causes_.size(); ++i) {
    MoveStats& moves = stats.causes[i];
    moves = {.moves = causes_[i].moves.load(std::memory_order_relaxed),
             .payload_bytes = causes_[i].payload_bytes.load(std::memory_order_relaxed),
             .cpu_ns = causes_[i].cpu_ns.load(std::memory_order_relaxed)};
    stats.converted += moves.moves;
    stats.payload_bytes += moves.payload_bytes;
    stats.cpu_ns += moves.cpu_ns;
  }
  stats.mismatches = mismatches_.load(std::memory_order_relaxed);
  stats.failed = failed_.load(std::memory_order_relaxed);
  stats.deferred = deferred_.load(std::memory_order_relaxed);
  {
    std::lock_guard lock(mutex_);
    stats.waiting = underway_.size();
  }
  std::lock_guard lock(unsuited_mutex_);
  stats.unsuited = unsuited_.size();
  return stats;
}

}  // namespace tensorfs
