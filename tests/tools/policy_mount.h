// SPDX-License-Identifier: MIT
// What stands for a mount with a policy: a source with two samples and a label file, whose
// filesystem is real, and a hand-made policy.
#ifndef TENSORFS_TESTS_TOOLS_POLICY_MOUNT_H_
#define TENSORFS_TESTS_TOOLS_POLICY_MOUNT_H_

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/tools/hand_made_policy.h"
#include "tests/tools/temporary_dir.h"
#include "tools/policy_routes.h"

namespace tensorfs {

class PolicyMount {
 public:
  PolicyMount() {
    for (const char* name : {"source/cat", "mountpoint", "store"}) {
      std::filesystem::create_directories(scratch_ / name);
    }
    for (const char* name : {"cat/001.jpg", "cat/002.png", "cat/labels.csv"}) {
      std::ofstream(command_.source + "/" + name) << "not looked at";
    }
    ViewOptions view;
    view.pipeline = policy.pipeline;
    fs_ = *SampleFs::Create(command_.source, std::move(view), {}, &stats_);
  }

  std::vector<ControlRoute> Routes() {
    return PolicyRoutes(&command_, fs_.get(), [this]() -> Result<PolicyControl*> {
      if (!has_policy) return Fail(ErrorCode::kBusy, "no policy is at work here");
      return &policy;
    });
  }

  Inode SampleOf(const std::string& path) { return fs_->ListSamples(path).value().front(); }

  std::string source() const { return command_.source; }
  std::string mountpoint() const { return command_.mountpoint; }
  std::string store() const { return command_.daemon.store; }

  HandMadePolicy policy;
  bool has_policy = true;

 private:
  MountCommand Command() const {
    MountCommand command;
    command.source = scratch_ / "source";
    command.mountpoint = scratch_ / "mountpoint";
    command.daemon.store = scratch_ / "store";
    return command;
  }

  const TemporaryDir scratch_;
  const MountCommand command_ = Command();
  ReadStats stats_;
  std::unique_ptr<SampleFs> fs_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_TOOLS_POLICY_MOUNT_H_
