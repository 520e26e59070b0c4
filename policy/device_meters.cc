// SPDX-License-Identifier: MIT
#include "policy/device_meters.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

namespace tensorfs {
namespace {

std::optional<uint64_t> FilesystemOf(const std::string& directory) {
  std::error_code error;
  std::filesystem::path path = std::filesystem::absolute(directory, error).lexically_normal();
  struct stat attributes;
  while (stat(path.c_str(), &attributes) != 0) {
    const std::filesystem::path parent = path.parent_path();
    if (parent.empty() || parent == path) return std::nullopt;
    path = parent;
  }
  return attributes.st_dev;
}

}  // namespace

uint64_t WholeDiskOf(uint64_t device, const std::string& root) {
  const std::filesystem::path here = root + "/sys/dev/block/" + std::to_string(major(device)) +
                                     ":" + std::to_string(minor(device));
  std::error_code error;
  if (!std::filesystem::exists(here / "partition", error)) return device;
  // The link leads to the partition's directory, which lies in the disk's.
  const std::filesystem::path partition = std::filesystem::canonical(here, error);
  std::ifstream numbers(partition.parent_path() / "dev");
  unsigned disk_major = 0;
  unsigned disk_minor = 0;
  char colon = 0;
  if (!(numbers >> disk_major >> colon >> disk_minor) || colon != ':') return device;
  return makedev(disk_major, disk_minor);
}

DeviceMeters::DeviceMeters(const std::string& source, const std::string& store,
                           const std::string& cache)
    : source_(Add("source", source)), store_(Add("store", store)), cache_(Add("cache", cache)) {}

ReadMeter* DeviceMeters::Add(const std::string& name, const std::string& directory) {
  if (directory.empty()) return nullptr;
  const std::optional<uint64_t> filesystem = FilesystemOf(directory);
  if (!filesystem) return nullptr;
  const uint64_t disk = WholeDiskOf(*filesystem);
  const auto known = std::ranges::find(devices_, disk, &Device::disk);
  if (known != devices_.end()) {
    known->name += "+" + name;
    return &known->meter;
  }
  Device& added = devices_.emplace_back();
  added.name = name;
  added.disk = disk;
  return &added.meter;
}

}  // namespace tensorfs
