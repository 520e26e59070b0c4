// SPDX-License-Identifier: MIT
#include "tools/control_server.h"

#include <fcntl.h>
#include <httplib.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "cache/unique_fd.h"
#include "tools/block_signals.h"

namespace tensorfs {
namespace {

constexpr size_t kServerThreads = 2;
constexpr time_t kClientTimeoutSeconds = 2;
constexpr size_t kMaxBodyBytes = size_t{16} << 20;  // a list of paths

// One request a connection and short timeouts: destruction waits for what is being answered.
void Configure(httplib::Server* server) {
  server->set_keep_alive_max_count(1);
  server->set_read_timeout(kClientTimeoutSeconds);
  server->set_write_timeout(kClientTimeoutSeconds);
  server->set_payload_max_length(0);
  server->new_task_queue = [] { return new httplib::ThreadPool(kServerThreads); };
}

// Instead of the library's default, with which two daemons could share one port without a word.
void AllowQuickRestart(int socket) {
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
}

void AddMetrics(httplib::Server* server, const StatusSource& status) {
  server->Get("/metrics", [status](const httplib::Request&, httplib::Response& response) {
    response.set_content(ToPrometheus(status(), MeasureProcess()),
                         "text/plain; version=0.0.4; charset=utf-8");
  });
}

void AddStatus(httplib::Server* server, const StatusSource& status) {
  server->Get("/v1/status", [status](const httplib::Request&, httplib::Response& response) {
    response.set_content(ToJson(status(), MeasureProcess()), "application/json");
  });
}

httplib::Server::Handler Adapt(std::function<ControlReply(const ControlRequest&)> handle) {
  return
      [handle = std::move(handle)](const httplib::Request& request, httplib::Response& response) {
        const ControlReply reply = handle({.parameters = request.params, .body = request.body});
        response.status = reply.status;
        response.set_content(reply.body, reply.type);
      };
}

void AddRoute(httplib::Server* server, ControlRoute route) {
  if (route.method == "GET") {
    server->Get(route.path, Adapt(std::move(route.handle)));
  } else {
    server->Post(route.path, Adapt(std::move(route.handle)));
  }
}

}  // namespace

ControlReply ControlError(int status, const std::string& message) {
  return {.status = status,
          .body = nlohmann::json{{"error", ReplaceInvalidUtf8(message)}}.dump() + "\n"};
}

ControlReply ControlError(const Error& error) {
  switch (error.code) {
    case ErrorCode::kInvalidArgument:
      return ControlError(400, error.message);
    case ErrorCode::kNotFound:
      return ControlError(404, error.message);
    case ErrorCode::kBusy:
      return ControlError(409, error.message);
    default:
      return ControlError(500, error.message);
  }
}

ControlReply ControlAnswer(Result<std::string> body) {
  if (!body) return ControlError(body.error());
  return {.body = *std::move(body)};
}

std::string ControlRequest::Parameter(const std::string& name) const {
  const auto found = parameters.find(name);
  return found == parameters.end() ? "" : found->second;
}

struct ControlServer::Impl {
  ~Impl() {
    server.stop();
    if (thread.joinable()) thread.join();
    if (!socket_path.empty()) unlink(socket_path.c_str());
  }

  void Listen() {
    BlockSignals block;
    thread = std::thread([this] { server.listen_after_bind(); });
    while (!server.is_running()) std::this_thread::yield();  // stop() is lost on it before that
  }

  httplib::Server server;
  std::string socket_path;
  int port = 0;
  std::thread thread;
};

ControlServer::ControlServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ControlServer::~ControlServer() = default;

int ControlServer::port() const { return impl_->port; }

Result<std::unique_ptr<ControlServer>> ControlServer::Start(const std::string& store,
                                                            StatusSource status,
                                                            std::vector<ControlRoute> routes) {
  const std::string path = store + "/" + kControlSocketName;
  const UniqueFd directory(open(store.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) return Fail(ErrorCode::kIo, store + ": " + std::strerror(errno));
  unlink(path.c_str());  // left by a process that died: the lock says that none is alive

  auto impl = std::make_unique<Impl>();
  Configure(&impl->server);
  AddStatus(&impl->server, status);
  AddMetrics(&impl->server, status);
  for (ControlRoute& route : routes) AddRoute(&impl->server, std::move(route));
  impl->server.set_payload_max_length(kMaxBodyBytes);
  impl->server.set_address_family(AF_UNIX);
  impl->server.set_socket_options([](int socket) { fchmod(socket, 0600); });
  // A socket's address holds 107 characters; a store's path may be longer.
  const std::string address =
      "/proc/self/fd/" + std::to_string(directory.get()) + "/" + kControlSocketName;
  constexpr int kUnusedPort = 80;
  if (!impl->server.bind_to_port(address, kUnusedPort)) {
    return Fail(ErrorCode::kIo, path + ": cannot listen there: " + std::strerror(errno));
  }
  impl->socket_path = path;
  impl->Listen();
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(impl)));
}

Result<std::unique_ptr<ControlServer>> ControlServer::StartMetrics(const SocketAddress& address,
                                                                   StatusSource status) {
  auto impl = std::make_unique<Impl>();
  Configure(&impl->server);
  AddMetrics(&impl->server, status);
  impl->port = address.port;
  impl->server.set_socket_options(AllowQuickRestart);
  const bool bound = address.port == 0
                         ? (impl->port = impl->server.bind_to_any_port(address.host)) > 0
                         : impl->server.bind_to_port(address.host, address.port);
  if (!bound) {
    return Fail(ErrorCode::kIo, "--metrics " + address.host + ":" + std::to_string(address.port) +
                                    ": cannot listen there: " + std::strerror(errno));
  }
  impl->Listen();
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(impl)));
}

}  // namespace tensorfs
