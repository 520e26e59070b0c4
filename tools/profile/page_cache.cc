// SPDX-License-Identifier: MIT
#include "tools/profile/page_cache.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

#include "cache/unique_fd.h"

namespace tensorfs {
namespace {

struct PageCount {
  size_t all = 0;
  size_t cached = 0;
};

PageCount CountPages(const std::string& path) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat attr;
  if (!file.valid() || fstat(file.get(), &attr) != 0 || attr.st_size <= 0) return {};
  const auto size = static_cast<size_t>(attr.st_size);
  void* const map = mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  if (map == MAP_FAILED) return {};
  const auto page_bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> pages((size + page_bytes - 1) / page_bytes);
  const bool known = mincore(map, size, pages.data()) == 0;
  munmap(map, size);
  const auto cached =
      std::ranges::count_if(pages, [](unsigned char page) { return (page & 1) != 0; });
  return {pages.size(), known ? static_cast<size_t>(cached) : 0};
}

}  // namespace

void DropFromPageCache(std::span<const std::string> paths, DirtyPages dirty) {
  for (const std::string& path : paths) {
    const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) continue;
    if (dirty == DirtyPages::kAreWrittenFirst) static_cast<void>(fdatasync(file.get()));
    static_cast<void>(posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED));
  }
}

double CachedShare(std::span<const std::string> paths) {
  PageCount sum;
  for (const std::string& path : paths) {
    const PageCount pages = CountPages(path);
    sum.all += pages.all;
    sum.cached += pages.cached;
  }
  return sum.all == 0 ? 0 : static_cast<double>(sum.cached) / static_cast<double>(sum.all);
}

}  // namespace tensorfs
