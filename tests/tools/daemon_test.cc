// SPDX-License-Identifier: MIT
#include "tools/daemon.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

#include "cache/unique_fd.h"
#include "tests/tools/temporary_dir.h"
#include "tools/notify.h"

namespace tensorfs {
namespace {

using OnReady = std::function<void()>;

// A pipe on which a daemon tells what it sees.
struct Line {
  Line() {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    read_end = UniqueFd(ends[0]);
    write_end = UniqueFd(ends[1]);
  }
  void Say(const std::string& text) {
    EXPECT_EQ(write(write_end.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  // All that was said, once every other holder of the pipe has ended.
  std::string Hear() {
    write_end.Reset();
    std::string text;
    for (char c; read(read_end.get(), &c, 1) == 1;) text += c;
    return text;
  }
  UniqueFd read_end;
  UniqueFd write_end;
};

TEST(RunInBackground, ReturnsWhenTheWorkIsReadyAndTheWorkGoesOn) {
  Line line;
  Line release;
  const Result<void> started = RunInBackground([&](const OnReady& on_ready) -> Result<void> {
    on_ready();
    release.Hear();
    line.Say("went on");
    return {};
  });
  EXPECT_TRUE(started);
  release.write_end.Reset();
  EXPECT_EQ(line.Hear(), "went on");
}

TEST(RunInBackground, MayBecomeReadyOnAnotherThread) {
  const Result<void> started = RunInBackground([](const OnReady& on_ready) -> Result<void> {
    std::thread(on_ready).join();
    return {};
  });
  EXPECT_TRUE(started);
}

TEST(RunInBackground, ReportsTheReasonOfAFailure) {
  const std::string reason = "/some/file: " + std::string(5000, 'x');
  const Result<void> started =
      RunInBackground([&](const OnReady&) -> Result<void> { return Fail(ErrorCode::kIo, reason); });
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().message, reason);
}

TEST(RunInBackground, ReportsADeathWithoutAWord) {
  const Result<void> killed = RunInBackground([](const OnReady&) -> Result<void> {
    raise(SIGKILL);
    return {};
  });
  ASSERT_FALSE(killed);
  EXPECT_NE(killed.error().message.find("Killed"), std::string::npos) << killed.error().message;
}

TEST(RunInBackground, TheWorkHasASessionAndDirectoryOfItsOwn) {
  Line line;
  const Result<void> started = RunInBackground([&](const OnReady& on_ready) -> Result<void> {
    on_ready();
    char directory[8] = {};
    line.Say(getcwd(directory, sizeof(directory)) != nullptr ? directory : "?");
    line.Say(getsid(0) == getpid() ? " leads" : " follows");
    char input = 0;
    line.Say(read(STDIN_FILENO, &input, 1) == 0 ? " no input" : " input");
    return {};
  });
  ASSERT_TRUE(started);
  EXPECT_EQ(line.Hear(), "/ leads no input");
}

// A service manager's socket at the address that `name` stands for.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& name) : fd_(socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof(address.sun_path) - 1);
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
  }
  ~NotifySocket() { unsetenv("NOTIFY_SOCKET"); }

  std::string Receive() {
    char text[256];
    const ssize_t length = recv(fd_.get(), text, sizeof(text), MSG_DONTWAIT);
    return length < 0 ? "" : std::string(text, static_cast<size_t>(length));
  }

 private:
  UniqueFd fd_;
};

TEST(NotifyServiceManager, ReachesASocketFile) {
  const TemporaryDir scratch;
  NotifySocket socket(scratch / "notify");
  NotifyServiceManager("READY=1");
  EXPECT_EQ(socket.Receive(), "READY=1");
}

TEST(NotifyServiceManager, ReachesAnAbstractSocket) {
  NotifySocket socket("@tensorfs-test-" + std::to_string(getpid()));
  NotifyServiceManager("STOPPING=1");
  EXPECT_EQ(socket.Receive(), "STOPPING=1");
}

TEST(NotifyServiceManager, IsQuietWhereNobodyListens) {
  unsetenv("NOTIFY_SOCKET");
  NotifyServiceManager("READY=1");
  for (const std::string& name :
       {std::string("/nonexistent/socket"), std::string("relative"), "/" + std::string(500, 'x')}) {
    setenv("NOTIFY_SOCKET", name.c_str(), 1);
    NotifyServiceManager("READY=1");
  }
  unsetenv("NOTIFY_SOCKET");
}

}  // namespace
}  // namespace tensorfs
