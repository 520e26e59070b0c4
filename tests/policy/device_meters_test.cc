// SPDX-License-Identifier: MIT
#include "policy/device_meters.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <filesystem>
#include <fstream>

namespace tensorfs {
namespace {

namespace fs = std::filesystem;

class DeviceMetersTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "devices-XXXXXX";
    root_ = mkdtemp(name.data());
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string At(const std::string& name) const { return root_ + "/" + name; }

  std::string root_;
};

TEST_F(DeviceMetersTest, DirectoriesOfOneDiskShareAMeter) {
  fs::create_directory(At("data"));
  fs::create_directory(At("store"));
  const DeviceMeters meters(At("data"), At("store"), "");
  ASSERT_EQ(meters.devices().size(), 1u);
  EXPECT_EQ(meters.devices()[0].name, "source+store");
  EXPECT_EQ(meters.source(), meters.store());
  EXPECT_NE(meters.source(), nullptr);
  EXPECT_EQ(meters.cache(), nullptr);
}

TEST_F(DeviceMetersTest, DirectoriesOfTwoFilesystemsDoNot) {
  const fs::path other = "/proc";  // is one of its own everywhere
  const DeviceMeters meters(root_, other, At("cache"));
  ASSERT_EQ(meters.devices().size(), 2u);
  EXPECT_EQ(meters.devices()[0].name, "source+cache");
  EXPECT_EQ(meters.devices()[1].name, "store");
  EXPECT_NE(meters.source(), meters.store());
  EXPECT_EQ(meters.source(), meters.cache());
}

TEST_F(DeviceMetersTest, ADirectoryThatIsStillToBeMadeCountsAsItsParent) {
  const DeviceMeters meters(root_, At("not/yet/there"), "");
  ASSERT_EQ(meters.devices().size(), 1u);
  EXPECT_EQ(meters.devices()[0].name, "source+store");
}

TEST_F(DeviceMetersTest, APartitionIsPartOfItsDisk) {
  fs::create_directories(At("sys/devices/disk/disk2"));
  fs::create_directories(At("sys/dev/block"));
  std::ofstream(At("sys/devices/disk/dev")) << "8:0\n";
  std::ofstream(At("sys/devices/disk/disk2/dev")) << "8:2\n";
  std::ofstream(At("sys/devices/disk/disk2/partition")) << "2\n";
  fs::create_symlink("../../devices/disk", At("sys/dev/block/8:0"));
  fs::create_symlink("../../devices/disk/disk2", At("sys/dev/block/8:2"));
  EXPECT_EQ(WholeDiskOf(makedev(8, 2), root_), makedev(8, 0));
  EXPECT_EQ(WholeDiskOf(makedev(8, 0), root_), makedev(8, 0));
  EXPECT_EQ(WholeDiskOf(makedev(0, 55), root_), makedev(0, 55)) << "unknown to sysfs";
}

}  // namespace
}  // namespace tensorfs
