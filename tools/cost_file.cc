// SPDX-License-Identifier: MIT
#include "tools/cost_file.h"

#include <spdlog/spdlog.h>

#include "fs/printable.h"
#include "tools/text_file.h"

namespace tensorfs {
namespace {

std::string PathOf(const std::string& store) { return store + "/cost_model"; }

}  // namespace

bool LoadCosts(const std::string& store, CostModel* model) {
  const Result<std::string> text = ReadTextFile(PathOf(store));
  if (!text && text.error().code == ErrorCode::kNotFound) return false;
  const auto restored =
      text.and_then([&](const std::string& saved) { return model->Restore(saved); });
  if (restored) return true;
  spdlog::info("{}: the forms are measured again: {}", Printable(PathOf(store)),
               restored.error().message);
  return false;
}

Result<void> SaveCosts(const std::string& store, const CostModel& model) {
  return ReplaceTextFile(PathOf(store), model.Serialize());
}

}  // namespace tensorfs
