// SPDX-License-Identifier: MIT
#include "tools/profile/profile_costs.h"

#include <utility>

#include "policy/candidate_forms.h"
#include "policy/cost_model.h"
#include "tools/pipeline_file.h"
#include "tools/profile/machine_facts.h"
#include "tools/profile/profile_json.h"

namespace tensorfs {

Result<std::string> LoadProfiledCosts(const std::string& path, const Pipeline& pipeline,
                                      std::ostream& notes) {
  Result<Profile> profile = LoadProfile(path);
  if (!profile) return tl::unexpected(profile.error());
  const Result<Pipeline> profiled = ParsePipeline(profile->pipeline_toml, "its pipeline");
  if (!profiled) return Fail(path, profiled.error());
  if (profiled->ToString() != pipeline.ToString()) {
    return Fail(ErrorCode::kInvalidArgument, path + ": is the profile of another pipeline, " +
                                                 profiled->ToString() + "; this mount's is " +
                                                 pipeline.ToString());
  }
  CostModel model(pipeline, CandidateForms(pipeline));
  if (auto restored = model.Restore(profile->cost_model); !restored) {
    return Fail(path + ": its costs are of no use; run `tensorfs profile` again", restored.error());
  }
  const std::string cpu = DescribeThisMachine().cpu;
  if (profile->machine.cpu != cpu) {
    notes << "tensorfs: " << path << ": was measured on another CPU, " << profile->machine.cpu
          << "; this is " << cpu << "\n";
  }
  return std::move(profile->cost_model);
}

}  // namespace tensorfs
