// SPDX-License-Identifier: MIT
#include "policy/process_io.h"

#include <algorithm>
#include <sstream>

#include "policy/small_file.h"

namespace tensorfs {
namespace {

constexpr double kEnoughBytes = 1 << 20;
constexpr double kFading = 0.8;  // of what was counted before, with each look
constexpr const char* kReadBytes = "read_bytes:";

}  // namespace

std::optional<uint64_t> BytesFromDevices(const std::string& root) {
  std::istringstream words(ReadSmallFile(root + "/proc/self/io").value_or(""));
  uint64_t bytes = 0;
  for (std::string word; words >> word;) {
    if (word == kReadBytes && words >> bytes) return bytes;
  }
  return std::nullopt;
}

void MissShare::Update(uint64_t read, std::optional<uint64_t> from_devices) {
  if (from_devices && from_devices_before_) {
    read_ = kFading * read_ + static_cast<double>(read - read_before_);
    from_devices_ =
        kFading * from_devices_ + static_cast<double>(*from_devices - *from_devices_before_);
  }
  read_before_ = read;
  from_devices_before_ = from_devices;
}

double MissShare::share() const {
  // What is less may be gone tomorrow: what devices could give is not told from it.
  constexpr double kLeast = 0.1;
  return read_ < kEnoughBytes ? 1 : std::clamp(from_devices_ / read_, kLeast, 1.0);
}

}  // namespace tensorfs
