// SPDX-License-Identifier: MIT
#include "policy/migrator.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <exception>
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

// What moving a value costs before any was moved: about that of fast zstd and of undoing it.
constexpr double kFirstCpuNsPerByte = 10;
constexpr double kLearningRate = 0.1;

constexpr double kNsPerSecond = 1e9;
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

// Ends work when it goes.
class WorkScope {
 public:
  WorkScope(MoveQueue* queue, MoveQueue::Work work) : queue_(queue), work_(std::move(work)) {}
  WorkScope(const WorkScope&) = delete;
  WorkScope& operator=(const WorkScope&) = delete;
  ~WorkScope() { queue_->End(work_); }

  const MoveQueue::Work& work() const { return work_; }

 private:
  MoveQueue* const queue_;
  const MoveQueue::Work work_;
};

uint64_t UnsuitedKey(const Migrator::Sample& sample, const Form& form) {
  const std::array<int64_t, 5> numbers = {static_cast<int64_t>(sample.version.size_bytes),
                                          sample.version.change_stamp, form.stage,
                                          static_cast<int64_t>(form.encoding), form.level};
  return Hash64(sample.path,
                Hash64({reinterpret_cast<const char*>(numbers.data()), sizeof(numbers)}));
}

}  // namespace

Migrator::Migrator(const Pipeline* pipeline, SampleStore* store, Options options)
    : pipeline_(pipeline),
      store_(store),
      options_(std::move(options)),
      queue_(options_.queue_bytes),
      cpu_ns_per_byte_(kFirstCpuNsPerByte) {
  for (int i = 0; i < options_.threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { Run(stop); });
  }
}

Migrator::~Migrator() {
  for (std::jthread& thread : threads_) thread.request_stop();
}

bool Migrator::Wants(const Sample& sample, const Form& form) const {
  if (options_.share != nullptr && !options_.share->MayStart()) return false;
  if (!queue_.HasRoom(sample.path, form)) return false;
  {
    std::lock_guard lock(mutex_);
    if (Clock::now() < rest_until_) return false;
  }
  const uint64_t key = UnsuitedKey(sample, form);
  std::lock_guard lock(unsuited_mutex_);
  return !unsuited_.contains(key) && !too_large_.contains(key);
}

