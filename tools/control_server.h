// SPDX-License-Identifier: MIT
// The daemon's ear: HTTP on a Unix socket in the store directory, for `tensorfs policy` and others,
// and /metrics on a TCP port if asked for. Answers on threads of its own until destroyed.
#ifndef TENSORFS_TOOLS_CONTROL_SERVER_H_
#define TENSORFS_TOOLS_CONTROL_SERVER_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codec/result.h"
#include "tools/option_values.h"
#include "tools/status.h"

namespace tensorfs {

inline constexpr const char* kControlSocketName = "control.sock";
inline constexpr const char* kControlXattr = "user.tensorfs.control";  // holds the socket's path

// Called by the server's threads.
using StatusSource = std::function<MountStatus()>;

struct ControlRequest {
  std::multimap<std::string, std::string> parameters;  // of the query
  std::string body;

  // Empty if it is not given.
  std::string Parameter(const std::string& name) const;
};

// An error's body is {"error": "…"}.
struct ControlReply {
  int status = 200;
  std::string body;
  std::string type = "application/json";
};

// What else the socket answers. Handlers run on the server's threads, so they do not wait for long
// work; see tools/job.h.
struct ControlRoute {
  std::string method;  // "GET" or "POST"
  std::string path;    // "/v1/…"
  std::function<ControlReply(const ControlRequest&)> handle;
};

ControlReply ControlError(int status, const std::string& message);
// With the status that makes TellDaemon give the same code again, where there is one.
ControlReply ControlError(const Error& error);
// The body, or the error.
ControlReply ControlAnswer(Result<std::string> body);

class ControlServer {
 public:
  // Serves /v1/status, /metrics and the routes at STORE/control.sock, which only the user and root
  // can open. REQUIRES: this process holds the store's lock. Errors: kIo, naming the socket.
  static Result<std::unique_ptr<ControlServer>> Start(const std::string& store, StatusSource status,
                                                      std::vector<ControlRoute> routes = {});
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
