// SPDX-License-Identifier: MIT
// While it lives, the calling thread takes no signals, and neither do threads that it starts: they
// inherit that for good. Signals are for the thread that serves the mount.
#ifndef TENSORFS_TOOLS_BLOCK_SIGNALS_H_
#define TENSORFS_TOOLS_BLOCK_SIGNALS_H_

#include <csignal>

namespace tensorfs {

class BlockSignals {
 public:
  BlockSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockSignals(const BlockSignals&) = delete;
  BlockSignals& operator=(const BlockSignals&) = delete;

 private:
  sigset_t before_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_BLOCK_SIGNALS_H_
