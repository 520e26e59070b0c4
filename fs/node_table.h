// SPDX-License-Identifier: MIT
// Which path an inode number stands for. A number is a hash of the parent's number and the entry's
// source name, so a path keeps its number across mounts, and a listing can tell numbers without
// adding nodes. Nodes are never removed, so nothing counts the kernel's references: the table
// grows by some 80 bytes and the name for each entry that was ever looked up.
//
// A file's source may be believed to be as it was last seen for a while (see BelievedSource).
//
// Thread-safe: one shared_mutex guards everything; it is held for memory accesses only.
#ifndef TENSORFS_FS_NODE_TABLE_H_
#define TENSORFS_FS_NODE_TABLE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "fs/inode.h"
#include "fs/source_stamp.h"

namespace tensorfs {

// The number of an entry, unless that is taken by another path (see NodeTable::Insert): never 0,
// which means "no inode", nor the root's.
Inode HashInode(Inode parent, std::string_view name, uint64_t salt = 0);

class NodeTable {
 public:
  using Clock = std::chrono::steady_clock;
  using HashFunction = Inode (*)(Inode parent, std::string_view name, uint64_t salt);

  // Holds the root alone.
  explicit NodeTable(HashFunction hash = &HashInode);

  // The inode of `name` in `parent`, which is added unless it is here. If two paths have the same
  // hash, the one that comes later gets the hash with the next salt.
  // REQUIRES: `parent` is in the table; the name has 1 to 65,535 bytes.
  Inode Insert(Inode parent, std::string_view name);

  // Relative to the source, "" for the root; nothing if the inode was never inserted.
  std::optional<std::string> PathOf(Inode inode) const;

  // The presented size of a file (not 0), made from the source that was noted last, if that has the
  // stamp given.
  std::optional<uint64_t> SizeOf(Inode inode, uint64_t source_stamp) const;
  // The size that was remembered last, of whatever version of the source.
  std::optional<uint64_t> LastSizeOf(Inode inode) const;
  void RememberSize(Inode inode, uint64_t source_stamp, uint64_t size_bytes);

  // Notes what state a file's source was in at a moment; what was seen later stays.
  void NoteSource(Inode inode, const SourceState& source, Clock::time_point seen);
  // What was noted, if it was seen then or later.
  std::optional<SourceState> BelievedSource(Inode inode, Clock::time_point since) const;

  size_t size() const;

 private:
  struct Node {
    Inode inode;
    uint64_t size_bytes = 0;  // of the presented file, at last; 0: none is remembered
    SourceState source = {};  // stamp 0: never noted
    Clock::time_point source_seen = {};
    const char* name = "";  // in names_
    uint32_t parent = 0;    // index in nodes_
    uint16_t name_length = 0;
    bool is_sized = false;  // size_bytes is that of `source`
  };
  static constexpr uint32_t kEmpty = UINT32_MAX;

  size_t SlotOf(Inode inode) const;
  const Node* Find(Inode inode) const;
  bool Is(const Node& node, uint32_t parent, std::string_view name) const;
  const char* Store(std::string_view name);
  void Append(const Node& node);
  void Grow();

  const HashFunction hash_;
  mutable std::shared_mutex mutex_;  // guards all below
  std::deque<Node> nodes_;           // in order of insertion; a deque grows without copying
  std::vector<uint32_t> slots_;      // indexes of nodes_, open addressing by inode
  std::vector<std::unique_ptr<char[]>> names_;
  size_t block_bytes_left_ = 0;  // of names_.back()
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_NODE_TABLE_H_
