// SPDX-License-Identifier: MIT
#include "policy/pressure.h"

#include <algorithm>
#include <sstream>
#include <string_view>

#include "policy/cgroup.h"
#include "policy/small_file.h"

namespace tensorfs {
namespace {

constexpr double kUsPerSecond = 1e6;
constexpr std::string_view kTotal = "total=";

// "some avg10=0.00 avg60=0.00 avg300=0.00 total=1234", in microseconds.
std::optional<double> SomeSeconds(const std::string& path) {
  std::istringstream lines(ReadSmallFile(path).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const size_t at = line.find(kTotal);
    if (!line.starts_with("some ") || at == std::string::npos) continue;
    std::istringstream number(line.substr(at + kTotal.size()));
    double total_us = 0;
    if (number >> total_us) return total_us / kUsPerSecond;
  }
  return std::nullopt;
}

PressureSnapshot Take(const std::string& directory, const std::string& prefix,
                      const std::string& suffix) {
  const std::string stem = directory + "/" + prefix;
  return {.directory = directory,
          .cpu_s = SomeSeconds(stem + "cpu" + suffix),
          .io_s = SomeSeconds(stem + "io" + suffix),
          .memory_s = SomeSeconds(stem + "memory" + suffix)};
}

std::optional<double> Share(const std::optional<double>& before, const std::optional<double>& after,
                            double seconds) {
  if (!before || !after || seconds <= 0) return std::nullopt;
  return std::clamp((*after - *before) / seconds, 0.0, 1.0);
}

}  // namespace

PressureSnapshot TakePressureSnapshot(const std::string& root) {
  for (const std::string& directory : CgroupDirectories("", root)) {
    PressureSnapshot own = Take(directory, "", ".pressure");
    if (own.cpu_s || own.io_s || own.memory_s) return own;
  }
  return Take(root + "/proc", "pressure/", "");
}

Pressure PressureBetween(const PressureSnapshot& before, const PressureSnapshot& after,
                         double seconds) {
  if (before.directory != after.directory) return {};
  return {.cpu = Share(before.cpu_s, after.cpu_s, seconds),
          .io = Share(before.io_s, after.io_s, seconds),
          .memory = Share(before.memory_s, after.memory_s, seconds)};
}

}  // namespace tensorfs
