// SPDX-License-Identifier: MIT
#include "policy/observer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "tests/policy/fake_proc.h"

namespace tensorfs {
namespace {

using std::chrono::milliseconds;

constexpr uint64_t kMiB = uint64_t{1} << 20;

class ObserverTest : public testing::Test {
 protected:
  DeviceMeters devices_{testing::TempDir(), "", ""};
  ReadMeter requests_;
  Observer observer_{&devices_, &requests_};
};

TEST_F(ObserverTest, SaysWhatIsNotKnown) {
  const Observation seen = observer_.Observe();
  ASSERT_EQ(seen.devices.size(), 1u);
  EXPECT_EQ(seen.devices[0].name, "source");
  EXPECT_EQ(seen.devices[0].basis, CapacityBasis::kNone);
  EXPECT_FALSE(seen.devices[0].capacity_bytes_per_s.has_value());
  EXPECT_EQ(seen.demand.busy, 0);
  EXPECT_GT(seen.window_s, 0);
}

TEST_F(ObserverTest, SeesThisMachine) {
  std::this_thread::sleep_for(milliseconds(50));
  const CpuObservation cpu = observer_.Observe().cpu;
  EXPECT_GT(cpu.limit, 0);
  EXPECT_GE(cpu.own, 0);
  EXPECT_GE(cpu.idle, 0);
  EXPECT_GE(cpu.other, 0);
  EXPECT_LE(cpu.to_be_had, cpu.limit);
}

TEST_F(ObserverTest, CountsOnlyWhatHappenedSinceTheLastLook) {
  for (int i = 0; i < 32; ++i) {
    ReadMeter::Reading reading(devices_.source());
    reading.Count(kMiB);
    ReadMeter::Reading request(&requests_);
    request.Count(10);
    std::this_thread::sleep_for(milliseconds(1));
  }
  const Observation first = observer_.Observe();
  const DeviceObservation& device = first.devices[0];
  EXPECT_NEAR(device.bytes_per_s * first.window_s, 32 * kMiB, 1);
  EXPECT_NEAR(device.reads_per_s * first.window_s, 32, 0.01);
  EXPECT_GT(device.busy, 0);
  EXPECT_LE(device.busy, 1);
  ASSERT_TRUE(device.capacity_bytes_per_s.has_value());
  EXPECT_GE(*device.capacity_bytes_per_s, 0.9 * device.bytes_per_s);
  EXPECT_NEAR(first.demand.bytes_per_s * first.window_s, 320, 0.01);
  EXPECT_NEAR(first.demand.requests_per_s * first.window_s, 32, 0.01);
  EXPECT_GT(first.demand.busy, 0);

  const Observation second = observer_.Observe();
  EXPECT_EQ(second.devices[0].bytes_per_s, 0);
  EXPECT_EQ(second.demand.requests_per_s, 0);
  EXPECT_EQ(second.devices[0].capacity_bytes_per_s, device.capacity_bytes_per_s) << "kept";
}

TEST_F(ObserverTest, SeesARequestThatIsStillWaiting) {
  const ReadMeter::Reading request(&requests_);
  observer_.Observe();
  std::this_thread::sleep_for(milliseconds(20));
  const Observation seen = observer_.Observe();
  EXPECT_NEAR(seen.demand.busy, 1, 0.5);
  EXPECT_NEAR(seen.demand.mean_outstanding, 1, 0.5);
  EXPECT_EQ(seen.demand.requests_per_s, 0);
}

TEST_F(ObserverTest, TakesWhatAProbeFound) {
  observer_.NoteProbe(0, 123e6);
  const DeviceObservation device = observer_.Observe().devices[0];
  EXPECT_EQ(device.basis, CapacityBasis::kSaturated);
  EXPECT_NEAR(device.capacity_bytes_per_s.value_or(0), 123e6, 1);
  EXPECT_EQ(observer_.Observe().devices[0].capacity_bytes_per_s, device.capacity_bytes_per_s);
}

TEST_F(ObserverTest, WhatLiesInMemoryComesOnTopOfWhatAProbeFound) {
  const FakeProc proc;
  const auto read = [&](uint64_t from_devices) {
    ReadMeter::Reading(devices_.source()).Count(100 * kMiB);
    proc.Write("/proc/self/io", "read_bytes: " + std::to_string(from_devices) + "\n");
  };
  read(0);
  Observer observer(&devices_, &requests_, proc.root());
  read(0);
  observer.Observe();
  read(25 * kMiB);
  observer.Observe();
  observer.NoteProbe(0, 100e6);
  EXPECT_NEAR(observer.Observe().devices[0].capacity_bytes_per_s.value_or(0), 400e6, 1);
}

TEST_F(ObserverTest, DoesWithoutAnythingThatTheKernelTells) {
  Observer blind(&devices_, &requests_, "/nonexistent");
  std::this_thread::sleep_for(milliseconds(10));
  const Observation seen = blind.Observe();
  EXPECT_GE(seen.cpu.limit, 1);
  EXPECT_EQ(seen.cpu.other, 0);
  EXPECT_DOUBLE_EQ(seen.cpu.to_be_had, seen.cpu.limit);
  EXPECT_FALSE(seen.pressure.io.has_value());
}

}  // namespace
}  // namespace tensorfs
