// SPDX-License-Identifier: MIT
#include "tools/tool.h"

#include <variant>

#include "tools/commands.h"

namespace tensorfs {
namespace {

constexpr int kDone = 0;
constexpr int kWorkFailed = 1;
constexpr int kWrongCommandLine = 2;

int RunParsed(const Result<Command>& command, std::ostream& out, std::ostream& err) {
  if (!command) {
    err << "tensorfs: " << command.error().message << "\nTry `tensorfs --help`.\n";
    return kWrongCommandLine;
  }
  const Result<void> done =
      std::visit([&](const auto& chosen) { return Run(chosen, out, err); }, *command);
  if (done) return kDone;
  err << "tensorfs: " << done.error().message << "\n";
  return kWorkFailed;
}

}  // namespace

int RunTool(const Arguments& arguments, std::ostream& out, std::ostream& err) {
  return RunParsed(ParseCommandLine(arguments), out, err);
}

int RunMountHelper(const Arguments& arguments, std::ostream& out, std::ostream& err) {
  return RunParsed(ParseMountHelperLine(arguments), out, err);
}

}  // namespace tensorfs
