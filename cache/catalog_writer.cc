// SPDX-License-Identifier: MIT
#include "cache/catalog_writer.h"

#include <algorithm>
#include <utility>

namespace tensorfs {
namespace {

constexpr size_t kDropsAtOnce = 256;

}  // namespace

CatalogWriter::CatalogWriter(Catalog& catalog, SegmentTable& segments, SpaceBudget& budget,
                             StoreHealth& health, size_t write_buffer_bytes)
    : catalog_(catalog),
      segments_(segments),
      budget_(budget),
      health_(health),
      slice_bytes_(write_buffer_bytes / 2),
      waste_bytes_(16 * write_buffer_bytes) {
  budget_.Take(Catalog::FixedBytes(write_buffer_bytes));
}

Result<void> CatalogWriter::Load() {
  Forget();
  std::vector<std::string> bad_keys;
  Result<void> dropped;
  const auto drop_bad = [&] {
    std::vector<CatalogChange> drops;
    for (const std::string& key : bad_keys) drops.push_back({key, std::nullopt});
    dropped = catalog_.Apply(drops);
    bad_keys.clear();
    return dropped.has_value();
  };
  Result<void> read =
      catalog_.ForEach([&](std::string_view key, const std::optional<StoredSample>& sample) {
        if (!LoadEntry(key, sample) && catalog_.may_start_over()) bad_keys.emplace_back(key);
        return bad_keys.size() < kDropsAtOnce || drop_bad();
      });
  if (read && dropped && !bad_keys.empty()) drop_bad();
  if (read) read = dropped;
  if (!read && read.error().code == ErrorCode::kCorrupt && catalog_.may_start_over()) {
    Forget();
    health_.Count(&StoreEvents::catalogs_replaced);
    read = catalog_.StartOver();
  }
  if (!read) return read;
  const uint64_t file_bytes = catalog_.FileBytes();
  std::lock_guard lock(mutex_);
  charged_bytes_ = std::max(2 * entry_bytes_, entry_bytes_ + file_bytes);
  budget_.Take(charged_bytes_);
  return {};
}

CatalogWriter::Applied CatalogWriter::Apply(std::span<const StoreChange> changes) {
  Applied applied{0, RecoverIfFailed(changes)};
  while (applied.outcome && applied.count < changes.size()) {
    const auto rest = changes.subspan(applied.count);
    size_t count = 0;
    for (uint64_t bytes = 0; count < rest.size() && bytes < slice_bytes_; ++count) {
      bytes += Catalog::EntryBytes(rest[count].key);
    }
    applied.outcome = ApplySlice(rest.first(count));
    if (applied.outcome) applied.count += count;
  }
  failure_.reset();
  if (!applied.outcome) failure_ = applied.outcome.error().code;
  return applied;
}

void CatalogWriter::CompactIfWasteful() {
  uint64_t entry_bytes = 0;
  {
    std::lock_guard lock(mutex_);
    entry_bytes = entry_bytes_;
  }
  if (stale_bytes() > std::max(2 * entry_bytes, waste_bytes_)) Compact();
}

void CatalogWriter::Compact() {
  if (!catalog_.Compact()) return;  // the next change will say what is wrong
  const uint64_t file_bytes = catalog_.FileBytes();
  std::lock_guard lock(mutex_);
  const uint64_t needed = std::max(2 * entry_bytes_, entry_bytes_ + file_bytes);
  if (needed > charged_bytes_) {
    budget_.Take(needed - charged_bytes_);
  } else {
    budget_.Give(charged_bytes_ - needed);
  }
  charged_bytes_ = needed;
}

FormUsages CatalogWriter::forms() const {
  std::lock_guard lock(mutex_);
  return forms_;
}

uint64_t CatalogWriter::stale_bytes() const {
  std::lock_guard lock(mutex_);
  return charged_bytes_ - std::min(charged_bytes_, 2 * entry_bytes_);
}

Result<void> CatalogWriter::ApplySlice(std::span<const StoreChange> changes) {
  std::vector<CatalogChange> batch;
  std::vector<std::optional<StoredSample>> old_entries;
  std::vector<const StoreChange*> made;
  for (const StoreChange& change : changes) {
    std::optional<StoredSample> old = Find(change.key);
    const bool holds = !change.only_at || (old && old->location == *change.only_at);
    if (!holds) {
      if (change.sample) segments_.AddGarbage(*change.sample);
      continue;
    }
    Charge(change);
    batch.push_back({change.key, change.sample});
    old_entries.push_back(std::move(old));
    made.push_back(&change);
  }
  if (batch.empty()) return {};
  if (auto applied = catalog_.Apply(batch); !applied) {
    // They may be in the log of changes all the same, and their callers take back what they paid.
    for (const StoreChange* change : made) {
      if (IsCharged(*change)) budget_.Take(ChargeOf(change->key));
    }
    return applied;
  }
  for (size_t i = 0; i < made.size(); ++i) NoteChanged(*made[i], old_entries[i]);
  return {};
}

Result<void> CatalogWriter::RecoverIfFailed(std::span<const StoreChange> changes) {
  if (!failure_) return {};
  if (*failure_ == ErrorCode::kCorrupt && catalog_.may_start_over()) {
    // Bad table files stay bad: merging them would fail for ever.
    if (auto replaced = catalog_.StartOver(); !replaced) return replaced;
  } else {
    const Result<bool> lost = catalog_.Recover();
    if (!lost) return tl::unexpected(lost.error());
    if (!*lost) return {};
  }
  health_.Count(&StoreEvents::catalogs_replaced);
  Forget();
  for (const StoreChange& change : changes) {
    if (change.sample) segments_.AddLive(*change.sample);
  }
  return {};
}

// Nothing is in the catalog.
void CatalogWriter::Forget() {
  segments_.ForgetRecords();
  std::lock_guard lock(mutex_);
  forms_.clear();
  entry_bytes_ = 0;
  budget_.Give(std::exchange(charged_bytes_, 0));
}

// Returns whether the entry is good.
bool CatalogWriter::LoadEntry(std::string_view key, const std::optional<StoredSample>& sample) {
  if (!sample) {
    health_.Count(&StoreEvents::corrupt_entries);
    return false;
  }
  segments_.SkipNumbers(sample->location.segment);
  if (!segments_.Holds(*sample)) return false;
  segments_.AddLive(*sample);
  CountEntry(key, *sample, true);
  return true;
}

std::optional<StoredSample> CatalogWriter::Find(std::string_view key) const {
  Result<StoredSample> old = catalog_.Get(key);
  if (old) return *old;
  if (old.error().code == ErrorCode::kCorrupt) health_.Count(&StoreEvents::corrupt_entries);
  return std::nullopt;
}

bool CatalogWriter::IsCharged(const StoreChange& change) {
  return change.sample && !change.only_at;
}

void CatalogWriter::Charge(const StoreChange& change) {
  const uint64_t charge = ChargeOf(change.key);
  if (!IsCharged(change) && !budget_.TryTake(charge, SpaceBudget::Use::kRewrite)) {
    Compact();
    budget_.Take(charge);
  }
  std::lock_guard lock(mutex_);
  charged_bytes_ += charge;
}

void CatalogWriter::NoteChanged(const StoreChange& change, const std::optional<StoredSample>& old) {
  if (old) {
    segments_.AddGarbage(*old);
    CountEntry(change.key, *old, false);
  }
  if (change.sample) CountEntry(change.key, *change.sample, true);
}

void CatalogWriter::CountEntry(std::string_view key, const StoredSample& sample, bool added) {
  std::lock_guard lock(mutex_);
  FormUsage& usage = forms_[sample.form.form];
  if (added) {
    ++usage.samples;
    usage.payload_bytes += sample.location.payload_bytes;
    entry_bytes_ += Catalog::EntryBytes(key);
    return;
  }
  --usage.samples;
  usage.payload_bytes -= sample.location.payload_bytes;
  entry_bytes_ -= std::min(Catalog::EntryBytes(key), entry_bytes_);
  if (usage.samples == 0) forms_.erase(sample.form.form);
}

}  // namespace tensorfs
