// SPDX-License-Identifier: MIT
#include "tools/stored_forms.h"

namespace tensorfs {

std::vector<FormCount> CountForms(const StoreStats& store, const Pipeline& pipeline) {
  return CountForms(store, StageNames(pipeline));
}

std::vector<FormCount> CountForms(const StoreStats& store, const std::vector<std::string>& stages) {
  std::vector<FormCount> counts;
  for (const auto& [form, usage] : store.forms) {
    counts.push_back({.form = DescribeForm(form, stages),
                      .samples = usage.samples,
                      .bytes = usage.payload_bytes});
  }
  return counts;
}

std::string DescribeForm(const Form& form, const std::vector<std::string>& stages) {
  const auto stage = static_cast<size_t>(form.stage);
  const std::string name =
      stage < stages.size() ? stages[stage] : "stage-" + std::to_string(form.stage);
  const std::string level = form.level == 0 ? "" : "-" + std::to_string(form.level);
  return name + ":" + std::string(NameOf(form.encoding)) + level;
}

}  // namespace tensorfs
