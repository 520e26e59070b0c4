// SPDX-License-Identifier: MIT
// The store's and the cache's accounts of themselves as JSON, the same in every answer. Pure
// functions.
#ifndef TENSORFS_TOOLS_DERIVED_JSON_H_
#define TENSORFS_TOOLS_DERIVED_JSON_H_

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cache/cache_stats.h"
#include "cache/store_stats.h"
#include "tools/status.h"

namespace tensorfs {

nlohmann::ordered_json JsonOf(const StoreStats& store);
nlohmann::ordered_json JsonOf(const CacheStats& cache);
nlohmann::ordered_json JsonOf(const std::vector<FormCount>& forms);

// Indented; bytes that are not UTF-8 become U+FFFD.
std::string Dump(const nlohmann::ordered_json& json);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_DERIVED_JSON_H_
