// SPDX-License-Identifier: MIT
#include "fs/tensors_in_flight.h"

#include <algorithm>

namespace tensorfs {

Result<TensorsInFlight::FilePtr> TensorsInFlight::GetOrMake(const Key& key, const Make& make) {
  std::shared_ptr<Flight> flight;
  {
    std::unique_lock lock(mutex_);
    const auto [entry, is_new] = flights_.try_emplace(key);
    if (is_new) entry->second = std::make_shared<Flight>();
    flight = entry->second;
    if (!is_new) {
      flight->landed.wait(lock, [&] { return flight->result.has_value(); });
      flight->last_used = Clock::now();
      return *flight->result;
    }
  }
  Result<FilePtr> made = make();
  std::lock_guard lock(mutex_);
  flight->result = made;
  flight->last_used = Clock::now();
  flight->landed.notify_all();
  if (!made) flights_.erase(key);
  return made;
}

bool TensorsInFlight::HandedOut(const Key& key, uint64_t begin, uint64_t end) {
  std::shared_ptr<Flight> dropped;  // freed after the lock
  std::lock_guard lock(mutex_);
  const auto entry = flights_.find(key);
  if (entry == flights_.end() || !entry->second->result) return false;
  Flight& flight = *entry->second;
  flight.handed_out.Add(begin, end);
  if (!flight.handed_out.Covers((**flight.result)->bytes.size())) return true;
  dropped = std::move(entry->second);
  flights_.erase(entry);
  return false;
}

void TensorsInFlight::Reclaim(size_t bytes, Clock::time_point unused_since) {
  std::vector<std::shared_ptr<Flight>> dropped;  // freed after the lock
  std::lock_guard lock(mutex_);
  size_t dropped_bytes = 0;
  for (const Flights::iterator entry : FinishedByAge()) {
    if (dropped_bytes >= bytes || entry->second->last_used >= unused_since) break;
    dropped_bytes += (**entry->second->result)->lease.bytes();
    dropped.push_back(std::move(entry->second));
    flights_.erase(entry);
  }
}

void TensorsInFlight::DropUnusedSince(Clock::time_point time) {
  std::vector<std::shared_ptr<Flight>> dropped;  // freed after the lock
  std::lock_guard lock(mutex_);
  for (const Flights::iterator entry : FinishedByAge()) {
    if (entry->second->last_used >= time) break;
    dropped.push_back(std::move(entry->second));
    flights_.erase(entry);
  }
}

size_t TensorsInFlight::size() const {
  std::lock_guard lock(mutex_);
  return flights_.size();
}

// Used longest ago first.
std::vector<TensorsInFlight::Flights::iterator> TensorsInFlight::FinishedByAge() {
  std::vector<Flights::iterator> finished;
  for (auto entry = flights_.begin(); entry != flights_.end(); ++entry) {
    if (entry->second->result) finished.push_back(entry);
  }
  std::ranges::sort(finished, {}, [](Flights::iterator entry) { return entry->second->last_used; });
  return finished;
}

}  // namespace tensorfs
