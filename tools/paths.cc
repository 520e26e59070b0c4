// SPDX-License-Identifier: MIT
#include "tools/paths.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <utility>

#include "cache/store_dir.h"

namespace tensorfs {
namespace {

using std::filesystem::path;

// Device and inode: what a directory is, whatever it is called.
std::optional<std::pair<dev_t, ino_t>> Identity(const path& name) {
  struct stat attributes;
  if (stat(name.c_str(), &attributes) != 0) return std::nullopt;
  return std::pair(attributes.st_dev, attributes.st_ino);
}

std::string Environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

Result<std::string> ResolvePath(const std::string& name) {
  std::error_code failure;
  const path resolved = std::filesystem::canonical(name, failure);
  if (!failure) return resolved.string();
  const ErrorCode code = failure == std::errc::no_such_file_or_directory ? ErrorCode::kNotFound
                         : failure == std::errc::permission_denied       ? ErrorCode::kPermission
                                                                         : ErrorCode::kIo;
  return Fail(code, name + ": " + std::strerror(failure.value()));
}

std::string ResolveFuturePath(const std::string& name) {
  std::error_code failure;
  const path absolute = std::filesystem::absolute(name, failure);
  path resolved = std::filesystem::weakly_canonical(absolute, failure);
  if (failure) resolved = absolute.lexically_normal();
  return (resolved.has_filename() ? resolved : resolved.parent_path()).string();
}

Result<std::string> ResolveMountpoint(const std::string& name) {
  Result<std::string> whole = ResolvePath(name);
  if (whole || whole.error().code == ErrorCode::kNotFound) return whole;
  const path normal = std::filesystem::absolute(name).lexically_normal();
  const path entry = normal.has_filename() ? normal : normal.parent_path();
  const Result<std::string> parent = ResolvePath(entry.parent_path().string());
  if (!parent) return whole;
  return (path(*parent) / entry.filename()).string();
}

bool IsWithin(const std::string& name, const std::string& directory) {
  const auto wanted = Identity(directory);
  if (!wanted) return false;
  for (path current = name;; current = current.parent_path()) {
    if (Identity(current) == wanted) return true;
    if (current == current.parent_path()) return false;
  }
}

Result<std::string> DefaultStorePath(const std::string& source, const std::string& mountpoint) {
  std::string state_home = Environment("XDG_STATE_HOME");
  if (state_home.empty() && geteuid() == 0) state_home = "/var/lib";
  if (state_home.empty() && !Environment("HOME").empty()) {
    state_home = Environment("HOME") + "/.local/state";
  }
  if (!state_home.starts_with('/')) {
    return Fail(ErrorCode::kInvalidArgument,
                "no home directory to keep the store in; name a directory with --store");
  }
  return state_home + "/tensorfs/" + DefaultStoreName(source, mountpoint);
}

}  // namespace tensorfs
