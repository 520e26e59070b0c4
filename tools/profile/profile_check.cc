// SPDX-License-Identifier: MIT
#include "tools/profile/profile_check.h"

#include <set>
#include <string>

#include "codec/form.h"
#include "tools/pipeline_file.h"

namespace tensorfs {
namespace {

tl::unexpected<Error> Corrupt(const std::string& place, const std::string& what) {
  return Fail(ErrorCode::kCorrupt, place + ": " + what);
}

Result<void> CheckStrategy(const Strategy& strategy, const Pipeline& pipeline,
                           const std::string& place) {
  const Result<Form> form = ParseForm(strategy.form, pipeline);
  // The text may be anything, so that it is not shown.
  if (!form || ToString(*form, pipeline) != strategy.form) {
    return Corrupt(place + ".form", "expected a form of the profile's pipeline");
  }
  if (strategy.stage != form->stage) return Corrupt(place + ".stage", "is not that of the form");
  if (strategy.encoding != NameOf(form->encoding)) {
    return Corrupt(place + ".encoding", "is not that of the form");
  }
  if (strategy.share > 1) return Corrupt(place + ".share", "expected 1 at most");
  if (strategy.cpu_s + strategy.read_bytes > 0) return {};
  return Corrupt(place, "a read takes neither CPU time nor bytes");
}

}  // namespace

Result<void> CheckProfile(const Profile& profile) {
  if (profile.strategies.empty() || profile.strategies[0].form != "source:original") {
    return Corrupt("strategies", "expected source:original first");
  }
  if (profile.set.measured.empty()) return Corrupt("set.measured", "expected a sample");
  if (profile.set.samples == 0) return Corrupt("set.samples", "expected 1");
  if (profile.machine.cores == 0) return Corrupt("machine.cores", "expected 1");
  const Result<Pipeline> pipeline = ParsePipeline(profile.pipeline_toml, "pipeline_toml");
  if (!pipeline) return tl::unexpected(pipeline.error());
  std::set<std::string> forms;
  for (size_t i = 0; i < profile.strategies.size(); ++i) {
    const Strategy& strategy = profile.strategies[i];
    const std::string place = "strategies[" + std::to_string(i) + "]";
    if (auto valid = CheckStrategy(strategy, *pipeline, place); !valid) return valid;
    if (!forms.insert(strategy.form).second) return Corrupt(place + ".form", "is there twice");
  }
  return {};
}

}  // namespace tensorfs
