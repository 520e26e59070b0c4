// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <cerrno>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/require_fuse.h"
#include "tests/tools/temporary_dir.h"
#include "tools/control_client.h"
#include "tools/control_server.h"

namespace tensorfs {
namespace {

MountStatus Counting() {
  MountStatus status;
  status.mount.source = "/data/train";
  status.reads.samples = 42;
  return status;
}

class Control : public testing::Test {
 protected:
  void SetUp() override {
    mountpoint_ = scratch_ / "mountpoint";
    std::filesystem::create_directory(mountpoint_);
    store_ = scratch_ / "store";
    std::filesystem::create_directory(store_);
  }

  const TemporaryDir scratch_;
  std::string mountpoint_;
  std::string store_;
};

// With a directory that tells, as the root of a mount does, where its daemon listens.
class ControlOfAMount : public Control {
 protected:
  void SetUp() override {
    Control::SetUp();
    if (Announce("nothing yet")) return;
    ASSERT_FALSE(IsFuseRequired()) << "no user xattrs in " << scratch_.path();
    GTEST_SKIP() << "no user xattrs in " << scratch_.path();
  }

  bool Announce(const std::string& socket) {
    return setxattr(mountpoint_.c_str(), kControlXattr, socket.data(), socket.size(), 0) == 0;
  }
};

TEST_F(ControlOfAMount, AnswersTheStatus) {
  ASSERT_TRUE(Announce(store_ + "/control.sock"));
  const auto server = ControlServer::Start(store_, Counting);
  ASSERT_TRUE(server) << server.error().message;
  const Result<std::string> status = AskDaemon(mountpoint_, "/v1/status");
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(nlohmann::json::parse(*status).at("samples"), 42);
  const Result<std::string> metrics = AskDaemon(mountpoint_, "/metrics");
  ASSERT_TRUE(metrics) << metrics.error().message;
  EXPECT_NE(metrics->find("tensorfs_samples_total 42\n"), std::string::npos);
  EXPECT_FALSE(AskDaemon(mountpoint_, "/v1/nothing"));
}

TEST_F(Control, TheSocketIsForItsOwnerAlone) {
  const auto server = ControlServer::Start(store_, Counting);
  ASSERT_TRUE(server);
  struct stat attributes;
  ASSERT_EQ(stat((store_ + "/control.sock").c_str(), &attributes), 0);
  EXPECT_TRUE(S_ISSOCK(attributes.st_mode));
  EXPECT_EQ(attributes.st_mode & 0777, 0600u);
}

TEST_F(Control, TakesTheSocketOfADeadDaemonAndLeavesNone) {
  const std::string socket = store_ + "/control.sock";
  ASSERT_EQ(mknod(socket.c_str(), S_IFSOCK | 0600, 0), 0);
  {
    const auto server = ControlServer::Start(store_, Counting);
    EXPECT_TRUE(server) << server.error().message;
  }
  EXPECT_FALSE(std::filesystem::exists(socket));
}

TEST_F(ControlOfAMount, WorksWherePathsAreLongerThanASocketsName) {
  std::string store = store_;
  while (store.size() < 300) store += "/" + std::string(60, 'd');
  std::filesystem::create_directories(store);
  ASSERT_TRUE(Announce(store + "/control.sock"));
  const auto server = ControlServer::Start(store, Counting);
  ASSERT_TRUE(server) << server.error().message;
  EXPECT_TRUE(AskDaemon(mountpoint_, "/v1/status"));
}

TEST_F(Control, ADirectoryThatIsNoMountIsNamed) {
  const Result<std::string> status = AskDaemon(mountpoint_, "/v1/status");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, mountpoint_ + ": not a tensorfs mountpoint");
  EXPECT_EQ(AskDaemon(scratch_ / "nowhere", "/v1/status").error().code, ErrorCode::kNotFound);
}

TEST_F(ControlOfAMount, ASocketWithNobodyBehindItIsNamed) {
  const std::string socket = store_ + "/control.sock";
  ASSERT_TRUE(Announce(socket));
  const Result<std::string> status = AskDaemon(mountpoint_, "/v1/status");
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message.find(socket), std::string::npos);
}

TEST_F(Control, MetricsAreServedOverTcpAndNothingElseIs) {
  const auto server = ControlServer::StartMetrics({"127.0.0.1", 0}, Counting);
  ASSERT_TRUE(server) << server.error().message;
  httplib::Client client("127.0.0.1", (*server)->port());
  const httplib::Result metrics = client.Get("/metrics");
  ASSERT_TRUE(metrics);
  EXPECT_EQ(metrics->status, 200);
  EXPECT_EQ(metrics->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_NE(metrics->body.find("tensorfs_samples_total 42\n"), std::string::npos);
  const httplib::Result status = client.Get("/v1/status");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->status, 404);
}

TEST_F(Control, AnAddressThatIsTakenIsNamed) {
  const auto first = ControlServer::StartMetrics({"127.0.0.1", 0}, Counting);
  ASSERT_TRUE(first);
  const int port = (*first)->port();
  const auto second = ControlServer::StartMetrics({"127.0.0.1", port}, Counting);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find("127.0.0.1:" + std::to_string(port)), std::string::npos);
}

}  // namespace
}  // namespace tensorfs
