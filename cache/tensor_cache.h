// SPDX-License-Identifier: MIT
// The cache of finished files on disk, bounded in bytes. What it holds is derived and may be lost
// at any time; what it returns is right: every hit is checked against the checksum it was written
// with.
//
// Files come in by Offer, which never waits for the disk; a thread of the cache writes them, and
// they can be found when their generation is sealed (a few seconds, or Flush). When the limit is
// reached, a file comes in only if it is clearly worth more than those that leave for it.
//
// Thread-safe. A hit's bytes do not depend on the cache's life.
#ifndef TENSORFS_CACHE_TENSOR_CACHE_H_
#define TENSORFS_CACHE_TENSOR_CACHE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cache/access.h"
#include "cache/cache_key.h"
#include "cache/cache_stats.h"
#include "cache/cache_writer.h"
#include "cache/source_version.h"
#include "cache/store_dir.h"
#include "codec/result.h"

namespace tensorfs {

class TensorCache {
 public:
  struct Options {
    uint64_t limit_bytes = 0;       // on disk, everything in the directory, at any time
    size_t queue_bytes = 64 << 20;  // of files that wait to be written, in memory
    Access access = Access::kMount;
  };

  // Opens the cache in the directory. A mount makes it, and starts one that is damaged empty, which
  // Stats tells. Errors: kInvalidArgument (the limit is below 8 MiB), kBusy (naming the process
  // that has it), kPermission, kIo; for others than a mount also kNotFound and kCorrupt.
  static Result<std::unique_ptr<TensorCache>> Open(const std::string& directory,
                                                   const Options& options);
  // Writes what was offered.
  ~TensorCache();

  // With Access::kRead only Peek, ForEach, Hottest, Stats and Flush (nothing to do) may be called,
  // with Access::kEvict also Drop and Evict.

  struct Hit {
    std::span<const uint8_t> bytes;
    std::shared_ptr<const void> owner;  // of the bytes
  };
  // Asked, with no lock held, before memory is taken for an entry's bytes; false: they are not
  // read. May wait.
  using MakeRoom = std::function<bool(size_t bytes)>;

  // Notes a read of the key, whether it hits or not. An entry of another version of the source is
  // dropped, and so is a damaged one.
  std::optional<Hit> Find(const CacheKey& key, const SourceVersion& source,
                          const MakeRoom& make_room = {});

  // The same for those who only look: no read is noted. Errors: kNotFound if there is none,
  // kCorrupt if it was damaged and is dropped now, kTooLarge if no room was made for it, kIo if the
  // system failed to read what may be sound.
  Result<Hit> Peek(const CacheKey& key, const SourceVersion& source,
                   const MakeRoom& make_room = {});

  // Whether Offer would take the file now: cheap, to ask before making it ready.
  bool Wants(const CacheKey& key, size_t bytes, double saved_s) const;

  // Offers a finished file that a hit would save `saved_s` seconds of work for. `owner` keeps the
  // bytes; it is let go when they are written or refused.
  void Offer(const CacheKey& key, const SourceVersion& source, std::span<const uint8_t> bytes,
             std::shared_ptr<const void> owner, double saved_s);

  // The same for those who fill the cache ahead: waits where the disk is slower. Returns whether
  // the file was taken.
  bool Insert(const CacheKey& key, const SourceVersion& source, std::span<const uint8_t> bytes,
              std::shared_ptr<const void> owner, double saved_s);

  void Drop(const CacheKey& key);

  struct Evicted {
    uint64_t entries = 0;
    uint64_t bytes = 0;
  };
  // Drops the entries whose path the predicate chooses.
  Result<Evicted> Evict(const std::function<bool(std::string_view path)>& chooses);

  // Every entry, in no useful order, until `visit` returns false. Entries that come or move
  // meanwhile may be missed.
  using Visit = std::function<bool(const CacheEntryInfo&)>;
  Result<void> ForEach(const Visit& visit) const;
  // The most often read ones, those first.
  Result<std::vector<CacheEntryInfo>> Hottest(size_t limit) const;

  CacheStats Stats() const;

  // Waits until all that was offered before can be found. Errors: kIo, if it could not be written.
  Result<void> Flush();

 private:
  TensorCache(StoreDir lock, const CacheSpace& space, Access access);

  Result<void> OpenStore(const std::string& path);
  Result<void> LoadStore(const std::string& path);
  Result<CacheEntry> Locate(const CacheKey& key, const SourceVersion& source, RecordId failed);
  bool Admit(CacheWrite write);

  StoreDir lock_;
  const CacheSpace space_;
  const Access access_;
  std::string opening_condition_;
  std::atomic<uint64_t> misses_ = 0;
  std::atomic<uint64_t> refused_ = 0;
  std::atomic<uint64_t> queue_full_ = 0;
  // Guarded by shared_->mutex.
  struct Counts {
    uint64_t hits = 0;
    double saved_s = 0;
    uint64_t saved_source_bytes = 0;
    uint64_t admitted = 0;
    uint64_t displaced = 0;
    uint64_t corrupt = 0;
  } counts_;
  std::unique_ptr<SharedBook> shared_;
  std::unique_ptr<GenerationStore> store_;
  std::unique_ptr<CacheKeeper> keeper_;
  std::unique_ptr<CacheWriter> writer_;  // null with Access::kRead; ends first
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_TENSOR_CACHE_H_
