// SPDX-License-Identifier: MIT
#include "fs/fuse_server.h"

#include <pthread.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "fs/fuse_operations.h"

namespace tensorfs {
namespace {

// libfuse reports why a mount failed only through its log, which has no user data; the calls in
// question run on one thread, so that thread's last message is the reason.
thread_local std::string last_message;

void LogFromLibfuse(fuse_log_level level, const char* format, va_list arguments) {
  char text[512];
  vsnprintf(text, sizeof(text), format, arguments);
  std::string_view message(text);
  while (message.ends_with('\n')) message.remove_suffix(1);
  if (message.starts_with("fuse: ")) message.remove_prefix(6);
  last_message = message;
  if (level <= FUSE_LOG_ERR) {
    spdlog::debug("libfuse: {}", message);
  }
}

struct SessionDeleter {
  void operator()(fuse_session* session) const { fuse_session_destroy(session); }
};
using SessionPtr = std::unique_ptr<fuse_session, SessionDeleter>;

// While it lives, SIGINT, SIGTERM and SIGHUP end the session's loop, also one that has not begun:
// at any other time they would end the process and leave its mount behind.
class SignalHandlers {
 public:
  explicit SignalHandlers(fuse_session* session)
      : session_(fuse_set_signal_handlers(session) == 0 ? session : nullptr) {}
  ~SignalHandlers() {
    if (session_ != nullptr) fuse_remove_signal_handlers(session_);
  }
  SignalHandlers(const SignalHandlers&) = delete;
  SignalHandlers& operator=(const SignalHandlers&) = delete;

  bool are_installed() const { return session_ != nullptr; }

 private:
  fuse_session* const session_;  // null: not installed
};

struct LoopConfigDeleter {
  void operator()(fuse_loop_config* config) const { fuse_loop_cfg_destroy(config); }
};

struct ArgumentsDeleter {
  void operator()(fuse_args* arguments) const { fuse_opt_free_args(arguments); }
};

// A comma inside a value would end it.
std::string EscapeCommas(const std::string& value) {
  std::string escaped;
  for (const char c : value) {
    if (c == ',' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

// "ro" makes the kernel itself answer every write-type call with EROFS; "default_permissions" makes
// it check the source's permission bits.
SessionPtr NewSession(FuseContext* context, const std::string& source) {
  fuse_args arguments = FUSE_ARGS_INIT(0, nullptr);
  const std::unique_ptr<fuse_args, ArgumentsDeleter> owner(&arguments);
  const auto add = [&arguments](const std::string& text) {
    fuse_opt_add_arg(&arguments, text.c_str());
  };
  add("tensorfs");
  add("-oro,default_permissions,nosuid,nodev,subtype=tensorfs");
  add("-ofsname=" + EscapeCommas(source));
  for (const std::string& option : context->options.fuse_options) add("-o" + option);
  return SessionPtr(
      fuse_session_new(&arguments, &FuseOperations(), sizeof(fuse_lowlevel_ops), context));
}

Error MountError(const std::string& mountpoint, int error_number) {
  const std::string reason = !last_message.empty() ? last_message : std::strerror(error_number);
  const bool forbidden = error_number == EPERM || error_number == EACCES;
  return {forbidden ? ErrorCode::kPermission : ErrorCode::kIo, mountpoint + ": " + reason};
}

}  // namespace

struct FuseServer::Impl {
  FuseContext context;
  SessionPtr session;
  std::optional<SignalHandlers> signals;  // from before the mount is made until it has gone
  std::atomic<pthread_t> serving_thread{};
};

FuseServer::FuseServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

FuseServer::~FuseServer() { fuse_session_unmount(impl_->session.get()); }

Result<std::unique_ptr<FuseServer>> FuseServer::Mount(SampleFs* fs, const std::string& source,
                                                      const std::string& mountpoint,
                                                      KernelOptions options) {
  fuse_set_log_func(LogFromLibfuse);
  last_message.clear();

  const std::unique_ptr<char, decltype(&std::free)> resolved(realpath(mountpoint.c_str(), nullptr),
                                                             &std::free);
  if (!resolved) {
    return Fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                mountpoint + ": " + std::strerror(errno));
  }
  auto impl = std::make_unique<Impl>();
  impl->context.fs = fs;
  impl->context.options = std::move(options);
  impl->context.mountpoint = resolved.get();
  impl->session = NewSession(&impl->context, source);
  if (!impl->session) {
    return Fail(ErrorCode::kInvalidArgument,
                "-o: " + (last_message.empty() ? "libfuse refused the options" : last_message));
  }
  impl->context.session = impl->session.get();
  impl->signals.emplace(impl->session.get());
  if (!impl->signals->are_installed()) {
    return Fail(ErrorCode::kIo, "cannot install signal handlers");
  }
  errno = 0;
  if (fuse_session_mount(impl->session.get(), resolved.get()) != 0) {
    return tl::unexpected(MountError(mountpoint, errno));
  }
  return std::unique_ptr<FuseServer>(new FuseServer(std::move(impl)));
}

Result<void> FuseServer::Serve() {
  fuse_session* session = impl_->session.get();
  const std::unique_ptr<fuse_loop_config, LoopConfigDeleter> config(fuse_loop_cfg_create());
  fuse_loop_cfg_set_max_threads(config.get(),
                                static_cast<unsigned>(impl_->context.options.threads));

  impl_->serving_thread = pthread_self();
  const int status = fuse_session_loop_mt(session, config.get());
  fuse_session_unmount(session);
  // A positive status is the signal that asked for the end.
  if (status < 0) {
    return Fail(ErrorCode::kIo,
                impl_->context.mountpoint + ": the mount ended: " + std::strerror(-status));
  }
  return {};
}

// The loop sleeps until a signal arrives; this is the one it already knows.
void FuseServer::RequestStop() { pthread_kill(impl_->serving_thread, SIGTERM); }

KernelFeatures FuseServer::Features() const {
  std::lock_guard lock(impl_->context.features_mutex);
  return impl_->context.features;
}

}  // namespace tensorfs
