// SPDX-License-Identifier: MIT
#include "tools/derived_contents.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>

#include "tools/derived_json.h"
#include "tools/path_selection.h"
#include "tools/stored_forms.h"

namespace tensorfs {
namespace {

using Json = nlohmann::ordered_json;

Json CacheOf(const DerivedContents& contents) {
  if (contents.cache == nullptr) return nullptr;
  Json cache = {{"directory", contents.cache_directory}};
  cache.update(JsonOf(contents.cache->Stats()));
  if (contents.at_rest) cache["limit_bytes"] = nullptr;
  return cache;
}

Json StoreOf(const DerivedContents& contents) {
  if (contents.store == nullptr) return nullptr;
  const StoreStats stats = contents.store->Stats();
  Json store = {{"directory", contents.store_directory}};
  store.update(JsonOf(stats));
  store["forms"] = JsonOf(CountForms(stats, contents.stages));
  if (contents.at_rest) store["limit_bytes"] = nullptr;
  return store;
}

// The form that the sample is kept in, if that can be known.
Json FormOf(const DerivedContents& contents, const CacheEntryInfo& entry) {
  if (contents.store == nullptr) return nullptr;
  const std::optional<StoredSample> kept = contents.store->Find(entry.path);
  const bool is_current = kept && kept->source == entry.source;
  return DescribeForm(is_current ? kept->form.form : Form(), contents.stages);
}

Result<Json> EvictFromCache(TensorCache* cache, PathSelection* selection) {
  if (cache == nullptr) return nullptr;
  const auto evicted =
      cache->Evict([&](std::string_view path) { return selection->Chooses(path); });
  if (!evicted) return tl::unexpected(evicted.error());
  return Json{{"entries", evicted->entries}, {"bytes", evicted->bytes}};
}

Result<Json> EvictFromStore(SampleStore* store, PathSelection* selection) {
  uint64_t samples = 0;
  uint64_t bytes = 0;
  const auto evict = [&](std::string_view key, const StoredSample& sample) {
    if (!selection->Chooses(key)) return true;
    store->Drop(key);
    ++samples;
    bytes += sample.location.payload_bytes;
    return true;
  };
  if (auto visited = store->ForEach(evict); !visited) return tl::unexpected(visited.error());
  Result<void> flushed = store->Flush();
  // On a full disk, puts that waited beside the drops had no room until these were done.
  if (!flushed) flushed = store->Flush();
  if (!flushed) return tl::unexpected(flushed.error());
  store->ReclaimSoon();
  return Json{{"samples", samples}, {"bytes", bytes}};
}

tl::unexpected<Error> FailNoCache(const DerivedContents& contents) {
  const std::string where = contents.store_directory.empty() ? "" : contents.store_directory + ": ";
  return Fail(ErrorCode::kNotFound, where + "there is no tensor cache");
}

// What was read a moment ago may still wait to be written, and would be missed.
void ShowWhatWaits(const DerivedContents& contents) {
  if (contents.cache == nullptr || contents.at_rest) return;
  static_cast<void>(contents.cache->Flush());  // a failure is in the cache's condition
}

}  // namespace

std::string DescribeContents(const DerivedContents& contents) {
  ShowWhatWaits(contents);
  return Dump({{"at_rest", contents.at_rest},
               {"cache", CacheOf(contents)},
               {"sample_store", StoreOf(contents)}});
}

Result<std::string> ListHottest(const DerivedContents& contents, size_t limit) {
  if (contents.cache == nullptr) return FailNoCache(contents);
  ShowWhatWaits(contents);
  const auto hottest = contents.cache->Hottest(limit);
  if (!hottest) return tl::unexpected(hottest.error());
  Json entries = Json::array();
  for (const CacheEntryInfo& entry : *hottest) {
    entries.push_back({{"path", entry.path},
                       {"bytes", entry.bytes},
                       {"reads", entry.reads},
                       {"saved_cpu_s", entry.saved_s * static_cast<double>(entry.reads)},
                       {"saved_cpu_s_per_read", entry.saved_s},
                       {"generation", entry.generation},
                       {"form", FormOf(contents, entry)},
                       {"source_bytes", entry.source.size_bytes},
                       {"fingerprint", entry.fingerprint}});
  }
  return Dump({{"entries", entries}, {"total", contents.cache->Stats().entries}});
}

Result<std::string> Evict(const DerivedContents& contents, const Eviction& eviction) {
  const bool from_store = eviction.store && contents.store != nullptr;
  if (contents.cache == nullptr && !from_store) return FailNoCache(contents);
  PathSelection selection = eviction.all ? PathSelection::All() : PathSelection(eviction.paths);
  const Result<Json> cache = EvictFromCache(contents.cache, &selection);
  if (!cache) return tl::unexpected(cache.error());
  const Result<Json> store = from_store ? EvictFromStore(contents.store, &selection) : nullptr;
  if (!store) return tl::unexpected(store.error());
  return Dump({{"cache", *cache}, {"sample_store", *store}, {"unused_paths", selection.Unused()}});
}

}  // namespace tensorfs
