// SPDX-License-Identifier: MIT
// Logs what goes wrong with a mount's store and cache: each kind once when it begins, however often
// it happens and whatever file it names; and when keeping works again. For one thread.
#ifndef TENSORFS_TOOLS_CONDITION_LOG_H_
#define TENSORFS_TOOLS_CONDITION_LOG_H_

#include <string>

#include "cache/sample_store.h"
#include "cache/tensor_cache.h"

namespace tensorfs {

class ConditionLog {
 public:
  // To be called now and then.
  void LookAt(const SampleStore& store);
  void LookAt(const TensorCache& cache);

 private:
  struct Part {
    const char* name;
    bool keeps = true;
    bool is_damaged = false;
    bool was_replaced = false;
  };

  static void NoteKeeping(const std::string& condition, Part* part);
  static void NoteDamage(bool is_damaged, Part* part);

  Part store_{.name = "store"};
  Part cache_{.name = "cache"};
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_CONDITION_LOG_H_
