// SPDX-License-Identifier: MIT
// Bounds the decoders that run at once to the cores, however many threads wait for disks.
// Thread-safe.
#ifndef TENSORFS_FS_DECODE_SLOTS_H_
#define TENSORFS_FS_DECODE_SLOTS_H_

#include <semaphore>

namespace tensorfs {

// The cores that this process may use.
int UsableCores();

class DecodeSlots {
 public:
  // 0: one for each usable core.
  explicit DecodeSlots(int count) : slots_(count > 0 ? count : UsableCores()) {}

  // One of the slots, as long as it lives.
  class Slot {
   public:
    explicit Slot(DecodeSlots* slots) : slots_(slots) { slots_->slots_.acquire(); }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() { slots_->slots_.release(); }

   private:
    DecodeSlots* const slots_;
  };

 private:
  std::counting_semaphore<> slots_;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_DECODE_SLOTS_H_
