// SPDX-License-Identifier: MIT
#include "tools/tool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/tools/call_tool.h"
#include "tests/tools/temporary_dir.h"

namespace tensorfs {
namespace {

// Characters of a UTF-8 text: bytes that do not continue one.
size_t Columns(const std::string& line) {
  return static_cast<size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

TEST(Tool, HelpTeaches) {
  const Outcome outcome = Call({"--help"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  for (const char* text : {"mount", "umount", "policy", "Examples:", "--resize 256"}) {
    EXPECT_NE(outcome.out.find(text), std::string::npos) << text;
  }
}

TEST(Tool, HelpFitsATerminal) {
  for (Arguments arguments : std::vector<Arguments>{{},
                                                    {"mount"},
                                                    {"umount"},
                                                    {"policy", "status"},
                                                    {"policy", "explain"},
                                                    {"policy", "plan"},
                                                    {"policy", "set"},
                                                    {"policy", "pin"},
                                                    {"policy", "unpin"},
                                                    {"policy", "pause"},
                                                    {"policy", "resume"},
                                                    {"policy", "materialize"},
                                                    {"policy", "history"},
                                                    {"policy", "watch"},
                                                    {"policy"},
                                                    {"cache"},
                                                    {"cache", "stats"},
                                                    {"cache", "list"},
                                                    {"cache", "get"},
                                                    {"cache", "verify"},
                                                    {"cache", "warm"},
                                                    {"cache", "evict"}}) {
    arguments.push_back("--help");
    std::istringstream help(Call(arguments).out);
    for (std::string line; std::getline(help, line);) EXPECT_LE(Columns(line), 80u) << line;
  }
}

TEST(Tool, VersionNamesWhatItStandsOn) {
  const Outcome outcome = Call({"--version"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(outcome.out.starts_with("tensorfs ")) << outcome.out;
  for (const char* text : {"\nlibfuse 3.", "\nkernel: Linux ", "\ncan mount: ", " readdirplus "}) {
    EXPECT_NE(outcome.out.find(text), std::string::npos) << text;
  }
}

TEST(Tool, AWrongCommandLineIsTwo) {
  for (const Arguments& arguments : std::vector<Arguments>{
           {}, {"no-such-command"}, {"mount"}, {"mount", "/s"}, {"umount"}, {"policy", "stat"}}) {
    const Outcome outcome = Call(arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_TRUE(outcome.err.starts_with("tensorfs: ")) << outcome.err;
  }
}

TEST(Tool, AWrongCommandLineLeadsToTheHelpOfItsCommand) {
  EXPECT_TRUE(Call({"mount", "--resiz", "3"}).err.ends_with("\nTry `tensorfs mount --help`.\n"));
  EXPECT_TRUE(Call({"policy", "status"}).err.ends_with("\nTry `tensorfs policy status --help`.\n"));
  EXPECT_TRUE(Call({"muont"}).err.ends_with("\nTry `tensorfs --help`.\n"));
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(RunMountHelper({"/source"}, out, err), 2);
  EXPECT_TRUE(err.str().ends_with("\nTry `mount.fuse.tensorfs --help`.\n")) << err.str();
}

TEST(Tool, TheMountHelperHasHelp) {
  for (const char* option : {"--help", "-h"}) {
    std::ostringstream out;
    std::ostringstream err;
    EXPECT_EQ(RunMountHelper({option}, out, err), 0);
    EXPECT_TRUE(out.str().starts_with("Usage: mount.fuse.tensorfs ")) << out.str();
    EXPECT_EQ(err.str(), "");
  }
}

TEST(Tool, OutputThatCannotBeWrittenIsAFailure) {
  std::ofstream full("/dev/full");
  std::ostringstream err;
  EXPECT_EQ(RunTool({"--version"}, full, err), 1);
  EXPECT_EQ(err.str(), "tensorfs: standard output: No space left on device\n");
}

TEST(Tool, FailedWorkIsOneAndNamesTheFile) {
  const TemporaryDir scratch;
  std::filesystem::create_directory(scratch / "source");
  std::filesystem::create_directory(scratch / "mountpoint");
  const std::vector<Arguments> lines = {
      {"mount", scratch / "nowhere", scratch / "mountpoint"},
      {"mount", scratch / "source", scratch / "nowhere"},
      {"mount", scratch / "source", scratch / "mountpoint", "--pipeline", scratch / "nowhere"},
      {"umount", scratch / "nowhere"},
      {"policy", "status", scratch / "nowhere"},
  };
  for (const Arguments& line : lines) {
    const Outcome outcome = Call(line);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_TRUE(outcome.err.starts_with("tensorfs: " + scratch / "nowhere" + ": ")) << outcome.err;
  }
}

TEST(Tool, TheSourceIsNeverWritten) {
  const TemporaryDir scratch;
  std::filesystem::create_directory(scratch / "source");
  std::filesystem::create_directory(scratch / "mountpoint");
  for (const Arguments& option : std::vector<Arguments>{{"--store", scratch / "source/store"},
                                                        {"--log-file", scratch / "source/log"}}) {
    Arguments line = {"mount", scratch / "source", scratch / "mountpoint"};
    line.insert(line.end(), option.begin(), option.end());
    const Outcome outcome = Call(line);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_NE(outcome.err.find("never written"), std::string::npos) << outcome.err;
    EXPECT_TRUE(std::filesystem::is_empty(scratch / "source"));
  }
}

TEST(Tool, AMountpointThatHidesTheSourceIsRefused) {
  const TemporaryDir scratch;
  std::filesystem::create_directory(scratch / "source");
  const Outcome outcome = Call({"mount", scratch / "source", scratch.path()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("would hide the source"), std::string::npos) << outcome.err;
}

TEST(Tool, TheStoreMayNotBeInTheMountpoint) {
  const TemporaryDir scratch;
  std::filesystem::create_directory(scratch / "source");
  std::filesystem::create_directory(scratch / "mountpoint");
  const Outcome outcome = Call({"mount", scratch / "source", scratch / "mountpoint", "--store",
                                scratch / "mountpoint/store"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("inside the mountpoint"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace tensorfs
