// SPDX-License-Identifier: MIT
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "fs/printable.h"
#include "tools/block_signals.h"
#include "tools/control_client.h"
#include "tools/live_screen.h"
#include "tools/note_interruption.h"
#include "tools/policy_command.h"
#include "tools/policy_table.h"
#include "tools/policy_text.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::json;

// How it is shown.
enum class Style { kScreen, kLines, kJsonLines };

size_t TerminalRows() {
  struct winsize size = {};
  constexpr size_t kUsualRows = 24;
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 1;
  return known ? size.ws_row : kUsualRows;
}

// Of a mount whose policy tells nothing.
std::string PlainLine(const Json& status) {
  const Json& recent = status.at("recent");
  return FormatRate(recent.at("samples_per_s").get<double>()) + " samples/s, " +
         Format("%.0f us of CPU each; ", recent.at("cpu_us_per_sample").get<double>()) + "policy " +
         status.at("policy").get<std::string>();
}

std::string Now() { return FormatTime(static_cast<double>(std::time(nullptr))); }

std::string Line(const Json& status) {
  const Json& report = status.at("policy_report");
  return Now() + "  " + (report.is_null() ? PlainLine(status) : PolicyLine(report)) + "\n";
}

std::string Screen(const Json& status) {
  const Json& report = status.at("policy_report");
  std::string text = FormatRow("mount", Printable(status.at("mountpoint").get<std::string>()));
  text += FormatRow("time", Now());
  if (report.is_null()) return text + FormatRow("rate", PlainLine(status));
  return text + PolicyRows(report) + "\n" + MixTable(report.at("mix"));
}

Result<std::string> Render(const std::string& answer, Style style) try {
  const Json status = Json::parse(answer);
  if (style == Style::kJsonLines) return status.dump() + "\n";
  return style == Style::kScreen ? Screen(status) : Line(status);
} catch (const Json::exception& failure) {
  return Fail(ErrorCode::kCorrupt, std::string("the daemon's status: ") + failure.what());
}

void WaitUntil(Clock::time_point next) {
  constexpr std::chrono::milliseconds kStep{50};
  while (!NoteInterruption::WasInterrupted() && Clock::now() < next) {
    std::this_thread::sleep_for(std::min<Clock::duration>(kStep, next - Clock::now()));
  }
}

// An interruption is noted after the answer.
Result<std::string> AskStatus(const std::string& mountpoint) {
  const BlockSignals block;
  return AskDaemon(mountpoint, "/v1/status");
}

}  // namespace

Result<void> Run(const PolicyWatchCommand& command, std::ostream& out, std::ostream&) {
  const Style style = command.json                 ? Style::kJsonLines
                      : isatty(STDOUT_FILENO) == 1 ? Style::kScreen
                                                   : Style::kLines;
  const auto interval = std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(command.interval_s));
  const NoteInterruption note;
  LiveScreen screen(&out);
  Clock::time_point next = Clock::now();
  for (uint64_t shown = 0; out && (command.count == 0 || shown < command.count); ++shown) {
    WaitUntil(next);
    if (NoteInterruption::WasInterrupted()) return {};
    next = std::max(next + interval, Clock::now());
    const Result<std::string> status = AskStatus(command.mountpoint);
    if (!status) return tl::unexpected(status.error());
    const Result<std::string> text = Render(*status, style);
    if (!text) return tl::unexpected(text.error());
    if (style == Style::kScreen) {
      screen.Draw(*text, TerminalRows() - 1);
    } else {
      out << *text << std::flush;
    }
  }
  return {};
}

}  // namespace tensorfs
