// SPDX-License-Identifier: MIT
#include "tools/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <utility>

#include "tools/cache_flags.h"
#include "tools/help_formatter.h"
#include "tools/help_text.h"
#include "tools/mount_flags.h"
#include "tools/mount_options.h"
#include "tools/policy_flags.h"
#include "tools/profile/profile_flags.h"
#include "tools/suggestion.h"
#include "tools/usage_error.h"

namespace tensorfs {
namespace {

constexpr double kForeverSeconds = 1e9;

// Every command's values beside the parser that fills them; one object a parse, for the parser
// keeps pointers into it.
struct Parser {
  CLI::App app{kToolDescription, "tensorfs"};
  MountFlags mount;
  UmountCommand umount;
  PolicyFlags policy;
  CacheFlags cache;
  ProfileFlags profile;
  CLI::App* mount_app = nullptr;
  CLI::App* umount_app = nullptr;
};

void AddMount(Parser* parser) {
  CLI::App* app = parser->app.add_subcommand("mount", kMountDescription);
  AddMountFlags(app, &parser->mount);
  app->footer(kMountExamples);
  parser->mount_app = app;
}

void AddUmount(Parser* parser) {
  CLI::App* app = parser->app.add_subcommand("umount", kUmountDescription);
  app->add_option("MOUNTPOINT", parser->umount.mountpoint, "Where tensorfs is mounted")
      ->required()
      ->type_name("");
  app->add_flag("--lazy", parser->umount.lazy,
                "Detach now; files that are open stay readable until they are closed");
  parser->umount_app = app;
}

std::unique_ptr<Parser> MakeParser() {
  auto parser = std::make_unique<Parser>();
  parser->app.formatter(std::make_shared<HelpFormatter>());
  parser->app.set_version_flag("--version", "", "Show versions and what can be used here");
  parser->app.require_subcommand(1);
  parser->app.footer(kToolExamples);
  AddMount(parser.get());
  AddUmount(parser.get());
  AddPolicyCommands(&parser->app, &parser->policy);
  AddCacheCommands(&parser->app, &parser->cache);
  AddProfileCommand(&parser->app, &parser->profile);
  return parser;
}

// Checks what can be checked without reading a file.
Result<Command> FinishMount(const MountFlags& flags) {
  MountCommand command = flags.command;
  if (command.immutable) command.kernel.attr_timeout_s = kForeverSeconds;
  if (!command.pipeline_file.empty()) return command;
  Result<Pipeline> pipeline = MakePipeline(flags.pipeline);
  if (!pipeline) return tl::unexpected(pipeline.error());
  const Result<void> presentable = CheckPresentable(command.view.format, *pipeline);
  if (!presentable) return tl::unexpected(presentable.error());
  const Result<PolicyChoice> choice = ParsePolicy(command.keep.policy, *pipeline);
  if (!choice) return tl::unexpected(choice.error());
  command.keep.choice = *choice;
  command.view.pipeline = std::move(*pipeline);
  return command;
}

Result<Command> FinishCache(const CacheFlags& flags) {
  const Result<CacheCommand> chosen = ChosenCacheCommand(flags);
  if (!chosen) return tl::unexpected(chosen.error());
  return *chosen;
}

Result<Command> FinishPolicy(const PolicyFlags& flags) {
  const Result<PolicyCommand> chosen = ChosenPolicyCommand(flags);
  if (!chosen) return tl::unexpected(chosen.error());
  return *chosen;
}

// The line as the user could type it again, if no argument needs quotes.
std::string LineOf(const Arguments& arguments) {
  std::string line = "tensorfs";
  for (const std::string& argument : arguments) line += " " + argument;
  return line;
}

Result<Command> FinishProfile(const ProfileFlags& flags, const std::string& line) {
  Result<ProfileCommand> command = FinishProfile(flags);
  if (!command) return tl::unexpected(command.error());
  command->line = line;
  return *std::move(command);
}

Result<Command> Parse(Parser* parser, Arguments arguments) try {
  const std::string line = LineOf(arguments);
  std::ranges::reverse(arguments);  // the order that CLI11 takes
  parser->app.parse(std::move(arguments));
  if (parser->mount_app->parsed()) return FinishMount(parser->mount);
  if (parser->umount_app->parsed()) return parser->umount;
  if (parser->cache.app->parsed()) return FinishCache(parser->cache);
  if (parser->profile.app->parsed()) return FinishProfile(parser->profile, line);
  return FinishPolicy(parser->policy);
} catch (const CLI::CallForHelp&) {
  return HelpCommand{parser->app.help()};
} catch (const CLI::CallForVersion&) {
  return VersionCommand{};
} catch (const CLI::ParseError& failure) {
  return Fail(ErrorCode::kInvalidArgument, DescribeUsageError(parser->app, failure));
}

// What the -o texts of one command line mean.
struct MountOptions {
  Arguments flags;                        // long options of the mount command
  std::vector<std::string> fuse_options;  // for libfuse and the kernel
};

bool IsMountFlag(const CLI::App& mount_app, const std::string& flag) {
  const std::string name = flag.substr(0, flag.find('='));
  return name != "--help" && mount_app.get_option_no_throw(name) != nullptr;
}

// A flag without its value would take the next argument for it, and mount(8) must return.
Result<void> CheckFlag(const CLI::App& mount_app, const std::string& flag) {
  const bool has_value = flag.find('=') != std::string::npos;
  const CLI::Option* option = mount_app.get_option_no_throw(flag.substr(0, flag.find('=')));
  if (option->check_name("--foreground")) {
    return Fail(ErrorCode::kInvalidArgument, "not as a mount option; give --foreground itself");
  }
  if (!has_value && option->get_expected_min() > 0 && option->get_type_size() > 0) {
    return Fail(ErrorCode::kInvalidArgument, "needs a value");
  }
  return {};
}

tl::unexpected<Error> RefuseMountOption(const CLI::App& mount_app, const std::string& option) {
  if (option == "remount") {
    return Fail(ErrorCode::kInvalidArgument,
                "-o remount: options of a mount cannot be changed; unmount it, then mount it anew");
  }
  const std::string flag = ToFlag(option.substr(0, option.find('=')));
  const auto nearest = NearestOption(mount_app, std::string_view(flag).substr(2));
  return Fail(ErrorCode::kInvalidArgument,
              "-o " + option + ": no such mount option" + (nearest ? DidYouMean(*nearest) : ""));
}

Result<MountOptions> SortMountOptions(const Parser& parser, bool ignore_unknown) {
  MountOptions sorted;
  for (const std::string& text : parser.mount.o_texts) {
    for (std::string& option : SplitAtCommas(text)) {
      std::string flag = ToFlag(option);
      const OptionKind kind = KindOf(option);
      if (IsMountFlag(*parser.mount_app, flag)) {
        if (auto usable = CheckFlag(*parser.mount_app, flag); !usable) {
          return Fail("-o " + option, usable.error());
        }
        sorted.flags.push_back(std::move(flag));
      } else if (kind == OptionKind::kFuse) {
        sorted.fuse_options.push_back(std::move(option));
      } else if (option == "remount" || (kind == OptionKind::kUnknown && !ignore_unknown)) {
        return RefuseMountOption(*parser.mount_app, option);
      }
    }
  }
  return sorted;
}

// REQUIRES: `parser` has parsed `arguments` as a mount command.
Result<Command> WithMountOptions(const Parser& parser, const Arguments& arguments,
                                 bool ignore_unknown) {
  Result<MountOptions> options = SortMountOptions(parser, ignore_unknown);
  if (!options) return tl::unexpected(options.error());
  Arguments expanded = arguments;
  expanded.insert(expanded.begin() + 1, options->flags.begin(), options->flags.end());
  const std::unique_ptr<Parser> again = MakeParser();
  Result<Command> command = Parse(again.get(), std::move(expanded));
  if (auto* mount = command ? std::get_if<MountCommand>(&*command) : nullptr) {
    mount->kernel.fuse_options = std::move(options->fuse_options);
  }
  return command;
}

Result<Command> ParseTool(const Arguments& arguments, bool ignore_unknown_mount_options) {
  const std::unique_ptr<Parser> parser = MakeParser();
  Result<Command> command = Parse(parser.get(), arguments);
  const bool is_mount = command && std::holds_alternative<MountCommand>(*command);
  if (!is_mount || parser->mount.o_texts.empty()) return command;
  return WithMountOptions(*parser, arguments, ignore_unknown_mount_options);
}

// A mount(8) helper's line, taken apart.
struct HelperLine {
  Arguments paths;
  Arguments o_texts;
  bool sloppy = false;
  bool fake = false;
};

// Takes apart one cluster of letters, which may take the next argument. Returns what is left.
Result<Arguments::const_iterator> TakeLetters(Arguments::const_iterator argument,
                                              Arguments::const_iterator end, HelperLine* line) {
  const std::string& letters = *argument++;
  for (size_t i = 1; i < letters.size(); ++i) {
    const char letter = letters[i];
    line->sloppy |= letter == 's';
    line->fake |= letter == 'f';
    if (std::string_view("sfnv").find(letter) != std::string_view::npos) continue;
    if (std::string_view("otN").find(letter) == std::string_view::npos) {
      return Fail(ErrorCode::kInvalidArgument, letters + ": no such option of a mount helper");
    }
    const bool attached = i + 1 < letters.size();
    if (!attached && argument == end) {
      return Fail(ErrorCode::kInvalidArgument, letters + ": needs a value");
    }
    const std::string value = attached ? letters.substr(i + 1) : *argument++;
    if (letter == 'o') line->o_texts.push_back(value);
    return argument;
  }
  return argument;
}

Result<HelperLine> TakeApart(const Arguments& arguments) {
  HelperLine line;
  for (auto argument = arguments.begin(); argument != arguments.end();) {
    if (argument->size() < 2 || argument->front() != '-') {
      line.paths.push_back(*argument++);
      continue;
    }
    auto next = TakeLetters(argument, arguments.end(), &line);
    if (!next) return tl::unexpected(next.error());
    argument = *next;
  }
  if (line.paths.size() != 2) {
    return Fail(ErrorCode::kInvalidArgument,
                "usage: mount.fuse.tensorfs SOURCE MOUNTPOINT [-sfnv] [-o OPT,…]");
  }
  return line;
}

}  // namespace

Result<Command> ParseCommandLine(const Arguments& arguments) {
  // Where /sbin has no mount.fuse.tensorfs, mount(8) runs libfuse's mount.fuse, which runs us so.
  const bool is_path = !arguments.empty() && arguments[0].starts_with('/');
  if (is_path) return ParseMountHelperLine(arguments);
  return ParseTool(arguments, /*ignore_unknown_mount_options=*/false);
}

std::string HelpCommandFor(const Arguments& arguments) {
  const std::unique_ptr<Parser> parser = MakeParser();
  const CLI::App* command = &parser->app;
  std::string text = "tensorfs";
  for (const std::string& word : arguments) {
    const auto found =
        command->get_subcommands([&](const CLI::App* known) { return known->get_name() == word; });
    if (found.empty()) break;
    command = found.front();
    text += ' ' + word;
  }
  return text + " --help";
}

Result<Command> ParseMountHelperLine(const Arguments& arguments) {
  const auto is_given = [&](const char* option) {
    return std::ranges::find(arguments, option) != arguments.end();
  };
  if (is_given("--help") || is_given("-h")) return HelpCommand{kMountHelperHelp};
  if (is_given("--version")) return VersionCommand{};
  Result<HelperLine> line = TakeApart(arguments);
  if (!line) return tl::unexpected(line.error());
  Arguments tool_arguments = {"mount"};
  for (const std::string& text : line->o_texts) tool_arguments.push_back("-o" + text);
  tool_arguments.push_back("--");
  tool_arguments.insert(tool_arguments.end(), line->paths.begin(), line->paths.end());
  Result<Command> command = ParseTool(tool_arguments, line->sloppy);
  if (command && line->fake) return FakeMountCommand{};
  return command;
}

}  // namespace tensorfs
