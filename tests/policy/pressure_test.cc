// SPDX-License-Identifier: MIT
#include "policy/pressure.h"

#include <gtest/gtest.h>

#include "tests/policy/fake_proc.h"

namespace tensorfs {
namespace {

std::string Some(int total_us) {
  return "some avg10=1.00 avg60=2.00 avg300=3.00 total=" + std::to_string(total_us) +
         "\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n";
}

TEST(Pressure, IsTheMachinesWhereTheGroupHasNone) {
  const FakeProc proc;
  proc.Write("/proc/pressure/cpu", Some(1'000'000));
  proc.Write("/proc/pressure/io", Some(2'000'000));
  const PressureSnapshot before = TakePressureSnapshot(proc.root());
  proc.Write("/proc/pressure/cpu", Some(1'500'000));
  proc.Write("/proc/pressure/io", Some(2'200'000));
  const Pressure pressure = PressureBetween(before, TakePressureSnapshot(proc.root()), 2);
  EXPECT_NEAR(pressure.cpu.value(), 0.25, 1e-9);
  EXPECT_NEAR(pressure.io.value(), 0.1, 1e-9);
  EXPECT_FALSE(pressure.memory.has_value());
}

TEST(Pressure, IsTheGroupsOwnWhereItHasSome) {
  const FakeProc proc;
  proc.Write("/proc/self/cgroup", "0::/a/b\n");
  proc.Write("/proc/self/mountinfo", "41 31 0:38 / /cg rw - cgroup2 cgroup2 rw\n");
  proc.Write("/proc/pressure/io", Some(0));
  proc.Write("/cg/a/io.pressure", Some(1'000'000));
  const PressureSnapshot before = TakePressureSnapshot(proc.root());
  EXPECT_EQ(before.directory, proc.root() + "/cg/a");
  proc.Write("/proc/pressure/io", Some(9'000'000));
  proc.Write("/cg/a/io.pressure", Some(1'500'000));
  const Pressure pressure = PressureBetween(before, TakePressureSnapshot(proc.root()), 1);
  EXPECT_NEAR(pressure.io.value(), 0.5, 1e-9);
  proc.Write("/proc/self/cgroup", "0::/\n");
  EXPECT_FALSE(PressureBetween(before, TakePressureSnapshot(proc.root()), 1).io.has_value())
      << "counters of two groups have no difference";
}

TEST(Pressure, IsMissingWhereTheKernelDoesNotTell) {
  const FakeProc proc;
  const PressureSnapshot nothing = TakePressureSnapshot(proc.root());
  EXPECT_FALSE(PressureBetween(nothing, nothing, 1).cpu.has_value());
  for (const char* text : {"", "some", "some total=", "some total=x", "full total=5", "\xff"}) {
    proc.Write("/proc/pressure/cpu", text);
    EXPECT_FALSE(TakePressureSnapshot(proc.root()).cpu_s.has_value()) << text;
  }
}

}  // namespace
}  // namespace tensorfs
