// SPDX-License-Identifier: MIT
#include "tools/cache_place.h"

#include <filesystem>
#include <system_error>

#include "tools/control_client.h"
#include "tools/mounted_path.h"

namespace tensorfs {

Result<bool> IsServed(const std::string& place) {
  const Result<std::string> socket = FindControlSocket(place);
  if (socket) return true;
  if (socket.error().code == ErrorCode::kInvalidArgument) return false;
  return tl::unexpected(socket.error());
}

std::string PathForDaemon(const std::string& mountpoint, const std::string& path) {
  if (const Result<std::string> inside = PathInMount(mountpoint, path)) return *inside;
  std::error_code error;
  return std::filesystem::absolute(path, error).lexically_normal().string();
}

}  // namespace tensorfs
