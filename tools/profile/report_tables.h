// SPDX-License-Identifier: MIT
// All figures of a profile as tables of the report. Pure functions.
#ifndef TENSORFS_TOOLS_PROFILE_REPORT_TABLES_H_
#define TENSORFS_TOOLS_PROFILE_REPORT_TABLES_H_

#include "tools/profile/html_table.h"
#include "tools/profile/profile.h"
#include "tools/profile/recommendation.h"

namespace tensorfs {

// Of each strategy what it gives on the machine in question, the best first.
HtmlTable RateTable(const Profile& profile, const Recommendation& made);
// Of each strategy what it takes.
HtmlTable CostTable(const Profile& profile, const Recommendation& made);
// Samples per second as measured, for each mode and number of threads.
HtmlTable DeliveredTable(const Profile& profile, const Recommendation& made);
// The same of what does not depend on the form: the tensor cache, the mount's page cache.
HtmlTable CachedTable(const Profile& profile);
// CPU time by step: of a read, or of preparing one sample.
HtmlTable StepTable(const Profile& profile, const Recommendation& made,
                    std::vector<StepTime> Strategy::*times);
// The steps of the pipeline: the bytes of their results and their CPU time.
HtmlTable PipelineTable(const Profile& profile);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_REPORT_TABLES_H_
