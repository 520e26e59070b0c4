// SPDX-License-Identifier: MIT
#include "tools/daemon.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "cache/unique_fd.h"

namespace tensorfs {
namespace {

// What the child sends: this when it is ready, else a text, the reason why it never will be.
constexpr std::string_view kReady("\0", 1);

void Send(const UniqueFd& pipe, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = write(pipe.get(), text.data(), text.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return;  // the parent has gone: nobody to tell
    text.remove_prefix(static_cast<size_t>(sent));
  }
}

// Everything up to kReady or the end.
std::string Receive(const UniqueFd& pipe) {
  std::string text;
  for (char buffer[512];;) {
    const ssize_t received = read(pipe.get(), buffer, sizeof(buffer));
    if (received < 0 && errno == EINTR) continue;
    if (received <= 0) return text;
    text.append(buffer, static_cast<size_t>(received));
    if (text.ends_with(kReady)) return text;
  }
}

void LetGoOfTerminal() {
  const UniqueFd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null.get(), fd);
}

[[noreturn]] void RunChild(const DaemonWork& work, UniqueFd pipe) {
  setsid();
  if (chdir("/") != 0) std::_Exit(EXIT_FAILURE);
  std::signal(SIGPIPE, SIG_IGN);
  const Result<void> done = work([&pipe] {
    LetGoOfTerminal();
    Send(pipe, kReady);
    pipe.Reset();
  });
  if (!done && pipe.valid()) Send(pipe, done.error().message);
  std::_Exit(done ? EXIT_SUCCESS : EXIT_FAILURE);
}

// How a child ended that said nothing.
std::string DescribeEnd(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) return std::string("was killed: ") + strsignal(WTERMSIG(status));
  return "ended with status " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Result<void> RunInBackground(const DaemonWork& work) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return Fail(ErrorCode::kIo, std::string("pipe: ") + std::strerror(errno));
  }
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  const pid_t child = fork();
  if (child < 0) return Fail(ErrorCode::kIo, std::string("fork: ") + std::strerror(errno));
  if (child == 0) {
    read_end.Reset();
    RunChild(work, std::move(write_end));
  }
  write_end.Reset();
  const std::string answer = Receive(read_end);
  if (answer == kReady) return {};
  const std::string end = DescribeEnd(child);
  return Fail(ErrorCode::kIo,
              answer.empty() ? "the daemon " + end + " before the mount answered" : answer);
}

}  // namespace tensorfs
