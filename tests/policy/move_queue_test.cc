// SPDX-License-Identifier: MIT
#include "policy/move_queue.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace tensorfs {
namespace {

constexpr Form kZstd = {.stage = 1, .encoding = Encoding::kZstd};
constexpr Form kRaw = {.stage = 1, .encoding = Encoding::kRaw};

Move Make(const std::string& path, const Form& form = kZstd, size_t bytes = 10) {
  const auto owner = std::make_shared<std::vector<uint8_t>>(bytes);
  Move move;
  move.sample.path = path;
  move.value.form = form;
  move.value.owner = owner;
  move.value.bytes = *owner;
  return move;
}

// What is taken next, without waiting; empty if there is nothing.
std::optional<MoveQueue::Taken> TakeNow(MoveQueue& queue) {
  std::stop_source stopped;
  if (queue.size() == 0) stopped.request_stop();
  return queue.Take(stopped.get_token());
}

TEST(MoveQueue, GivesValuesInOrder) {
  MoveQueue queue(100);
  for (const char* path : {"a", "b", "c"}) EXPECT_TRUE(queue.Offer(Make(path)).taken);
  for (const char* path : {"a", "b", "c"}) EXPECT_EQ(TakeNow(queue)->move.sample.path, path);
}

TEST(MoveQueue, HoldsNoMoreThanItsLimitUntilWorkEnds) {
  MoveQueue queue(25);
  EXPECT_TRUE(queue.Offer(Make("a")).taken);
  EXPECT_TRUE(queue.Offer(Make("b")).taken);
  EXPECT_TRUE(queue.HasRoom("c", kZstd));  // for a smaller one
  const auto refused = queue.Offer(Make("c"));
  EXPECT_FALSE(refused.taken);
  EXPECT_EQ(refused.left->sample.path, "c");
  EXPECT_TRUE(queue.Offer(Make("d", kZstd, 5)).taken);
  EXPECT_FALSE(queue.HasRoom("c", kZstd));
  auto taken = TakeNow(queue);
  EXPECT_EQ(queue.held_bytes(), 25u);
  EXPECT_FALSE(queue.Offer(Make("c")).taken);
  queue.End(taken->work);
  EXPECT_EQ(queue.held_bytes(), 15u);
  EXPECT_TRUE(queue.Offer(Make("c")).taken);
}

TEST(MoveQueue, TakesAValueOfAllItsBytesWhenItIsEmptyAndNoLargerOne) {
  MoveQueue queue(25);
  EXPECT_FALSE(queue.Offer(Make("a", kZstd, 26)).taken);
  EXPECT_TRUE(queue.Offer(Make("a", kZstd, 25)).taken);
}

TEST(MoveQueue, AnotherFormTakesThePlaceOfWhatWaits) {
  MoveQueue queue(100);
  queue.Offer(Make("a", kZstd));
  queue.Offer(Make("b", kZstd));
  EXPECT_FALSE(queue.HasRoom("a", kZstd));
  EXPECT_FALSE(queue.Offer(Make("a", kZstd)).taken);
  EXPECT_TRUE(queue.HasRoom("a", kRaw));
  const auto offered = queue.Offer(Make("a", kRaw, 30));
  EXPECT_TRUE(offered.taken);
  EXPECT_EQ(offered.left->value.form, kZstd);
  EXPECT_EQ(queue.held_bytes(), 40u);
  EXPECT_EQ(queue.size(), 2u);
  EXPECT_EQ(TakeNow(queue)->move.value.form, kRaw);
  EXPECT_EQ(TakeNow(queue)->move.sample.path, "b");
}

TEST(MoveQueue, NothingTakesThePlaceOfWhatIsWorkedOn) {
  MoveQueue queue(100);
  queue.Offer(Make("a", kZstd));
  const auto taken = TakeNow(queue);
  EXPECT_FALSE(queue.HasRoom("a", kRaw));
  EXPECT_FALSE(queue.Offer(Make("a", kRaw)).taken);
  queue.End(taken->work);
  EXPECT_TRUE(queue.HasRoom("a", kZstd));
  const MoveQueue::Work work = queue.Begin("b");
  EXPECT_FALSE(queue.HasRoom("b", kZstd));
  queue.End(work);
  EXPECT_EQ(queue.size(), 0u);
  EXPECT_EQ(queue.held_bytes(), 0u);
}

TEST(MoveQueue, CancellingGivesUpWhatWaitsAndMakesWorkVoid) {
  MoveQueue queue(100);
  queue.Offer(Make("a"));
  queue.Offer(Make("b"));
  const auto worked_on = TakeNow(queue);
  EXPECT_FALSE(queue.Cancel("a").has_value());
  EXPECT_TRUE(queue.IsVoid(worked_on->work));
  EXPECT_EQ(queue.Cancel("b")->sample.path, "b");
  EXPECT_FALSE(queue.Cancel("c").has_value());
  EXPECT_EQ(queue.held_bytes(), 10u);
  queue.End(worked_on->work);
  EXPECT_EQ(queue.held_bytes(), 0u);
  const MoveQueue::Work anew = queue.Begin("a");
  EXPECT_FALSE(queue.IsVoid(anew));
  queue.End(anew);
  queue.Offer(Make("b", kRaw));
  EXPECT_EQ(TakeNow(queue)->move.value.form, kRaw);
}

TEST(MoveQueue, IsDrainedWhenAllIsDone) {
  MoveQueue queue(1000);
  std::vector<std::jthread> workers;
  for (int i = 0; i < 3; ++i) {
    workers.emplace_back([&](const std::stop_token& stop) {
      while (auto taken = queue.Take(stop)) {
        const MoveQueue::Work work = taken->work;
        taken.reset();
        queue.End(work);
      }
    });
  }
  for (int i = 0; i < 300; ++i) {
    queue.Offer(Make(std::to_string(i % 40), i % 2 == 0 ? kRaw : kZstd));
    if (i % 7 == 0) queue.Cancel(std::to_string(i % 40));
  }
  queue.Drain();
  EXPECT_EQ(queue.size(), 0u);
  EXPECT_EQ(queue.held_bytes(), 0u);
}

}  // namespace
}  // namespace tensorfs
