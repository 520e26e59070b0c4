// SPDX-License-Identifier: MIT
// The policy's report as metrics. Stateless.
#ifndef TENSORFS_TOOLS_POLICY_METRICS_H_
#define TENSORFS_TOOLS_POLICY_METRICS_H_

#include "policy/policy_report.h"
#include "tools/prometheus_text.h"

namespace tensorfs {

void AddPolicyMetrics(const PolicyReport& report, PrometheusText* text);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_POLICY_METRICS_H_
