// SPDX-License-Identifier: MIT
#include "tools/note_interruption.h"

namespace tensorfs {
namespace {

volatile std::sig_atomic_t interrupted = 0;

}  // namespace

NoteInterruption::NoteInterruption() {
  interrupted = 0;
  struct sigaction note = {};
  note.sa_handler = [](int) { interrupted = 1; };
  sigaction(SIGINT, &note, &old_interrupt_);
  sigaction(SIGTERM, &note, &old_terminate_);
  sigaction(SIGHUP, nullptr, &old_hang_up_);
  if (old_hang_up_.sa_handler != SIG_IGN) sigaction(SIGHUP, &note, nullptr);
}

NoteInterruption::~NoteInterruption() {
  sigaction(SIGINT, &old_interrupt_, nullptr);
  sigaction(SIGTERM, &old_terminate_, nullptr);
  sigaction(SIGHUP, &old_hang_up_, nullptr);
}

bool NoteInterruption::WasInterrupted() { return interrupted != 0; }

}  // namespace tensorfs
