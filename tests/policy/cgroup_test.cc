// SPDX-License-Identifier: MIT
#include "policy/cgroup.h"

#include <gtest/gtest.h>

#include "tests/policy/fake_proc.h"

namespace tensorfs {
namespace {

class CgroupTest : public testing::Test {
 protected:
  void Own(const std::string& text) { proc_.Write("/proc/self/cgroup", text); }
  void Mounts(const std::string& text) { proc_.Write("/proc/self/mountinfo", text); }
  void Version2(const std::string& group) {
    Own("0::" + group + "\n");
    Mounts("31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n");
  }
  void Version1(const std::string& group) {
    Own("4:memory:/elsewhere\n2:cpu,cpuacct:" + group + "\n1:name=systemd:/\n");
    Mounts(
        "31 23 0:28 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755\n"
        "32 31 0:29 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
        "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw master:9 - cgroup cgroup rw,cpu,cpuacct\n");
  }

  // The least of the quotas; -1 without any.
  double Cores() const {
    double cores = -1;
    for (const CpuQuota& quota : CpuQuotas(proc_.root())) {
      if (cores < 0 || quota.cores < cores) cores = quota.cores;
    }
    return cores;
  }

  FakeProc proc_;
};

TEST_F(CgroupTest, Version2HasAQuota) {
  Version2("/job");
  proc_.Write("/sys/fs/cgroup/job/cpu.max", "150000 100000\n");
  proc_.Write("/sys/fs/cgroup/job/cpu.stat", "usage_usec 2500000\nuser_usec 1\nsystem_usec 2\n");
  const std::vector<CpuQuota> quotas = CpuQuotas(proc_.root());
  ASSERT_EQ(quotas.size(), 1u);
  EXPECT_DOUBLE_EQ(quotas[0].cores, 1.5);
  EXPECT_DOUBLE_EQ(quotas[0].used_s.value(), 2.5);
}

TEST_F(CgroupTest, Version2WithoutALimitSaysMax) {
  Version2("/job");
  proc_.Write("/sys/fs/cgroup/job/cpu.max", "max 100000\n");
  EXPECT_EQ(Cores(), -1);
}

TEST_F(CgroupTest, AnAncestorsQuotaBindsToo) {
  Version2("/a/b/c");
  proc_.Write("/sys/fs/cgroup/a/b/c/cpu.max", "400000 100000\n");
  proc_.Write("/sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  proc_.Write("/sys/fs/cgroup/a/cpu.max", "50000 100000\n");
  EXPECT_EQ(CpuQuotas(proc_.root()).size(), 2u);
  EXPECT_DOUBLE_EQ(Cores(), 0.5);
}

TEST_F(CgroupTest, TheMountpointsOwnQuotaBindsInAContainer) {
  Version2("/");
  proc_.Write("/sys/fs/cgroup/cpu.max", "200000 100000\n");
  EXPECT_DOUBLE_EQ(Cores(), 2);
}

TEST_F(CgroupTest, Version1HasAQuota) {
  Version1("/docker/abc");
  const std::string directory = "/sys/fs/cgroup/cpu,cpuacct/docker/abc";
  proc_.Write(directory + "/cpu.cfs_quota_us", "75000\n");
  proc_.Write(directory + "/cpu.cfs_period_us", "50000\n");
  proc_.Write(directory + "/cpuacct.usage", "3500000000\n");
  proc_.Write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  proc_.Write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  const std::vector<CpuQuota> quotas = CpuQuotas(proc_.root());
  ASSERT_EQ(quotas.size(), 1u);
  EXPECT_DOUBLE_EQ(quotas[0].cores, 1.5);
  EXPECT_DOUBLE_EQ(quotas[0].used_s.value(), 3.5);
}

TEST_F(CgroupTest, AContainersMountBeginsAtItsGroup) {
  Own("2:cpu:/docker/abc/inner\n");
  Mounts("33 31 0:30 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup ro,cpu\n");
  EXPECT_EQ(CgroupDirectories("cpu", proc_.root()),
            (std::vector<std::string>{proc_.root() + "/sys/fs/cgroup/cpu/inner",
                                      proc_.root() + "/sys/fs/cgroup/cpu"}));
}

TEST_F(CgroupTest, AGroupOutsideOfTheMountIsSeenThroughTheMountpoint) {
  const std::vector<std::string> mountpoint = {proc_.root() + "/sys/fs/cgroup/cpu"};
  Mounts("33 31 0:30 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup ro,cpu\n");
  for (const char* group : {"/", "/docker/abcdef", "/../sibling", "/docker/abc/../x"}) {
    Own(std::string("2:cpu:") + group + "\n");
    EXPECT_EQ(CgroupDirectories("cpu", proc_.root()), mountpoint) << group;
  }
}

TEST_F(CgroupTest, BothVersionsMayBeThereAtOnce) {
  Own("2:cpu:/v1\n0::/v2\n");
  Mounts(
      "33 31 0:30 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
      "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
  proc_.Write("/sys/fs/cgroup/cpu/v1/cpu.cfs_quota_us", "300000");
  proc_.Write("/sys/fs/cgroup/cpu/v1/cpu.cfs_period_us", "100000");
  EXPECT_DOUBLE_EQ(Cores(), 3);
  proc_.Write("/sys/fs/cgroup/unified/v2/cpu.max", "100000 100000");
  EXPECT_DOUBLE_EQ(Cores(), 1);
}

TEST_F(CgroupTest, MountpointsMayHaveBlanks) {
  Own("0::/\n");
  Mounts("41 31 0:38 / /my\\040groups\\134x rw - cgroup2 cgroup2 rw\n");
  EXPECT_EQ(CgroupDirectories("", proc_.root()),
            std::vector<std::string>{proc_.root() + "/my groups\\x"});
}

TEST_F(CgroupTest, IsLookedUpAnewEachTime) {
  Version2("/job");
  proc_.Write("/sys/fs/cgroup/job/cpu.max", "100000 100000\n");
  proc_.Write("/sys/fs/cgroup/other/cpu.max", "300000 100000\n");
  EXPECT_DOUBLE_EQ(Cores(), 1);
  proc_.Write("/sys/fs/cgroup/job/cpu.max", "200000 100000\n");
  EXPECT_DOUBLE_EQ(Cores(), 2);
  Version2("/other");
  EXPECT_DOUBLE_EQ(Cores(), 3);
}

TEST_F(CgroupTest, WhatMakesNoSenseIsLeftOut) {
  EXPECT_EQ(Cores(), -1) << "nothing is there";
  Version2("/job");
  for (const char* limit : {"", "\n", "nonsense", "100000", "-5 100000", "0 100000", "1000 0",
                            "1000 -1", "\x01\xff\x02 7", "max"}) {
    proc_.Write("/sys/fs/cgroup/job/cpu.max", limit);
    EXPECT_EQ(Cores(), -1) << limit;
  }
  proc_.Write("/sys/fs/cgroup/job/cpu.max", "100000 100000");
  EXPECT_EQ(Cores(), 1);
  for (const char* own : {"", ":", "::", "0::", "0:", "x", "0::\n0::\n", "9:cpu"}) {
    Own(own);
    EXPECT_EQ(Cores(), -1) << own;
  }
  Version2("/job");
  for (const char* mounts : {"", " - ", "1 2 3 - cgroup2", "41 31 0:38 / - cgroup2 c rw", "\\",
                             "1 2 0:1 / \\04 rw - cgroup2 c r"}) {
    Mounts(mounts);
    EXPECT_EQ(Cores(), -1) << mounts;
  }
}

}  // namespace
}  // namespace tensorfs
