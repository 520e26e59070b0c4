// SPDX-License-Identifier: MIT
#include "tools/command_line.h"

#include <gtest/gtest.h>

#include "tools/mount_options.h"

namespace tensorfs {
namespace {

using Texts = std::vector<std::string>;

MountCommand ParseMount(Arguments options) {
  Arguments arguments = {"mount", "/source", "/mountpoint"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const Result<Command> command = ParseCommandLine(arguments);
  if (!command) ADD_FAILURE() << command.error().message;
  return std::get<MountCommand>(command.value());
}

std::string MountError(Arguments options) {
  Arguments arguments = {"mount", "/source", "/mountpoint"};
  arguments.insert(arguments.end(), options.begin(), options.end());
  const Result<Command> command = ParseCommandLine(arguments);
  return command ? "" : command.error().message;
}

TEST(CommandLine, MountWithoutOptionsDecodesOnly) {
  const MountCommand command = ParseMount({});
  EXPECT_EQ(command.source, "/source");
  EXPECT_EQ(command.mountpoint, "/mountpoint");
  EXPECT_TRUE(command.view.pipeline.steps().empty());
  EXPECT_EQ(command.view.format, TensorFileFormat::kNpy);
  EXPECT_EQ(command.serve.tensor_budget_bytes, size_t{512} << 20);
  EXPECT_FALSE(command.daemon.foreground);
}

TEST(CommandLine, OptionsReachTheirPlaces) {
  const MountCommand command =
      ParseMount({"--present",      "raw",        "--names",          "keep",
                  "--extensions",   "jpg,png",    "--memory-limit",   "1G",
                  "--threads",      "3",          "--decode-threads", "2",
                  "--io",           "direct",     "--page-cache",     "off",
                  "--attr-timeout", "0.5",        "--store",          "/store",
                  "--metrics",      "[::1]:9100", "--log-file",       "/log",
                  "--log-level",    "error",      "--foreground",     "--follow-outside-links"});
  EXPECT_EQ(command.view.format, TensorFileFormat::kRaw);
  EXPECT_EQ(command.view.names, NamesMode::kKeep);
  EXPECT_EQ(command.view.extensions, (Texts{"jpg", "png"}));
  EXPECT_TRUE(command.view.follow_outside_links);
  EXPECT_EQ(command.serve.tensor_budget_bytes, size_t{1} << 30);
  EXPECT_EQ(command.serve.decode_threads, 2);
  EXPECT_EQ(command.kernel.threads, 3);
  EXPECT_EQ(command.kernel.io, IoMode::kDirect);
  EXPECT_EQ(command.kernel.page_cache, PageCacheMode::kOff);
  EXPECT_EQ(command.kernel.attr_timeout_s, 0.5);
  EXPECT_EQ(command.daemon.store, "/store");
  EXPECT_EQ(command.daemon.metrics->host, "::1");
  EXPECT_EQ(command.daemon.metrics->port, 9100);
  EXPECT_EQ(command.daemon.log_file, "/log");
  EXPECT_EQ(command.daemon.log_level, LogLevel::kError);
  EXPECT_TRUE(command.daemon.foreground);
}

TEST(CommandLine, ShortOptionsMakeTheStepsInTheirOrder) {
  const Pipeline pipeline =
      ParseMount({"--normalize", "0.5/0.25", "--dtype", "float16", "--layout", "chw", "--grayscale",
                  "--center-crop", "10x20", "--resize", "30", "--interpolation", "lanczos"})
          .view.pipeline;
  Texts names;
  for (const Step& step : pipeline.steps()) names.emplace_back(NameOf(step));
  EXPECT_EQ(names, (Texts{"Resize", "CenterCrop", "Grayscale", "ToTensor", "Normalize",
                          "ConvertImageDtype"}));
  EXPECT_EQ(std::get<Resize>(pipeline.steps()[0]).interpolation, Interpolation::kLanczos);
  EXPECT_EQ(pipeline.layout(), Layout::kChw);
  EXPECT_EQ(pipeline.FixedSpec()->ToString(), "float16[1,10,20]");
}

TEST(CommandLine, ShortOptionsPutChannelsLastUnlessAsked) {
  const Pipeline pipeline = ParseMount({"--center-crop", "4", "--dtype", "float32"}).view.pipeline;
  EXPECT_EQ(pipeline.FixedSpec()->ToString(), "float32[4,4,3]");
}

TEST(CommandLine, NormalizeNeedsAFloatType) {
  EXPECT_NE(MountError({"--normalize", "imagenet"}).find("--dtype float32"), std::string::npos);
  EXPECT_NE(MountError({"--normalize", "imagenet", "--dtype", "uint8"}), "");
}

TEST(CommandLine, PipelineFileExcludesShortOptions) {
  EXPECT_EQ(ParseMount({"--pipeline", "p.toml"}).pipeline_file, "p.toml");
  for (const char* option : {"--resize=8", "--center-crop=8", "--grayscale", "--dtype=uint8",
                             "--layout=hwc", "--normalize=imagenet"}) {
    const std::string message = MountError({"--pipeline", "p.toml", option});
    EXPECT_NE(message.find("--pipeline"), std::string::npos) << option << ": " << message;
  }
}

TEST(CommandLine, InterpolationNeedsResize) {
  EXPECT_NE(MountError({"--interpolation", "box"}).find("--resize"), std::string::npos);
}

TEST(CommandLine, RefusesWhatTheFormatCannotHold) {
  EXPECT_NE(MountError({"--dtype", "bfloat16"}), "");
  EXPECT_NE(MountError({"--present", "ppm", "--dtype", "float32"}), "");
  EXPECT_EQ(MountError({"--present", "raw", "--dtype", "bfloat16"}), "");
}

TEST(CommandLine, ErrorsNameTheOption) {
  EXPECT_NE(MountError({"--resize", "big"}).find("--resize: \"big\""), std::string::npos);
  EXPECT_EQ(MountError({"---"}), "---: no such option");
  EXPECT_EQ(MountError({"--memory-limit"}), "--memory-limit: needs a value");
}

TEST(CommandLine, UnknownWordsAreNamedWithWhatIsMeant) {
  EXPECT_EQ(MountError({"--no-such"}), "--no-such: no such option");
  EXPECT_EQ(MountError({"--resiz=3"}), "--resiz: no such option; did you mean \"--resize\"?");
  EXPECT_EQ(MountError({"more"}), "\"more\": one argument too many");
  const auto error = [](const Arguments& arguments) {
    return ParseCommandLine(arguments).error().message;
  };
  EXPECT_EQ(error({"muont"}), "there is no command \"muont\"; did you mean \"mount\"?");
  EXPECT_EQ(error({"policy", "stats"}), "there is no command \"stats\"; did you mean \"status\"?");
  EXPECT_EQ(error({"--versoin"}), "--versoin: no such option; did you mean \"--version\"?");
}

TEST(CommandLine, FstabOptionsAreTheCommandsOwn) {
  const MountCommand command = ParseMount({"-o", "resize=256,center_crop=224,follow_outside_links",
                                           "-o", "memory-limit=1M,allow_other"});
  EXPECT_EQ(command.view.pipeline.FixedSpec()->ToString(), "uint8[224,224,3]");
  EXPECT_EQ(command.serve.tensor_budget_bytes, size_t{1} << 20);
  EXPECT_TRUE(command.view.follow_outside_links);
  EXPECT_EQ(command.kernel.fuse_options, (Texts{"allow_other"}));
}

TEST(CommandLine, EscapedCommasStayInAnFstabValue) {
  const MountCommand command =
      ParseMount({"-o", "dtype=float32,normalize=0.5\\,0.5\\,0.5/1\\,1\\,1,extensions=jpg\\,png"});
  EXPECT_EQ(command.view.pipeline.steps().size(), 2u);
  EXPECT_EQ(command.view.extensions, (Texts{"jpg", "png"}));
}

TEST(CommandLine, FstabOptionsForOthersAreDropped) {
  const MountCommand command = ParseMount(
      {"-o", "rw,noauto,nofail,_netdev,user,x-systemd.automount,comment=mine,nosuid,nodev,ro"});
  EXPECT_EQ(command.kernel.fuse_options, (Texts{"nosuid", "nodev", "ro"}));
}

TEST(CommandLine, UnknownOrWrongFstabOptionsAreNamed) {
  EXPECT_EQ(MountError({"-o", "resise=256"}),
            "-o resise=256: no such mount option; did you mean \"resize\"?");
  EXPECT_EQ(MountError({"-o", "xyzzy"}), "-o xyzzy: no such mount option");
  EXPECT_NE(MountError({"-o", "resize=big"}).find("--resize"), std::string::npos);
  EXPECT_NE(MountError({"-o", "help"}), "");
}

TEST(CommandLine, AMountCannotBeChanged) {
  EXPECT_NE(MountError({"-o", "remount,resize=256"}).find("unmount it"), std::string::npos);
  EXPECT_FALSE(ParseMountHelperLine({"/source", "/mountpoint", "-s", "-o", "remount"}));
}

TEST(CommandLine, HelpAndVersionAreCommands) {
  for (const Arguments& arguments :
       std::vector<Arguments>{{"--help"}, {"mount", "--help"}, {"policy", "status", "-h"}}) {
    EXPECT_TRUE(std::holds_alternative<HelpCommand>(ParseCommandLine(arguments).value()));
  }
  EXPECT_TRUE(std::holds_alternative<VersionCommand>(ParseCommandLine({"--version"}).value()));
}

TEST(CommandLine, UmountAndStatusTakeOneMountpoint) {
  EXPECT_TRUE(std::get<UmountCommand>(ParseCommandLine({"umount", "--lazy", "/m"}).value()).lazy);
  const auto policy =
      std::get<PolicyCommand>(ParseCommandLine({"policy", "status", "/m", "--json"}).value());
  const auto& status = std::get<PolicyStatusCommand>(policy);
  EXPECT_EQ(status.mountpoint, "/m");
  EXPECT_TRUE(status.json);
  EXPECT_FALSE(ParseCommandLine({"umount", "/m", "/n"}));
  EXPECT_FALSE(ParseCommandLine({"policy"}));
  EXPECT_FALSE(ParseCommandLine({}));
}

TEST(CommandLine, ADirectoryMayBeCalledLikeACommand) {
  const Result<Command> command = ParseCommandLine({"mount", "umount", "policy"});
  ASSERT_TRUE(command) << command.error().message;
  EXPECT_EQ(std::get<MountCommand>(*command).source, "umount");
}

TEST(MountHelperLine, TakesWhatMountPasses) {
  const Result<Command> command = ParseMountHelperLine(
      {"/source", "/mountpoint", "-nv", "-o", "rw,resize=64,x-mount.mkdir", "-t", "fuse.tensorfs"});
  ASSERT_TRUE(command) << command.error().message;
  const auto& mount = std::get<MountCommand>(*command);
  EXPECT_EQ(mount.source, "/source");
  EXPECT_EQ(mount.view.pipeline.steps().size(), 1u);
}

TEST(MountHelperLine, IsKnownByItsAbsolutePath) {
  const Result<Command> command =
      ParseCommandLine({"/source", "/mountpoint", "-o", "rw,resize=64,dev,suid"});
  ASSERT_TRUE(command) << command.error().message;
  EXPECT_EQ(std::get<MountCommand>(*command).source, "/source");
}

TEST(MountHelperLine, TakesOptionsBeforePathsAndAttached) {
  const Result<Command> command = ParseMountHelperLine({"-oresize=64", "/source", "/mountpoint"});
  ASSERT_TRUE(command) << command.error().message;
  EXPECT_EQ(std::get<MountCommand>(*command).mountpoint, "/mountpoint");
}

TEST(MountHelperLine, SloppyMountsTolerateUnknownOptions) {
  EXPECT_FALSE(ParseMountHelperLine({"/s", "/m", "-o", "unheard_of"}));
  EXPECT_TRUE(ParseMountHelperLine({"/s", "/m", "-s", "-o", "unheard_of"}));
}

TEST(MountHelperLine, FakeMountsAreCheckedButNotDone) {
  const Result<Command> command = ParseMountHelperLine({"/s", "/m", "-f"});
  EXPECT_TRUE(std::holds_alternative<FakeMountCommand>(command.value()));
  EXPECT_FALSE(ParseMountHelperLine({"/s", "/m", "-f", "-o", "resize=big"}));
}

TEST(MountHelperLine, RefusesAnythingElse) {
  EXPECT_FALSE(ParseMountHelperLine({"/s"}));
  EXPECT_FALSE(ParseMountHelperLine({"/s", "/m", "/more"}));
  EXPECT_FALSE(ParseMountHelperLine({"/s", "/m", "-x"}));
  EXPECT_FALSE(ParseMountHelperLine({"/s", "/m", "-o"}));
}

TEST(SplitAtCommas, ABackslashTakesTheNextCharacterAsItIs) {
  EXPECT_EQ(SplitAtCommas("a,b=c\\,d,e\\\\,,f\\"), (Texts{"a", "b=c,d", "e\\", "f\\"}));
  EXPECT_EQ(SplitAtCommas(""), Texts{});
}

TEST(ToFlag, ChangesUnderscoresInTheKeyAlone) {
  EXPECT_EQ(ToFlag("log_file=/a_b"), "--log-file=/a_b");
}

}  // namespace
}  // namespace tensorfs
