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
#include "tools/profile/measuring_bar.h"
#include "tools/profile/profile_csv.h"
#include "tools/profile/profile_html.h"
#include "tools/profile/profile_json.h"
#include "tools/profile/profile_table.h"
#include "tools/profile/profiler.h"
#include "tools/profile/recommendation.h"
#include "tools/profile/recommendation_json.h"
#include "tools/profile/scratch_dir.h"
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

Result<void> CheckFiles(const ProfileFiles& files) {
  return CheckCanWrite(files.save).and_then([&] { return CheckCanWrite(files.csv); }).and_then([&] {
    return CheckCanWrite(files.html);
  });
}

Result<void> WriteText(const std::string& path, const std::string& text) {
  return path.empty() ? Result<void>() : WriteTextFile(path, text);
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
  if (S_ISDIR(attr.st_mode)) return Measure(command, err);
  const std::vector<std::string>& options = command.measuring.options;
  if (options.empty()) return LoadProfile(command.source);
  return Fail(ErrorCode::kInvalidArgument,
              options.front() + ": " + command.source +
                  " is no directory, and a profile that was saved is not measured again");
}

std::string JsonText(const Profile& profile, const Recommendation& made) {
  return Dump({{"recommendation", JsonOf(made, profile)}, {"profile", JsonOf(profile)}});
}

}  // namespace

Result<void> Run(const ProfileCommand& command, std::ostream& out, std::ostream& err) {
  if (auto writable = CheckFiles(command.files); !writable) return writable;
  const Result<Profile> profile = MeasureOrLoad(command, err);
  if (!profile) return tl::unexpected(profile.error());
  const ProfileFiles& files = command.files;
  if (!files.save.empty()) {
    if (auto saved = SaveProfile(files.save, *profile); !saved) return saved;
  }
  const auto made = Recommend(*profile, command.weights, command.machine);
  if (!made) return tl::unexpected(made.error());
  if (auto csv = WriteText(files.csv, ProfileCsv(*profile, *made)); !csv) return csv;
  const std::string page = files.html.empty() ? "" : ProfileHtml(*profile, *made, command.line);
  if (auto html = WriteText(files.html, page); !html) return html;
  out << (command.json ? JsonText(*profile, *made) : ProfileTable(*profile, *made));
  return {};
}

}  // namespace tensorfs
