// SPDX-License-Identifier: MIT
#include "fs/sample_loader.h"

#include <utility>

#include "policy/thread_cpu.h"

namespace tensorfs {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;
constexpr Form kOriginal = {};

size_t SizeOf(const SourceFile& file) { return static_cast<size_t>(file.attr.st_size); }

}  // namespace

SourceVersion VersionOf(const struct stat& source) {
  return {.size_bytes = static_cast<uint64_t>(source.st_size),
          .mtime_ns = source.st_mtim.tv_sec * kNsPerSecond + source.st_mtim.tv_nsec};
}

SampleLoader::SampleLoader(const TensorMaker* maker, MemoryBudget* budget, const Derived& derived,
                           uint64_t cache_fingerprint)
    : maker_(maker), budget_(budget), derived_(derived), cache_fingerprint_(cache_fingerprint) {}

Result<SampleLoader::Loaded> SampleLoader::Load(const std::string& path,
                                                const SourceFile& file) const {
  const Migrator::Sample sample{.path = path, .version = VersionOf(file.attr)};
  const CacheKey key{.path = path, .fingerprint = cache_fingerprint_};
  if (FilePtr cached = FromCache(key, sample.version)) {
    return Loaded{cached, Origin::kCache, cached->bytes.size()};
  }
  const uint64_t cpu_start = ThreadCpuNs();
  const std::optional<StoredSample> kept = FindKept(path, sample.version);
  const Form* wanted = WantedForm(sample, kept);
  Loaded loaded;
  if (kept && wanted == nullptr) {
    loaded = {FromStore(path, *kept), Origin::kStore, kept->location.payload_bytes};
  }
  if (!loaded.file) {
    Result<Loaded> made = FromSource(sample, file, wanted);
    if (!made) return made;
    loaded = *std::move(made);
  }
  if (derived_.cache != nullptr) {
    const double saved_s = static_cast<double>(ThreadCpuNs() - cpu_start) / kNsPerSecond;
    derived_.cache->Offer(key, sample.version, loaded.file->bytes, loaded.file, saved_s);
  }
  return loaded;
}

Result<bool> SampleLoader::Convert(const std::string& path, const SourceFile& file,
                                   const Form& form) const {
  const Migrator::Sample sample{.path = path, .version = VersionOf(file.attr)};
  const std::optional<StoredSample> kept = FindKept(path, sample.version);
  if ((kept ? kept->form.form : kOriginal) == form) return false;
  if (form == kOriginal) {
    derived_.store->Drop(path);
    return true;
  }
  Result<TensorMaker::Made> made = maker_->Make(file, &form);
  if (!made) return tl::unexpected(made.error());
  if (!made->value) {
    derived_.migrator->NoteUnsuited(sample, form);
    return Fail(ErrorCode::kUnsupported, "the sample cannot take this form");
  }
  const Result<void> done = derived_.migrator->Convert(sample, *made->value);
  if (!done) return tl::unexpected(done.error());
  return true;
}

std::optional<StoredSample> SampleLoader::FindKept(const std::string& path,
                                                   const SourceVersion& version) const {
  if (derived_.store == nullptr) return std::nullopt;
  std::optional<StoredSample> kept = derived_.store->Find(path);
  if (!kept || kept->source == version) return kept;
  derived_.store->Drop(path);
  return std::nullopt;
}

SampleLoader::FilePtr SampleLoader::FromCache(const CacheKey& key,
                                              const SourceVersion& version) const {
  if (derived_.cache == nullptr) return nullptr;
  std::optional<TensorCache::Hit> hit = derived_.cache->Find(key, version);
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

// Null if the source has to help.
SampleLoader::FilePtr SampleLoader::FromStore(const std::string& path,
                                              const StoredSample& sample) const {
  Result<FilePtr> made = maker_->MakeFromStored(
      sample.form, sample.location.payload_bytes,
      [&](std::span<uint8_t> payload) { return derived_.store->Read(path, sample, payload); });
  if (made) return *std::move(made);
  // A bad record drops itself; this one is sound, but of no use here.
  const ErrorCode code = made.error().code;
  if (code == ErrorCode::kInvalidArgument || code == ErrorCode::kCorrupt) {
    derived_.store->Drop(path);
  }
  return nullptr;
}

// The form that the sample is to be converted to now, or null.
const Form* SampleLoader::WantedForm(const Migrator::Sample& sample,
                                     const std::optional<StoredSample>& kept) const {
  if (!derived_.target) return nullptr;
  const Form& target = *derived_.target;
  if (target == (kept ? kept->form.form : kOriginal)) return nullptr;
  if (target == kOriginal) {
    derived_.store->Drop(sample.path);
    return nullptr;
  }
  return derived_.migrator->Wants(sample, target) ? &target : nullptr;
}

Result<SampleLoader::Loaded> SampleLoader::FromSource(const Migrator::Sample& sample,
                                                      const SourceFile& file,
                                                      const Form* wanted) const {
  Result<TensorMaker::Made> made = maker_->Make(file, wanted);
  if (!made) return tl::unexpected(made.error());
  if (made->value) {
    derived_.migrator->Offer(sample, *std::move(made->value));
  } else if (wanted != nullptr) {
    derived_.migrator->NoteUnsuited(sample, *wanted);
  }
  return Loaded{std::move(made->file), Origin::kSource, SizeOf(file)};
}

}  // namespace tensorfs
