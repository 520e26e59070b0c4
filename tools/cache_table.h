// SPDX-License-Identifier: MIT
// The daemon's and the resting cache's answers as texts for people, at most 100 columns wide. Pure
// functions; errors are kCorrupt if a text is not such an answer.
#ifndef TENSORFS_TOOLS_CACHE_TABLE_H_
#define TENSORFS_TOOLS_CACHE_TABLE_H_

#include <string>
#include <string_view>

#include "codec/result.h"

namespace tensorfs {

Result<std::string> CacheStatsTable(std::string_view json);  // of DescribeContents
Result<std::string> CacheListTable(std::string_view json);   // of ListHottest

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_CACHE_TABLE_H_
