// SPDX-License-Identifier: MIT
#include "fs/node_table.h"

#include <algorithm>
#include <cstring>
#include <mutex>

#include "codec/hash.h"

namespace tensorfs {
namespace {

constexpr size_t kNameBlockBytes = size_t{1} << 16;
constexpr size_t kFirstSlots = 1024;

}  // namespace

Inode HashInode(Inode parent, std::string_view name, uint64_t salt) {
  Inode inode = Hash64(name, parent + salt);
  while (inode <= kRootInode) inode = Hash64(name, ++salt ^ ~parent);
  return inode;
}

NodeTable::NodeTable(HashFunction hash) : hash_(hash), slots_(kFirstSlots, kEmpty) {
  Append({.inode = kRootInode});
}

Inode NodeTable::Insert(Inode parent, std::string_view name) {
  std::unique_lock lock(mutex_);
  const uint32_t parent_index = slots_[SlotOf(parent)];
  for (uint64_t salt = 0;; ++salt) {
    const Inode inode = hash_(parent, name, salt);
    const Node* taken = Find(inode);
    if (taken == nullptr) {
      Append({.inode = inode,
              .name = Store(name),
              .parent = parent_index,
              .name_length = static_cast<uint16_t>(name.size())});
      return inode;
    }
    if (Is(*taken, parent_index, name)) return inode;
  }
}

std::optional<std::string> NodeTable::PathOf(Inode inode) const {
  std::shared_lock lock(mutex_);
  const Node* node = Find(inode);
  if (node == nullptr) return std::nullopt;
  const Node* const root = &nodes_.front();
  size_t length = 0;
  for (const Node* at = node; at != root; at = &nodes_[at->parent]) length += at->name_length + 1;
  if (length == 0) return std::string();

  std::string path(length - 1, '/');
  size_t end = path.size();
  for (const Node* at = node; at != root; at = &nodes_[at->parent]) {
    path.replace(end - at->name_length, at->name_length, at->name, at->name_length);
    end -= std::min<size_t>(end, at->name_length + size_t{1});
  }
  return path;
}

std::optional<uint64_t> NodeTable::SizeOf(Inode inode, uint64_t source_stamp) const {
  std::shared_lock lock(mutex_);
  const Node* node = Find(inode);
  if (node == nullptr || !node->is_sized || node->source.stamp != source_stamp) return std::nullopt;
  return node->size_bytes;
}

std::optional<uint64_t> NodeTable::LastSizeOf(Inode inode) const {
  std::shared_lock lock(mutex_);
  const Node* node = Find(inode);
  if (node == nullptr || node->size_bytes == 0) return std::nullopt;
  return node->size_bytes;
}

void NodeTable::RememberSize(Inode inode, uint64_t source_stamp, uint64_t size_bytes) {
  std::unique_lock lock(mutex_);
  const uint32_t index = slots_[SlotOf(inode)];
  if (index == kEmpty) return;
  Node& node = nodes_[index];
  node.size_bytes = size_bytes;
  node.is_sized = node.source.stamp == source_stamp;
}

void NodeTable::NoteSource(Inode inode, const SourceState& source, Clock::time_point seen) {
  std::unique_lock lock(mutex_);
  const uint32_t index = slots_[SlotOf(inode)];
  if (index == kEmpty || nodes_[index].source_seen > seen) return;
  Node& node = nodes_[index];
  node.is_sized = node.is_sized && node.source.stamp == source.stamp;
  node.source = source;
  node.source_seen = seen;
}

std::optional<SourceState> NodeTable::BelievedSource(Inode inode, Clock::time_point since) const {
  std::shared_lock lock(mutex_);
  const Node* node = Find(inode);
  if (node == nullptr || node->source.stamp == 0 || node->source_seen < since) return std::nullopt;
  return node->source;
}

size_t NodeTable::size() const {
  std::shared_lock lock(mutex_);
  return nodes_.size();
}

// The slot that holds `inode`, or the empty one where it would go.
size_t NodeTable::SlotOf(Inode inode) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = inode & mask;
  while (slots_[slot] != kEmpty && nodes_[slots_[slot]].inode != inode) slot = (slot + 1) & mask;
  return slot;
}

const NodeTable::Node* NodeTable::Find(Inode inode) const {
  const uint32_t index = slots_[SlotOf(inode)];
  return index == kEmpty ? nullptr : &nodes_[index];
}

bool NodeTable::Is(const Node& node, uint32_t parent, std::string_view name) const {
  return node.inode != kRootInode && node.parent == parent &&
         std::string_view(node.name, node.name_length) == name;
}

const char* NodeTable::Store(std::string_view name) {
  if (name.size() > block_bytes_left_) {
    block_bytes_left_ = std::max(kNameBlockBytes, name.size());
    names_.push_back(std::make_unique_for_overwrite<char[]>(block_bytes_left_));
  }
  // Blocks are filled from their end, so that what is left is all there is to remember.
  block_bytes_left_ -= name.size();
  char* stored = names_.back().get() + block_bytes_left_;
  std::memcpy(stored, name.data(), name.size());
  return stored;
}

void NodeTable::Append(const Node& node) {
  if ((nodes_.size() + 1) * 10 > slots_.size() * 7) Grow();
  slots_[SlotOf(node.inode)] = static_cast<uint32_t>(nodes_.size());
  nodes_.push_back(node);
}

void NodeTable::Grow() {
  slots_.assign(slots_.size() * 2, kEmpty);
  for (uint32_t index = 0; index < nodes_.size(); ++index) {
    slots_[SlotOf(nodes_[index].inode)] = index;
  }
}

}  // namespace tensorfs
