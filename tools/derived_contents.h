// SPDX-License-Identifier: MIT
// What the store and the cache of a mount hold, for tools that look inside: the same answers, as
// JSON, of a live mount and of a directory at rest. Thread-safe, as the two are.
#ifndef TENSORFS_TOOLS_DERIVED_CONTENTS_H_
#define TENSORFS_TOOLS_DERIVED_CONTENTS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "cache/sample_store.h"
#include "cache/tensor_cache.h"
#include "codec/result.h"

namespace tensorfs {

struct DerivedContents {
  SampleStore* store = nullptr;  // each may be missing
  TensorCache* cache = nullptr;
  std::string store_directory;
  std::string cache_directory;
  std::vector<std::string> stages;    // of the pipeline, as far as they are known
  bool at_rest = false;               // nothing was counted, and no limit is known
  std::vector<std::string> damage{};  // why one is missing that should be there
};

// {"at_rest", "cache": null or …, "sample_store": null or …}.
std::string DescribeContents(const DerivedContents& contents);

// {"entries": [{"path", "bytes", "reads", "saved_cpu_s", "generation", "form", …}], "total"}, those
// first that are read most often. Errors: kNotFound without a cache; those of TensorCache::ForEach.
Result<std::string> ListHottest(const DerivedContents& contents, size_t limit);

struct Eviction {
  std::vector<std::string> paths;  // see PathSelection
  bool all = false;                // instead of paths
  bool store = false;              // from the sample store too
};
// {"cache": null or {"entries", "bytes"}, "sample_store": null or {"samples", "bytes"},
//  "unused_paths": […]}. Errors: kNotFound if there is nothing to evict from; those of the two.
Result<std::string> Evict(const DerivedContents& contents, const Eviction& eviction);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_DERIVED_CONTENTS_H_
