// SPDX-License-Identifier: MIT
// Whoever wants to know of moves that were made.
#ifndef TENSORFS_POLICY_MOVE_LISTENER_H_
#define TENSORFS_POLICY_MOVE_LISTENER_H_

#include <cstdint>

#include "codec/form.h"

namespace tensorfs {

struct MadeMove {
  uint64_t sample = 0;
  Form form;  // that it is kept in now
  uint64_t payload_bytes = 0;
  double encode_cpu_s = 0;
};

class MoveListener {
 public:
  virtual ~MoveListener() = default;
  // Called by any thread; must not take longer than some microseconds, nor call the migrator.
  virtual void NoteMove(const MadeMove& move) = 0;
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_MOVE_LISTENER_H_
