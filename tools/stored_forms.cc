// SPDX-License-Identifier: MIT
#include "tools/stored_forms.h"

#include <string>

#include "codec/form.h"

namespace tensorfs {

std::vector<FormCount> CountForms(const StoreStats& store, const Pipeline& pipeline) {
  const std::vector<std::string> stages = StageNames(pipeline);
  std::vector<FormCount> counts;
  for (const auto& [form, usage] : store.forms) {
    const auto stage = static_cast<size_t>(form.stage);
    const std::string name =
        stage < stages.size() ? stages[stage] : "stage-" + std::to_string(form.stage);
    counts.push_back({.form = name + ":" + std::string(NameOf(form.encoding)),
                      .samples = usage.samples,
                      .bytes = usage.payload_bytes});
  }
  return counts;
}

}  // namespace tensorfs
