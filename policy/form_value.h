// SPDX-License-Identifier: MIT
// The value of a sample that a form keeps, at hand because the sample has just been read. Plain
// value; its bytes are immutable.
#ifndef TENSORFS_POLICY_FORM_VALUE_H_
#define TENSORFS_POLICY_FORM_VALUE_H_

#include <cstdint>
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
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_FORM_VALUE_H_
