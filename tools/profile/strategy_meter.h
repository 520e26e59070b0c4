// SPDX-License-Identifier: MIT
// Prepares samples in one form, in a mount of its own, and measures what that takes, stores and
// delivers. Not thread-safe.
#ifndef TENSORFS_TOOLS_PROFILE_STRATEGY_METER_H_
#define TENSORFS_TOOLS_PROFILE_STRATEGY_METER_H_

#include <initializer_list>
#include <string>
#include <vector>

#include "codec/form.h"
#include "codec/result.h"
#include "tools/profile/delivery_meter.h"
#include "tools/profile/private_mount.h"
#include "tools/profile/profile.h"
#include "tools/profile/sample_survey.h"

namespace tensorfs {

// What is measured: the samples that were picked of a source, all of which can be read.
struct SampleSet {
  std::string source;
  std::vector<SurveyedSample> samples;
  double scale = 1;  // how many samples of the source one of these stands for

  std::vector<std::string> Paths() const;        // in the source, and so in a mount
  std::vector<std::string> SourceFiles() const;  // the same as files
};

class StrategyMeter {
 public:
  // All must outlive it; the mount keeps names and moves nothing by itself.
  StrategyMeter(const PrivateMount* mount, const SampleSet* set, const DeliverySettings* reading,
                const DeliveryWatcher* watcher);
  StrategyMeter(const StrategyMeter&) = delete;
  StrategyMeter& operator=(const StrategyMeter&) = delete;

  // All but the time of the steps. Errors: kUnsupported if no sample can take the form; kIo, also
  // if samples have left it while they were read.
  Result<Strategy> Measure(const Form& form, const Pipeline& pipeline);

  // Appends to `delivered`. Errors: those of DeliveryMeter.
  Result<void> Deliver(std::initializer_list<ReadMode> modes, std::vector<Delivered>* delivered);

 private:
  Result<void> Prepare(Strategy* strategy) const;
  void NoteStored(Strategy* strategy) const;
  // The share of the samples that are kept in the form now.
  double ShareIn(const std::string& form) const;

  const PrivateMount* const mount_;
  const SampleSet* const set_;
  SampleFiles files_;
  DeliveryMeter meter_;
};

// Empty if there is none.
std::string ReadXattr(const std::string& path, const char* name);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_STRATEGY_METER_H_
