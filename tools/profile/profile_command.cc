// SPDX-License-Identifier: MIT
#include "tools/profile/profile_command.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "fs/decode_slots.h"
#include "tools/derived_json.h"
#include "tools/fuse_access.h"
#include "tools/note_interruption.h"
#include "tools/paths.h"
#include "tools/profile/measuring_bar.h"
#include "tools/profile/profile_csv.h"
#include "tools/profile/profile_html.h"
#include "tools/profile/profile_json.h"
#include "tools/profile/profile_table.h"
#include "tools/profile/profiler.h"
#include "tools/profile/recommendation.h"
#include "tools/profile/recommendation_json.h"
#include "tools/profile/scratch_dir.h"
#include "tools/status.h"
#include "tools/text_file.h"

namespace tensorfs {
namespace {

namespace stdfs = std::filesystem;

// Measuring takes minutes; whether its results can be written is known before.
Result<void> CheckCanWrite(const std::string& path) {
  if (path.empty()) return {};
  const std::string directory = stdfs::absolute(path).parent_path();
  const bool is_new = access(path.c_str(), F_OK) != 0;
  const bool can_write =
      is_new ? access(directory.c_str(), W_OK | X_OK) == 0 : access(path.c_str(), W_OK) == 0;
  if (!can_write) return Fail(ErrorCode::kInvalidArgument, path + ": " + std::strerror(errno));
  if (!stdfs::is_directory(path)) return {};
  return Fail(ErrorCode::kInvalidArgument, path + ": is a directory");
}

// JSON has names in UTF-8 only.
Result<void> CheckCanName(const std::string& source) {
  const std::string path = ResolvePath(source).value_or(source);
  if (ReplaceInvalidUtf8(path) == path) return {};
  return Fail(ErrorCode::kInvalidArgument,
              source + ": its name is not UTF-8, which --save and --json need");
}

Result<void> CheckOutputs(const ProfileCommand& command) {
  const ProfileFiles& files = command.files;
  for (const std::string& path : {files.save, files.csv, files.html}) {
    if (auto writable = CheckCanWrite(path); !writable) return writable;
  }
  return command.json || !files.save.empty() ? CheckCanName(command.source) : Result<void>();
}

// One that cannot be written does not keep the others from being written.
Result<void> WriteFiles(const ProfileCommand& command, const Profile& profile,
                        const Recommendation& made) {
  const ProfileFiles& files = command.files;
  std::string failures;
  const auto note = [&](const Result<void>& written) {
    if (!written) failures += (failures.empty() ? "" : "; ") + written.error().message;
  };
  if (!files.save.empty()) note(SaveProfile(files.save, profile));
  if (!files.csv.empty()) note(WriteTextFile(files.csv, ProfileCsv(profile, made)));
  if (!files.html.empty()) {
    note(WriteTextFile(files.html, ProfileHtml(profile, made, command.line)));
  }
  return failures.empty() ? Result<void>() : Fail(ErrorCode::kIo, failures);
}

std::vector<int> ThreadsOf(const ProfileMeasuring& measuring) {
  if (!measuring.threads.empty()) return measuring.threads;
  // Several for each core keep a disk busy while others decode.
  constexpr int kReadersPerCore = 4;
  const int cores = UsableCores();
  std::vector<int> threads = {1, cores, kReadersPerCore * cores};
  threads.erase(std::ranges::unique(threads).begin(), threads.end());
  return threads;
}

Result<Profile> Measure(const ProfileCommand& command, std::ostream& err) {
  const ProfileMeasuring& measuring = command.measuring;
  ProfileRequest request;
  request.source = command.source;
  request.pipeline = measuring.pipeline;
  request.extensions = measuring.extensions;
  request.samples = measuring.samples;
  request.reading.threads = ThreadsOf(measuring);
  request.reading.runs = measuring.runs;
  request.work_dir = measuring.work_dir.empty() ? DefaultScratchParent() : measuring.work_dir;
  if (!measuring.pipeline_file.empty()) {
    Result<PipelineFile> file = ReadPipelineFile(measuring.pipeline_file);
    if (!file) return tl::unexpected(file.error());
    request.pipeline = *std::move(file);
  }
  if (auto usable = CheckFuseAccess(); !usable) return tl::unexpected(usable.error());
  const NoteInterruption note;
  MeasuringBar bar(&err, isatty(STDERR_FILENO) == 1);
  return MeasureProfile(
      request,
      {.on_progress = [&](double share, const std::string& what) { bar.Show(share, what); },
       .on_note = [&](const std::string& text) { bar.Note(text); },
       .stop = NoteInterruption::WasInterrupted});
}

Result<Profile> MeasureOrLoad(const ProfileCommand& command, std::ostream& err) {
  struct stat attr;
  if (stat(command.source.c_str(), &attr) != 0) {
    return Fail(ErrorCode::kInvalidArgument, command.source + ": " + std::strerror(errno));
  }
  return S_ISDIR(attr.st_mode) ? Measure(command, err) : LoadProfile(command.source);
}

std::string JsonText(const Profile& profile, const Recommendation& made) {
  return Dump({{"recommendation", JsonOf(made, profile)}, {"profile", JsonOf(profile)}});
}

}  // namespace

Result<void> Run(const ProfileCommand& command, std::ostream& out, std::ostream& err) {
  if (auto writable = CheckOutputs(command); !writable) return writable;
  const Result<Profile> profile = MeasureOrLoad(command, err);
  if (!profile) return tl::unexpected(profile.error());
  const auto made = Recommend(*profile, command.weights, command.machine);
  if (!made) return Fail(command.source, made.error());
  out << (command.json ? JsonText(*profile, *made) : ProfileTable(*profile, *made)) << std::flush;
  return WriteFiles(command, *profile, *made);
}

}  // namespace tensorfs
