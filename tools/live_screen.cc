// SPDX-License-Identifier: MIT
#include "tools/live_screen.h"

#include <algorithm>
#include <string>

namespace tensorfs {

// A terminal narrower than the lines cuts them off instead of wrapping them: wrapped lines would
// take more rows than are counted here.
void LiveScreen::Draw(std::string_view text, size_t rows) {
  constexpr const char* kNoWrap = "\x1B[?7l";
  constexpr const char* kWrap = "\x1B[?7h";
  constexpr const char* kClearLine = "\x1B[K";
  constexpr const char* kClearBelow = "\x1B[J";
  std::string drawing = kNoWrap;
  if (drawn_ > 0) drawing += "\x1B[" + std::to_string(drawn_) + "A\r";
  drawn_ = 0;
  for (size_t start = 0; start < text.size() && drawn_ < rows; ++drawn_) {
    const size_t end = std::min(text.find('\n', start), text.size());
    drawing += std::string(text.substr(start, end - start)) + kClearLine + "\n";
    start = end + 1;
  }
  *out_ << drawing << kClearBelow << kWrap << std::flush;
}

}  // namespace tensorfs
