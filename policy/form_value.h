// SPDX-License-Identifier: MIT
// The value of a sample that a form keeps, at hand because the sample has just been read, and what
// the final tensor has to be when it is read from that form. Plain value; its bytes are immutable.
#ifndef TENSORFS_POLICY_FORM_VALUE_H_
#define TENSORFS_POLICY_FORM_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>

#include "codec/form.h"
#include "codec/image_header.h"

namespace tensorfs {

struct FormValue {
  Form form;
  ImageHeader source;  // of the source file
  std::shared_ptr<const void> owner;
  std::span<const uint8_t> bytes;  // the file, image or tensor (codec/form_encoder.h)
  uint64_t tensor_hash = 0;        // of what the read delivered (codec/form_check.h)
  // Leases the memory that EncodeAndCheckMemoryBytes tells, for as long as what it returns lives;
  // null if that is not free now. Empty: the value's owner holds that memory too.
  std::function<std::shared_ptr<const void>()> lease_work;
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_FORM_VALUE_H_
