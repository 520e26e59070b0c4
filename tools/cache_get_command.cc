// SPDX-License-Identifier: MIT
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "fs/printable.h"
#include "policy/path_pattern.h"
#include "tools/cache_command.h"
#include "tools/cache_place.h"
#include "tools/control_client.h"
#include "tools/resting_cache.h"

namespace tensorfs {
namespace {

constexpr std::string_view kNpyMagic = "\x93NUMPY";

// The entry of one sample; of several, which different pipelines made, the newest.
Result<CacheEntryInfo> FindEntry(const DerivedContents& contents, const std::string& path,
                                 std::ostream& err) {
  if (contents.cache == nullptr) {
    return Fail(ErrorCode::kNotFound, contents.store_directory + ": there is no tensor cache");
  }
  const PathPattern name(path);
  std::optional<CacheEntryInfo> newest;
  size_t others = 0;
  bool is_name = true;
  const auto listed = contents.cache->ForEach([&](const CacheEntryInfo& entry) {
    if (!name.NamesSample(entry.path)) {
      is_name = is_name && !name.MatchesSample(entry.path);
      return true;
    }
    if (newest) ++others;
    if (!newest || entry.generation >= newest->generation) newest = entry;
    return true;
  });
  if (!listed) return tl::unexpected(listed.error());
  if (!newest) {
    return Fail(ErrorCode::kNotFound,
                Printable(path) + (is_name ? ": not in the cache" : ": not one sample's path"));
  }
  if (others > 0) {
    err << "tensorfs: " << Printable(path) << ": " << others + 1
        << " tensors of it are in the cache; this is the newest, of " << Printable(newest->path)
        << "\n";
  }
  return *newest;
}

// Only a mount knows its tensors' shapes, so an entry must be an .npy file as it is.
Result<std::string> GetAtRest(const CacheGetCommand& command, std::ostream& err) {
  const Result<RestingCache> resting = RestingCache::OpenToRead(command.place);
  if (!resting) return tl::unexpected(resting.error());
  const Result<CacheEntryInfo> entry = FindEntry(resting->contents(), command.path, err);
  if (!entry) return Fail(command.place, entry.error());
  const auto hit = resting->contents().cache->Peek(
      {.path = entry->path, .fingerprint = entry->fingerprint}, entry->source);
  if (!hit) return Fail(Printable(entry->path), hit.error());
  std::string file(reinterpret_cast<const char*>(hit->bytes.data()), hit->bytes.size());
  if (!file.starts_with(kNpyMagic)) {
    return Fail(ErrorCode::kInvalidArgument,
                Printable(entry->path) +
                    ": was cached in another format than npy, and its shape is not known here; "
                    "mount it and give the mountpoint");
  }
  return file;
}

Result<std::string> GetNpy(const CacheGetCommand& command, std::ostream& err) {
  const Result<bool> served = IsServed(command.place);
  if (!served) return tl::unexpected(served.error());
  if (!*served) return GetAtRest(command, err);
  return AskDaemon(command.place, "/v1/cache/entry?path=" +
                                      PercentEncode(PathForDaemon(command.place, command.path)));
}

Result<void> WriteFile(const std::string& path, const std::string& bytes) {
  errno = 0;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (file) return {};
  return Fail(ErrorCode::kIo,
              path + ": " + (errno != 0 ? std::strerror(errno) : "cannot be written"));
}

}  // namespace

Result<void> Run(const CacheGetCommand& command, std::ostream& out, std::ostream& err) {
  const bool to_output = command.output.empty() || command.output == "-";
  if (to_output && out.rdbuf() == std::cout.rdbuf() && isatty(STDOUT_FILENO) == 1) {
    return Fail(ErrorCode::kInvalidArgument,
                "a tensor is not written to a terminal; give a file with -o");
  }
  const Result<std::string> npy = GetNpy(command, err);
  if (!npy) return tl::unexpected(npy.error());
  if (!to_output) return WriteFile(command.output, *npy);
  out.write(npy->data(), static_cast<std::streamsize>(npy->size()));
  return {};
}

}  // namespace tensorfs
