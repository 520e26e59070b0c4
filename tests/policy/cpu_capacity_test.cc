// SPDX-License-Identifier: MIT
#include "policy/cpu_capacity.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include "tests/policy/fake_proc.h"

namespace tensorfs {
namespace {

CpuSnapshot At(double time_s, double own_s, double idle_s, std::vector<CpuQuota> quotas = {}) {
  return {
      .time_s = time_s, .own_s = own_s, .cores = 4, .idle_s = idle_s, .quotas = std::move(quotas)};
}

TEST(CpuBetween, SplitsTheMachineIntoOursTheOthersAndIdle) {
  const CpuObservation cpu = CpuBetween(At(10, 5, 100), At(12, 7, 103));
  EXPECT_DOUBLE_EQ(cpu.limit, 4);
  EXPECT_DOUBLE_EQ(cpu.own, 1);
  EXPECT_DOUBLE_EQ(cpu.idle, 1.5);
  EXPECT_DOUBLE_EQ(cpu.other, 1.5);
  EXPECT_DOUBLE_EQ(cpu.to_be_had, 2.5);
  EXPECT_DOUBLE_EQ(cpu.slack(), 0.6);
}

TEST(CpuBetween, TheTightestQuotaIsTheLimit) {
  const std::vector<CpuQuota> quotas = {{"/a/b", 3, {}}, {"/a", 2, {}}};
  const CpuObservation cpu = CpuBetween(At(0, 0, 0, quotas), At(1, 2, 2, quotas));
  EXPECT_DOUBLE_EQ(cpu.limit, 2);
  EXPECT_DOUBLE_EQ(cpu.to_be_had, 2);
  EXPECT_DOUBLE_EQ(cpu.slack(), 0) << "the machine's idle cores are not for us";
}

TEST(CpuBetween, ANewQuotaCountsAtOnce) {
  const CpuObservation cpu = CpuBetween(At(0, 0, 0), At(1, 0.5, 3, {{"/new", 1.5, 10.0}}));
  EXPECT_DOUBLE_EQ(cpu.limit, 1.5);
  EXPECT_DOUBLE_EQ(cpu.to_be_had, 1.5);
}

TEST(CpuBetween, OthersInTheGroupTakeOfItsQuota) {
  const CpuObservation cpu =
      CpuBetween(At(0, 0, 0, {{"/job", 2, 50.0}}), At(1, 0.9, 2.0, {{"/job", 2, 51.7}}));
  EXPECT_DOUBLE_EQ(cpu.limit, 2);
  EXPECT_NEAR(cpu.spare, 0.3, 1e-9);
  EXPECT_NEAR(cpu.to_be_had, 1.2, 1e-9);
}

TEST(CpuBetween, AFairShareIsToBeHadEvenIfOthersTakeAll) {
  const CpuObservation cpu = CpuBetween(At(0, 0, 0), At(1, 0.1, 0));
  EXPECT_DOUBLE_EQ(cpu.spare, 0);
  EXPECT_DOUBLE_EQ(cpu.slack(), 0);
  EXPECT_DOUBLE_EQ(cpu.to_be_had, 2);
}

TEST(CpuBetween, WithoutIdleTimesAllElseIsTakenAsIdle) {
  CpuSnapshot before = At(0, 0, 0);
  CpuSnapshot after = At(1, 1, 0);
  before.idle_s.reset();
  after.idle_s.reset();
  const CpuObservation cpu = CpuBetween(before, after);
  EXPECT_DOUBLE_EQ(cpu.idle, 3);
  EXPECT_DOUBLE_EQ(cpu.other, 0);
  EXPECT_DOUBLE_EQ(cpu.to_be_had, 4);
}

TEST(CpuBetween, StaysWithinTheMachineWhateverTheCountersSay) {
  for (const CpuObservation& cpu :
       {CpuBetween(At(0, 0, 100), At(1, 0, 0)), CpuBetween(At(0, 0, 0), At(1, 0, 100)),
        CpuBetween(At(0, 9, 0), At(1, 0, 0)), CpuBetween(At(0, 0, 0), At(0, 1, 1))}) {
    for (const double part : {cpu.own, cpu.other, cpu.idle, cpu.to_be_had}) {
      EXPECT_GE(part, 0);
      EXPECT_LE(part, 4);
    }
    EXPECT_GE(cpu.slack(), 0);
    EXPECT_LE(cpu.slack(), 1);
  }
}

// The line of one core, with that many ticks idle and as many waiting for a disk.
std::string Line(int core, int ticks) {
  const std::string number = std::to_string(ticks);
  return "cpu" + std::to_string(core) + " 10 0 10 " + number + " " + number + " 0 0 0 0 0\n";
}

TEST(TakeCpuSnapshot, CountsIdleTimeOfTheCoresInTheAffinityOnly) {
  const FakeProc proc;
  cpu_set_t all;
  ASSERT_EQ(sched_getaffinity(0, sizeof(all), &all), 0);
  std::string stat = "cpu  1 2 3 4 5\n";
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    // Of these, 50 ticks idle and 50 in disk waits.
    stat += Line(core, CPU_ISSET(static_cast<size_t>(core), &all) ? 50 : 100'000);
  }
  proc.Write("/proc/stat", stat + "intr 5\nctxt 9\ncpux 1 2 3 4 5\n");
  const CpuSnapshot snapshot = TakeCpuSnapshot(proc.root());
  EXPECT_EQ(snapshot.cores, CPU_COUNT(&all));
  ASSERT_TRUE(snapshot.idle_s.has_value());
  EXPECT_DOUBLE_EQ(*snapshot.idle_s * static_cast<double>(sysconf(_SC_CLK_TCK)),
                   100.0 * CPU_COUNT(&all));
}

TEST(TakeCpuSnapshot, DoesWithoutWhatIsMissingOrGarbage) {
  const FakeProc proc;
  EXPECT_FALSE(TakeCpuSnapshot(proc.root()).idle_s.has_value());
  for (const char* text : {"", "cpu", "cpu0", "cpu0 1 2 3", "cpu99999999999 1 2 3 4 5", "\xff"}) {
    proc.Write("/proc/stat", text);
    EXPECT_FALSE(TakeCpuSnapshot(proc.root()).idle_s.has_value()) << text;
  }
}

TEST(TakeCpuSnapshot, SeesTheWorkOfThisProcess) {
  const CpuSnapshot before = TakeCpuSnapshot();
  CpuSnapshot after = before;
  volatile uint64_t work = 0;
  while (after.own_s < before.own_s + 0.01) {
    for (int i = 0; i < 100'000; ++i) work = work + 1;
    after = TakeCpuSnapshot();
  }
  const CpuObservation cpu = CpuBetween(before, after);
  EXPECT_GT(cpu.own, 0);
  EXPECT_LE(cpu.own, after.cores);
}

}  // namespace
}  // namespace tensorfs
