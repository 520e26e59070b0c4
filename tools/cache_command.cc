// SPDX-License-Identifier: MIT
#include "tools/cache_command.h"

#include <cstdint>
#include <nlohmann/json.hpp>

#include "fs/printable.h"
#include "policy/path_pattern.h"
#include "tools/cache_place.h"
#include "tools/cache_table.h"
#include "tools/control_client.h"
#include "tools/derived_contents.h"
#include "tools/resting_cache.h"
#include "tools/show_answer.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

// Asks the daemon for `target`, or the directory at rest by `ask`.
template <typename Ask>
Result<std::string> AskEither(const std::string& place, const std::string& target, const Ask& ask) {
  const Result<bool> served = IsServed(place);
  if (!served) return tl::unexpected(served.error());
  if (*served) return AskDaemon(place, target);
  const Result<RestingCache> resting = RestingCache::OpenToRead(place);
  if (!resting) return tl::unexpected(resting.error());
  return ask(resting->contents());
}

Result<std::string> TellEvict(const CacheEvictCommand& command) {
  nlohmann::json paths = nlohmann::json::array();
  for (const std::string& path : command.paths) {
    paths.push_back(PathForDaemon(command.place, path));
  }
  const nlohmann::json body = {{"paths", paths}, {"all", command.all}, {"store", command.store}};
  try {
    return TellDaemon(command.place, "/v1/cache/evict", body.dump());
  } catch (const nlohmann::json::exception&) {
    return Fail(ErrorCode::kInvalidArgument, "a path is not UTF-8; use a pattern with ? in it");
  }
}

Result<std::string> EvictEither(const CacheEvictCommand& command) {
  const Result<bool> served = IsServed(command.place);
  if (!served) return tl::unexpected(served.error());
  if (*served) return TellEvict(command);
  for (const std::string& path : command.paths) {
    if (!PathPattern(path).IsRoot()) continue;
    return Fail(ErrorCode::kInvalidArgument,
                Printable(path) + ": is everything; give --all for it");
  }
  const Result<RestingCache> resting = RestingCache::OpenToEvict(command.place);
  if (!resting) return tl::unexpected(resting.error());
  return Evict(resting->contents(),
               {.paths = command.paths, .all = command.all, .store = command.store});
}

std::string DescribePart(const nlohmann::json& part, const char* count, const char* noun,
                         const char* place) {
  return FormatCount(part.at(count).get<uint64_t>(), noun) + place + " (" +
         FormatBytes(part.at("bytes").get<double>()) + ")";
}

Result<std::string> EvictionText(std::string_view json) try {
  const auto evicted = nlohmann::json::parse(json);
  const nlohmann::json& cache = evicted.at("cache");
  const nlohmann::json& store = evicted.at("sample_store");
  std::string text = "evicted ";
  if (!cache.is_null()) text += DescribePart(cache, "entries", "tensor", " of the cache");
  if (!cache.is_null() && !store.is_null()) text += " and ";
  if (!store.is_null()) text += DescribePart(store, "samples", "sample", " of the store");
  return text + "\n";
} catch (const nlohmann::json::exception& failure) {
  return Fail(ErrorCode::kCorrupt, std::string("the answer about the cache: ") + failure.what());
}

void TellUnused(const std::string& json, std::ostream& err) {
  const auto evicted = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!evicted.is_object() || !evicted.contains("unused_paths")) return;
  for (const nlohmann::json& path : evicted["unused_paths"]) {
    err << "tensorfs: " << Printable(path.get<std::string>()) << ": nothing of it is there\n";
  }
}

}  // namespace

Result<void> Run(const CacheStatsCommand& command, std::ostream& out, std::ostream&) {
  const auto json = AskEither(command.place, "/v1/cache", [](const DerivedContents& contents) {
    return Result<std::string>(DescribeContents(contents));
  });
  return ShowAnswer(json, command.json, CacheStatsTable, out);
}

Result<void> Run(const CacheListCommand& command, std::ostream& out, std::ostream&) {
  const auto json = AskEither(
      command.place, "/v1/cache/entries?limit=" + std::to_string(command.limit),
      [&](const DerivedContents& contents) { return ListHottest(contents, command.limit); });
  return ShowAnswer(json, command.json, CacheListTable, out);
}

Result<void> Run(const CacheEvictCommand& command, std::ostream& out, std::ostream& err) {
  const Result<std::string> json = EvictEither(command);
  const Result<void> shown = ShowAnswer(json, command.json, EvictionText, out);
  if (shown) TellUnused(*json, err);
  return shown;
}

Result<void> Run(const CacheCommand& command, std::ostream& out, std::ostream& err) {
  return std::visit([&](const auto& chosen) { return Run(chosen, out, err); }, command);
}

}  // namespace tensorfs
