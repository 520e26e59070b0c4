// SPDX-License-Identifier: MIT
// Whether a test that needs a mount may be skipped. Thread-safe.
#ifndef TENSORFS_TESTS_REQUIRE_FUSE_H_
#define TENSORFS_TESTS_REQUIRE_FUSE_H_

#include <cstdlib>
#include <string_view>

namespace tensorfs {

// TENSORFS_REQUIRE_FUSE=1 makes a skip a failure.
inline bool IsFuseRequired() {
  const char* required = std::getenv("TENSORFS_REQUIRE_FUSE");
  return required != nullptr && std::string_view(required) == "1";
}

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_REQUIRE_FUSE_H_
