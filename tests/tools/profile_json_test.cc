// SPDX-License-Identifier: MIT
#include "tools/profile/profile_json.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/tools/made_up_profile.h"
#include "tests/tools/temporary_dir.h"
#include "tools/text_file.h"

namespace tensorfs {
namespace {

using Json = nlohmann::ordered_json;

Json GoodJson() { return JsonOf(MadeUpProfile()); }

std::string MessageFor(const Json& json) {
  const Result<Profile> profile = ProfileFromJson(json.dump());
  return profile ? "no error" : profile.error().message;
}

TEST(ProfileJson, ReadsBackWhatItHasWritten) {
  const Result<Profile> profile = ProfileFromJson(GoodJson().dump());
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(JsonOf(*profile), GoodJson());
  EXPECT_EQ(profile->set.measured, MadeUpProfile().set.measured);
  EXPECT_EQ(profile->strategies[1].form, "decode:raw");
  EXPECT_EQ(profile->strategies[1].delivered[2].threads, 2);
  EXPECT_EQ(profile->strategies[1].delivered[3].mode, ReadMode::kWarm);
  EXPECT_EQ(profile->steps[1].online, true);
  EXPECT_EQ(profile->machine.cpu, "Some CPU \"X\"");
}

TEST(ProfileJson, EveryMemberMustBeThere) {
  const Json flat = GoodJson().flatten();
  for (const auto& [pointer, value] : flat.items()) {
    const Json::json_pointer place(pointer);
    if (place.back().find_first_not_of("0123456789") == std::string::npos) continue;
    Json json = GoodJson();
    json[place.parent_pointer()].erase(place.back());
    EXPECT_NE(MessageFor(json), "no error") << pointer;
  }
}

TEST(ProfileJson, SaysWhichMemberIsWrong) {
  Json json = GoodJson();
  json["strategies"][2]["cpu_s"] = "fast";
  EXPECT_EQ(MessageFor(json), "strategies[2].cpu_s: expected a number from 0 on");
  json = GoodJson();
  json["strategies"][1]["delivered"][0]["mode"] = "hot";
  EXPECT_EQ(MessageFor(json), "strategies[1].delivered[0].mode: expected a name that is known");
  json = GoodJson();
  json["set"]["measured"][1]["width"] = int64_t{1} << 40;
  EXPECT_EQ(MessageFor(json), "set.measured[1].width: expected a whole number from 0 on");
  json = GoodJson();
  json["machine"] = 7;
  EXPECT_EQ(MessageFor(json), "machine: expected an object");
  json = GoodJson();
  json["steps"].erase(1);
  json["steps"][0].erase("name");
  EXPECT_EQ(MessageFor(json), "steps[0].name: is missing");
}

TEST(ProfileJson, RefusesOtherFilesAndOtherVersions) {
  EXPECT_NE(MessageFor("text"), "no error");
  EXPECT_NE(MessageFor(Json::array()), "no error");
  const Result<Profile> garbage = ProfileFromJson("{\"format\":");
  ASSERT_FALSE(garbage);
  EXPECT_EQ(garbage.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(garbage.error().message, "this is no profile that `tensorfs profile --save` wrote");
  Json json = GoodJson();
  json["version"] = 2;
  const Result<Profile> newer = ProfileFromJson(json.dump());
  ASSERT_FALSE(newer);
  EXPECT_EQ(newer.error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(newer.error().message,
            "the profile is of version 2, and this program reads version 1; measure again");
}

TEST(ProfileJson, RefusesAProfileThatNothingCanBeComputedFrom) {
  Json json = GoodJson();
  json["strategies"].erase(0);
  EXPECT_EQ(MessageFor(json), "strategies: expected source:original first");
  json = GoodJson();
  json["set"]["measured"] = Json::array();
  EXPECT_EQ(MessageFor(json), "set.measured: expected a sample");
}

TEST(ProfileJson, RefusesStrategiesThatCannotBe) {
  const auto message_for = [](const char* member, const Json& value) {
    Json json = GoodJson();
    json["strategies"][1][member] = value;
    return MessageFor(json);
  };
  EXPECT_EQ(message_for("form", "bl\x1b[31mah"),
            "strategies[1].form: expected a form of the profile's pipeline");
  EXPECT_EQ(message_for("stage", 2147483647), "strategies[1].stage: is not that of the form");
  EXPECT_EQ(message_for("encoding", "png"), "strategies[1].encoding: is not that of the form");
  EXPECT_EQ(message_for("share", 7), "strategies[1].share: expected 1 at most");
  Json json = GoodJson();
  json["strategies"][2] = json["strategies"][1];
  EXPECT_EQ(MessageFor(json), "strategies[2].form: is there twice");
  json = GoodJson();
  json["strategies"][2]["cpu_s"] = json["strategies"][2]["read_bytes"] = 0;
  EXPECT_EQ(MessageFor(json), "strategies[2]: a read takes neither CPU time nor bytes");
  json = GoodJson();
  json["pipeline_toml"] = "[[step";
  EXPECT_NE(MessageFor(json).find("pipeline_toml"), std::string::npos);
}

TEST(ProfileJson, APlanThatNeverPaysIsNull) {
  const MixedPlan plan{.parts = {{"final:raw", 0.5}, {"source:original", 0.5}},
                       .samples_per_s = 100,
                       .bound_samples_per_s = 101,
                       .pays_after_s = std::numeric_limits<double>::infinity(),
                       .binding = "CPU"};
  const Json json = JsonOf(plan);
  EXPECT_EQ(json["parts"][0]["form"], "final:raw");
  EXPECT_EQ(json["parts"][0]["share"], 0.5);
  EXPECT_TRUE(json["pays_after_s"].is_null());
}

TEST(ProfileFile, IsReadAsItWasSaved) {
  const TemporaryDir dir;
  const std::string path = dir.path() + "/profile.json";
  ASSERT_TRUE(SaveProfile(path, MadeUpProfile()));
  const Result<Profile> profile = LoadProfile(path);
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(JsonOf(*profile), GoodJson());
}

TEST(ProfileFile, IsNamedInErrors) {
  const TemporaryDir dir;
  const std::string path = dir.path() + "/profile.json";
  const Result<Profile> missing = LoadProfile(path);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(missing.error().message, path + ": No such file or directory");
  ASSERT_TRUE(ReplaceTextFile(path, "{}"));
  const Result<Profile> other = LoadProfile(path);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().message,
            path + ": this is no profile that `tensorfs profile --save` wrote");
  EXPECT_FALSE(SaveProfile(dir.path() + "/nowhere/profile.json", MadeUpProfile()));
}

}  // namespace
}  // namespace tensorfs