void Migrator::Offer(Sample sample, FormValue value) {
  if (value.bytes.size() > queue_.limit_bytes()) {
    std::lock_guard lock(unsuited_mutex_);
    too_large_.insert(UnsuitedKey(sample, value.form));
    deferred_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  Move move{.sample = std::move(sample), .value = std::move(value)};
  Expect(move);
  const MoveQueue::Offered offered = queue_.Offer(std::move(move));
  if (offered.left) GiveBack(*offered.left);
  if (!offered.taken) deferred_.fetch_add(1, std::memory_order_relaxed);
}

void Migrator::ChargeRead(uint64_t cpu_ns, uint64_t bytes) {
  Charge(static_cast<int64_t>(cpu_ns), static_cast<int64_t>(bytes));
}

void Migrator::Charge(int64_t cpu_ns, int64_t bytes) {
  if (options_.share != nullptr) options_.share->Charge(cpu_ns, bytes);
}

// Payloads are hardly ever larger than their values.
void Migrator::Expect(Move& move) {
  const double bytes = static_cast<double>(move.value.bytes.size());
  const double ns_per_byte = cpu_ns_per_byte_.load(std::memory_order_relaxed);
  move.expected_cpu_ns = static_cast<int64_t>(bytes * ns_per_byte);
  move.expected_bytes = static_cast<int64_t>(move.value.bytes.size());
  Charge(move.expected_cpu_ns, move.expected_bytes);
}

void Migrator::GiveBack(const Move& move) { Charge(-move.expected_cpu_ns, -move.expected_bytes); }

void Migrator::LearnCost(const FormValue& value, uint64_t cpu_ns) {
  if (value.bytes.empty()) return;
  const double now = static_cast<double>(cpu_ns) / static_cast<double>(value.bytes.size());
  const double before = cpu_ns_per_byte_.load(std::memory_order_relaxed);
  cpu_ns_per_byte_.store(before + kLearningRate * (now - before), std::memory_order_relaxed);
}

Result<void> Migrator::Convert(const Sample& sample, const FormValue& value, MoveCause cause) {
  const WorkScope scope(&queue_, queue_.Begin(sample.path));
  return Convert(sample, value, cause, scope.work());
}

Result<void> Migrator::Convert(const Sample& sample, const FormValue& value, MoveCause cause,
                               const MoveQueue::Work& work) {
  const uint64_t cpu_start = ThreadCpuNs();
  const Result<size_t> payload_bytes = EncodeAndPut(sample, value, cause, work);
  const uint64_t cpu_ns = ThreadCpuNs() - cpu_start;
  MoveCounters& counters = causes_[static_cast<size_t>(cause)];
  counters.cpu_ns.fetch_add(cpu_ns, std::memory_order_relaxed);
  if (cause == MoveCause::kOnRead) {
    LearnCost(value, cpu_ns);
    Charge(static_cast<int64_t>(cpu_ns), 0);
  }
  if (payload_bytes) {
    counters.moves.fetch_add(1, std::memory_order_relaxed);
    counters.payload_bytes.fetch_add(*payload_bytes, std::memory_order_relaxed);
    if (cause != MoveCause::kOnRequest) Charge(0, static_cast<int64_t>(*payload_bytes));
    NoteRefusal({});
    return {};
  }
  const Result<void> failure = tl::unexpected(payload_bytes.error());
  const ErrorCode code = failure.error().code;
  if (code == ErrorCode::kStale) return failure;
  if (code == ErrorCode::kUnsupported) {
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
Result<size_t> Migrator::EncodeAndPut(const Sample& sample, const FormValue& value, MoveCause cause,
                                      const MoveQueue::Work& work) {
  const auto plan = TensorPlan::Create(*pipeline_, value.source.size);
  if (!plan) return tl::unexpected(plan.error());
  uint64_t encode_ns = 0;
  const auto encoded = EncodeVerified(sample, value, *plan, &encode_ns);
  if (!encoded) return tl::unexpected(encoded.error());
  Result<void> put;
  UseStore(cause, [&] { put = PutUnlessVoid(sample, *encoded, work); });
  if (!put) return tl::unexpected(put.error());
  Tell({.sample = sample.id,
        .form = value.form,
        .payload_bytes = encoded->payload.size(),
        .encode_cpu_s = static_cast<double>(encode_ns) / kNsPerSecond});
  return encoded->payload.size();
}

void Migrator::SetListener(MoveListener* listener) {
  std::lock_guard lock(listener_mutex_);
  listener_ = listener;
}

void Migrator::Tell(const MadeMove& move) {
  std::lock_guard lock(listener_mutex_);
  if (listener_ != nullptr) listener_->NoteMove(move);
}

void Migrator::UseStore(MoveCause cause, const std::function<void()>& use) {
  if (cause != MoveCause::kInBackground) return use();
  std::exception_ptr failure;  // out of memory
  errands_.Do([&] {
    const uint64_t cpu_start = ThreadCpuNs();
    try {
      use();
    } catch (const std::bad_alloc&) {
      failure = std::current_exception();
    }
    ChargeRead(ThreadCpuNs() - cpu_start);
  });
  if (failure) std::rethrow_exception(failure);
}

// Whichever of this and GoBack comes first, the store has nothing of the sample in the end.
Result<void> Migrator::PutUnlessVoid(const Sample& sample, const EncodedForm& encoded,
                                     const MoveQueue::Work& work) {
  Result<void> put;
  if (!queue_.IsVoid(work)) {
    put = store_->Put(sample.path, sample.version, encoded.stored, encoded.payload);
  }
  if (!queue_.IsVoid(work)) return put;
  store_->Drop(sample.path);
  return Fail(ErrorCode::kStale, "the sample is to be read from its source again");
}

void Migrator::GoBack(const std::string& path, MoveCause cause) {
  if (const std::optional<Move> waited = queue_.Cancel(path)) GiveBack(*waited);
  UseStore(cause, [&] { store_->Drop(path); });
}

Result<EncodedForm> Migrator::EncodeVerified(const Sample& sample, const FormValue& value,
                                             const TensorPlan& plan, uint64_t* encode_ns) {
  const uint64_t start_ns = ThreadCpuNs();
  auto encoded = options_.encode(value.form, *pipeline_, value.source, plan, value.bytes);
  *encode_ns = ThreadCpuNs() - start_ns;
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
void Migrator::Do(const MoveQueue::Taken& taken) {
  const Move& move = taken.move;
  std::shared_ptr<const void> memory;
  if (!LeaseWork(move.value, memory)) {
    deferred_.fetch_add(1, std::memory_order_relaxed);
  } else {
    try {
      static_cast<void>(Convert(move.sample, move.value, MoveCause::kOnRead, taken.work));
    } catch (const std::bad_alloc&) {
      failed_.fetch_add(1, std::memory_order_relaxed);
    }
  }
  GiveBack(move);  // what it did cost is charged by now
}

void Migrator::Run(const std::stop_token& stop) {
  LowerThisThread();
  while (!stop.stop_requested()) {
    std::optional<MoveQueue::Taken> taken = queue_.Take(stop);
    if (!taken) return;
    const WorkScope scope(&queue_, taken->work);
    Do(*taken);
    taken.reset();
  }
}

void Migrator::Drain() { queue_.Drain(); }

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
  stats.waiting = queue_.size();
  stats.waiting_bytes = queue_.held_bytes();
  if (options_.share != nullptr) stats.use = options_.share->RecentUse();
  std::lock_guard lock(unsuited_mutex_);
  stats.unsuited = unsuited_.size();
  return stats;
}

}  // namespace tensorfs
