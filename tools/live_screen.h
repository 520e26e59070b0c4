// SPDX-License-Identifier: MIT
// Lines of text on a terminal that are drawn anew in their place. Not thread-safe.
#ifndef TENSORFS_TOOLS_LIVE_SCREEN_H_
#define TENSORFS_TOOLS_LIVE_SCREEN_H_

#include <cstddef>
#include <ostream>
#include <string_view>

namespace tensorfs {

class LiveScreen {
 public:
  // Shows at most so many lines, the rest is cut off. `out` must outlive this.
  explicit LiveScreen(std::ostream* out) : out_(out) {}

  // In place of what was drawn before.
  void Draw(std::string_view text, size_t rows);

 private:
  std::ostream* const out_;
  size_t drawn_ = 0;  // lines
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_LIVE_SCREEN_H_
