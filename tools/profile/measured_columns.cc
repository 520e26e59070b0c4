// SPDX-License-Identifier: MIT
#include "tools/profile/measured_columns.h"

#include <set>

#include "tools/profile/figure_keys.h"

namespace tensorfs {

std::vector<MeasuredColumn> MeasuredColumns(const Profile& profile) {
  std::set<MeasuredColumn> columns;
  for (const Strategy& strategy : profile.strategies) {
    for (const Delivered& each : strategy.delivered) columns.insert({each.mode, each.threads});
  }
  return {columns.begin(), columns.end()};
}

const Delivered* FindDelivered(const std::vector<Delivered>& delivered,
                               const MeasuredColumn& column) {
  for (const Delivered& each : delivered) {
    if (MeasuredColumn{each.mode, each.threads} == column) return &each;
  }
  return nullptr;
}

double CpuSecondsOf(const std::vector<StepTime>& steps, const std::string& key) {
  double cpu_s = 0;
  for (const StepTime& step : steps) {
    if (StepKeys::KeyOf(step.name) == key) cpu_s += step.cpu_s;
  }
  return cpu_s;
}

}  // namespace tensorfs
