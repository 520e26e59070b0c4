// SPDX-License-Identifier: MIT
// Where a sample's final file is to be had: from the cache, from what the store keeps of the
// sample, or from the source, in this order. Whatever is wrong with the first two, the source still
// has the right bytes. What was made is offered to the cache and, if the policy wants the
// sample in another form, to the migrator; the policy is told of every read.
//
// Immutable but for what it is given; thread-safe.
#ifndef TENSORFS_FS_SAMPLE_LOADER_H_
#define TENSORFS_FS_SAMPLE_LOADER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "cache/sample_store.h"
#include "cache/source_version.h"
#include "cache/tensor_cache.h"
#include "codec/form.h"
#include "codec/result.h"
#include "fs/derived.h"
#include "fs/finished_file.h"
#include "fs/memory_budget.h"
#include "fs/sample_address.h"
#include "fs/sample_source.h"
#include "fs/source_tree.h"
#include "fs/tensor_maker.h"
#include "policy/migrator.h"
#include "policy/read_meter.h"
#include "policy/read_stats.h"

namespace tensorfs {

class SampleLoader {
 public:
  using FilePtr = TensorMaker::FilePtr;

  // All must outlive the loader. `cache_fingerprint` stands for the pipeline and the presented
  // format.
  SampleLoader(const TensorMaker* maker, MemoryBudget* budget, const DerivedView* derived,
               uint64_t cache_fingerprint, ReadMeters meters = {});

  struct Loaded {
    FilePtr file;
    Origin origin = Origin::kSource;
    uint64_t read_bytes = 0;
  };
  // Errors: those of SampleSource::Open and of TensorMaker::Make.
  Result<Loaded> Load(const SampleAddress& address, SampleSource& source) const;

  // Keeps the sample in the form, unless it is kept in it already, on this thread. Returns whether
  // there was anything to do. Errors: kNotFound without a store; kUnsupported if it cannot be kept
  // so; those of TensorMaker::Make and SampleStore::Put.
  Result<bool> Convert(const SampleAddress& address, const SourceFile& file, const Form& form,
                       MoveCause cause) const;

  enum class Warmed : uint8_t { kLoaded, kHere, kNoRoom };
  // Sees to it that the cache has the sample. REQUIRES: there is a cache.
  // Errors: those of Load.
  Result<Warmed> Warm(const SampleAddress& address, SampleSource& source) const;

  struct Comparison {
    uint64_t bytes = 0;  // of the presented file
    bool cache_differs = false;
    bool store_differs = false;
  };
  // Makes the sample from its source and compares what the cache and the store give for it; what
  // differs is dropped. Errors: those of TensorMaker::Make.
  Result<Comparison> Compare(const std::string& path, const SourceFile& file) const;

  // The cache's own entry as an .npy file. Errors: kNotFound, kCorrupt; those of
  // TensorMaker::ToNpy.
  Result<std::string> CachedNpy(const std::string& path, const SourceFile& file) const;

  // What the cache and the store have of the sample is dropped.
  void Drop(const std::string& path) const;

  // What is kept of this version of the sample, in whatever form; nothing if it is read from the
  // source. Drops what is kept of another version.
  std::optional<StoredSample> FindKept(const std::string& path, const SourceVersion& version) const;

 private:
  FilePtr FromCache(const CacheKey& key, const SourceVersion& version) const;
  TensorCache::MakeRoom LeaseFor(FinishedFile& file,
                                 std::optional<ReadMeter::Reading>* reading = nullptr) const;
  Result<Loaded> FromStoreOrSource(const SampleAddress& address, SampleSource& source) const;
  Result<TensorMaker::Made> MakeFor(const Form& form, const std::string& path,
                                    const SourceFile& file, const std::optional<StoredSample>& kept,
                                    MoveCause cause) const;
  std::optional<TensorMaker::Made> FromStore(const std::string& path, const StoredSample& sample,
                                             const std::optional<Form>& wanted = {},
                                             MoveCause cause = MoveCause::kOnRead) const;
  void Offer(const SampleAddress& address, const Migrator::Sample& sample, const Form& wanted,
             TensorMaker::Made& made) const;
  bool IsToBeCached(const SampleAddress& address) const;
  std::optional<Form> TargetOf(const SampleAddress& address) const;
  bool MovesNow(const Migrator::Sample& sample, const Form& kept,
                const std::optional<Form>& target) const;
  Result<Loaded> FromSource(const SampleAddress& address, SampleSource& source, const Form& kept,
                            const std::optional<Form>& target) const;
  SampleFeatures FeaturesOfKept(const SampleAddress& address, const SourceVersion& version,
                                const StoredForm& kept) const;

  const Derived& derived() const { return derived_->Now(); }

  const TensorMaker* const maker_;
  MemoryBudget* const budget_;
  const DerivedView* const derived_;
  const uint64_t cache_fingerprint_;
  const ReadMeters meters_;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_SAMPLE_LOADER_H_
