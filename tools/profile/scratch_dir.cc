// SPDX-License-Identifier: MIT
#include "tools/profile/scratch_dir.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "tools/paths.h"

namespace tensorfs {

Result<ScratchDir> ScratchDir::Make(const std::string& parent) {
  const Result<std::string> resolved = ResolvePath(parent);
  if (!resolved) return tl::unexpected(resolved.error());
  std::string path = *resolved + "/tensorfs-profile-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) {
    return Fail(ErrorCode::kIo, parent + ": " + std::strerror(errno));
  }
  return ScratchDir(std::move(path));
}

ScratchDir::~ScratchDir() {
  if (path_.empty()) return;
  std::error_code ignored;  // a destructor has nobody to tell
  std::filesystem::remove_all(path_, ignored);
}

std::string DefaultScratchParent() {
  const char* chosen = std::getenv("TMPDIR");
  return chosen != nullptr && *chosen != '\0' ? chosen : "/var/tmp";
}

}  // namespace tensorfs
