// SPDX-License-Identifier: MIT
#include "tools/condition_log.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace tensorfs {

void ConditionLog::LookAt(const SampleStore& store) {
  const StoreEvents events = store.Events();
  NoteKeeping(store.Condition(), &store_);
  NoteDamage(events.corrupt_records + events.corrupt_entries > 0, &store_);
  if (events.catalogs_replaced > 0 && !std::exchange(store_.was_replaced, true)) {
    spdlog::error("store: its catalog was damaged and is started empty: what was kept is lost");
  }
}

void ConditionLog::LookAt(const TensorCache& cache) {
  const CacheStats stats = cache.Stats();
  const bool keeps = stats.condition == stats.started_empty;
  NoteKeeping(keeps ? "" : stats.condition, &cache_);
  NoteDamage(stats.corrupt > 0, &cache_);
  if (!stats.started_empty.empty() && !std::exchange(cache_.was_replaced, true)) {
    spdlog::error("cache: {}", stats.started_empty);
  }
}

void ConditionLog::NoteKeeping(const std::string& condition, Part* part) {
  const bool keeps = condition.empty();
  if (keeps == std::exchange(part->keeps, keeps)) return;
  if (keeps) {
    spdlog::info("{}: all is well again", part->name);
  } else {
    spdlog::error("{}: nothing is kept for now: {}", part->name, condition);
  }
}

// Damage that was dropped is no reason to say later that all is well: more may be there.
void ConditionLog::NoteDamage(bool is_damaged, Part* part) {
  if (!is_damaged || std::exchange(part->is_damaged, true)) return;
  spdlog::error(
      "{}: damaged bytes were found and dropped; the source has what they stood for. "
      "`tensorfs cache verify` finds all that are damaged, `tensorfs cache stats` counts them",
      part->name);
}

}  // namespace tensorfs
