// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <sys/xattr.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "tests/require_fuse.h"
#include "tests/tools/call_tool.h"
#include "tests/tools/policy_mount.h"
#include "tools/control_server.h"
#include "tools/live_screen.h"
#include "tools/tool.h"

namespace tensorfs {
namespace {

// `tensorfs policy` against a directory that tells, as the root of a mount does, where its daemon
// listens.
class PolicyTool : public testing::Test {
 protected:
  void SetUp() override {
    const std::string socket = mount_.store() + "/control.sock";
    if (setxattr(mount_.mountpoint().c_str(), kControlXattr, socket.data(), socket.size(), 0) !=
        0) {
      ASSERT_FALSE(IsFuseRequired()) << "no user xattrs in " << mount_.mountpoint();
      GTEST_SKIP() << "no user xattrs in " << mount_.mountpoint();
    }
    const auto status = [this] {
      MountStatus now;
      now.mount.mountpoint = mount_.mountpoint();
      now.mount.policy = mount_.has_policy ? "adaptive" : "keep";
      if (mount_.has_policy) now.policy = mount_.policy.Report();
      return now;
    };
    auto server = ControlServer::Start(mount_.store(), status, mount_.Routes());
    ASSERT_TRUE(server) << server.error().message;
    server_ = std::move(*server);
  }

  Outcome Policy(const std::string& command, const Arguments& rest = {}) {
    Arguments arguments = {"policy", command, mount_.mountpoint()};
    arguments.insert(arguments.end(), rest.begin(), rest.end());
    return Call(arguments);
  }

