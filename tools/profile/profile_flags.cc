// SPDX-License-Identifier: MIT
#include "tools/profile/profile_flags.h"

#include <sys/stat.h>

#include <map>
#include <string>
#include <utility>

#include "tools/option_values.h"
#include "tools/parsed_option.h"
#include "tools/paths.h"
#include "tools/pipeline_flags.h"
#include "tools/profile/profile_options.h"

namespace tensorfs {
namespace {

constexpr const char* kPipelineGroup = "Pipeline";
constexpr const char* kMeasuringGroup = "Measuring";

constexpr const char* kDescription =
    "Measure what each form costs and delivers for a data set and a pipeline on this\n"
    "machine, and say which one to choose. SOURCE is a directory of samples, or a file\n"
    "that --save has written: it is then judged again, for other weights or for another\n"
    "machine, and nothing is measured.";

constexpr const char* kExamples =
    "\nSome samples are kept in every form in turn, in a private mount, and read through it:\n"
    "from the disk (cold), from the page cache (warm) and from the tensor cache.\n"
    "\n"
    "Examples:\n"
    "  tensorfs profile train --resize 256 --center-crop 224\n"
    "  tensorfs profile train --pipeline p.toml --save p.json --html report.html\n"
    "  tensorfs profile p.json --disk-mb-s 50 --cores 8\n"
    "  tensorfs profile p.json --weights throughput=1,storage=0.5\n"
    "  tensorfs mount train /mnt/train --pipeline p.toml --profile p.json";

void AddMeasuring(CLI::App* app, ProfileMeasuring* measuring) {
  AddParsed(app, "--samples", ParseCount, &measuring->samples,
            "Measure so many samples, picked from all over SOURCE (default: 200)")
      ->type_name("N");
  AddParsed(app, "--threads", ParseThreadCounts, &measuring->threads,
            "Read with so many threads at once (default: 1, as many as usable cores, and "
            "four times as many)")
      ->type_name("LIST");
  AddParsed(app, "--runs", ParseCount, &measuring->runs, "Measure each so many times (default: 3)")
      ->type_name("N");
  AddParsed(app, "--extensions", ParseExtensions, &measuring->extensions,
            "Which files are samples (default: jpg,jpeg,jpe,jfif,png)")
      ->type_name("LIST");
  app->add_option(
         "--work-dir", measuring->work_dir,
         "Where samples are kept while they are measured, on the disk that a mount's store "
         "will be on (default: $TMPDIR or /var/tmp)")
      ->type_name("DIR");
  for (const char* name : {"--samples", "--threads", "--runs", "--extensions", "--work-dir"}) {
    app->get_option(name)->group(kMeasuringGroup);
  }
}

void AddJudging(CLI::App* app, ProfileCommand* command) {
  constexpr const char* kGroup = "What counts";
  AddParsed(app, "--weights", ParseWeights, &command->weights,
            "How much each goal counts, as in throughput=1,storage=0.5,time=0 (default: throughput "
            "alone); time is that of the preparation")
      ->type_name("GOAL=N,GOAL=N")
      ->group(kGroup);
  WhatIfRequest* machine = &command->machine;
  AddParsed(
      app, "--disk-mb-s", ParsePositive,
      [machine](double megabytes) { machine->disk_bytes_per_s = 1e6 * megabytes; },
      "For a disk of so many megabytes (10^6 bytes) a second")
      ->type_name("N")
      ->group(kGroup);
  AddParsed(app, "--cores", ParsePositive, &machine->cores, "For so many cores")
      ->type_name("N")
      ->group(kGroup);
  AddParsed(app, "--store-limit", ParseStoreLimit, &machine->store_limit_bytes,
            "For so many bytes that kept forms may take")
      ->type_name("SIZE")
      ->group(kGroup);
}

void AddOutput(CLI::App* app, ProfileCommand* command) {
  constexpr const char* kGroup = "Output";
  app->add_flag("--json", command->json, "As JSON, for programs")->group(kGroup);
  const auto add = [&](const char* name, std::string* path, const char* description) {
    app->add_option(name, *path, description)->type_name("FILE")->group(kGroup);
  };
  add("--csv", &command->files.csv, "A table for programs, with a line for each form");
  add("--html", &command->files.html, "A report with pictures, in one file");
  add("--save", &command->files.save,
      "All that was measured, for this command and `tensorfs mount --profile`");
}

tl::unexpected<Error> Refuse(const std::string& cause) {
  return Fail(ErrorCode::kInvalidArgument, cause);
}

bool IsKindOf(const std::string& path, mode_t kind) {
  struct stat attr;
  return stat(path.c_str(), &attr) == 0 && (attr.st_mode & S_IFMT) == kind;
}

// Each result goes to a file of its own.
Result<void> CheckFiles(const CLI::App& app, const ProfileCommand& command) {
  const ProfileFiles& files = command.files;
  std::map<std::string, std::string> taken;  // what goes there, by path
  if (!IsKindOf(command.source, S_IFDIR))
    taken.emplace(ResolveFuturePath(command.source), "SOURCE");
  for (const auto& [name, path] :
       {std::pair("--save", files.save), {"--csv", files.csv}, {"--html", files.html}}) {
    if (app.get_option(name)->count() == 0) continue;
    if (path.empty()) return Refuse(std::string(name) + ": expected a file");
    if (IsKindOf(path, S_IFCHR)) continue;  // takes all that is written
    const auto [other, is_new] = taken.emplace(ResolveFuturePath(path), name);
    if (!is_new) return Refuse(std::string(name) + ": " + path + ": is that of " + other->second);
  }
  return {};
}

Result<void> CheckMeasuring(const ProfileCommand& command) {
  const ProfileMeasuring& measuring = command.measuring;
  if (IsKindOf(command.source, S_IFREG) && !measuring.options.empty()) {
    return Refuse(measuring.options.front() + ": " + command.source +
                  " is no directory, and a profile that was saved is not measured again");
  }
  const Result<std::string> source = ResolvePath(command.source);
  const Result<std::string> work_dir = ResolvePath(measuring.work_dir);
  if (!measuring.work_dir.empty() && source && work_dir && IsWithin(*work_dir, *source)) {
    return Refuse("--work-dir: " + measuring.work_dir +
                  ": is inside the source, which is never written");
  }
  return {};
}

}  // namespace

void AddProfileCommand(CLI::App* tool, ProfileFlags* flags) {
  CLI::App* app = tool->add_subcommand("profile", kDescription);
  ProfileCommand* command = &flags->command;
  app->add_option("SOURCE", command->source, "Directory of samples, or a saved profile")
      ->required()
      ->type_name("");
  AddPipelineFlags(app, &command->measuring.pipeline_file, &flags->pipeline);
  AddMeasuring(app, &command->measuring);
  AddJudging(app, command);
  AddOutput(app, command);
  app->footer(kExamples);
  flags->app = app;
}

Result<ProfileCommand> FinishProfile(const ProfileFlags& flags) {
  ProfileCommand command = flags.command;
  for (const CLI::Option* option : flags.app->get_options()) {
    const std::string group = option->get_group();
    const bool is_measuring = group == kPipelineGroup || group == kMeasuringGroup;
    if (is_measuring && option->count() > 0) {
      command.measuring.options.push_back(option->get_name());
    }
  }
  Result<void> valid = CheckFiles(*flags.app, command);
  if (valid) valid = CheckMeasuring(command);
  if (!valid) return tl::unexpected(valid.error());
  if (!command.measuring.pipeline_file.empty()) return command;
  Result<Pipeline> pipeline = MakePipeline(flags.pipeline);
  if (!pipeline) return tl::unexpected(pipeline.error());
  command.measuring.pipeline.pipeline = *std::move(pipeline);
  return command;
}

}  // namespace tensorfs
