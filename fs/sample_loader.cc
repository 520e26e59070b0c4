// SPDX-License-Identifier: MIT
#include "fs/sample_loader.h"

#include <utility>

#include "codec/hash.h"
#include "fs/source_stamp.h"
#include "policy/thread_cpu.h"

namespace tensorfs {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;
constexpr Form kOriginal = {};

double SecondsOfCpuSince(uint64_t start_ns) {
  return static_cast<double>(ThreadCpuNs() - start_ns) / kNsPerSecond;
}

size_t SizeOf(const SourceFile& file) { return static_cast<size_t>(file.attr.st_size); }

uint64_t HashOf(std::span<const uint8_t> bytes) {
  return Hash64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

SampleLoader::SampleLoader(const TensorMaker* maker, MemoryBudget* budget,
                           const DerivedView* derived, uint64_t cache_fingerprint,
                           ReadMeters meters)
    : maker_(maker),
      budget_(budget),
      derived_(derived),
      cache_fingerprint_(cache_fingerprint),
      meters_(meters) {}

Result<SampleLoader::Loaded> SampleLoader::Load(const std::string& path,
                                                const SourceFile& file) const {
  const Migrator::Sample sample{.path = path, .version = VersionOf(file.attr)};
  const CacheKey key{.path = path, .fingerprint = cache_fingerprint_};
  if (FilePtr cached = FromCache(key, sample.version)) {
    return Loaded{cached, Origin::kCache, cached->bytes.size()};
  }
  const uint64_t cpu_start = ThreadCpuNs();
  Result<Loaded> loaded = FromStoreOrSource(sample, file);
  if (loaded && derived().cache != nullptr) {
    derived().cache->Offer(key, sample.version, loaded->file->bytes, loaded->file,
                           SecondsOfCpuSince(cpu_start));
  }
  return loaded;
}

Result<SampleLoader::Warmed> SampleLoader::Warm(const std::string& path,
                                                const SourceFile& file) const {
  const Migrator::Sample sample{.path = path, .version = VersionOf(file.attr)};
  const CacheKey key{.path = path, .fingerprint = cache_fingerprint_};
  if (derived().cache->Peek(key, sample.version)) return Warmed::kHere;
  const uint64_t cpu_start = ThreadCpuNs();
  const Result<Loaded> loaded = FromStoreOrSource(sample, file);
  if (!loaded) return tl::unexpected(loaded.error());
  const bool taken = derived().cache->Insert(key, sample.version, loaded->file->bytes, loaded->file,
                                             SecondsOfCpuSince(cpu_start));
  return taken ? Warmed::kLoaded : Warmed::kNoRoom;
}

// One file at a time is in memory, under its own lease: a thread that waited for memory while it
// held some would wait for others that do the same.
Result<SampleLoader::Comparison> SampleLoader::Compare(const std::string& path,
                                                       const SourceFile& file) const {
  const SourceVersion version = VersionOf(file.attr);
  const CacheKey key{.path = path, .fingerprint = cache_fingerprint_};
  std::optional<uint64_t> cached_hash;
  if (derived().cache != nullptr) {
    if (const Result<TensorCache::Hit> hit = derived().cache->Peek(key, version)) {
      cached_hash = HashOf(hit->bytes);
    }
  }
  std::optional<uint64_t> stored_hash;
  if (const std::optional<StoredSample> kept = FindKept(path, version)) {
    if (const FilePtr stored = FromStore(path, *kept)) stored_hash = HashOf(stored->bytes);
  }
  const Result<TensorMaker::Made> made = maker_->Make(file);
  if (!made) return tl::unexpected(made.error());
  const uint64_t right_hash = HashOf(made->file->bytes);
  const Comparison comparison{.bytes = made->file->bytes.size(),
                              .cache_differs = cached_hash.value_or(right_hash) != right_hash,
                              .store_differs = stored_hash.value_or(right_hash) != right_hash};
  if (comparison.cache_differs) derived().cache->Drop(key);
  if (comparison.store_differs) derived().store->Drop(path);
  return comparison;
}

Result<std::string> SampleLoader::CachedNpy(const std::string& path, const SourceFile& file) const {
  if (derived().cache == nullptr) {
    return Fail(ErrorCode::kNotFound, "the mount has no tensor cache");
  }
  const Result<TensorCache::Hit> hit = derived().cache->Peek(
      {.path = path, .fingerprint = cache_fingerprint_}, VersionOf(file.attr));
  if (!hit) return tl::unexpected(hit.error());
  return maker_->ToNpy(file, hit->bytes);
}

Result<bool> SampleLoader::Convert(const std::string& path, const SourceFile& file,
                                   const Form& form, MoveCause cause) const {
  if (derived().migrator == nullptr) {
    return Fail(ErrorCode::kNotFound, "the store is not open");
  }
  const Migrator::Sample sample{.path = path, .version = VersionOf(file.attr)};
  const std::optional<StoredSample> kept = FindKept(path, sample.version);
  if ((kept ? kept->form.form : kOriginal) == form) return false;
  if (form == kOriginal) {
    derived().migrator->GoBack(path, cause);
    return true;
  }
  Result<TensorMaker::Made> made = maker_->Make(file, &form, cause);
  if (!made) return tl::unexpected(made.error());
  // Whoever makes moves in the background charges for his thread.
  if (cause == MoveCause::kInBackground) derived().migrator->ChargeRead(0, SizeOf(file));
  if (!made->value) {
    derived().migrator->NoteUnsuited(sample, form);
    return Fail(ErrorCode::kUnsupported, "the sample cannot take this form");
  }
  const Result<void> done = derived().migrator->Convert(sample, *made->value, cause);
  if (!done) return tl::unexpected(done.error());
  return true;
}

std::optional<StoredSample> SampleLoader::FindKept(const std::string& path,
                                                   const SourceVersion& version) const {
  if (derived().store == nullptr) return std::nullopt;
  std::optional<StoredSample> kept = derived().store->Find(path);
  if (!kept || kept->source == version) return kept;
  derived().store->Drop(path);
  return std::nullopt;
}

SampleLoader::FilePtr SampleLoader::FromCache(const CacheKey& key,
                                              const SourceVersion& version) const {
  if (derived().cache == nullptr) return nullptr;
  std::optional<TensorCache::Hit> hit;
  {
    ReadMeter::Reading reading(meters_.cache);
    hit = derived().cache->Find(key, version);
    if (hit) reading.Count(hit->bytes.size());
  }
  if (!hit) return nullptr;
  auto file = std::make_shared<FinishedFile>();
  // The bytes are there before their lease, because only the hit tells their number.
  Result<MemoryBudget::Lease> lease = budget_->Acquire(hit->bytes.size());
  if (!lease) return nullptr;
  file->lease = *std::move(lease);
  file->bytes = hit->bytes;
  file->owner = std::move(hit->owner);
  return file;
}

Result<SampleLoader::Loaded> SampleLoader::FromStoreOrSource(const Migrator::Sample& sample,
                                                             const SourceFile& file) const {
  const std::optional<StoredSample> kept = FindKept(sample.path, sample.version);
  const Form* wanted = WantedForm(sample, kept);
  if (kept && wanted == nullptr) {
    if (FilePtr stored = FromStore(sample.path, *kept)) {
      return Loaded{std::move(stored), Origin::kStore, kept->location.payload_bytes};
    }
  }
  const uint64_t cpu_start = ThreadCpuNs();
  Result<Loaded> loaded = FromSource(sample, file, wanted);
  // The store would have had it for less; how much less is not known here.
  if (kept && wanted != nullptr) {
    derived().migrator->ChargeRead(ThreadCpuNs() - cpu_start, SizeOf(file));
  }
  return loaded;
}

// Null if the source has to help.
SampleLoader::FilePtr SampleLoader::FromStore(const std::string& path,
                                              const StoredSample& sample) const {
  Result<FilePtr> made = maker_->MakeFromStored(
      sample.form, sample.location.payload_bytes, [&](std::span<uint8_t> payload) {
        ReadMeter::Reading reading(meters_.store);
        Result<void> read = derived().store->Read(path, sample, payload);
        if (read) reading.Count(payload.size());
        return read;
      });
  if (made) return *std::move(made);
  // A bad record drops itself; this one is sound, but of no use here.
  const ErrorCode code = made.error().code;
  if (code == ErrorCode::kInvalidArgument || code == ErrorCode::kCorrupt) {
    derived().store->Drop(path);
  }
  return nullptr;
}

// The form that the sample is to be converted to now, or null.
const Form* SampleLoader::WantedForm(const Migrator::Sample& sample,
                                     const std::optional<StoredSample>& kept) const {
  if (!derived().target) return nullptr;
  const Form& target = *derived().target;
  if (target == (kept ? kept->form.form : kOriginal)) return nullptr;
  if (target == kOriginal) {
    derived().migrator->GoBack(sample.path, MoveCause::kOnRead);
    return nullptr;
  }
  return derived().migrator->Wants(sample, target) ? &target : nullptr;
}

Result<SampleLoader::Loaded> SampleLoader::FromSource(const Migrator::Sample& sample,
                                                      const SourceFile& file,
                                                      const Form* wanted) const {
  Result<TensorMaker::Made> made = maker_->Make(file, wanted);
  if (!made) return tl::unexpected(made.error());
  if (made->value) {
    derived().migrator->ChargeRead(made->value_cpu_ns);
    derived().migrator->Offer(sample, *std::move(made->value));
  } else if (wanted != nullptr) {
    derived().migrator->NoteUnsuited(sample, *wanted);
  }
  return Loaded{std::move(made->file), Origin::kSource, SizeOf(file)};
}

}  // namespace tensorfs