  PolicyMount mount_;
  std::unique_ptr<ControlServer> server_;
};

TEST_F(PolicyTool, EveryCommandShowsATableAndItsJson) {
  mount_.policy.history = {ExampleChange()};
  const std::vector<std::pair<Arguments, const char*>> commands = {
      {{"status"}, "moving samples to the new plan"},
      {{"explain", "cat/001.npy"}, "cheapest at these prices"},
      {{"plan", "--cores", "8"}, "IN THE MIX"},
      {{"set", "--dead-band", "5%"}, "dead-band 5 %"},
      {{"pin"}, "nothing is pinned"},
      {{"pin", "cat", "final:raw"}, "final:raw                 cat"},
      {{"unpin", "cat"}, "nothing is pinned"},
      {{"pause"}, "paused"},
      {{"resume"}, "moving samples"},
      {{"history"}, "+42 % predicted"},
      {{"watch", "--count", "1"}, "66 % of the bound"},
  };
  for (const auto& [command, text] : commands) {
    Arguments rest(command.begin() + 1, command.end());
    const Outcome table = Policy(command[0], rest);
    EXPECT_EQ(table.status, 0) << command[0] << ": " << table.err;
    EXPECT_NE(table.out.find(text), std::string::npos) << table.out;
    if (command[0] == "unpin") {
      ASSERT_TRUE(mount_.policy.Pin({"cat", "final:raw"}));
    }
    rest.push_back("--json");
    const Outcome json = Policy(command[0], rest);
    EXPECT_EQ(json.status, 0) << json.err;
    EXPECT_TRUE(nlohmann::json::accept(json.out)) << json.out;
  }
}

TEST_F(PolicyTool, ExplainFindsTheMountOfAFile) {
  const Outcome outcome = Call({"policy", "explain", mount_.mountpoint() + "/cat/001.npy"});
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(mount_.policy.explained, mount_.SampleOf("cat/001.npy"));
  const Outcome outside = Call({"policy", "explain", mount_.source() + "/cat/001.jpg"});
  EXPECT_EQ(outside.status, 1);
  EXPECT_NE(outside.err.find("does not lie in a tensorfs mount"), std::string::npos);
}

TEST_F(PolicyTool, PinTakesPathsAsTheShellGivesThem) {
  ASSERT_EQ(Policy("pin", {mount_.mountpoint() + "/cat/001.npy", "final:raw"}).status, 0);
  ASSERT_EQ(Policy("pin", {mount_.mountpoint() + "/cat/*.npy", "resize:png"}).status, 0);
  ASSERT_EQ(Policy("pin", {mount_.source() + "/cat", "resize:raw"}).status, 0);
  EXPECT_EQ(mount_.policy.Pins(),
            (std::vector<PinRule>{
                {"cat/001.npy", "final:raw"}, {"cat/*.npy", "resize:png"}, {"cat", "resize:raw"}}));
  ASSERT_EQ(Policy("unpin", {mount_.mountpoint() + "/cat"}).status, 0);
  EXPECT_EQ(mount_.policy.Pins().size(), 2u);
}

TEST_F(PolicyTool, OptionsReachThePolicyInItsUnits) {
  ASSERT_EQ(Policy("plan", {"--cores", "1.5", "--disk-mb-s", "25", "--store-limit", "1GiB"}).status,
            0);
  EXPECT_EQ(mount_.policy.planned.cores, 1.5);
  EXPECT_EQ(mount_.policy.planned.disk_bytes_per_s, 25e6);
  EXPECT_EQ(mount_.policy.planned.store_limit_bytes, uint64_t{1} << 30);
  ASSERT_EQ(Policy("set", {"--migrate-share", "50", "--window", "3", "--expected-rereads", "90",
                           "--store-limit", "8MiB"})
                .status,
            0);
  EXPECT_EQ(mount_.policy.settings.migrate_share, 0.5);
  EXPECT_EQ(mount_.policy.settings.window_s, 3);
  EXPECT_EQ(mount_.policy.settings.expected_rereads, 90);
  EXPECT_EQ(mount_.policy.settings.store_limit_bytes, uint64_t{8} << 20);
}

TEST_F(PolicyTool, WhatTheMountRefusesFailsInItsWords) {
  const std::vector<std::pair<Arguments, const char*>> refused = {
      {{"pin", "cat", "final:gzip"}, "gzip"},
      {{"pin", "dog", "final:raw"}, "no such file"},
      {{"unpin", "cat"}, "not pinned"},
      {{"explain", "cat"}, "not one sample"},
      {{"set", "--cache-limit", "1GiB"}, "cache_limit_bytes"},
  };
  for (const auto& [command, text] : refused) {
    const Outcome outcome = Policy(command[0], Arguments(command.begin() + 1, command.end()));
    EXPECT_EQ(outcome.status, 1) << command[0];
    EXPECT_NE(outcome.err.find(text), std::string::npos) << outcome.err;
    EXPECT_EQ(outcome.out, "");
  }
}

TEST_F(PolicyTool, AMountWithoutAPolicySaysSoButHasAStatus) {
  mount_.has_policy = false;
  for (const Arguments& command : std::vector<Arguments>{{"explain", "cat/001.npy"},
                                                         {"plan"},
                                                         {"set", "--window", "3"},
                                                         {"pin"},
                                                         {"pause"},
                                                         {"resume"},
                                                         {"history"}}) {
    const Outcome outcome = Policy(command[0], Arguments(command.begin() + 1, command.end()));
    EXPECT_EQ(outcome.status, 1) << command[0];
    EXPECT_NE(outcome.err.find("no policy is at work here"), std::string::npos) << outcome.err;
  }
  EXPECT_EQ(Policy("status").status, 0);
  const Outcome watched = Policy("watch", {"--count", "1"});
  EXPECT_EQ(watched.status, 0);
  EXPECT_NE(watched.out.find("policy keep"), std::string::npos) << watched.out;
}

TEST_F(PolicyTool, WatchShowsALineEachTimeAndJsonToo) {
  const Outcome lines = Policy("watch", {"--count", "3", "--interval", "0.01"});
  EXPECT_EQ(std::ranges::count(lines.out, '\n'), 3);
  const Outcome json = Policy("watch", {"--count", "2", "--interval", "0.01", "--json"});
  EXPECT_EQ(std::ranges::count(json.out, '\n'), 2);
  EXPECT_NE(json.out.find("\"policy_report\":{"), std::string::npos) << json.out;
}

TEST_F(PolicyTool, WatchEndsWellWhenItIsInterruptedAndIllWhenTheMountGoes) {
  std::jthread interrupter([] {
    // Without the tool's handler SIGINT would end this test's process.
    struct sigaction action = {};
    do {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      sigaction(SIGINT, nullptr, &action);
    } while (action.sa_handler == SIG_DFL);
    kill(getpid(), SIGINT);
  });
  EXPECT_EQ(Policy("watch", {"--interval", "3600"}).status, 0);
  interrupter.join();
  server_.reset();
  const Outcome gone = Policy("watch");
  EXPECT_EQ(gone.status, 1);
  EXPECT_NE(gone.err.find("control.sock"), std::string::npos) << gone.err;
}

TEST(PolicyCommandLine, WhatIsWrongIsSaidBeforeAnyoneIsAsked) {
  const std::vector<std::pair<Arguments, const char*>> wrong = {
      {{"status"}, "MOUNTPOINT"},
      {{"set", "/m"}, "give a setting"},
      {{"set", "/m", "--migrate-share", "120"}, "per cent"},
      {{"set", "/m", "--dead-band", "-1%"}, "--dead-band"},
      {{"set", "/m", "--window", "0"}, "more than 0"},
      {{"set", "/m", "--store-limit", "1"}, "at least 4MiB"},
      {{"plan", "/m", "--cores", "many"}, "--cores"},
      {{"plan", "/m", "--disk-mb-s", "0"}, "--disk-mb-s"},
      {{"pin", "/m", "val"}, "give PATH and FORM"},
      {{"pin", "/m", "", "final:raw"}, "PATH is empty"},
      {{"unpin", "/m"}, "PATH"},
      {{"unpin", "/m", ""}, "PATH is empty"},
      {{"explain", ""}, "FILE is empty"},
      {{"explain", "/m", ""}, "PATH is empty"},
      {{"watch", "/m", "--interval", "0"}, "--interval"},
      {{"watch", "/m", "--count", "0"}, "--count"},
      {{"pause", "/m", "/n"}, "too many"},
      {{"histroy", "/m"}, "history"},
  };
  for (const auto& [command, text] : wrong) {
    Arguments arguments = {"policy"};
    arguments.insert(arguments.end(), command.begin(), command.end());
    const Outcome outcome = Call(arguments);
    EXPECT_EQ(outcome.status, 2) << outcome.err;
    EXPECT_NE(outcome.err.find(text), std::string::npos) << text << ": " << outcome.err;
  }
}

TEST(PolicyCommandLine, WhereNothingIsMountedTheCommandFails) {
  const TemporaryDir scratch;
  for (const Arguments& command :
       std::vector<Arguments>{{"status"}, {"plan"}, {"pause"}, {"history"}, {"watch"}, {"pin"}}) {
    const Outcome outcome = Call({"policy", command[0], scratch.path()});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_NE(outcome.err.find("not a tensorfs mountpoint"), std::string::npos) << outcome.err;
  }
}

TEST(LiveScreen, DrawsInPlaceAndNoMoreThanThereIsRoomFor) {
  std::ostringstream out;
  LiveScreen screen(&out);
  screen.Draw("a\nb\nc\n", 2);
  EXPECT_EQ(out.str(), "\x1B[?7la\x1B[K\nb\x1B[K\n\x1B[J\x1B[?7h");
  out.str("");
  screen.Draw("d\n", 5);
  EXPECT_EQ(out.str(), "\x1B[?7l\x1B[2A\rd\x1B[K\n\x1B[J\x1B[?7h");
}

}  // namespace
}  // namespace tensorfs
