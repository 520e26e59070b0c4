// SPDX-License-Identifier: MIT
// The tensor cache's RocksDB, and all that knows it: values in table files that are written at
// once, one file a generation, and dropped as whole files; and a row for each value, by which an
// opening finds it again.
//
// A value is durable and can be read once its generation was sealed. Nothing is ever compacted but
// the rows. Values are read from the kernel's page cache straight into the block that the reader
// keeps: a block cache of no size pins a block for as long as somebody holds it.
//
// Reading is thread-safe; all else is for one thread at a time.
#ifndef TENSORFS_CACHE_GENERATION_STORE_H_
#define TENSORFS_CACHE_GENERATION_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cache/access.h"
#include "cache/record_id.h"
#include "codec/result.h"

namespace tensorfs {

class GenerationStore {
 public:
  // Opens what is in the directory; a mount makes it. `row_buffer_bytes` is what rows may take in
  // memory before they are written. REQUIRES: nobody else has it open.
  // Errors: kCorrupt, kNotFound (a file is missing), kIo.
  static Result<std::unique_ptr<GenerationStore>> Open(const std::string& directory,
                                                       uint64_t row_buffer_bytes, Access access);
  ~GenerationStore();
  GenerationStore(const GenerationStore&) = delete;
  GenerationStore& operator=(const GenerationStore&) = delete;

  // `owner` keeps the bytes, even beyond the store's own life.
  struct Value {
    std::span<const uint8_t> bytes;
    std::shared_ptr<const void> owner;
  };
  // Errors: kNotFound (its generation may just have been dropped), kCorrupt, kIo.
  Result<Value> Read(RecordId id) const;

  Result<std::string> ReadRow(RecordId id) const;
  // Rows in order of their ids, from those of generation `first` to those of `last`, until `visit`
  // returns false. Rows that are added meanwhile may be missed.
  using Visit = std::function<bool(RecordId, std::string_view row)>;
  Result<void> ForEachRow(uint32_t first, uint32_t last, const Visit& visit) const;

  struct Generation {
    uint32_t number;
    uint64_t file_bytes;
    std::string path;
  };
  std::vector<Generation> Generations() const;  // the sealed ones

  // The numbers of reads of a generation's records, by their sequence; empty if never kept.
  std::vector<uint16_t> Reads(uint32_t generation) const;
  Result<void> KeepReads(uint32_t generation, const std::vector<uint16_t>& reads);

  // Writing a generation: one Begin, Appends with rising sequences, then Seal (which makes the
  // values readable and adds their rows) or Abandon. A failed Append or Seal has abandoned it.
  Result<void> Begin(uint32_t generation);
  Result<void> Append(uint32_t sequence, std::string_view value);
  struct Row {
    RecordId id;
    std::string bytes;
  };
  Result<void> Seal(const std::vector<Row>& rows);
  void Abandon();

  // Removes the generation's file, rows and reads.
  Result<void> Drop(uint32_t generation);
  Result<void> DropRows(const std::vector<RecordId>& ids);

  // Makes rows durable that are only in memory.
  Result<void> FlushRows();
  // After a failed write, so that the next can succeed.
  void Resume();

 private:
  struct Database;
  explicit GenerationStore(std::unique_ptr<Database> database);
  void AwaitDeletion(const std::string& path);

  std::unique_ptr<Database> database_;
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_GENERATION_STORE_H_
