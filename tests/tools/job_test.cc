// SPDX-License-Identifier: MIT
#include "tools/job.h"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>

#include "tools/progress_bar.h"

namespace tensorfs {
namespace {

std::vector<Inode> Samples(size_t count) {
  std::vector<Inode> samples(count);
  std::iota(samples.begin(), samples.end(), 1);
  return samples;
}

void WaitUntilEnded(const Job& job) {
  while (job.Progress().state == "running")
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(Job, WorksOnEverySampleOnce) {
  std::mutex mutex;
  std::multiset<Inode> seen;
  Job job;
  ASSERT_TRUE(job.Start("count", Samples(1000), 4, [&](Inode sample) {
    std::lock_guard lock(mutex);
    seen.insert(sample);
    return Job::Item{.outcome = ItemOutcome::kDone, .bytes = 3, .message = ""};
  }));
  WaitUntilEnded(job);
  const JobProgress progress = job.Progress();
  EXPECT_EQ(progress.state, "done");
  EXPECT_EQ(progress.done, 1000u);
  EXPECT_EQ(progress.bytes, 3000u);
  EXPECT_EQ(std::set<Inode>(seen.begin(), seen.end()).size(), 1000u);
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(Job, CountsOutcomesAndKeepsTheFirstMessages) {
  Job job;
  ASSERT_TRUE(job.Start("fail", Samples(100), 1, [](Inode sample) {
    return Job::Item{.outcome = static_cast<ItemOutcome>(sample % 4),
                     .bytes = 0,
                     .message = "sample " + std::to_string(sample)};
  }));
  WaitUntilEnded(job);
  const JobProgress progress = job.Progress();
  EXPECT_EQ(progress.done, 25u);
  EXPECT_EQ(progress.skipped, 25u);
  EXPECT_EQ(progress.unsuited, 25u);
  EXPECT_EQ(progress.failed, 25u);
  ASSERT_EQ(progress.messages.size(), 20u);
  EXPECT_EQ(progress.messages.front(), "sample 3");
}

TEST(Job, RunsOneAtATimeAndCanBeCancelled) {
  std::promise<void> go_on;
  const std::shared_future<void> may_go_on = go_on.get_future().share();
  Job job;
  const auto wait = [may_go_on](Inode) {
    may_go_on.wait();
    return Job::Item{};
  };
  ASSERT_TRUE(job.Start("first", Samples(10), 2, wait));
  const Result<void> second = job.Start("second", Samples(1), 1, wait);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kBusy);
  EXPECT_NE(second.error().message.find("first"), std::string::npos);

  std::thread canceller([&] { job.Cancel(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // until it asks the threads to stop
  go_on.set_value();
  canceller.join();
  EXPECT_EQ(job.Progress().state, "cancelled");
  EXPECT_LT(job.Progress().done, 10u);
  EXPECT_TRUE(job.Start("third", Samples(1), 1, wait).has_value());
}

TEST(Job, OfNothingIsDone) {
  Job job;
  ASSERT_TRUE(job.Start("nothing", {}, 2, [](Inode) { return Job::Item{}; }));
  WaitUntilEnded(job);
  EXPECT_EQ(job.Progress().state, "done");
}

TEST(ProgressLine, TellsHowFarAndHowLong) {
  JobProgress progress;
  progress.state = "running";
  progress.total = 400;
  progress.done = 60;
  progress.skipped = 40;
  progress.bytes = 50'000'000;
  progress.elapsed_s = 25;
  EXPECT_EQ(*ProgressLine(ToJson(progress)),
            "[######..................] 100/400 samples, 2.0 MB/s, 1:15 left");
}

TEST(ProgressLine, RefusesWhatIsNoProgress) {
  EXPECT_FALSE(ProgressLine("[]").has_value());
  EXPECT_FALSE(ProgressLine("nonsense").has_value());
}

}  // namespace
}  // namespace tensorfs
