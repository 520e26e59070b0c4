// SPDX-License-Identifier: MIT
// How many samples a source has, and some of them, each as likely as any other. Stateless.
#ifndef TENSORFS_TOOLS_PROFILE_SAMPLE_SURVEY_H_
#define TENSORFS_TOOLS_PROFILE_SAMPLE_SURVEY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "codec/result.h"
#include "fs/sample_names.h"
#include "fs/source_tree.h"
#include "policy/sample_features.h"

namespace tensorfs {

struct SurveyedSample {
  std::string path;  // in the source
  SampleFeatures features;
};

struct SampleSurvey {
  uint64_t samples = 0;     // in all
  uint64_t unreadable = 0;  // of those that were picked: no image that is known
  std::vector<SurveyedSample> picked;
};

// Lists the whole source, without opening any file but those that it picks: `count`, or all where
// there are fewer. The same source gives the same ones as long as its directories list alike.
// `stop` is asked now and then. Errors: those of SourceTree; kNotFound if there is no sample;
// kCorrupt if none of those picked can be read, saying why; kIo if stopped.
Result<SampleSurvey> SurveySamples(const SourceTree& source, const SampleNames& names, size_t count,
                                   const std::function<bool()>& stop);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_SAMPLE_SURVEY_H_
