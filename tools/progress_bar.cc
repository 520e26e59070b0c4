// SPDX-License-Identifier: MIT
#include "tools/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

#include "tools/block_signals.h"
#include "tools/control_client.h"
#include "tools/note_interruption.h"

namespace tensorfs {
namespace {

constexpr std::chrono::milliseconds kPollInterval{100};
constexpr int kBarColumns = 24;

std::string Bar(double fraction) {
  const int filled = static_cast<int>(fraction * kBarColumns);
  return "[" + std::string(filled, '#') + std::string(kBarColumns - filled, '.') + "]";
}

std::string TimeLeft(double seconds) {
  char text[32];
  const auto whole = static_cast<uint64_t>(seconds);
  std::snprintf(text, sizeof(text), "%llu:%02llu left", static_cast<unsigned long long>(whole / 60),
                static_cast<unsigned long long>(whole % 60));
  return text;
}

using Ask = std::function<Result<std::string>()>;

// `ask` and `end` return the job's progress; the latter ends the job. REQUIRES: interruptions are
// noted.
Result<std::string> Watch(const Ask& ask, const Ask& end, std::ostream& err) {
  const bool draws = isatty(STDERR_FILENO) == 1;
  bool asked_to_end = false;
  while (true) {
    Result<std::string> job = ask();
    if (!job) return job;
    const Result<std::string> line = ProgressLine(*job);
    if (!line) return tl::unexpected(line.error());
    if (draws) err << "\r\x1B[K" << *line << std::flush;
    if (nlohmann::json::parse(*job).at("state") != "running") {
      if (draws) err << "\r\x1B[K" << std::flush;
      return job;
    }
    if (NoteInterruption::WasInterrupted() && !asked_to_end) {
      asked_to_end = true;
      const Result<std::string> ended = end();
      if (!ended) return ended;
      continue;
    }
    std::this_thread::sleep_for(kPollInterval);
  }
}

}  // namespace

Result<std::string> ProgressLine(std::string_view job_json) try {
  const auto job = nlohmann::json::parse(job_json);
  const auto number = [&](const char* key) { return job.at(key).get<double>(); };
  const double total = number("total");
  const double over = number("done") + number("skipped") + number("unsuited") + number("failed");
  const double elapsed_s = std::max(number("elapsed_s"), 1e-3);
  const double fraction = total == 0 ? 1 : over / total;
  char text[80];
  std::snprintf(text, sizeof(text), "%s %.0f/%.0f samples, %.1f MB/s, %s", Bar(fraction).c_str(),
                over, total, number("bytes") / 1e6 / elapsed_s,
                over == 0 ? "" : TimeLeft(elapsed_s * (total - over) / over).c_str());
  return std::string(text);
} catch (const nlohmann::json::exception& failure) {
  return Fail(ErrorCode::kCorrupt, std::string("the daemon's answer: ") + failure.what());
}

Result<std::string> RunJob(const std::string& mountpoint, const std::string& target,
                           const std::string& body, std::ostream& err) {
  const NoteInterruption note;  // before the request, or the job could go on with nobody watching
  const Result<std::string> started = [&] {
    const BlockSignals block;  // an interruption is noted after the answer
    return TellDaemon(mountpoint, target, body);
  }();
  if (!started) return started;
  return Watch([&] { return AskDaemon(mountpoint, "/v1/job"); },
               [&] { return TellDaemon(mountpoint, "/v1/job/cancel", ""); }, err);
}

Result<std::string> WatchJob(Job* job, std::ostream& err) {
  const NoteInterruption note;
  const auto ask = [&] { return ToJson(job->Progress()); };
  const auto end = [&] {
    job->Cancel();
    return ask();
  };
  return Watch(ask, end, err);
}

}  // namespace tensorfs
