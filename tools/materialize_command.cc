// SPDX-License-Identifier: MIT
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/control_client.h"
#include "tools/mounted_path.h"
#include "tools/policy_command.h"
#include "tools/progress_bar.h"

namespace tensorfs {
namespace {

Result<std::string> RequestBody(const PolicyMaterializeCommand& command) {
  std::vector<std::string> paths;
  for (const std::string& path : command.paths) {
    Result<std::string> relative = PathInMount(command.mountpoint, path);
    if (!relative) return tl::unexpected(relative.error());
    paths.push_back(*std::move(relative));
  }
  if (paths.empty()) paths.emplace_back();
  // Names need not be UTF-8, but JSON is.
  try {
    return nlohmann::json{{"form", command.form}, {"paths", paths}}.dump();
  } catch (const nlohmann::json::exception&) {
    return Fail(ErrorCode::kInvalidArgument, "a path is not UTF-8; name a directory above it");
  }
}

Result<void> Report(const nlohmann::json& job, std::ostream& out, std::ostream& err) {
  const auto count = [&](const char* key) { return std::to_string(job.at(key).get<uint64_t>()); };
  out << count("done") << " samples converted, " << count("skipped")
      << " were in the form already, " << count("unsuited") << " cannot take it, "
      << count("failed") << " failed\n";
  for (const nlohmann::json& message : job.at("messages")) {
    err << "tensorfs: " << message.get<std::string>() << "\n";
  }
  if (job.at("state") == "cancelled") {
    return Fail(ErrorCode::kIo, "interrupted; the same command goes on where this one ended");
  }
  if (job.at("failed") != 0) {
    return Fail(ErrorCode::kIo, count("failed") + " samples could not be converted");
  }
  return {};
}

// Samples that an adaptive policy has planned otherwise do not stay as they were made.
bool MayBeMovedAgain(const std::string& mountpoint) try {
  const Result<std::string> answer = AskDaemon(mountpoint, "/v1/policy");
  if (!answer) return false;
  const auto report = nlohmann::json::parse(*answer);
  return report.at("mode") == "adaptive" && report.at("state") != "paused";
} catch (const nlohmann::json::exception&) {
  return false;
}

}  // namespace

Result<void> Run(const PolicyMaterializeCommand& command, std::ostream& out, std::ostream& err) {
  const Result<std::string> body = RequestBody(command);
  if (!body) return tl::unexpected(body.error());
  const Result<std::string> ended = RunJob(command.mountpoint, "/v1/materialize", *body, err);
  if (!ended) return tl::unexpected(ended.error());
  std::ostringstream summary;
  const Result<void> reported = Report(nlohmann::json::parse(*ended), summary, err);
  out << (command.json ? *ended : summary.str());
  if (MayBeMovedAgain(command.mountpoint)) {
    err << "tensorfs: the adaptive policy may move these samples again; `tensorfs policy pin` or\n"
           "`pause` keeps them so\n";
  }
  return reported;
}

}  // namespace tensorfs
