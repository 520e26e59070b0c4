// SPDX-License-Identifier: MIT
#include "tools/policy_command.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>
#include <system_error>

#include "fs/printable.h"
#include "tools/cache_place.h"
#include "tools/control_client.h"
#include "tools/mounted_path.h"
#include "tools/paths.h"
#include "tools/policy_json.h"
#include "tools/policy_table.h"
#include "tools/show_answer.h"
#include "tools/status.h"

namespace tensorfs {
namespace {

// What the policy does now, of a report.
Result<std::string> DoingText(std::string_view json) try {
  const auto report = nlohmann::json::parse(json);
  return Printable(report.at("why").get<std::string>()) + "\n";
} catch (const nlohmann::json::exception& failure) {
  return Fail(ErrorCode::kCorrupt, std::string("the answer about the policy: ") + failure.what());
}

// The mount that a file lies in: the nearest directory above it that tells a control socket.
Result<std::string> FindMountOf(const std::string& file) {
  namespace stdfs = std::filesystem;
  std::error_code error;
  stdfs::path directory =
      ResolveFuturePath(stdfs::absolute(file, error).lexically_normal().parent_path());
  while (true) {
    const Result<std::string> socket = FindControlSocket(directory);
    if (socket) return directory.string();
    if (socket.error().code == ErrorCode::kIo) return tl::unexpected(socket.error());  // it is dead
    if (directory == directory.parent_path()) break;
    directory = directory.parent_path();
  }
  return Fail(ErrorCode::kInvalidArgument, file + ": does not lie in a tensorfs mount");
}

Result<std::string> AskToExplain(const PolicyExplainCommand& command) {
  const Result<std::string> mountpoint =
      command.mountpoint.empty() ? FindMountOf(command.file) : command.mountpoint;
  if (!mountpoint) return mountpoint;
  const std::string path = PathForDaemon(*mountpoint, command.file);
  return AskDaemon(*mountpoint, "/v1/policy/explain?path=" + PercentEncode(path));
}

// Tells the daemon of a pattern; its answer is the pins then.
Result<std::string> TellPin(const std::string& mountpoint, const std::string& target,
                            const PinRule& rule) try {
  const nlohmann::json body = {{"pattern", PathForDaemon(mountpoint, rule.pattern)},
                               {"form", rule.form}};
  return TellDaemon(mountpoint, target, body.dump());
} catch (const nlohmann::json::exception&) {
  return Fail(ErrorCode::kInvalidArgument, "the path is not UTF-8; use a pattern with ? in it");
}

}  // namespace

Result<void> Run(const PolicyStatusCommand& command, std::ostream& out, std::ostream&) {
  return ShowAnswer(AskDaemon(command.mountpoint, "/v1/status"), command.json, ToTable, out);
}

Result<void> Run(const PolicyExplainCommand& command, std::ostream& out, std::ostream&) {
  return ShowAnswer(AskToExplain(command), command.json, ExplanationTable, out);
}

Result<void> Run(const PolicyPlanCommand& command, std::ostream& out, std::ostream&) {
  const auto plan = TellDaemon(command.mountpoint, "/v1/policy/plan", ToJson(command.request));
  return ShowAnswer(plan, command.json, WhatIfTable, out);
}

Result<void> Run(const PolicySetCommand& command, std::ostream& out, std::ostream&) {
  const auto settings = TellDaemon(command.mountpoint, "/v1/policy/set", ToJson(command.patch));
  return ShowAnswer(settings, command.json, SettingsTable, out);
}

Result<void> Run(const PolicyPinCommand& command, std::ostream& out, std::ostream&) {
  const auto pins = command.pattern.empty()
                        ? AskDaemon(command.mountpoint, "/v1/policy/pins")
                        : TellPin(command.mountpoint, "/v1/policy/pin",
                                  {.pattern = command.pattern, .form = command.form});
  return ShowAnswer(pins, command.json, PinsTable, out);
}

Result<void> Run(const PolicyUnpinCommand& command, std::ostream& out, std::ostream&) {
  const auto pins =
      TellPin(command.mountpoint, "/v1/policy/unpin", {.pattern = command.pattern, .form = ""});
  return ShowAnswer(pins, command.json, PinsTable, out);
}

Result<void> Run(const PolicyPauseCommand& command, std::ostream& out, std::ostream&) {
  return ShowAnswer(TellDaemon(command.mountpoint, "/v1/policy/pause", ""), command.json, DoingText,
                    out);
}

Result<void> Run(const PolicyResumeCommand& command, std::ostream& out, std::ostream&) {
  return ShowAnswer(TellDaemon(command.mountpoint, "/v1/policy/resume", ""), command.json,
                    DoingText, out);
}

Result<void> Run(const PolicyHistoryCommand& command, std::ostream& out, std::ostream&) {
  return ShowAnswer(AskDaemon(command.mountpoint, "/v1/policy/history"), command.json, HistoryTable,
                    out);
}

Result<void> Run(const PolicyCommand& command, std::ostream& out, std::ostream& err) {
  return std::visit([&](const auto& chosen) { return Run(chosen, out, err); }, command);
}

}  // namespace tensorfs
