// SPDX-License-Identifier: MIT
// What the tensor cache hits when samples are read at random, beside what theory says of an LRU of
// its size, and what LRUs hit that hold as many as its limit has room for (they need none for
// garbage), and as many as it holds at the end; and how fast it hits.
//
//   hit_rate [--json] [--epochs N] [DIRECTORY]     hit rates by epoch; the set is twice the cache
//   hit_rate --throughput [--json] [DIRECTORY]     hits of 150 kB files from the page cache
//
// DIRECTORY is where the cache is made for the time of the run; /tmp if not given.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "cache/tensor_cache.h"
#include "tests/cache/read_patterns.h"

namespace tensorfs {
namespace {

constexpr uint64_t kMiB = 1 << 20;
constexpr size_t kSampleBytes = 24 << 10;
constexpr uint32_t kCachedSamples = 4096;  // were there nothing but samples in the limit
constexpr uint32_t kSamples = 2 * kCachedSamples;
constexpr SourceVersion kSource{1, 1};
constexpr double kSavedS = 0.003;

struct Arguments {
  bool json = false;
  bool throughput = false;
  size_t epochs = 10;
  std::string directory = "/tmp";
};

class ScratchDirectory {
 public:
  explicit ScratchDirectory(const std::string& parent)
      : path_(parent + "/hit_rate-" + std::to_string(getpid())) {}
  ~ScratchDirectory() { std::filesystem::remove_all(path_); }
  ScratchDirectory(const ScratchDirectory&) = delete;
  ScratchDirectory& operator=(const ScratchDirectory&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

CacheKey KeyOf(uint32_t sample) { return {"n" + std::to_string(sample) + ".JPEG", 1}; }

std::unique_ptr<TensorCache> OpenCache(const std::string& directory, uint64_t limit_bytes) {
  auto cache = TensorCache::Open(directory, {.limit_bytes = limit_bytes});
  if (cache) return std::move(*cache);
  std::fprintf(stderr, "hit_rate: %s\n", cache.error().message.c_str());
  std::exit(1);
}

// Reads as the mount does: looks in the cache, and offers what it had to make.
class CacheReader {
 public:
  explicit CacheReader(TensorCache* cache) : cache_(cache) {}

  bool operator()(uint32_t sample) {
    const CacheKey key = KeyOf(sample);
    if (cache_->Find(key, kSource)) return true;
    if (!cache_->Wants(key, kSampleBytes, kSavedS)) return false;
    cache_->Offer(key, kSource, *file_, file_, kSavedS);
    // Real readers take milliseconds for a miss, so that the writer is never far behind them.
    if (++offered_ % 64 == 0) (void)cache_->Flush();
    return false;
  }

 private:
  TensorCache* cache_;
  std::shared_ptr<const std::vector<uint8_t>> file_ =
      std::make_shared<const std::vector<uint8_t>>(kSampleBytes, uint8_t{42});
  uint64_t offered_ = 0;
};

struct Measured {
  const char* pattern;
  std::vector<double> cache;
  std::vector<double> lru;
  std::vector<double> lru_of_as_many;
  CacheStats stats;
};

Measured Measure(const char* pattern, const Arguments& arguments,
                 const std::function<Epoch()>& make_epoch) {
  const ScratchDirectory scratch(arguments.directory);
  const auto cache = OpenCache(scratch.path(), kCachedSamples * kSampleBytes);
  LruCache lru(kCachedSamples);
  Measured measured;
  measured.pattern = pattern;
  measured.cache = HitRates(make_epoch(), arguments.epochs, CacheReader(cache.get()));
  measured.lru =
      HitRates(make_epoch(), arguments.epochs, [&](uint32_t sample) { return lru.Read(sample); });
  (void)cache->Flush();
  measured.stats = cache->Stats();
  LruCache as_many(measured.stats.entries);
  measured.lru_of_as_many = HitRates(make_epoch(), arguments.epochs,
                                     [&](uint32_t sample) { return as_many.Read(sample); });
  return measured;
}

void PrintList(const char* name, const std::vector<double>& rates) {
  std::printf("\"%s\": [", name);
  for (size_t i = 0; i < rates.size(); ++i) std::printf("%s%.4f", i == 0 ? "" : ", ", rates[i]);
  std::printf("]");
}

void Print(const Measured& measured, bool json) {
  const CacheStats& stats = measured.stats;
  const double fraction = static_cast<double>(kCachedSamples) / kSamples;
  if (json) {
    std::printf("{\"pattern\": \"%s\", \"fraction\": %.3f, \"lru_formula\": %.4f, ",
                measured.pattern, fraction, LruHitRate(fraction));
    PrintList("cache", measured.cache);
    std::printf(", ");
    PrintList("lru", measured.lru);
    std::printf(", ");
    PrintList("lru_of_as_many", measured.lru_of_as_many);
    std::printf(
        ", \"entries\": %lu, \"displaced\": %lu, \"moved_bytes\": %lu, \"disk_bytes\": %lu}\n",
        stats.entries, stats.displaced, stats.moved_bytes, stats.disk_bytes);
    return;
  }
  std::printf("%s: the set is %.1f times the cache\n", measured.pattern, 1 / fraction);
  std::printf("  epoch      cache        LRU  LRU of as many entries\n");
  for (size_t i = 0; i < measured.cache.size(); ++i) {
    std::printf("  %5zu %9.1f%% %9.1f%% %9.1f%%\n", i + 1, 100 * measured.cache[i],
                100 * measured.lru[i], 100 * measured.lru_of_as_many[i]);
  }
  std::printf("  holds %lu entries, displaced %lu, moved %.1f MB\n", stats.entries, stats.displaced,
              static_cast<double>(stats.moved_bytes) / 1e6);
}

void PrintHitRates(const Arguments& arguments) {
  const Measured passes =
      Measure("random passes", arguments, [] { return RandomPasses(kSamples, 1); });
  const Measured zipf = Measure("Zipf 1.0", arguments, [] { return Zipf(kSamples, 1.0, 1); });
  Print(passes, arguments.json);
  if (!arguments.json) {
    std::printf(
        "  formulas for x = 0.5: what is kept hits x = 50.0%%, LRU x+(1-x)ln(1-x) = %.1f%%\n",
        100 * LruHitRate(0.5));
  }
  Print(zipf, arguments.json);
}

// Hits by as many threads for a second; returns the files each second.
double FilesPerSecond(TensorCache* cache, uint32_t samples, size_t threads) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::seconds kDuration{1};
  std::atomic<uint64_t> files = 0;
  const Clock::time_point begin = Clock::now();
  std::vector<std::thread> readers;
  for (size_t i = 0; i < threads; ++i) {
    readers.emplace_back([&, i] {
      uint64_t read = 0;
      for (uint32_t sample = static_cast<uint32_t>(i); Clock::now() - begin < kDuration; ++read) {
        sample = (sample + 7919) % samples;
        if (!cache->Find(KeyOf(sample), kSource)) std::abort();
      }
      files += read;
    });
  }
  for (std::thread& reader : readers) reader.join();
  const std::chrono::duration<double> taken = Clock::now() - begin;
  return static_cast<double>(files) / taken.count();
}

void PrintThroughput(const Arguments& arguments) {
  constexpr size_t kFileBytes = 150'656;
  constexpr uint32_t kFiles = 2000;
  const ScratchDirectory scratch(arguments.directory);
  const auto cache = OpenCache(scratch.path(), 512 * kMiB);
  const auto file = std::make_shared<const std::vector<uint8_t>>(kFileBytes, uint8_t{42});
  const auto begin = std::chrono::steady_clock::now();
  for (uint32_t i = 0; i < kFiles; ++i) {
    cache->Offer(KeyOf(i), kSource, *file, file, kSavedS);
    if (i % 200 == 199) (void)cache->Flush();
  }
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  const double written = kFiles * kFileBytes / taken.count() / 1e6;
  const double one = FilesPerSecond(cache.get(), kFiles, 1);
  const double two = FilesPerSecond(cache.get(), kFiles, 2);
  const char* format =
      arguments.json ? "{\"file_bytes\": %zu, \"write_mb_per_s\": %.0f, \"hits_per_s\": %.0f, "
                       "\"hits_per_s_2_threads\": %.0f}\n"
                     : "%zu-byte files: written at %.0f MB/s, hits/s with 1 thread %.0f, with 2 "
                       "threads %.0f\n";
  std::printf(format, kFileBytes, written, one, two);
}

}  // namespace
}  // namespace tensorfs

int main(int argc, char** argv) {
  tensorfs::Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--json") == 0) {
      arguments.json = true;
    } else if (std::strcmp(argv[i], "--throughput") == 0) {
      arguments.throughput = true;
    } else if (std::strcmp(argv[i], "--epochs") == 0 && i + 1 < argc) {
      arguments.epochs = static_cast<size_t>(std::max(1, std::atoi(argv[++i])));
    } else if (argv[i][0] != '-') {
      arguments.directory = argv[i];
    } else {
      std::fprintf(stderr, "usage: hit_rate [--throughput] [--json] [--epochs N] [DIRECTORY]\n");
      return 2;
    }
  }
  arguments.throughput ? PrintThroughput(arguments) : PrintHitRates(arguments);
  return 0;
}
