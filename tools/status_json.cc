// SPDX-License-Identifier: MIT
#include <array>
#include <nlohmann/json.hpp>

#include "tools/derived_json.h"
#include "tools/policy_json.h"
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

Json CausesOf(const MigratorStats& migrator) {
  constexpr std::array<const char*, kMoveCauses> kNames = {"read", "background", "request"};
  Json causes;
  for (size_t i = 0; i < kNames.size(); ++i) {
    const MoveStats& moves = migrator.causes[i];
    causes[kNames[i]] = {{"moves", moves.moves},
                         {"payload_bytes", moves.payload_bytes},
                         {"cpu_s", static_cast<double>(moves.cpu_ns) * 1e-9}};
  }
  return causes;
}

Json MigrationOf(const MigratorStats& migrator) {
  return {{"converted", migrator.converted},
          {"unsuited", migrator.unsuited},
          {"failed", migrator.failed},
          {"mismatches", migrator.mismatches},
          {"deferred", migrator.deferred},
          {"waiting", migrator.waiting},
          {"waiting_bytes", migrator.waiting_bytes},
          {"payload_bytes", migrator.payload_bytes},
          {"cpu_s", static_cast<double>(migrator.cpu_ns) * 1e-9},
          {"causes", CausesOf(migrator)},
          {"cpu_share", migrator.use.cpu},
          {"disk_share", migrator.use.disk}};
}

Json CacheOf(const MountStatus& status) {
  if (!status.cache) return nullptr;
  Json cache = {{"directory", status.mount.cache}};
  cache.update(JsonOf(*status.cache));
  return cache;
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
      {"forms", JsonOf(status.forms)},
      {"policy_report", status.policy ? JsonOf(*status.policy) : Json(nullptr)},
      {"migration", MigrationOf(status.migrator)},
      {"sample_store", JsonOf(status.store)},
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
  return Dump(document);
}

}  // namespace tensorfs
