// SPDX-License-Identifier: MIT
// Pins, kept in the store's directory from one mount to the next. Stateless.
#ifndef TENSORFS_TOOLS_PIN_FILE_H_
#define TENSORFS_TOOLS_PIN_FILE_H_

#include <string>
#include <vector>

#include "codec/result.h"
#include "policy/pins.h"

namespace tensorfs {

// Adds the rules that were saved in the store's directory, none if none were. What the pipeline has
// no form for, and a file that is damaged, is logged and left out: a mount does not fail for it.
void LoadPins(const std::string& store, Pins* pins);

// Errors: kIo, naming the file.
Result<void> SavePins(const std::string& store, const std::vector<PinRule>& rules);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PIN_FILE_H_
