// SPDX-License-Identifier: MIT
#include "tools/profile/private_mount.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "cache/unique_fd.h"
#include "fs/mount_table.h"
#include "tools/control_client.h"
#include "tools/text_file.h"
#include "tools/unmount.h"

namespace tensorfs {
namespace {

namespace stdfs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPollInterval{5};
constexpr std::chrono::milliseconds kJobPollInterval{25};  // each poll is work for the daemon
constexpr std::chrono::seconds kPatience{120};
constexpr const char* kThisProgram = "/proc/self/exe";
constexpr const char* kStoreName = "/store";
constexpr const char* kErrorsName = "/errors";
constexpr mode_t kOwnerOnly = 0600;

// Runs in the child between fork and exec: only what is safe there.
[[noreturn]] void BecomeMount(pid_t parent, int errors, char* const* arguments) {
  setpgid(0, 0);  // an interrupt from the terminal is for the parent, who then ends the child
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  dup2(null, STDIN_FILENO);
  dup2(null, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  if (getppid() == parent) execv(kThisProgram, arguments);
  _exit(127);
}

bool WaitFor(pid_t child, Clock::time_point deadline) {
  while (true) {
    const pid_t ended = waitpid(child, nullptr, WNOHANG);
    if (ended == child || (ended < 0 && errno != EINTR)) return true;
    if (Clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kPollInterval);
  }
}

double CpuSecondsOf(pid_t process) {
  clockid_t clock;
  timespec time = {};
  if (clock_getcpuclockid(process, &clock) != 0 || clock_gettime(clock, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

uint64_t DiskBytesOf(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/io");
  std::string key;
  uint64_t value = 0;
  while (file >> key >> value) {
    if (key == "read_bytes:") return value;
  }
  return 0;
}

std::string BodyFor(std::span<const std::string> paths, const std::string& form) {
  nlohmann::json body = {{"paths", std::vector<std::string>(paths.begin(), paths.end())}};
  if (!form.empty()) body["form"] = form;
  return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

PrivateMount::PrivateMount(ScratchDir scratch, std::function<bool()> stop)
    : scratch_(std::move(scratch)), mountpoint_(scratch_ / "mount"), stop_(std::move(stop)) {}

Result<std::unique_ptr<PrivateMount>> PrivateMount::Start(const std::string& source,
                                                          const std::string& scratch_parent,
                                                          const std::vector<std::string>& options,
                                                          std::function<bool()> stop) {
  Result<ScratchDir> scratch = ScratchDir::Make(scratch_parent);
  if (!scratch) return tl::unexpected(scratch.error());
  std::unique_ptr<PrivateMount> mount(new PrivateMount(*std::move(scratch), std::move(stop)));
  std::error_code error;
  if (!stdfs::create_directory(mount->mountpoint_, error)) {
    return Fail(ErrorCode::kIo, mount->mountpoint_ + ": " + error.message());
  }
  Result<void> started = mount->Spawn(source, options);
  if (started) started = mount->WaitUntilOpen();
  if (!started) return Fail("a mount to measure", started.error());
  return mount;
}

PrivateMount::~PrivateMount() {
  if (child_ != 0) {
    kill(child_, SIGTERM);
    if (!WaitFor(child_, Clock::now() + kPatience)) {
      kill(child_, SIGKILL);
      WaitFor(child_, Clock::time_point::max());
    }
  }
  if (FindMount(mountpoint_)) static_cast<void>(Unmount(mountpoint_, UnmountMode::kLazy));
}

Result<void> PrivateMount::Spawn(const std::string& source,
                                 const std::vector<std::string>& options) {
  std::vector<std::string> words = {"tensorfs",
                                    "mount",
                                    source,
                                    mountpoint_,
                                    "--foreground",
                                    "--store",
                                    scratch_.path() + kStoreName,
                                    "--policy",
                                    "keep",  // no form changes while it is measured
                                    "--log-level",
                                    "error"};
  words.insert(words.end(), options.begin(), options.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const std::string errors_path = scratch_.path() + kErrorsName;
  const UniqueFd errors(open(errors_path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, kOwnerOnly));
  if (!errors.valid()) return Fail(ErrorCode::kIo, errors_path + ": " + std::strerror(errno));
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) return Fail(ErrorCode::kIo, std::string("fork: ") + std::strerror(errno));
  if (child == 0) BecomeMount(parent, errors.get(), arguments.data());
  child_ = child;
  return {};
}

bool PrivateMount::HasEnded() {
  if (child_ != 0 && waitpid(child_, nullptr, WNOHANG) == child_) child_ = 0;
  return child_ == 0;
}

std::string PrivateMount::LastWords() const {
  constexpr std::string_view kPrefix = "tensorfs: ";
  std::string text = ReadTextFile(scratch_.path() + kErrorsName).value_or("");
  while (text.ends_with('\n')) text.pop_back();
  text = text.substr(text.rfind('\n') + 1);
  return text.starts_with(kPrefix) ? text.substr(kPrefix.size()) : text;
}

Result<void> PrivateMount::WaitUntilOpen() {
  const auto deadline = Clock::now() + kPatience;
  while (!FindControlSocket(mountpoint_)) {
    if (HasEnded()) return Fail(ErrorCode::kIo, LastWords());
    if (stop_()) return Fail(ErrorCode::kIo, "interrupted");
    if (Clock::now() >= deadline) return Fail(ErrorCode::kIo, "it does not answer");
    std::this_thread::sleep_for(kPollInterval);
  }
  return AskDaemon(mountpoint_, "/v1/policy").map([](const std::string&) {});
}

Result<MountUse> PrivateMount::Use() const {
  const MountUse use{.cpu_s = CpuSecondsOf(child_), .disk_bytes = DiskBytesOf(child_)};
  if (use.cpu_s > 0) return use;
  return Fail(ErrorCode::kIo, "the mount that was measured has ended: " + LastWords());
}

Result<EndedJob> PrivateMount::RunJob(const std::string& target, const std::string& body) const
    try {
  const Result<MountUse> before = Use();
  if (!before) return tl::unexpected(before.error());
  Result<std::string> answer = TellDaemon(mountpoint_, target, body);
  while (answer && nlohmann::json::parse(*answer).at("state") == "running") {
    if (stop_()) {
      static_cast<void>(TellDaemon(mountpoint_, "/v1/job/cancel", ""));
      return Fail(ErrorCode::kIo, "interrupted");
    }
    std::this_thread::sleep_for(kJobPollInterval);
    answer = AskDaemon(mountpoint_, "/v1/job");
  }
  if (!answer) return tl::unexpected(answer.error());
  const Result<MountUse> after = Use();
  if (!after) return tl::unexpected(after.error());
  const auto job = nlohmann::json::parse(*answer);
  const auto& messages = job.at("messages");
  return EndedJob{.unsuited = job.at("unsuited").get<uint64_t>(),
                  .failed = job.at("failed").get<uint64_t>(),
                  .wall_s = job.at("elapsed_s").get<double>(),
                  .cpu_s = after->cpu_s - before->cpu_s,
                  .message = messages.empty() ? "" : messages.front().get<std::string>()};
} catch (const nlohmann::json::exception& failure) {
  return Fail(ErrorCode::kCorrupt, std::string("the daemon's answer: ") + failure.what());
}

Result<EndedJob> PrivateMount::Materialize(const std::string& form,
                                           std::span<const std::string> paths) const {
  return RunJob("/v1/materialize", BodyFor(paths, form));
}

Result<EndedJob> PrivateMount::WarmCache(std::span<const std::string> paths) const {
  return RunJob("/v1/cache/warm", BodyFor(paths, ""));
}

std::vector<std::string> PrivateMount::SegmentFiles() const {
  std::vector<std::string> files;
  std::error_code error;
  for (stdfs::recursive_directory_iterator entry(scratch_.path() + kStoreName, error), end;
       !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".segment") files.push_back(entry->path());
  }
  return files;
}

}  // namespace tensorfs
