// SPDX-License-Identifier: MIT
// While an object lives, SIGINT, SIGTERM and, unless it is ignored (nohup), SIGHUP are noted
// instead of ending the process. One at a time.
#ifndef TENSORFS_TOOLS_NOTE_INTERRUPTION_H_
#define TENSORFS_TOOLS_NOTE_INTERRUPTION_H_

#include <csignal>

namespace tensorfs {

class NoteInterruption {
 public:
  NoteInterruption();
  NoteInterruption(const NoteInterruption&) = delete;
  NoteInterruption& operator=(const NoteInterruption&) = delete;
  ~NoteInterruption();

  // Since the object was made.
  static bool WasInterrupted();

 private:
  struct sigaction old_interrupt_ = {};
  struct sigaction old_terminate_ = {};
  struct sigaction old_hang_up_ = {};
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_NOTE_INTERRUPTION_H_
