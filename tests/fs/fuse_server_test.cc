// SPDX-License-Identifier: MIT
#include "fs/fuse_server.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "fs/mount_table.h"
#include "policy/read_stats.h"
#include "tests/fs/temp_tree.h"
#include "tests/require_fuse.h"

namespace tensorfs {
namespace {

// A mount that nobody serves yet, made in this process.
class AMountNotYetServed : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    auto fs = SampleFs::Create(source_.path(), {}, {}, &stats_);
    ASSERT_TRUE(fs) << fs.error().message;
    fs_ = std::move(*fs);
    auto server = FuseServer::Mount(fs_.get(), source_.path(), mountpoint_.path(), {});
    if (server) {
      server_ = std::move(*server);
      return;
    }
    ASSERT_FALSE(IsFuseRequired()) << server.error().message;
    GTEST_SKIP() << server.error().message;
  }

  bool IsMounted() const {
    const auto mount = FindMount(mountpoint_.path());
    return mount && mount->type == "fuse.tensorfs";
  }

  const TempTree source_;
  const TempTree mountpoint_;
  ReadStats stats_;
  std::unique_ptr<SampleFs> fs_;
  std::unique_ptr<FuseServer> server_;
};

TEST_P(AMountNotYetServed, GoesWithASignal) {
  ASSERT_TRUE(IsMounted());
  ASSERT_EQ(raise(GetParam()), 0);
  const Result<void> served = server_->Serve();
  EXPECT_TRUE(served) << served.error().message;
  EXPECT_FALSE(IsMounted());
}

INSTANTIATE_TEST_SUITE_P(Signals, AMountNotYetServed, testing::Values(SIGTERM, SIGINT, SIGHUP));

}  // namespace
}  // namespace tensorfs
