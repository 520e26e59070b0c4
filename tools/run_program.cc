// SPDX-License-Identifier: MIT
#include "tools/run_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cache/unique_fd.h"

namespace tensorfs {
namespace {

std::string ReadAll(const UniqueFd& pipe) {
  std::string text;
  for (char buffer[512];;) {
    const ssize_t received = read(pipe.get(), buffer, sizeof(buffer));
    if (received < 0 && errno == EINTR) continue;
    if (received <= 0) break;
    text.append(buffer, static_cast<size_t>(received));
  }
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

}  // namespace

Result<void> RunProgram(const std::vector<std::string>& program_and_arguments) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) {
    return Fail(ErrorCode::kIo, std::string("pipe: ") + std::strerror(errno));
  }
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  std::vector<char*> arguments;
  for (const std::string& argument : program_and_arguments) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, write_end.get(), STDERR_FILENO);
  pid_t child = 0;
  const int failure =
      posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) {
    return Fail(failure == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                program_and_arguments[0] + ": " + std::strerror(failure));
  }
  write_end.Reset();
  const std::string message = ReadAll(read_end);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return Fail(ErrorCode::kIo, message.empty() ? program_and_arguments[0] + ": it failed" : message);
}

}  // namespace tensorfs
