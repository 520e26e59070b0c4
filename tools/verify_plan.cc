// SPDX-License-Identifier: MIT
#include "tools/verify_plan.h"

#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <unordered_set>
#include <utility>

#include "fs/printable.h"

namespace tensorfs {
namespace {

Job::Item Sound(uint64_t bytes) {
  return {.outcome = ItemOutcome::kDone, .bytes = bytes, .message = ""};
}

// It left, or changed, since it was listed.
Job::Item Gone() { return {.outcome = ItemOutcome::kSkipped, .bytes = 0, .message = ""}; }

Job::Item Bad(const std::string& what) {
  return {.outcome = ItemOutcome::kFailed, .bytes = 0, .message = what};
}

}  // namespace

std::shared_ptr<const VerifyPlan> VerifyPlan::Make(const DerivedContents& contents,
                                                   Compare compare) {
  const std::shared_ptr<VerifyPlan> plan(new VerifyPlan(contents, std::move(compare)));
  for (const std::string& damage : contents.damage) plan->items_.push_back(Complaint{damage});
  if (contents.store != nullptr) plan->AddStore();
  if (contents.cache != nullptr) plan->AddCache();
  if (plan->compare_) plan->AddComparisons();
  return plan;
}

void VerifyPlan::AddStore() {
  const StoreEvents events = contents_.store->Stats().events;
  const std::string where = contents_.store_directory + ": ";
  if (contents_.at_rest && events.corrupt_entries > 0) {
    items_.push_back(Complaint{where + std::to_string(events.corrupt_entries) +
                               " entries of the catalog are damaged"});
  }
  const Result<void> listed =
      contents_.store->ForEach([this](std::string_view key, const StoredSample& sample) {
        items_.push_back(Stored{.path = std::string(key), .sample = sample});
        return true;
      });
  if (!listed) items_.push_back(Complaint{where + "the catalog: " + listed.error().message});
}

void VerifyPlan::AddCache() {
  const std::string where = contents_.cache_directory + ": ";
  const Result<void> listed = contents_.cache->ForEach([this](const CacheEntryInfo& entry) {
    items_.push_back(entry);
    return true;
  });
  if (!listed) items_.push_back(Complaint{where + "the cache's rows: " + listed.error().message});
}

void VerifyPlan::AddComparisons() {
  std::unordered_set<std::string> paths;
  for (const Item& item : items_) {
    if (const auto* stored = std::get_if<Stored>(&item)) paths.insert(stored->path);
    if (const auto* entry = std::get_if<CacheEntryInfo>(&item)) paths.insert(entry->path);
  }
  for (const std::string& path : paths) items_.push_back(Compared{path});
}

std::vector<Inode> VerifyPlan::Items() const {
  std::vector<Inode> numbers(items_.size());
  std::iota(numbers.begin(), numbers.end(), Inode{0});
  return numbers;
}

Job::Item VerifyPlan::Check(Inode item) const {
  return std::visit([this](const auto& chosen) { return CheckItem(chosen); }, items_[item]);
}

Job::Item VerifyPlan::CheckItem(const Complaint& complaint) const { return Bad(complaint.text); }

Job::Item VerifyPlan::CheckItem(const Stored& stored) const {
  const size_t bytes = stored.sample.location.payload_bytes;
  const auto payload = std::make_unique_for_overwrite<uint8_t[]>(bytes);
  const Result<void> read =
      contents_.store->Read(stored.path, stored.sample, std::span(payload.get(), bytes));
  if (read) return Sound(bytes);
  if (read.error().code == ErrorCode::kStale) return Gone();
  return Bad(Printable(stored.path) + ": in the sample store: " + read.error().message);
}

Job::Item VerifyPlan::CheckItem(const CacheEntryInfo& entry) const {
  const Result<TensorCache::Hit> hit =
      contents_.cache->Peek({.path = entry.path, .fingerprint = entry.fingerprint}, entry.source);
  if (hit) return Sound(entry.bytes);
  if (hit.error().code == ErrorCode::kNotFound) return Gone();
  return Bad(Printable(entry.path) + ": " + hit.error().message);
}

Job::Item VerifyPlan::CheckItem(const Compared& compared) const { return compare_(compared.path); }

}  // namespace tensorfs
