// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "tools/profile/objective.h"
#include "tools/profile/throughput_model.h"

namespace tensorfs {
namespace {

const std::vector<Traits> kThree = {{.samples_per_s = 100, .stored_bytes = 0, .prepare_s = 0},
                                    {.samples_per_s = 400, .stored_bytes = 50, .prepare_s = 8},
                                    {.samples_per_s = 300, .stored_bytes = 200, .prepare_s = 4}};

TEST(Objective, IsMinMaxNormalised) {
  const std::vector<double> scores = Scores(kThree, {});
  EXPECT_DOUBLE_EQ(scores[0], 0);
  EXPECT_DOUBLE_EQ(scores[1], 1);
  EXPECT_DOUBLE_EQ(scores[2], 2.0 / 3);
}

TEST(Objective, OfStorageAndTimeLessIsBetter) {
  EXPECT_EQ(Scores(kThree, {.throughput = 0, .storage = 1, .time = 0}),
            (std::vector<double>{1, 0.75, 0}));
  EXPECT_EQ(Scores(kThree, {.throughput = 0, .storage = 0, .time = 1}),
            (std::vector<double>{1, 0, 0.5}));
}

TEST(Objective, WeightsAreRelative) {
  const auto once = Scores(kThree, {.throughput = 1, .storage = 2, .time = 1});
  const auto more = Scores(kThree, {.throughput = 10, .storage = 20, .time = 10});
  for (size_t i = 0; i < once.size(); ++i) EXPECT_DOUBLE_EQ(once[i], more[i]);
  EXPECT_DOUBLE_EQ(once[0], 0.75);
}

TEST(Objective, WithoutAnyWeightThroughputDecides) {
  EXPECT_EQ(Scores(kThree, {.throughput = 0, .storage = 0, .time = 0}), Scores(kThree, {}));
}

TEST(Objective, AGoalInWhichAllAreEqualDecidesNothing) {
  std::vector<Traits> equal = kThree;
  for (Traits& each : equal) each.stored_bytes = 7;
  const auto scores = Scores(equal, {.throughput = 0, .storage = 1, .time = 0});
  EXPECT_EQ(scores, (std::vector<double>{1, 1, 1}));
  EXPECT_EQ(RankByScore(equal, {.throughput = 1, .storage = 1, .time = 0}),
            (std::vector<size_t>{1, 2, 0}));
}

TEST(Objective, OneStrategyIsTheBest) {
  EXPECT_EQ(Scores(std::vector<Traits>(1), {}), std::vector<double>{1});
  EXPECT_TRUE(Scores({}, {}).empty());
  EXPECT_TRUE(RankByScore({}, {}).empty());
}

TEST(Objective, OfEqualRatesTheSmallerStorageWins) {
  const std::vector<Traits> close = {{.samples_per_s = 1000, .stored_bytes = 9, .prepare_s = 1},
                                     {.samples_per_s = 999, .stored_bytes = 3, .prepare_s = 2},
                                     {.samples_per_s = 999, .stored_bytes = 3, .prepare_s = 1},
                                     {.samples_per_s = 10, .stored_bytes = 0, .prepare_s = 0}};
  EXPECT_EQ(RankByScore(close, {}), (std::vector<size_t>{2, 1, 0, 3}));
}

TEST(Objective, OfEqualRatesAndStorageTheLaterStageWins) {
  const std::vector<Traits> equal = {
      {.samples_per_s = 1000, .stored_bytes = 9, .prepare_s = 1, .stage = 2},
      {.samples_per_s = 995, .stored_bytes = 9, .prepare_s = 3, .stage = 3}};
  EXPECT_EQ(RankByScore(equal, {}), (std::vector<size_t>{1, 0}));
}

TEST(Objective, TheOrderGivenBreaksWhatTiesAreLeft) {
  EXPECT_EQ(RankByScore(std::vector<Traits>(3), {}), (std::vector<size_t>{0, 1, 2}));
}

TEST(ParetoFront, HasWhatNoOtherBeatsInBoth) {
  EXPECT_EQ(ParetoFront(kThree), (std::vector<size_t>{0, 1}));
  EXPECT_EQ(ParetoFront(std::vector<Traits>(3)), std::vector<size_t>{0});
  EXPECT_TRUE(ParetoFront({}).empty());
}

TEST(ThroughputModel, WhatTakesLongerBinds) {
  const ReadDemand demand{.cpu_s = 1e-3, .read_bytes = 100e3};
  const PredictedRate cpu = PredictRate(demand, {.cores = 2, .disk_bytes_per_s = 400e6});
  EXPECT_DOUBLE_EQ(cpu.samples_per_s, 2000);
  EXPECT_EQ(cpu.binding, Resource::kCpu);
  EXPECT_DOUBLE_EQ(cpu.cpu_share, 1);
  EXPECT_DOUBLE_EQ(cpu.disk_share, 0.5);
  const PredictedRate disk = PredictRate(demand, {.cores = 2, .disk_bytes_per_s = 50e6});
  EXPECT_DOUBLE_EQ(disk.samples_per_s, 500);
  EXPECT_EQ(disk.binding, Resource::kDisk);
  EXPECT_DOUBLE_EQ(disk.cpu_share, 0.25);
  EXPECT_EQ(PredictRate(demand, {.cores = 2, .disk_bytes_per_s = 201e6}).binding, Resource::kBoth);
}

// By the disk, by the cores, and by neither.
TEST(ThroughputModel, CalibratedGivesWhatWasMeasured) {
  const ReadDemand demand{.cpu_s = 1e-3, .read_bytes = 100e3};
  for (const double disk : {50e6, 190e6, 400e6, 1e12}) {
    const Capacity here{.cores = 2, .disk_bytes_per_s = disk};
    const double allowed = PredictRate(demand, here).samples_per_s;
    for (const double part : {0.3, 0.7, 0.96, 1.0, 1.1}) {
      const ReadDemand calibrated = Calibrated(demand, here, part * allowed);
      EXPECT_NEAR(PredictRate(calibrated, here).samples_per_s, part * allowed, 1e-6) << disk;
      double before = 0;
      for (const double cores : {0.5, 1.0, 2.0, 8.0}) {
        const double now = PredictRate(calibrated, {cores, disk}).samples_per_s;
        EXPECT_GE(now, before);
        before = now;
      }
    }
  }
}

TEST(ThroughputModel, WaitsThatWereMeasuredDoNotSlowDownASlowDisk) {
  const ReadDemand demand{.cpu_s = 1e-3, .read_bytes = 100e3};
  const ReadDemand calibrated =
      Calibrated(demand, {.cores = 2, .disk_bytes_per_s = 400e6}, 1000);  // of 2000
  EXPECT_DOUBLE_EQ(PredictRate(calibrated, {.cores = 2, .disk_bytes_per_s = 50e6}).samples_per_s,
                   500);
  EXPECT_DOUBLE_EQ(PredictRate(calibrated, {.cores = 4, .disk_bytes_per_s = 4e9}).samples_per_s,
                   2000);
}

TEST(ThroughputModel, WhatIsUnlimitedNeverBinds) {
  const PredictedRate rate = PredictRate({.cpu_s = 1e-3, .read_bytes = 1e9}, {.cores = 1});
  EXPECT_DOUBLE_EQ(rate.samples_per_s, 1000);
  EXPECT_EQ(rate.binding, Resource::kCpu);
  EXPECT_EQ(PredictRate({}, {}).samples_per_s, std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace tensorfs
