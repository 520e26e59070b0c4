// SPDX-License-Identifier: MIT
// What this process had the kernel fetch from devices; the rest of what it read lay in memory.
// Stateless; thread-safe.
#ifndef TENSORFS_POLICY_PROCESS_IO_H_
#define TENSORFS_POLICY_PROCESS_IO_H_

#include <cstdint>
#include <optional>
#include <string>

namespace tensorfs {

// In bytes, since the process began. Nothing where the kernel does not tell. `root` is put before
// /proc, for tests.
std::optional<uint64_t> BytesFromDevices(const std::string& root = "");

// The part of the bytes read that came from devices, of the recent ones; 1 until enough were read.
// For one thread at a time.
class MissShare {
 public:
  // Totals, from one look to the next. `from_devices` may be nothing.
  void Update(uint64_t read, std::optional<uint64_t> from_devices);

  // What was read since the last Update does not count.
  void Skip() { from_devices_before_.reset(); }

  double share() const;

 private:
  uint64_t read_before_ = 0;
  std::optional<uint64_t> from_devices_before_;
  double read_ = 0;  // the older the less
  double from_devices_ = 0;
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_PROCESS_IO_H_
