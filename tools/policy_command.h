// SPDX-License-Identifier: MIT
// What the user asked of `tensorfs policy`, as plain values.
#ifndef TENSORFS_TOOLS_POLICY_COMMAND_H_
#define TENSORFS_TOOLS_POLICY_COMMAND_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "codec/result.h"
#include "policy/policy_report.h"

namespace tensorfs {

struct PolicyStatusCommand {
  std::string mountpoint;
  bool json = false;
};

struct PolicyExplainCommand {
  std::string mountpoint;  // empty: where the file is
  std::string file;
  bool json = false;
};

struct PolicyPlanCommand {
  std::string mountpoint;
  WhatIfRequest request;
  bool json = false;
};

struct PolicySetCommand {
  std::string mountpoint;
  SettingsPatch patch;
  bool json = false;
};

struct PolicyPinCommand {
  std::string mountpoint;
  std::string pattern;  // empty: the pins are listed
  std::string form;
  bool json = false;
};

struct PolicyUnpinCommand {
  std::string mountpoint;
  std::string pattern;
  bool json = false;
};

struct PolicyPauseCommand {
  std::string mountpoint;
  bool json = false;
};

struct PolicyResumeCommand {
  std::string mountpoint;
  bool json = false;
};

struct PolicyMaterializeCommand {
  std::string mountpoint;
  std::string form;                // empty: the policy's
  std::vector<std::string> paths;  // none: everything
  bool json = false;
};

struct PolicyHistoryCommand {
  std::string mountpoint;
  bool json = false;
};

struct PolicyWatchCommand {
  std::string mountpoint;
  double interval_s = 1;
  uint64_t count = 0;  // 0: until it is interrupted
  bool json = false;
};

using PolicyCommand =
    std::variant<PolicyStatusCommand, PolicyExplainCommand, PolicyPlanCommand, PolicySetCommand,
                 PolicyPinCommand, PolicyUnpinCommand, PolicyPauseCommand, PolicyResumeCommand,
                 PolicyMaterializeCommand, PolicyHistoryCommand, PolicyWatchCommand>;

Result<void> Run(const PolicyStatusCommand& command, std::ostream& out, std::ostream& err);
Result<void> Run(const PolicyExplainCommand& command, std::ostream& out, std::ostream& err);
Result<void> Run(const PolicyPlanCommand& command, std::ostream& out, std::ostream& err);
Result<void> Run(const PolicySetCommand& command, std::ostream& out, std::ostream& err);
Result<void> Run(const PolicyPinCommand& command, std::ostream& out, std::ostream& err);
Result<void> Run(const PolicyUnpinCommand& command, std::ostream& out, std::ostream& err);
Result<void> Run(const PolicyPauseCommand& command, std::ostream& out, std::ostream& err);
Result<void> Run(const PolicyResumeCommand& command, std::ostream& out, std::ostream& err);
Result<void> Run(const PolicyHistoryCommand& command, std::ostream& out, std::ostream& err);

// Returns when all is converted, or when it was interrupted.
Result<void> Run(const PolicyMaterializeCommand& command, std::ostream& out, std::ostream& err);

// Returns when it has shown so much, or when it was interrupted.
Result<void> Run(const PolicyWatchCommand& command, std::ostream& out, std::ostream& err);

Result<void> Run(const PolicyCommand& command, std::ostream& out, std::ostream& err);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_POLICY_COMMAND_H_
