// SPDX-License-Identifier: MIT
#include "tools/tool.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <variant>

#include "tools/commands.h"

namespace tensorfs {
namespace {

constexpr int kDone = 0;
constexpr int kWorkFailed = 1;
constexpr int kWrongCommandLine = 2;

// A full disk may show only when the last of the output is written.
Result<void> Finish(std::ostream& out) {
  errno = 0;
  if (out.flush()) return {};
  const std::string cause = errno != 0 ? std::strerror(errno) : "cannot be written";
  return Fail(ErrorCode::kIo, "standard output: " + cause);
}

int RunParsed(const Result<Command>& command, const std::string& help, std::ostream& out,
              std::ostream& err) {
  if (!command) {
    err << "tensorfs: " << command.error().message << "\nTry `" << help << "`.\n";
    return kWrongCommandLine;
  }
  Result<void> done =
      std::visit([&](const auto& chosen) { return Run(chosen, out, err); }, *command);
  if (done) done = Finish(out);
  if (done) return kDone;
  err << "tensorfs: " << done.error().message << "\n";
  return kWorkFailed;
}

}  // namespace

int RunTool(const Arguments& arguments, std::ostream& out, std::ostream& err) {
  return RunParsed(ParseCommandLine(arguments), HelpCommandFor(arguments), out, err);
}

int RunMountHelper(const Arguments& arguments, std::ostream& out, std::ostream& err) {
  return RunParsed(ParseMountHelperLine(arguments), "mount.fuse.tensorfs --help", out, err);
}

}  // namespace tensorfs
