// SPDX-License-Identifier: MIT
#include "tools/derived_json.h"

#include <nlohmann/json.hpp>

namespace tensorfs {
namespace {

using Json = nlohmann::ordered_json;

Json GenerationsOf(const CacheStats& cache) {
  Json generations = Json::array();
  for (const CacheStats::Generation& generation : cache.generations) {
    generations.push_back({{"number", generation.number},
                           {"entries", generation.entries},
                           {"live_bytes", generation.live_bytes},
                           {"dead_bytes", generation.dead_bytes}});
  }
  return generations;
}

double HitRate(const CacheStats& cache) {
  const uint64_t asked = cache.hits + cache.misses;
  return asked == 0 ? 0 : static_cast<double>(cache.hits) / static_cast<double>(asked);
}

}  // namespace

Json JsonOf(const std::vector<FormCount>& counts) {
  Json forms = Json::array();
  for (const FormCount& form : counts) {
    forms.push_back({{"form", form.form}, {"samples", form.samples}, {"bytes", form.bytes}});
  }
  return forms;
}

Json JsonOf(const StoreStats& store) {
  const StoreEvents& events = store.events;
  return {{"limit_bytes", store.limit_bytes},
          {"used_bytes", store.segment_bytes + store.catalog_bytes},
          {"live_bytes", store.live_bytes},
          {"garbage_bytes", store.garbage_bytes},
          {"segments", store.segments},
          {"samples", store.samples},
          {"corrupt_records", events.corrupt_records},
          {"corrupt_entries", events.corrupt_entries},
          {"catalogs_replaced", events.catalogs_replaced},
          {"read_errors", events.read_errors},
          {"write_errors", events.write_errors},
          {"puts_refused", events.puts_refused},
          {"records_rewritten", events.records_rewritten},
          {"segments_removed", events.segments_removed},
          {"condition", store.condition}};
}

Json JsonOf(const CacheStats& cache) {
  return {{"limit_bytes", cache.limit_bytes},
          {"used_bytes", cache.disk_bytes},
          {"live_bytes", cache.live_bytes},
          {"dead_bytes", cache.dead_bytes},
          {"queued_bytes", cache.queued_bytes},
          {"memory_bytes", cache.memory_bytes},
          {"entries", cache.entries},
          {"hits", cache.hits},
          {"misses", cache.misses},
          {"hit_rate", HitRate(cache)},
          {"saved_cpu_s", cache.saved_s},
          {"saved_source_bytes", cache.saved_source_bytes},
          {"admitted", cache.admitted},
          {"refused", cache.refused},
          {"displaced", cache.displaced},
          {"queue_full", cache.queue_full},
          {"not_written", cache.not_written},
          {"corrupt", cache.corrupt},
          {"write_failures", cache.write_failures},
          {"moved_bytes", cache.moved_bytes},
          {"generations", GenerationsOf(cache)},
          {"condition", cache.condition}};
}

std::string Dump(const Json& json) {
  constexpr int kIndent = 2;
  return json.dump(kIndent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tensorfs
