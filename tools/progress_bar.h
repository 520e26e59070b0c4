// SPDX-License-Identifier: MIT
// Long work, of a daemon or of this process, shown to a person at a terminal until it ends.
#ifndef TENSORFS_TOOLS_PROGRESS_BAR_H_
#define TENSORFS_TOOLS_PROGRESS_BAR_H_

#include <ostream>
#include <string>
#include <string_view>

#include "codec/result.h"
#include "tools/job.h"

namespace tensorfs {

// One line of at most 79 columns from a text that ToJson(JobProgress) made: bar, samples, MB/s and
// the time left. Errors: kCorrupt.
Result<std::string> ProgressLine(std::string_view job_json);

// Has the mount's daemon start a job, waits for its end and returns its last progress, as JSON.
// Draws a progress bar on standard error if that is a terminal. SIGINT and SIGTERM, from the
// request on, end the job; what it did stays. Errors: those of TellDaemon and AskDaemon.
Result<std::string> RunJob(const std::string& mountpoint, const std::string& target,
                           const std::string& body, std::ostream& err);

// Waits so for a job of this process.
Result<std::string> WatchJob(Job* job, std::ostream& err);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROGRESS_BAR_H_
