// SPDX-License-Identifier: MIT
#include "policy/read_meter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <thread>
#include <vector>

namespace tensorfs {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

uint64_t NsSince(Clock::time_point start) {
  return static_cast<uint64_t>(std::chrono::nanoseconds(Clock::now() - start).count());
}

TEST(ReadMeter, StartsAtZero) {
  const ReadMeterTotals totals = ReadMeter().Totals();
  EXPECT_EQ(totals.reads, 0u);
  EXPECT_EQ(totals.bytes, 0u);
  EXPECT_EQ(totals.busy_ns, 0u);
  EXPECT_EQ(totals.outstanding_ns, 0u);
}

TEST(ReadMeter, CountsBytesAndReadsAtTheEnd) {
  ReadMeter meter;
  {
    ReadMeter::Reading reading(&meter);
    reading.Count(3);
    reading.Count(4);
    EXPECT_EQ(meter.Totals().bytes, 0u);
    EXPECT_EQ(meter.Totals().reads, 0u);
  }
  EXPECT_EQ(meter.Totals().bytes, 7u);
  EXPECT_EQ(meter.Totals().reads, 1u);
}

TEST(ReadMeter, TellsTheBytesOfALongReadBeforeItsEnd) {
  ReadMeter meter;
  {
    ReadMeter::Reading reading(&meter);
    reading.Count(5);
    reading.Tell();
    EXPECT_EQ(meter.Totals().bytes, 5u);
    EXPECT_EQ(meter.Totals().reads, 0u);
  }
  EXPECT_EQ(meter.Totals().bytes, 5u);
  EXPECT_EQ(meter.Totals().reads, 1u);
}

TEST(ReadMeter, AReadThatBringsNothingIsNoRead) {
  ReadMeter meter;
  { const ReadMeter::Reading reading(&meter); }
  EXPECT_EQ(meter.Totals().reads, 0u);
}

TEST(ReadMeter, DoesWithoutAMeter) {
  ReadMeter::Reading reading(nullptr);
  reading.Count(1);
  reading.Tell();
}

TEST(ReadMeter, IsBusyWhileAReadIsOutstandingAndNotBetween) {
  ReadMeter meter;
  const auto whole = Clock::now();
  std::optional<ReadMeter::Reading> reading(std::in_place, &meter);
  const auto inside = Clock::now();
  std::this_thread::sleep_for(milliseconds(20));
  const uint64_t at_least = NsSince(inside);
  EXPECT_GE(meter.Totals().busy_ns, at_least) << "counts what is still going on";
  reading.reset();
  EXPECT_LE(meter.Totals().busy_ns, NsSince(whole));
  const uint64_t busy_ns = meter.Totals().busy_ns;
  std::this_thread::sleep_for(milliseconds(20));
  EXPECT_EQ(meter.Totals().busy_ns, busy_ns);
}

TEST(ReadMeter, TimeOfReadsAtOnceIsBusyOnceAndOutstandingOften) {
  ReadMeter meter;
  const auto whole = Clock::now();
  {
    const ReadMeter::Reading first(&meter);
    const ReadMeter::Reading second(&meter);
    const ReadMeter::Reading third(&meter);
    const auto inside = Clock::now();
    std::this_thread::sleep_for(milliseconds(20));
    const ReadMeterTotals totals = meter.Totals();
    EXPECT_LE(totals.busy_ns, NsSince(whole));
    EXPECT_GE(totals.outstanding_ns, 3 * 20'000'000u);
    EXPECT_LE(totals.outstanding_ns, 3 * NsSince(whole));
    EXPECT_GE(NsSince(inside), 20'000'000u);
  }
  EXPECT_LE(meter.Totals().busy_ns, NsSince(whole));
}

TEST(ReadMeter, AddsUpFromManyThreads) {
  constexpr int kThreads = 4;
  constexpr int kReads = 5000;
  ReadMeter meter;
  const auto whole = Clock::now();
  std::vector<std::jthread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&meter] {
      for (int i = 0; i < kReads; ++i) {
        ReadMeter::Reading reading(&meter);
        reading.Count(2);
        if (i % 3 == 0) reading.Tell();
        reading.Count(1);
      }
    });
  }
  ReadMeterTotals last;
  while (last.reads < kThreads * kReads) {
    const ReadMeterTotals now = meter.Totals();
    EXPECT_GE(now.bytes, last.bytes);
    EXPECT_GE(now.busy_ns, last.busy_ns);
    EXPECT_GE(now.outstanding_ns, now.busy_ns);
    EXPECT_LE(now.outstanding_ns, kThreads * now.busy_ns);
    last = now;
  }
  threads.clear();
  const ReadMeterTotals totals = meter.Totals();
  EXPECT_EQ(totals.bytes, uint64_t{3} * kThreads * kReads);
  EXPECT_LE(totals.busy_ns, NsSince(whole));
}

}  // namespace
}  // namespace tensorfs
