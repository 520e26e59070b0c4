// SPDX-License-Identifier: MIT
// Sequences of windows by hand, and those of a simulated machine with a throttled disk.
#include "policy/capacity_estimate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/policy/simulated_machine.h"

namespace tensorfs {
namespace {

constexpr double kMB = 1e6;

// A second in which that much was read, in reads of 100 kB.
DeviceWindow Second(double mb_per_s, double busy, bool cpu_bound = false) {
  return {.window_s = 1,
          .busy_s = busy,
          .bytes = static_cast<uint64_t>(mb_per_s * kMB),
          .reads = static_cast<uint64_t>(mb_per_s * 10),
          .cpu_bound = cpu_bound};
}

double Mb(const CapacityEstimate& estimate) { return estimate.bytes_per_s().value_or(-1) / kMB; }

CapacityEstimate Saturated(double mb_per_s) {
  CapacityEstimate estimate;
  for (int i = 0; i < 5; ++i) estimate.Update(Second(mb_per_s, 1));
  return estimate;
}

TEST(CapacityEstimate, IsUnknownBeforeAnythingWasRead) {
  CapacityEstimate estimate;
  EXPECT_EQ(estimate.basis(), CapacityBasis::kNone);
  estimate.Update({});
  estimate.Update(Second(0, 0));
  EXPECT_EQ(estimate.basis(), CapacityBasis::kNone);
  EXPECT_FALSE(estimate.bytes_per_s().has_value());
}

TEST(CapacityEstimate, OfASaturatedDeviceIsWhatItDelivers) {
  const CapacityEstimate estimate = Saturated(120);
  EXPECT_EQ(estimate.basis(), CapacityBasis::kSaturated);
  EXPECT_NEAR(Mb(estimate), 120, 1);
}

TEST(CapacityEstimate, OfAnUnsaturatedDeviceIsAPromise) {
  CapacityEstimate estimate;
  estimate.Update(Second(50, 0.1));
  EXPECT_EQ(estimate.basis(), CapacityBasis::kPromise);
  EXPECT_NEAR(Mb(estimate), 500, 1);
}

TEST(CapacityEstimate, FollowsALargeStepInTwoWindows) {
  for (const double to : {800.0, 12.5}) {
    CapacityEstimate estimate = Saturated(100);
    estimate.Update(Second(to, 1));
    EXPECT_NEAR(Mb(estimate), 100, 1) << "one window may be chance";
    estimate.Update(Second(to, 1));
    EXPECT_NEAR(Mb(estimate), to, 1);
  }
}

TEST(CapacityEstimate, OneBadWindowMovesNothing) {
  CapacityEstimate estimate = Saturated(100);
  for (int i = 0; i < 10; ++i) {
    estimate.Update(Second(20, 1));
    estimate.Update(Second(100, 1));
    EXPECT_NEAR(Mb(estimate), 100, 1);
  }
}

TEST(CapacityEstimate, IsSteadyUnderNoise) {
  for (const auto& [deviation, tolerance] : {std::pair(0.03, 5), std::pair(0.06, 10)}) {
    std::mt19937_64 random(7);
    std::normal_distribution<double> noise(1, deviation);
    std::uniform_real_distribution<double> busy(0.8, 1);
    CapacityEstimate estimate = Saturated(100);
    for (int i = 0; i < 2000; ++i) {
      // A device that could do 100 and is kept busy by a load that changes.
      const double share = busy(random);
      estimate.Update(Second(100 * share * noise(random), share));
      ASSERT_NEAR(Mb(estimate), 100, tolerance) << "after " << i << " windows";
    }
  }
}

TEST(CapacityEstimate, KeepsWithoutReads) {
  CapacityEstimate estimate = Saturated(100);
  for (int i = 0; i < 1000; ++i) estimate.Update(Second(0, 0));
  EXPECT_NEAR(Mb(estimate), 100, 1);
  EXPECT_EQ(estimate.basis(), CapacityBasis::kSaturated);
}

TEST(CapacityEstimate, FewReadsCountTogether) {
  CapacityEstimate estimate = Saturated(100);
  const DeviceWindow few = {
      .window_s = 1, .busy_s = 0.9, .bytes = 150'000, .reads = 3, .cpu_bound = false};
  for (int i = 0; i < 6; ++i) {
    estimate.Update(few);
    EXPECT_NEAR(Mb(estimate), 100, 1);
  }
  for (int i = 0; i < 15; ++i) estimate.Update(few);
  EXPECT_LT(Mb(estimate), 1) << "many windows of few reads do tell";
}

TEST(CapacityEstimate, AFewLargeReadsTell) {
  CapacityEstimate estimate;
  for (int i = 0; i < 3; ++i) {
    estimate.Update(
        {.window_s = 1, .busy_s = 1, .bytes = 10'000'000, .reads = 4, .cpu_bound = false});
  }
  EXPECT_NEAR(Mb(estimate), 10, 0.1);
}

TEST(CapacityEstimate, IsNotBelowWhatIsDelivered) {
  CapacityEstimate estimate = Saturated(100);
  for (int i = 0; i < 20; ++i) estimate.Update(Second(300, 0.7));
  EXPECT_GE(Mb(estimate), 299);
}

TEST(CapacityEstimate, ALightLoadIsNoReasonToBelieveInMore) {
  CapacityEstimate estimate = Saturated(100);
  for (int i = 0; i < 1000; ++i) estimate.Update(Second(30, 0.01));
  EXPECT_NEAR(Mb(estimate), 100, 1);
}

TEST(CapacityEstimate, MoreThanTheLimitRefutesIt) {
  CapacityEstimate estimate = Saturated(100);
  int windows = 0;
  while (Mb(estimate) < 400 && windows < 100) {
    estimate.Update(Second(104, 0.1));
    ++windows;
  }
  EXPECT_LE(windows, 6);
  EXPECT_EQ(estimate.basis(), CapacityBasis::kPromise);
}

TEST(CapacityEstimate, WhereCoresAreTheBottleneckABusyDeviceIsNotAtItsLimit) {
  CapacityEstimate estimate;
  for (int i = 0; i < 20; ++i) estimate.Update(Second(80, 0.9, /*cpu_bound=*/true));
  EXPECT_EQ(estimate.basis(), CapacityBasis::kPromise);
  EXPECT_GT(Mb(estimate), 500);
  for (int i = 0; i < 2; ++i) estimate.Update(Second(100, 1));
  EXPECT_NEAR(Mb(estimate), 100, 1) << "until it was seen there";
}

TEST(CapacityEstimate, AProbeIsBelievedAtOnce) {
  CapacityEstimate estimate = Saturated(50);
  estimate.Update(Second(60, 0.1));
  EXPECT_TRUE(estimate.IsDoubtful());
  estimate.NoteProbe(400 * kMB);
  EXPECT_EQ(estimate.basis(), CapacityBasis::kSaturated);
  EXPECT_NEAR(Mb(estimate), 400, 1);
  EXPECT_FALSE(estimate.IsDoubtful());
  for (int i = 0; i < 5; ++i) estimate.Update(Second(60, 0.1));
  EXPECT_NEAR(Mb(estimate), 400, 1) << "a light load is no reason to believe otherwise";
  EXPECT_FALSE(estimate.IsDoubtful());
}

TEST(CapacityEstimate, WhereThereAreProbesNothingElseRaisesALimit) {
  CapacityEstimate estimate = Saturated(50);
  estimate.NoteProbe(50 * kMB);
  int doubts = 0;
  for (int i = 0; i < 500; ++i) {
    estimate.Update(Second(i % 2 == 0 ? 48 : 51.5, 0.3));
    doubts += estimate.IsDoubtful() ? 1 : 0;
    EXPECT_NEAR(Mb(estimate), 50, 0.1);
    EXPECT_EQ(estimate.basis(), CapacityBasis::kSaturated);
  }
  EXPECT_GT(doubts, 0);
  for (int i = 0; i < 3; ++i) estimate.Update(Second(60, 0.3));
  EXPECT_NEAR(Mb(estimate), 60, 0.1) << "what is delivered is for sure";
  EXPECT_TRUE(estimate.IsDoubtful());
}

TEST(CapacityEstimate, WhereProbesFailItGoesByItself) {
  CapacityEstimate estimate = Saturated(50);
  estimate.NoteProbe(50 * kMB);
  estimate.NoteProbe(std::nullopt);
  EXPECT_NEAR(Mb(estimate), 50, 0.1);
  for (int i = 0; i < 10; ++i) estimate.Update(Second(60, 0.1));
  EXPECT_GT(Mb(estimate), 100);
}

TEST(CapacityEstimate, IsDoubtfulAsSoonAsReadsComeMuchFasterNearTheLimit) {
  CapacityEstimate estimate = Saturated(50);
  EXPECT_FALSE(estimate.IsDoubtful());
  estimate.Update(Second(20, 0.05));
  EXPECT_FALSE(estimate.IsDoubtful()) << "a token bucket saves tokens up";
  estimate.Update(Second(45, 0.2));
  EXPECT_TRUE(estimate.IsDoubtful());
  estimate.Update(Second(45, 0.9));
  EXPECT_FALSE(estimate.IsDoubtful());
}

TEST(CapacityEstimate, BrokenPromisesMakeItPatient) {
  CapacityEstimate estimate = Saturated(100);
  int raised = 0;
  for (int epoch = 0; epoch < 40; ++epoch) {
    // As if more load came of each raise, and met the old limit.
    for (int i = 0; i < 60; ++i) {
      const bool believes_in_more = Mb(estimate) > 110;
      raised += believes_in_more;
      estimate.Update(believes_in_more ? Second(100, 1) : Second(90, 0.3));
    }
  }
  EXPECT_GE(raised, 1);
  EXPECT_LE(raised, 8) << "of 2400 windows";
}

// A disk of 100 MB/s that has been read as fast as it can be, and then by a load of that share.
struct ThrottledDisk {
  ThrottledDisk(int readers, double wakeup_s, double load)
      : machine({.decode_s = 2.0 / 4000, .wakeup_s = wakeup_s}, readers),
        name(std::to_string(readers) + " readers, load " + std::to_string(load) + ", wakeup " +
             std::to_string(wakeup_s)) {
    Run(20);
    EXPECT_NEAR(Mb(estimate), 100, 5) << name;
    machine.setting().decode_s = machine.setting().cores / (load * 1000);
  }

  void Run(int windows) {
    for (int i = 0; i < windows; ++i) estimate.Update(machine.NextWindow());
  }

  SimulatedMachine machine;
  std::string name;
  CapacityEstimate estimate;
};

std::vector<ThrottledDisk> Disks(const std::vector<int>& readers,
                                 const std::vector<double>& loads) {
  std::vector<ThrottledDisk> disks;
  for (const int count : readers) {
    for (const double load : loads) {
      for (const double wakeup_s : {0.0, 3e-3}) disks.emplace_back(count, wakeup_s, load);
    }
  }
  return disks;
}

const std::vector<double> kLoads = {0.8, 0.97, 1.03, 1.2};

TEST(CapacityOfAThrottledDisk, IsEstimatedSteadilyNearTheBalance) {
  for (ThrottledDisk& disk : Disks({2, 16}, kLoads)) {
    int off = 0;
    for (int i = 0; i < 150; ++i) {
      disk.Run(1);
      off += std::abs(Mb(disk.estimate) - 100) > 5;
      ASSERT_LE(Mb(disk.estimate), 135) << disk.name;
    }
    EXPECT_LE(off, 31) << disk.name << ": a short trial of more";
  }
}

TEST(CapacityOfAThrottledDisk, IsFoundSlowerInThreeWindows) {
  for (ThrottledDisk& disk : Disks({2, 16}, kLoads)) {
    disk.Run(50);
    disk.machine.setting().limit_bytes_per_s /= 8;
    disk.Run(3);
    EXPECT_NEAR(Mb(disk.estimate), 12.5, 2.5) << disk.name;
  }
}

TEST(CapacityOfAThrottledDisk, IsFoundFasterSoonWhereItWasTheBottleneck) {
  for (ThrottledDisk& disk : Disks({8, 32}, {1.1, 2})) {
    disk.Run(50);
    disk.machine.setting().limit_bytes_per_s *= 8;
    disk.Run(8);
    EXPECT_GT(Mb(disk.estimate), 200) << disk.name;
  }
}

}  // namespace
}  // namespace tensorfs
