// SPDX-License-Identifier: MIT
// kill -9 at random moments of puts, drops and rewriting; then the store is opened again.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <thread>

#include "cache/disk_usage.h"
#include "cache/sample_store.h"
#include "cache/segment_file.h"
#include "cache/unique_fd.h"
#include "store_maker.h"
#include "tests/tools/temporary_dir.h"

namespace tensorfs {
namespace {

constexpr int kKills = 40;
constexpr uint64_t kLimitBytes = 8 << 20;
constexpr uint64_t kOtherSteps = 30;  // at least so many before a kill

// What a killed process had said.
struct Progress {
  uint64_t steps_before_delay = 0;
  uint64_t steps = 0;
  uint64_t flushed_version = 0;
  uint64_t rewritten = 0;
};

class Churner {
 public:
  Churner(const std::string& directory, int seed) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    out_ = UniqueFd(ends[0]);
    const UniqueFd in(ends[1]);
    const std::string limit = std::to_string(kLimitBytes);
    const std::string seed_text = std::to_string(seed);
    pid_ = fork();
    if (pid_ != 0) return;
    dup2(in.get(), STDOUT_FILENO);
    execl(STORE_CHURN, STORE_CHURN, directory.c_str(), limit.c_str(), seed_text.c_str(), nullptr);
    _exit(127);
  }

  // Lets it work until it has made some steps, and rewritten something if it has to, and a while
  // longer, then kills it.
  Progress KillAfter(std::chrono::microseconds delay, bool must_rewrite) {
    Progress progress;
    const auto is_at_work = [&] {
      return progress.steps >= kOtherSteps && (progress.rewritten > 0 || !must_rewrite);
    };
    while (!is_at_work() && ReadLines(progress)) continue;
    progress.steps_before_delay = progress.steps;
    const auto end = std::chrono::steady_clock::now() + delay;
    while (std::chrono::steady_clock::now() < end && ReadLines(progress)) continue;
    kill(pid_, SIGKILL);
    while (ReadLines(progress)) continue;
    int status = 0;
    waitpid(pid_, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << "it had ended before";
    return progress;
  }

 private:
  // Reads what there is, or waits for more. Returns false at the end.
  bool ReadLines(Progress& progress) {
    char bytes[4096];
    const ssize_t count = read(out_.get(), bytes, sizeof(bytes));
    if (count <= 0) return false;
    text_.append(bytes, static_cast<size_t>(count));
    for (size_t end; (end = text_.find('\n')) != text_.npos; text_.erase(0, end + 1)) {
      std::istringstream line(text_.substr(0, end));
      std::string word;
      uint64_t number = 0;
      line >> word >> number;
      ++progress.steps;
      (word == "flushed" ? progress.flushed_version : progress.rewritten) = number;
    }
    return true;
  }

  pid_t pid_ = 0;
  UniqueFd out_;
  std::string text_;  // a line that is not complete
};

// Segments that the catalog names, and those that are there.
void ExpectNoOrphans(const SampleStore& store, const std::filesystem::path& segments) {
  std::set<uint32_t> named;
  EXPECT_TRUE(store.ForEach([&](std::string_view, const StoredSample& sample) {
    named.insert(sample.location.segment);
    return true;
  }));
  std::set<uint32_t> present;
  for (const auto& entry : std::filesystem::directory_iterator(segments)) {
    present.insert(SegmentFile::NumberOf(entry.path().filename().string()).value_or(0));
  }
  EXPECT_EQ(present, named);
}

TEST(SampleStoreKillTest, OpensWithRightBytesAfterEveryKill) {
  TemporaryDir directory;
  const std::string path = directory / "store";
  std::minstd_rand random(std::random_device{}());
  uint64_t rewritten = 0;
  uint64_t flushed_version = 0;
  uint64_t samples = 0;
  for (int round = 1; round <= kKills; ++round) {
    SCOPED_TRACE(round);
    const std::chrono::microseconds delay(random() % 80000);
    const Progress progress = Churner(path, round).KillAfter(delay, round % 2 == 0);
    EXPECT_GE(progress.steps, kOtherSteps) << "it was killed before it worked";
    EXPECT_LE(DiskUsage(path), kLimitBytes);
    rewritten += progress.rewritten;
    flushed_version = std::max(flushed_version, progress.flushed_version);

    auto store = SampleStore::Open(path, {.limit_bytes = kLimitBytes});
    ASSERT_TRUE(store) << store.error().message;
    ExpectNoOrphans(**store, path + "/segments");
    for (int key = 0; key < 200; ++key) CheckSample(**store, std::to_string(key));
    EXPECT_GE(CheckSample(**store, "flushed").value_or(0), flushed_version);
    const StoreStats stats = (*store)->Stats();
    samples += stats.samples;
    EXPECT_EQ(stats.events.corrupt_records, 0u);
    EXPECT_EQ(stats.events.corrupt_entries, 0u);
    EXPECT_EQ(stats.events.catalogs_replaced, 0u);
    EXPECT_LE(DiskUsage(path), kLimitBytes);
  }
  EXPECT_GT(flushed_version, 0u);
  EXPECT_GE(rewritten, kKills / 2u) << "no kill met a rewriting";
  EXPECT_GT(samples, kKills * 20u);
}

}  // namespace
}  // namespace tensorfs
