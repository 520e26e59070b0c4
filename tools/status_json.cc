// SPDX-License-Identifier: MIT
#include <array>
#include <nlohmann/json.hpp>

#include "tools/status.h"
#include "tools/version.h"

namespace tensorfs {

std::string ReplaceInvalidUtf8(const std::string& text) {
  constexpr int kNoIndent = -1;
  const std::string quoted =
      nlohmann::json(text).dump(kNoIndent, ' ', false, nlohmann::json::error_handler_t::replace);
  return nlohmann::json::parse(quoted).get<std::string>();
}

namespace {

using Json = nlohmann::ordered_json;

Json OriginsOf(const ReadStatsSnapshot& reads) {
  constexpr std::array<const char*, kOrigins> kNames = {"source", "store", "cache"};
  Json origins;
  for (size_t i = 0; i < kNames.size(); ++i) {
    const OriginStats& origin = reads.origins[i];
    origins[kNames[i]] = {{"samples", origin.samples},
                          {"read_bytes", origin.read_bytes},
                          {"cpu_s", static_cast<double>(origin.cpu_ns) * 1e-9}};
  }
  return origins;
}

Json FormsOf(const MountStatus& status) {
  Json forms = Json::array();
  for (const FormCount& form : status.forms) {
    forms.push_back({{"form", form.form}, {"samples", form.samples}, {"bytes", form.bytes}});
  }
  return forms;
}

Json StoreOf(const StoreStats& store) {
  const StoreEvents& events = store.events;
  return {{"limit_bytes", store.limit_bytes},
          {"used_bytes", store.segment_bytes + store.catalog_bytes},
          {"live_bytes", store.live_bytes},
          {"garbage_bytes", store.garbage_bytes},
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

Json MigrationOf(const MigratorStats& migrator) {
  return {{"converted", migrator.converted},
          {"unsuited", migrator.unsuited},
          {"failed", migrator.failed},
          {"deferred", migrator.deferred},
          {"waiting", migrator.waiting},
          {"payload_bytes", migrator.payload_bytes},
          {"cpu_s", static_cast<double>(migrator.cpu_ns) * 1e-9}};
}

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

Json CacheOf(const MountStatus& status) {
  if (!status.cache) return nullptr;
  const CacheStats& cache = *status.cache;
  return {{"directory", status.mount.cache},
          {"limit_bytes", cache.limit_bytes},
          {"used_bytes", cache.disk_bytes},
          {"live_bytes", cache.live_bytes},
          {"dead_bytes", cache.dead_bytes},
          {"queued_bytes", cache.queued_bytes},
          {"memory_bytes", cache.memory_bytes},
          {"entries", cache.entries},
          {"hits", cache.hits},
          {"misses", cache.misses},
          {"saved_cpu_s", cache.saved_s},
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

}  // namespace

std::string ToJson(const MountStatus& status, const ProcessUse& process) {
  const ReadStatsSnapshot& reads = status.reads;
  const Json document = {
      {"version", kVersion},
      {"pid", process.pid},
      {"source", status.mount.source},
      {"mountpoint", status.mount.mountpoint},
      {"store", status.mount.store},
      {"pipeline", status.mount.pipeline},
      {"present", status.mount.present},
      {"policy", status.mount.policy},
      {"uptime_s", reads.uptime_s},
      {"samples", reads.samples},
      {"sample_errors", reads.sample_errors},
      {"reads", reads.reads},
      {"bytes_served", reads.bytes_served},
      {"source_bytes", reads.source_bytes},
      {"sample_cpu_s", static_cast<double>(reads.cpu_ns) * 1e-9},
      {"origins", OriginsOf(reads)},
      {"forms", FormsOf(status)},
      {"migration", MigrationOf(status.migrator)},
      {"sample_store", StoreOf(status.store)},
      {"cache", CacheOf(status)},
      {"recent",
       {{"samples_per_s", reads.samples_per_s}, {"cpu_us_per_sample", reads.cpu_us_per_sample}}},
      {"process", {{"cpu_s", process.cpu_s}, {"resident_bytes", process.resident_bytes}}},
      {"memory",
       {{"used_bytes", status.memory.used_bytes},
        {"peak_bytes", status.memory.peak_bytes},
        {"limit_bytes", status.memory.limit_bytes}}},
      {"kernel",
       {{"libfuse", status.kernel.libfuse_version},
        {"release", status.kernel.kernel_version},
        {"features", status.kernel.used}}}};
  constexpr int kIndent = 2;
  return document.dump(kIndent, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace tensorfs
