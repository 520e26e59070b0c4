// SPDX-License-Identifier: MIT
#include "tools/control_client.h"

#include <fcntl.h>
#include <httplib.h>
#include <sys/xattr.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cache/unique_fd.h"
#include "tools/control_server.h"

namespace tensorfs {
namespace {

constexpr time_t kAnswerTimeoutSeconds = 120;  // a list of a million samples takes a while

bool IsDaemonGone(int error) { return error == ENOTCONN || error == ECONNABORTED; }

tl::unexpected<Error> FailXattr(const std::string& mountpoint, int error) {
  if (error == ENODATA || error == EOPNOTSUPP) {
    return Fail(ErrorCode::kInvalidArgument, mountpoint + ": not a tensorfs mountpoint");
  }
  if (IsDaemonGone(error)) {
    return Fail(ErrorCode::kIo, mountpoint +
                                    ": the daemon of this mount is dead; `tensorfs umount " +
                                    mountpoint + "` removes the mount");
  }
  return Fail(error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
              mountpoint + ": " + std::strerror(error));
}

}  // namespace

bool IsDeadMount(const std::string& mountpoint) {
  return getxattr(mountpoint.c_str(), kControlXattr, nullptr, 0) < 0 && IsDaemonGone(errno);
}

Result<std::string> FindControlSocket(const std::string& mountpoint) {
  char path[PATH_MAX];
  const ssize_t length = getxattr(mountpoint.c_str(), kControlXattr, path, sizeof(path));
  if (length < 0) return FailXattr(mountpoint, errno);
  return std::string(path, static_cast<size_t>(length));
}

namespace {

ErrorCode CodeOf(int status) {
  switch (status) {
    case 400:
      return ErrorCode::kInvalidArgument;
    case 404:
      return ErrorCode::kNotFound;
    case 409:
      return ErrorCode::kBusy;
    default:
      return ErrorCode::kIo;
  }
}

// The daemon's own words, or its status.
std::string MessageOf(const httplib::Response& answer) {
  const auto json = nlohmann::json::parse(answer.body, nullptr, /*allow_exceptions=*/false);
  if (json.is_object() && json.contains("error")) return json["error"].get<std::string>();
  return "the daemon answered with status " + std::to_string(answer.status);
}

template <typename Send>
Result<std::string> Exchange(const std::string& mountpoint, const Send& send) {
  Result<std::string> socket = FindControlSocket(mountpoint);
  if (!socket) return socket;
  const std::filesystem::path path(*socket);
  const UniqueFd directory(open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid()) return Fail(ErrorCode::kIo, *socket + ": " + std::strerror(errno));
  httplib::Client client("/proc/self/fd/" + std::to_string(directory.get()) + "/" +
                         path.filename().string());
  client.set_address_family(AF_UNIX);
  client.set_read_timeout(kAnswerTimeoutSeconds);
  const httplib::Result answer = send(client);
  if (!answer) {
    return Fail(ErrorCode::kIo,
                *socket + ": no answer from the daemon: " + httplib::to_string(answer.error()));
  }
  if (answer->status != 200) {
    return Fail(CodeOf(answer->status), mountpoint + ": " + MessageOf(*answer));
  }
  return answer->body;
}

}  // namespace

Result<std::string> AskDaemon(const std::string& mountpoint, const std::string& target) {
  return Exchange(mountpoint, [&](httplib::Client& client) { return client.Get(target); });
}

Result<std::string> TellDaemon(const std::string& mountpoint, const std::string& target,
                               const std::string& body) {
  return Exchange(mountpoint, [&](httplib::Client& client) {
    return client.Post(target, body, "application/json");
  });
}

std::string PercentEncode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~").find(c) != std::string_view::npos;
    char escaped[4];
    std::snprintf(escaped, sizeof(escaped), "%%%02X", static_cast<unsigned char>(c));
    encoded += plain ? std::string(1, c) : std::string(escaped);
  }
  return encoded;
}

}  // namespace tensorfs
