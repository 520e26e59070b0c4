// SPDX-License-Identifier: MIT
// The daemon's ear: HTTP on a Unix socket in the store directory, for `tensorfs policy` and others,
// and /metrics on a TCP port if asked for. Answers on threads of its own until destroyed.
#ifndef TENSORFS_TOOLS_CONTROL_SERVER_H_
#define TENSORFS_TOOLS_CONTROL_SERVER_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "codec/result.h"
#include "tools/option_values.h"
#include "tools/status.h"

namespace tensorfs {

inline constexpr const char* kControlSocketName = "control.sock";
inline constexpr const char* kControlXattr = "user.tensorfs.control";  // holds the socket's path

// Called by the server's threads.
using StatusSource = std::function<MountStatus()>;

class ControlServer {
 public:
  // Serves /v1/status and /metrics at STORE/control.sock, which only the user and root can open.
  // REQUIRES: this process holds the store's lock. Errors: kIo, naming the socket.
  static Result<std::unique_ptr<ControlServer>> Start(const std::string& store,
                                                      StatusSource status);
  // Serves /metrics alone. Errors: kIo, naming the address.
  static Result<std::unique_ptr<ControlServer>> StartMetrics(const SocketAddress& address,
                                                             StatusSource status);
  ~ControlServer();

  int port() const;  // of StartMetrics: the one that was free if 0 was asked for

 private:
  struct Impl;
  explicit ControlServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_CONTROL_SERVER_H_
