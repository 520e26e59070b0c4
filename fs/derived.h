// SPDX-License-Identifier: MIT
// What is derived from the source beside a mount. Plain values.
#ifndef TENSORFS_FS_DERIVED_H_
#define TENSORFS_FS_DERIVED_H_

#include <atomic>

#include "cache/sample_store.h"
#include "cache/tensor_cache.h"
#include "policy/form_policy.h"
#include "policy/migrator.h"

namespace tensorfs {

// Each may be missing.
struct Derived {
  SampleStore* store = nullptr;
  TensorCache* cache = nullptr;
  Migrator* migrator = nullptr;
  FormPolicy* policy = nullptr;  // needs a store and a migrator
};

// What there is of it at the moment: nothing before it is open and after it was withdrawn.
// Thread-safe; does not own.
class DerivedView {
 public:
  const Derived& Now() const { return *now_.load(std::memory_order_acquire); }

  // `derived` does not change any more until it is withdrawn, when nobody reads any more.
  void Publish(const Derived* derived) { now_.store(derived, std::memory_order_release); }
  void Withdraw() { Publish(&Nothing()); }

 private:
  static const Derived& Nothing() {
    static const Derived kNothing;
    return kNothing;
  }

  std::atomic<const Derived*> now_{&Nothing()};
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_DERIVED_H_
