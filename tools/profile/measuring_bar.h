// SPDX-License-Identifier: MIT
// What is being measured, how much of it is done and how long the rest takes: a line that is drawn
// anew in its place. Not thread-safe.
#ifndef TENSORFS_TOOLS_PROFILE_MEASURING_BAR_H_
#define TENSORFS_TOOLS_PROFILE_MEASURING_BAR_H_

#include <chrono>
#include <ostream>
#include <string>

namespace tensorfs {

// At most 79 columns: bar, share, time left and what goes on.
std::string MeasuringLine(double share, double elapsed_s, const std::string& what);

class MeasuringBar {
 public:
  // Where it does not draw, only notes are shown. `err` must outlive it.
  MeasuringBar(std::ostream* err, bool draws) : err_(err), draws_(draws) {}
  ~MeasuringBar() { Clear(); }
  MeasuringBar(const MeasuringBar&) = delete;
  MeasuringBar& operator=(const MeasuringBar&) = delete;

  void Show(double share, const std::string& what);
  // A line of its own, which stays.
  void Note(const std::string& note);

 private:
  void Clear();

  std::ostream* const err_;
  const bool draws_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_MEASURING_BAR_H_
