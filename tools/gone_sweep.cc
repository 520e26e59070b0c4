// SPDX-License-Identifier: MIT
#include "tools/gone_sweep.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <thread>

namespace tensorfs {
namespace {

constexpr uint64_t kLookedAtOnce = 64;
// Of the time that looking takes, it rests so many times as long.
constexpr int kRestPerLook = 4;
constexpr int kRestPerSweep = 20;
constexpr std::chrono::seconds kLongestPause{1};
// A store that is full of what is there would be looked through for nothing.
constexpr std::chrono::minutes kRestIfNothingFound{5};

}  // namespace

void GoneSweep::Tick(const std::stop_token& stop) {
  const uint64_t refusals = store_->Events().puts_refused;
  const Clock::time_point start = Clock::now();
  if (refusals == refusals_noticed_ || start < rests_until_) return;
  refusals_noticed_ = refusals;
  const uint64_t dropped = DropGone(stop);
  const Clock::time_point end = Clock::now();
  rests_until_ = end + kRestPerSweep * (end - start);
  if (dropped == 0) {
    rests_until_ = std::max<Clock::time_point>(rests_until_, end + kRestIfNothingFound);
  } else {
    spdlog::info("store: it was full, and {} samples whose source is gone were dropped", dropped);
  }
}

uint64_t GoneSweep::DropGone(const std::stop_token& stop) const {
  uint64_t looked = 0;
  uint64_t dropped = 0;
  Clock::time_point start = Clock::now();
  const auto look = [&](std::string_view key, const StoredSample&) {
    const Result<SourceFile> source = fs_->OpenSource(std::string(key));  // drops what is gone
    dropped += !source && source.error().code == ErrorCode::kNotFound;
    if (++looked % kLookedAtOnce == 0) {
      const Clock::duration pause = kRestPerLook * (Clock::now() - start);
      std::this_thread::sleep_for(std::min<Clock::duration>(pause, kLongestPause));
      start = Clock::now();
    }
    return !stop.stop_requested();
  };
  (void)store_->ForEach(look);  // what cannot be read is told by the store
  return dropped;
}

}  // namespace tensorfs
