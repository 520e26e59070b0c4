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

Migrator::Sample SampleAt(const SampleAddress& address, const SourceVersion& version) {
  return {.path = address.path, .version = version, .id = address.inode};
}

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

Result<SampleLoader::Loaded> SampleLoader::Load(const SampleAddress& address,
                                                SampleSource& source) const {
  const SourceVersion& version = source.state().version;
  const CacheKey key{.path = address.path, .fingerprint = cache_fingerprint_};
  if (FilePtr cached = FromCache(key, version)) {
    if (derived().policy != nullptr) derived().policy->NoteCachedRead(address.inode);
    return Loaded{cached, Origin::kCache, cached->bytes.size()};
  }
  const uint64_t cpu_start = ThreadCpuNs();
  Result<Loaded> loaded = FromStoreOrSource(address, source);
  if (loaded && IsToBeCached(address)) {
    derived().cache->Offer(key, version, loaded->file->bytes, loaded->file,
                           SecondsOfCpuSince(cpu_start));
  }
  return loaded;
}

Result<SampleLoader::Warmed> SampleLoader::Warm(const SampleAddress& address,
                                                SampleSource& source) const {
  const SourceVersion& version = source.state().version;
  const CacheKey key{.path = address.path, .fingerprint = cache_fingerprint_};
  if (FinishedFile here; derived().cache->Peek(key, version, LeaseFor(here))) return Warmed::kHere;
  const uint64_t cpu_start = ThreadCpuNs();
  const Result<Loaded> loaded = FromStoreOrSource(address, source);
  if (!loaded) return tl::unexpected(loaded.error());
  const bool taken = derived().cache->Insert(key, version, loaded->file->bytes, loaded->file,
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
    FinishedFile cached;
    if (const auto hit = derived().cache->Peek(key, version, LeaseFor(cached))) {
      cached_hash = HashOf(hit->bytes);
    }
  }
  std::optional<uint64_t> stored_hash;
  if (const std::optional<StoredSample> kept = FindKept(path, version)) {
    if (const auto stored = FromStore(path, *kept)) stored_hash = HashOf(stored->file->bytes);
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

Result<bool> SampleLoader::Convert(const SampleAddress& address, const SourceFile& file,
                                   const Form& form, MoveCause cause) const {
  if (derived().migrator == nullptr) {
    return Fail(ErrorCode::kNotFound, "the store is not open");
  }
  const Migrator::Sample sample = SampleAt(address, VersionOf(file.attr));
  const std::optional<StoredSample> kept = FindKept(sample.path, sample.version);
  if ((kept ? kept->form.form : kOriginal) == form) return false;
  if (form == kOriginal) {
    derived().migrator->GoBack(sample.path, cause);
    return true;
  }
  Result<TensorMaker::Made> made = MakeFor(form, sample.path, file, kept, cause);
  if (!made) return tl::unexpected(made.error());
  if (!made->value) {
    derived().migrator->NoteUnsuited(sample, form);
    return Fail(ErrorCode::kUnsupported, "the sample cannot take this form");
  }
  const Result<void> done = derived().migrator->Convert(sample, *made->value, cause);
  if (!done) return tl::unexpected(done.error());
  return true;
}

// The sample, with the value that the form keeps. Whoever makes moves in the background charges for
// his thread.
Result<TensorMaker::Made> SampleLoader::MakeFor(const Form& form, const std::string& path,
                                                const SourceFile& file,
                                                const std::optional<StoredSample>& kept,
                                                MoveCause cause) const {
  const bool is_charged = cause == MoveCause::kInBackground;
  if (kept && maker_->HasValueFor(kept->form.form, form)) {
    if (is_charged) derived().migrator->ChargeRead(0, kept->location.payload_bytes);
    if (auto stored = FromStore(path, *kept, form, cause)) return *std::move(stored);
  }
  const auto choose = [&](const ImageHeader&) { return std::optional(form); };
  Result<TensorMaker::Made> made = maker_->Make(file, choose, cause);
  if (made && is_charged) derived().migrator->ChargeRead(0, SizeOf(file));
  return made;
}

void SampleLoader::Drop(const std::string& path) const {
  if (derived().store != nullptr && derived().store->Find(path)) derived().store->Drop(path);
  if (derived().cache != nullptr) {
    derived().cache->Drop({.path = path, .fingerprint = cache_fingerprint_});
  }
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
  auto file = std::make_shared<FinishedFile>();
  std::optional<ReadMeter::Reading> reading;
  std::optional<TensorCache::Hit> hit =
      derived().cache->Find(key, version, LeaseFor(*file, &reading));
  if (!hit) return nullptr;
  reading->Count(hit->bytes.size());
  file->bytes = hit->bytes;
  file->owner = std::move(hit->owner);
  return file;
}

// What waits for memory does not read yet.
TensorCache::MakeRoom SampleLoader::LeaseFor(FinishedFile& file,
                                             std::optional<ReadMeter::Reading>* reading) const {
  return [this, &file, reading](size_t bytes) {
    Result<MemoryBudget::Lease> lease = budget_->Acquire(bytes);
    if (!lease) return false;
    file.lease = *std::move(lease);
    if (reading != nullptr) reading->emplace(meters_.cache);
    return true;
  };
}

bool SampleLoader::IsToBeCached(const SampleAddress& address) const {
  if (derived().cache == nullptr) return false;
  return derived().policy == nullptr || derived().policy->IsToBeCached(address.inode);
}

Result<SampleLoader::Loaded> SampleLoader::FromStoreOrSource(const SampleAddress& address,
                                                             SampleSource& source) const {
  const uint64_t cpu_start = ThreadCpuNs();
  const Migrator::Sample sample = SampleAt(address, source.state().version);
  std::optional<StoredSample> kept = FindKept(address.path, sample.version);
  const std::optional<Form> target = TargetOf(address);
  if (kept && target == kOriginal) {
    derived().migrator->GoBack(address.path, MoveCause::kOnRead);
    kept.reset();
  }
  if (!kept) return FromSource(address, source, kOriginal, target);
  const Form& form = kept->form.form;
  const bool moves = MovesNow(sample, form, target);
  if (moves && !maker_->HasValueFor(form, *target)) {
    Result<Loaded> loaded = FromSource(address, source, form, target);
    // The store would have had it for less CPU; how much less is not known here.
    const uint64_t stored = kept->location.payload_bytes;
    const uint64_t whole = sample.version.size_bytes;
    const uint64_t more_bytes = whole > stored ? whole - stored : 0;
    derived().migrator->ChargeRead(ThreadCpuNs() - cpu_start, more_bytes);
    return loaded;
  }
  std::optional<TensorMaker::Made> stored =
      FromStore(address.path, *kept, moves ? target : std::nullopt);
  if (!stored) return FromSource(address, source, kOriginal, target);
  if (derived().policy != nullptr) {
    FormPolicy::Read read{.sample = address.inode,
                          .features = FeaturesOfKept(address, sample.version, kept->form),
                          .kept = form,
                          .served = form};
    if (!moves) read.cpu_s = SecondsOfCpuSince(cpu_start);
    derived().policy->NoteRead(read);
  }
  if (moves) Offer(address, sample, *target, *stored);
  return Loaded{std::move(stored->file), Origin::kStore, kept->location.payload_bytes};
}

// What was made in passing goes to the migrator.
void SampleLoader::Offer(const SampleAddress& address, const Migrator::Sample& sample,
                         const Form& wanted, TensorMaker::Made& made) const {
  if (made.value) {
    derived().migrator->ChargeRead(made.value_cpu_ns);
    derived().migrator->Offer(sample, *std::move(made.value));
  } else {
    derived().migrator->NoteUnsuited(sample, wanted);
    if (derived().policy != nullptr) derived().policy->NoteUnsuited(address.inode);
  }
}

// Nothing if the source has to help.
std::optional<TensorMaker::Made> SampleLoader::FromStore(const std::string& path,
                                                         const StoredSample& sample,
                                                         const std::optional<Form>& wanted,
                                                         MoveCause cause) const {
  const auto read_payload = [&](std::span<uint8_t> payload) {
    ReadMeter::Reading reading(meters_.store);
    Result<void> read = derived().store->Read(path, sample, payload);
    if (read) reading.Count(payload.size());
    return read;
  };
  Result<TensorMaker::Made> made = maker_->MakeFromStored(
      {sample.form, sample.location.payload_bytes, read_payload}, wanted, cause);
  if (made) return *std::move(made);
  // A bad record drops itself; this one is sound, but of no use here.
  const ErrorCode code = made.error().code;
  if (code == ErrorCode::kInvalidArgument || code == ErrorCode::kCorrupt) {
    derived().store->Drop(path);
  }
  return std::nullopt;
}

std::optional<Form> SampleLoader::TargetOf(const SampleAddress& address) const {
  if (derived().policy == nullptr) return std::nullopt;
  return derived().policy->TargetOf(address.inode, address.path);
}

bool SampleLoader::MovesNow(const Migrator::Sample& sample, const Form& kept,
                            const std::optional<Form>& target) const {
  return target && *target != kept && derived().migrator->Wants(sample, *target);
}

// What is not known any more since the last mount: whether it is a JPEG is guessed by the name,
// which decides nothing but the costs that are expected.
SampleFeatures SampleLoader::FeaturesOfKept(const SampleAddress& address,
                                            const SourceVersion& version,
                                            const StoredForm& kept) const {
  if (const auto known = derived().policy->FeaturesOf(address.inode)) return *known;
  const bool png = address.path.ends_with(".png") || address.path.ends_with(".PNG");
  return {.kind = png ? SourceKind::kPng : SourceKind::kJpeg,
          .width = kept.source_size.width,
          .height = kept.source_size.height,
          .source_bytes = version.size_bytes};
}

Result<SampleLoader::Loaded> SampleLoader::FromSource(const SampleAddress& address,
                                                      SampleSource& source, const Form& kept,
                                                      const std::optional<Form>& target) const {
  const uint64_t cpu_start = ThreadCpuNs();
  const Result<const SourceFile*> opened = source.Open();
  if (!opened) return tl::unexpected(opened.error());
  const SourceFile& file = **opened;
  const Migrator::Sample sample = SampleAt(address, source.state().version);
  FormPolicy* const policy = derived().policy;
  std::optional<Form> wanted;
  const auto choose = [&](const ImageHeader& header) {
    std::optional<Form> form = target;
    if (!form && policy != nullptr && policy->Chooses()) {
      form = policy->ChooseFor(address.inode, FeaturesOf(header, SizeOf(file)));
    }
    if (form != kOriginal && MovesNow(sample, kept, form)) wanted = form;
    return wanted;
  };
  Result<TensorMaker::Made> made = maker_->Make(file, choose);
  if (!made) return tl::unexpected(made.error());
  if (policy != nullptr) {
    FormPolicy::Read read{.sample = address.inode,
                          .features = FeaturesOf(made->header, SizeOf(file)),
                          .kept = kept,
                          .served = kOriginal};
    if (!wanted) read.cpu_s = SecondsOfCpuSince(cpu_start);
    policy->NoteRead(read);
  }
  if (wanted) Offer(address, sample, *wanted, *made);
  return Loaded{std::move(made->file), Origin::kSource, SizeOf(file)};
}

}  // namespace tensorfs
