// SPDX-License-Identifier: MIT
// The command line of `tensorfs policy`.
#ifndef TENSORFS_TOOLS_POLICY_FLAGS_H_
#define TENSORFS_TOOLS_POLICY_FLAGS_H_

#include <string>

#include "codec/result.h"
#include "tools/policy_command.h"

namespace CLI {
class App;
}

namespace tensorfs {

// What a parser fills; it keeps pointers into this.
struct PolicyFlags {
  PolicyStatusCommand status;
  PolicyExplainCommand explain;
  std::string explain_path;  // FILE
  PolicyPlanCommand plan;
  PolicySetCommand set;
  PolicyPinCommand pin;
  PolicyUnpinCommand unpin;
  PolicyPauseCommand pause;
  PolicyResumeCommand resume;
  PolicyMaterializeCommand materialize;
  PolicyHistoryCommand history;
  PolicyWatchCommand watch;
  CLI::App* app = nullptr;  // of `tensorfs policy`, once added
};

void AddPolicyCommands(CLI::App* tool, PolicyFlags* flags);

// REQUIRES: flags.app was parsed. Errors: kInvalidArgument for options that do not go together.
Result<PolicyCommand> ChosenPolicyCommand(const PolicyFlags& flags);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_POLICY_FLAGS_H_
