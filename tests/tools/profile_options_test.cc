// SPDX-License-Identifier: MIT
#include "tools/profile/profile_options.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tools/command_line.h"
#include "tools/profile/measuring_bar.h"

namespace tensorfs {
namespace {

ProfileCommand ParseProfile(Arguments options) {
  options.insert(options.begin(), "profile");
  const Result<Command> command = ParseCommandLine(options);
  if (!command) ADD_FAILURE() << command.error().message;
  return std::get<ProfileCommand>(command.value());
}

std::string ErrorOf(Arguments options) {
  options.insert(options.begin(), "profile");
  const Result<Command> command = ParseCommandLine(options);
  return command ? "" : command.error().message;
}

TEST(ProfileCommandLine, OptionsReachTheirPlaces) {
  const ProfileCommand command =
      ParseProfile({"/data",       "--resize",   "256",      "--samples", "50",
                    "--threads",   "4,1,4",      "--runs",   "5",         "--extensions",
                    "png",         "--work-dir", "/scratch", "--weights", "storage=2,time=0.5",
                    "--disk-mb-s", "50",         "--cores",  "8",         "--store-limit",
                    "1GiB",        "--json",     "--csv",    "a.csv",     "--html",
                    "a.html",      "--save",     "a.json"});
  EXPECT_EQ(command.source, "/data");
  EXPECT_EQ(command.measuring.pipeline.pipeline.ToString(), "Resize(256)");
  EXPECT_EQ(command.measuring.samples, 50u);
  EXPECT_EQ(command.measuring.threads, (std::vector<int>{1, 4}));
  EXPECT_EQ(command.measuring.runs, 5);
  EXPECT_EQ(command.measuring.extensions, std::vector<std::string>{"png"});
  EXPECT_EQ(command.measuring.work_dir, "/scratch");
  EXPECT_EQ(command.weights.throughput, 0);
  EXPECT_EQ(command.weights.storage, 2);
  EXPECT_EQ(command.weights.time, 0.5);
  EXPECT_EQ(command.machine.disk_bytes_per_s, 50e6);
  EXPECT_EQ(command.machine.cores, 8);
  EXPECT_EQ(command.machine.store_limit_bytes, uint64_t{1} << 30);
  EXPECT_TRUE(command.json);
  EXPECT_EQ(command.files.csv, "a.csv");
  EXPECT_EQ(command.files.html, "a.html");
  EXPECT_EQ(command.files.save, "a.json");
  EXPECT_EQ(command.measuring.options.size(), 6u);
}

TEST(ProfileCommandLine, DefaultsAreThoseOfTheHelp) {
  const ProfileCommand command = ParseProfile({"/data"});
  EXPECT_EQ(command.measuring.samples, 200u);
  EXPECT_EQ(command.measuring.runs, 3);
  EXPECT_EQ(command.weights.throughput, 1);
  EXPECT_EQ(command.weights.storage, 0);
  EXPECT_FALSE(command.machine.cores || command.machine.disk_bytes_per_s);
  EXPECT_TRUE(command.measuring.options.empty());
  EXPECT_EQ(command.line, "tensorfs profile /data");
}

TEST(ProfileCommandLine, ErrorsNameTheOption) {
  EXPECT_EQ(ErrorOf({}), "SOURCE is required");
  EXPECT_NE(ErrorOf({"a", "b"}), "");
  EXPECT_NE(ErrorOf({"a", "--pipeline", "p.toml", "--resize", "256"}), "");
  EXPECT_TRUE(ErrorOf({"a", "--threads", "0"}).starts_with("--threads: "));
  EXPECT_TRUE(ErrorOf({"a", "--weights", "speed=1"}).starts_with("--weights: "));
  EXPECT_TRUE(ErrorOf({"a", "--cores", "0"}).starts_with("--cores: "));
  EXPECT_TRUE(ErrorOf({"a", "--samples", "none"}).starts_with("--samples: "));
}

std::string WeightsError(const std::string& text) {
  const auto weights = ParseWeights(text);
  return weights ? "" : weights.error().message;
}

TEST(ParseWeights, RefusesWhatIsNoWeight) {
  EXPECT_EQ(WeightsError("troughput=1"),
            "\"troughput=1\": expected weights of throughput, storage and time, as in "
            "throughput=1,storage=0.5; did you mean \"throughput\"?");
  EXPECT_EQ(WeightsError("throughput"), "\"throughput\": expected a weight, as in throughput=1");
  EXPECT_NE(WeightsError("throughput=fast"), "");
  EXPECT_NE(WeightsError("throughput=-1"), "");
  EXPECT_EQ(WeightsError("throughput=0"), "\"throughput=0\": expected a weight above 0");
  EXPECT_NE(WeightsError(""), "");
}

TEST(ParseThreadCounts, SortsAndRefuses) {
  EXPECT_EQ(*ParseThreadCounts("8,2,2,1"), (std::vector<int>{1, 2, 8}));
  for (const char* text : {"", "0", "1,x", "257", "-1", "1.5"}) {
    EXPECT_FALSE(ParseThreadCounts(text)) << text;
  }
}

TEST(MeasuringLine, FitsATerminalAndTellsTheTimeLeft) {
  EXPECT_EQ(MeasuringLine(0.5, 90, "final:raw"),
            "[############............] 50 %, 1:30 left, final:raw");
  EXPECT_EQ(MeasuringLine(0, 0, "looking for samples"),
            "[........................] 0 %, looking for samples");
  EXPECT_EQ(MeasuringLine(1, 5, "caches"), "[########################] 100 %, 0:00 left, caches");
  EXPECT_LE(MeasuringLine(0.02, 1e5, std::string(80, 'x')).size(), 79u + 2);  // "…" has 3 bytes
}

}  // namespace
}  // namespace tensorfs
