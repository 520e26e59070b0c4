// SPDX-License-Identifier: MIT
// One meter for each device that a mount reads from: source, store and cache may lie on one, two or
// three. Directories share a meter if they lie on the same disk, whatever its partitions.
//
// Immutable but for its meters; thread-safe.
#ifndef TENSORFS_POLICY_DEVICE_METERS_H_
#define TENSORFS_POLICY_DEVICE_METERS_H_

#include <deque>
#include <string>

#include "policy/read_meter.h"

namespace tensorfs {

class DeviceMeters {
 public:
  // Directories; one that does not exist yet counts as the one it will be in, an empty path as
  // none.
  DeviceMeters(const std::string& source, const std::string& store, const std::string& cache);

  struct Device {
    std::string name;   // what lies on it: "source", "source+store", …
    uint64_t disk = 0;  // the number of the whole disk, or of the filesystem that has none
    ReadMeter meter;
  };
  // Those in use, at most three.
  const std::deque<Device>& devices() const { return devices_; }

  // Null for a directory that there is not.
  ReadMeter* source() const { return source_; }
  ReadMeter* store() const { return store_; }
  ReadMeter* cache() const { return cache_; }

 private:
  ReadMeter* Add(const std::string& name, const std::string& directory);

  std::deque<Device> devices_;  // does not move them
  ReadMeter* source_;
  ReadMeter* store_;
  ReadMeter* cache_;
};

// The whole disk that a block device is, or is a partition of: as stat(2) numbers devices. One that
// sysfs does not know, as that of a network filesystem, stays as it is. `root` is put before
// /sys, for tests.
uint64_t WholeDiskOf(uint64_t device, const std::string& root = "");

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_DEVICE_METERS_H_
