// SPDX-License-Identifier: MIT
#include "tools/mounted_path.h"

#include <filesystem>
#include <system_error>

#include "tools/paths.h"

namespace tensorfs {

Result<std::string> PathInMount(const std::string& mountpoint, const std::string& path) {
  namespace stdfs = std::filesystem;
  std::error_code error;
  const std::string root = stdfs::absolute(ResolveFuturePath(mountpoint), error).lexically_normal();
  const stdfs::path given(path);
  // Lexically: resolving a name in the mount would follow its links.
  const stdfs::path parent = ResolveFuturePath(stdfs::absolute(given, error).parent_path());
  const stdfs::path full = (parent / given.filename()).lexically_normal();
  const std::string relative = full.lexically_relative(root);
  const bool is_inside = !relative.empty() && relative != ".." && !relative.starts_with("../");
  if (is_inside) return relative == "." ? std::string() : relative;
  if (given.is_relative() && !stdfs::exists(full, error)) return given.lexically_normal().string();
  return Fail(ErrorCode::kInvalidArgument, path + ": is not in the mount " + root);
}

}  // namespace tensorfs
