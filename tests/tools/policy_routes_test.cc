// SPDX-License-Identifier: MIT
#include "tools/policy_routes.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/tools/policy_mount.h"
#include "tools/pin_file.h"

namespace tensorfs {
namespace {

class PolicyRoutesTest : public testing::Test {
 protected:
  ControlReply Call(const std::string& path, const ControlRequest& request) {
    for (const ControlRoute& route : mount_.Routes()) {
      if (route.path == "/v1/policy" + path) return route.handle(request);
    }
    return {.status = 0, .body = "no such route"};
  }

  ControlReply Post(const std::string& path, const std::string& body) {
    return Call(path, {.parameters = {}, .body = body});
  }

  ControlReply Explain(const std::string& path) {
    return Call("/explain", {.parameters = {{"path", path}}, .body = ""});
  }

  static std::string ErrorOf(const ControlReply& reply) {
    return nlohmann::json::parse(reply.body).at("error").get<std::string>();
  }

  std::vector<PinRule> SavedPins() {
    Pins pins(&mount_.policy.pipeline);
    LoadPins(mount_.store(), &pins);
    return pins.Rules();
  }

  PolicyMount mount_;
};

TEST_F(PolicyRoutesTest, WithoutAPolicyEachSaysSo) {
  mount_.has_policy = false;
  for (const ControlRoute& route : mount_.Routes()) {
    const ControlReply reply = route.handle({});
    EXPECT_EQ(reply.status, 409) << route.path;
    EXPECT_EQ(ErrorOf(reply), "no policy is at work here");
  }
}

TEST_F(PolicyRoutesTest, ASampleIsExplainedByAnyOfItsPaths) {
  for (const std::string& path :
       {std::string("cat/001.npy"), std::string("cat/001.jpg"), mount_.source() + "/cat/001.jpg"}) {
    mount_.policy.explained = 0;
    const ControlReply reply = Explain(path);
    EXPECT_EQ(reply.status, 200) << path << reply.body;
    EXPECT_EQ(mount_.policy.explained, mount_.SampleOf("cat/001.npy")) << path;
  }
}

TEST_F(PolicyRoutesTest, WhatIsNoSampleIsNotExplained) {
  EXPECT_EQ(Explain("cat/003.jpg").status, 404);
  EXPECT_EQ(Explain("cat").status, 400);
  EXPECT_EQ(Explain("").status, 400);
  EXPECT_EQ(Explain("/etc/passwd").status, 400);
}

TEST_F(PolicyRoutesTest, PlansForTheMachineThatIsAskedFor) {
  const ControlReply reply = Post("/plan", R"({"cores": 8, "disk_bytes_per_s": 1e8})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(mount_.policy.planned.cores, 8);
  EXPECT_EQ(mount_.policy.planned.disk_bytes_per_s, 1e8);
  EXPECT_FALSE(mount_.policy.planned.store_limit_bytes);
  EXPECT_EQ(nlohmann::json::parse(reply.body).at("binding"), "CPU and sda");
  EXPECT_EQ(Post("/plan", "").status, 400);
  mount_.policy.ready = false;
  EXPECT_EQ(Post("/plan", "{}").status, 409);
}

TEST_F(PolicyRoutesTest, SettingsAreChangedAndAnswered) {
  const ControlReply reply = Post("/set", R"({"dead_band": 0.05})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(nlohmann::json::parse(reply.body).at("dead_band"), 0.05);
  EXPECT_EQ(mount_.policy.settings.dead_band, 0.05);
  const ControlReply refused = Post("/set", R"({"migrate_share": 2, "dead_band": 0.5})");
  EXPECT_EQ(refused.status, 400);
  EXPECT_NE(ErrorOf(refused).find("migrate_share"), std::string::npos);
  EXPECT_EQ(mount_.policy.settings.dead_band, 0.05);
}

TEST_F(PolicyRoutesTest, PinsAreInForceAndSaved) {
  ASSERT_EQ(Post("/pin", R"({"pattern": "cat/001.npy", "form": "final:raw"})").status, 200);
  const ControlReply reply = Post("/pin", R"({"pattern": "new/*", "form": "resize:png"})");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const std::vector<PinRule> both = {{"cat/001.npy", "final:raw"}, {"new/*", "resize:png"}};
  EXPECT_EQ(mount_.policy.Pins(), both);
  EXPECT_EQ(SavedPins(), both);
  EXPECT_EQ(nlohmann::json::parse(reply.body).at("pins").at(1).at("pattern"), "new/*");
  ASSERT_EQ(Post("/unpin", R"({"pattern": "cat/001.npy"})").status, 200);
  EXPECT_EQ(SavedPins(), (std::vector<PinRule>{{"new/*", "resize:png"}}));
  EXPECT_EQ(Call("/pins", {}).body,
            Post("/pin", R"({"pattern":"new/*","form":"resize:png"})").body);
}

TEST_F(PolicyRoutesTest, APathInTheSourceIsPinnedAsSeenFromThereAndTheRootIsAll) {
  const nlohmann::json below = {{"pattern", mount_.source() + "/cat"}, {"form", "final:raw"}};
  ASSERT_EQ(Post("/pin", below.dump()).status, 200);
  ASSERT_EQ(Post("/pin", R"({"pattern": "", "form": "final:raw"})").status, 200);
  EXPECT_EQ(mount_.policy.Pins(), (std::vector<PinRule>{{"cat", "final:raw"}, {".", "final:raw"}}));
}

TEST_F(PolicyRoutesTest, WrongPinsAreRefusedAndChangeNothing) {
  EXPECT_EQ(Post("/pin", R"({"pattern": "cat", "form": "final:gzip"})").status, 400);
  EXPECT_EQ(Post("/pin", R"({"pattern": "dog", "form": "final:raw"})").status, 404);
  EXPECT_EQ(Post("/pin", R"({"pattern": "/etc", "form": "final:raw"})").status, 400);
  EXPECT_EQ(Post("/pin", R"({"form": "final:raw"})").status, 400);
  EXPECT_EQ(Post("/unpin", R"({"pattern": "cat"})").status, 404);
  EXPECT_TRUE(SavedPins().empty());
}

TEST_F(PolicyRoutesTest, PinsThatCannotBeSavedAreAFailure) {
  std::filesystem::remove_all(mount_.store());
  const ControlReply reply = Post("/pin", R"({"pattern": "cat", "form": "final:raw"})");
  EXPECT_NE(reply.status, 200);
  EXPECT_NE(ErrorOf(reply).find("not saved"), std::string::npos);
}

TEST_F(PolicyRoutesTest, PausesAndResumes) {
  EXPECT_EQ(nlohmann::json::parse(Post("/pause", "").body).at("state"), "paused");
  EXPECT_TRUE(mount_.policy.paused);
  EXPECT_EQ(nlohmann::json::parse(Post("/resume", "").body).at("state"), "moving");
  EXPECT_FALSE(mount_.policy.paused);
}

TEST_F(PolicyRoutesTest, TellsTheHistory) {
  mount_.policy.history = {ExampleChange()};
  const auto history = nlohmann::json::parse(Call("/history", {}).body);
  EXPECT_EQ(history.at("changes").at(0).at("predicted_gain"), 0.42);
  EXPECT_TRUE(history.at("changes").at(0).at("achieved_gain").is_null());
}

}  // namespace
}  // namespace tensorfs
