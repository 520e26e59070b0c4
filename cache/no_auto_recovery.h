// SPDX-License-Identifier: MIT
// Keeps RocksDB from recovering of a full disk by itself: it looks for room every five seconds, and
// meanwhile refuses the Resume of those who have just made some. Stateless; thread-safe.
#ifndef TENSORFS_CACHE_NO_AUTO_RECOVERY_H_
#define TENSORFS_CACHE_NO_AUTO_RECOVERY_H_

#include <rocksdb/listener.h>

namespace tensorfs {

class NoAutoRecovery : public rocksdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason, rocksdb::Status,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }
};

}  // namespace tensorfs

#endif  // TENSORFS_CACHE_NO_AUTO_RECOVERY_H_
