// SPDX-License-Identifier: MIT
// What was learned of the forms' costs, kept in the store's directory from one mount to the next.
// Stateless.
#ifndef TENSORFS_TOOLS_COST_FILE_H_
#define TENSORFS_TOOLS_COST_FILE_H_

#include <string>

#include "codec/result.h"
#include "policy/cost_model.h"

namespace tensorfs {

// Whether there was something to load. What is damaged, or of another pipeline, is passed over; the
// forms are then measured again.
bool LoadCosts(const std::string& store, CostModel* model);

// Errors: kIo, naming the file.
Result<void> SaveCosts(const std::string& store, const CostModel& model);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_COST_FILE_H_
