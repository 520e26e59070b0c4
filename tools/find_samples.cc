// SPDX-License-Identifier: MIT
#include "tools/find_samples.h"

#include "fs/printable.h"

namespace tensorfs {
namespace {

std::string ReplaceExtension(const std::string& path, const std::string& extension) {
  return path.substr(0, path.rfind('.')) + extension;
}

}  // namespace

Result<std::string> PathInSource(const MountCommand& mount, const std::string& path) {
  if (!path.starts_with('/')) return path;
  const std::string& source = mount.source;
  if (path == source) return std::string();
  const std::string front = source == "/" ? source : source + "/";
  if (path.starts_with(front)) return path.substr(front.size());
  return Fail(ErrorCode::kInvalidArgument,
              Printable(path) + ": neither in the mount nor in its source " + source);
}

Result<std::vector<Inode>> FindSamples(const MountCommand& mount, SampleFs* fs,
                                       const std::string& given) {
  const Result<std::string> path = PathInSource(mount, given);
  if (!path) return tl::unexpected(path.error());
  const Result<std::vector<Inode>> presented = fs->ListSamples(*path);
  if (presented || presented.error().code != ErrorCode::kNotFound) return presented;
  const std::string extension = "." + std::string(NameOf(mount.view.format));
  for (const std::string& shown : {ReplaceExtension(*path, extension), *path + extension}) {
    const Result<std::vector<Inode>> found = fs->ListSamples(shown);
    if (!found || found->size() != 1) continue;
    const Result<std::string> source_path = fs->SourcePathOf(found->front());
    if (source_path && *source_path == *path) return found;
  }
  return Fail(ErrorCode::kNotFound, Printable(*path) + ": no such file in the mount or its source");
}

Result<Inode> FindSample(const MountCommand& mount, SampleFs* fs, const std::string& path) {
  const Result<std::vector<Inode>> samples = FindSamples(mount, fs, path);
  if (!samples) return tl::unexpected(samples.error());
  if (samples->size() == 1) return samples->front();
  return Fail(ErrorCode::kInvalidArgument, Printable(path) + ": not one sample's path");
}

}  // namespace tensorfs
