// SPDX-License-Identifier: MIT
#include "tools/policy_metrics.h"
#include "tools/prometheus_text.h"
#include "tools/status.h"
#include "tools/version.h"

namespace tensorfs {
namespace {

double Count(uint64_t value) { return static_cast<double>(value); }

void AddOrigins(PrometheusText* text, const ReadStatsSnapshot& reads) {
  const auto samples = [&](Origin origin) {
    return Count(reads.origins[static_cast<size_t>(origin)].samples);
  };
  const Metric metrics[] = {
      {"tensorfs_samples_from_source_total", "counter", "Tensors made from the source.",
       samples(Origin::kSource)},
      {"tensorfs_samples_from_store_total", "counter", "Tensors made from the form kept.",
       samples(Origin::kStore)},
      {"tensorfs_samples_from_cache_total", "counter", "Tensors that the cache had.",
       samples(Origin::kCache)},
  };
  text->Add(metrics);
}

void AddStore(PrometheusText* text, const StoreStats& store, const MigratorStats& migrator) {
  const Metric metrics[] = {
      {"tensorfs_store_samples", "gauge", "Samples that the store keeps in a form.",
       Count(store.samples)},
      {"tensorfs_store_used_bytes", "gauge", "Bytes of the store's files.",
       Count(store.segment_bytes + store.catalog_bytes)},
      {"tensorfs_store_limit_bytes", "gauge", "Their limit.", Count(store.limit_bytes)},
      {"tensorfs_store_corrupt_records_total", "counter", "Records found damaged and dropped.",
       Count(store.events.corrupt_records)},
      {"tensorfs_store_errors_total", "counter", "Reads and writes of the store that failed.",
       Count(store.events.read_errors + store.events.write_errors)},
      {"tensorfs_store_refused_total", "counter", "Samples not kept for want of room.",
       Count(store.events.puts_refused)},
      {"tensorfs_converted_total", "counter", "Samples converted to another form.",
       Count(migrator.converted)},
      {"tensorfs_conversion_mismatches_total", "counter",
       "Conversions given up because they would have given another tensor.",
       Count(migrator.mismatches)},
  };
  text->Add(metrics);
}

void AddCache(PrometheusText* text, const CacheStats& cache) {
  const Metric metrics[] = {
      {"tensorfs_cache_hits_total", "counter", "Reads that the tensor cache answered.",
       Count(cache.hits)},
      {"tensorfs_cache_misses_total", "counter", "Reads that it did not.", Count(cache.misses)},
      {"tensorfs_cache_saved_cpu_seconds_total", "counter", "CPU time that the hits saved.",
       cache.saved_s},
      {"tensorfs_cache_entries", "gauge", "Tensors in the cache.", Count(cache.entries)},
      {"tensorfs_cache_used_bytes", "gauge", "Bytes of the cache's files.",
       Count(cache.disk_bytes)},
      {"tensorfs_cache_limit_bytes", "gauge", "Their limit.", Count(cache.limit_bytes)},
      {"tensorfs_cache_corrupt_total", "counter", "Entries found damaged and dropped.",
       Count(cache.corrupt)},
  };
  text->Add(metrics);
}

}  // namespace

std::string ToPrometheus(const MountStatus& status, const ProcessUse& process) {
  const ReadStatsSnapshot& reads = status.reads;
  const Metric metrics[] = {
      {"tensorfs_samples_total", "counter", "Tensors made.", Count(reads.samples)},
      {"tensorfs_sample_errors_total", "counter", "Attempts to make a sample that failed.",
       Count(reads.sample_errors)},
      {"tensorfs_sample_cpu_seconds_total", "counter", "CPU time spent on making tensors.",
       Count(reads.cpu_ns) * 1e-9},
      {"tensorfs_reads_total", "counter", "Read requests of the kernel answered.",
       Count(reads.reads)},
      {"tensorfs_served_bytes_total", "counter", "Bytes of the answers to read requests.",
       Count(reads.bytes_served)},
      {"tensorfs_source_bytes_total", "counter", "Bytes read from the source.",
       Count(reads.source_bytes)},
      {"tensorfs_uptime_seconds", "gauge", "Time since the mount started.", reads.uptime_s},
      {"tensorfs_memory_used_bytes", "gauge", "Memory leased to tensors in flight.",
       Count(status.memory.used_bytes)},
      {"tensorfs_memory_peak_bytes", "gauge", "The most that was leased at once.",
       Count(status.memory.peak_bytes)},
      {"tensorfs_memory_limit_bytes", "gauge", "Limit of the memory for tensors in flight.",
       Count(status.memory.limit_bytes)},
      {"process_cpu_seconds_total", "counter", "CPU time of the whole process.", process.cpu_s},
      {"process_resident_memory_bytes", "gauge", "Resident memory of the process.",
       Count(process.resident_bytes)},
  };
  PrometheusText text;
  text.Add(metrics);
  AddOrigins(&text, reads);
  AddStore(&text, status.store, status.migrator);
  if (status.cache) AddCache(&text, *status.cache);
  if (status.policy) AddPolicyMetrics(*status.policy, &text);
  text.AddInfo({"tensorfs_mount_info", "gauge", "What is mounted; always 1.", 1},
               PrometheusLabel("version", kVersion) + "," +
                   PrometheusLabel("source", status.mount.source) + "," +
                   PrometheusLabel("mountpoint", status.mount.mountpoint) + "," +
                   PrometheusLabel("pipeline", status.mount.pipeline));
  return text.text();
}

}  // namespace tensorfs
