// SPDX-License-Identifier: MIT
#include "tools/profile/measuring_bar.h"

#include <algorithm>
#include <cstdio>

#include "tools/table_text.h"

namespace tensorfs {
namespace {

constexpr int kBarColumns = 24;
constexpr size_t kWhatColumns = 28;
// Before that, the time left would be a guess.
constexpr double kLeastShare = 0.02;
constexpr const char* kClearLine = "\r\x1B[K";

}  // namespace

std::string MeasuringLine(double share, double elapsed_s, const std::string& what) {
  share = std::clamp(share, 0.0, 1.0);
  const int filled = static_cast<int>(share * kBarColumns);
  std::string line = "[" + std::string(static_cast<size_t>(filled), '#') +
                     std::string(static_cast<size_t>(kBarColumns - filled), '.') + "] ";
  line += Format("%.0f %%", 100 * share);
  if (share >= kLeastShare) {
    const auto left_s = static_cast<uint64_t>(elapsed_s * (1 - share) / share);
    char text[32];
    std::snprintf(text, sizeof(text), ", %llu:%02llu left",
                  static_cast<unsigned long long>(left_s / 60),
                  static_cast<unsigned long long>(left_s % 60));
    line += text;
  }
  line += ", " + FitInto(what, kWhatColumns);
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

void MeasuringBar::Show(double share, const std::string& what) {
  if (!draws_) return;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start_;
  *err_ << kClearLine << MeasuringLine(share, elapsed.count(), what) << std::flush;
}

void MeasuringBar::Note(const std::string& note) {
  Clear();
  *err_ << "tensorfs: " << note << "\n" << std::flush;
}

void MeasuringBar::Clear() {
  if (draws_) *err_ << kClearLine << std::flush;
}

}  // namespace tensorfs
