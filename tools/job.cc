// SPDX-License-Identifier: MIT
#include "tools/job.h"

#include <exception>
#include <nlohmann/json.hpp>
#include <utility>

#include "tools/block_signals.h"
#include "tools/derived_json.h"

namespace tensorfs {
namespace {

constexpr size_t kMaxMessages = 20;
constexpr const char* kRunning = "running";

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Result<void> Job::Start(const std::string& name, std::vector<Inode> samples, int threads,
                        Work work) {
  std::lock_guard threads_lock(threads_mutex_);
  {
    std::lock_guard lock(mutex_);
    if (progress_.state == kRunning) {
      return Fail(ErrorCode::kBusy, "another job is running: " + progress_.name);
    }
    progress_ = {};
    progress_.name = name;
    progress_.state = kRunning;
    progress_.total = samples.size();
    started_ = std::chrono::steady_clock::now();
  }
  threads_.clear();  // they have ended
  samples_ = std::move(samples);
  work_ = std::move(work);
  next_ = 0;
  running_ = threads;
  const BlockSignals block;
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { RunItems(stop); });
  }
  return {};
}

void Job::RunItems(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const size_t index = next_.fetch_add(1);
    if (index >= samples_.size()) break;
    try {
      Count(work_(samples_[index]));
    } catch (const std::exception& failure) {  // memory ran out, say
      Count({.outcome = ItemOutcome::kFailed, .bytes = 0, .message = failure.what()});
    }
  }
  if (running_.fetch_sub(1) > 1) return;
  std::lock_guard lock(mutex_);
  progress_.elapsed_s = SecondsSince(started_);
  progress_.state = stop.stop_requested() ? "cancelled" : "done";
}

void Job::Count(const Item& item) {
  std::lock_guard lock(mutex_);
  progress_.bytes += item.bytes;
  switch (item.outcome) {
    case ItemOutcome::kDone:
      ++progress_.done;
      break;
    case ItemOutcome::kSkipped:
      ++progress_.skipped;
      break;
    case ItemOutcome::kUnsuited:
      ++progress_.unsuited;
      break;
    case ItemOutcome::kFailed:
      ++progress_.failed;
      if (progress_.messages.size() < kMaxMessages) progress_.messages.push_back(item.message);
      break;
  }
}

void Job::Cancel() {
  std::lock_guard lock(threads_mutex_);
  for (std::jthread& thread : threads_) thread.request_stop();
  threads_.clear();  // joins them
}

JobProgress Job::Progress() const {
  std::lock_guard lock(mutex_);
  JobProgress progress = progress_;
  if (progress.state == kRunning) progress.elapsed_s = SecondsSince(started_);
  return progress;
}

std::string ToJson(const JobProgress& progress) {
  const nlohmann::ordered_json json = {
      {"name", progress.name},           {"state", progress.state},
      {"total", progress.total},         {"done", progress.done},
      {"skipped", progress.skipped},     {"unsuited", progress.unsuited},
      {"failed", progress.failed},       {"bytes", progress.bytes},
      {"elapsed_s", progress.elapsed_s}, {"messages", progress.messages}};
  return Dump(json);
}

}  // namespace tensorfs
