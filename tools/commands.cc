// SPDX-License-Identifier: MIT
#include "tools/commands.h"

#include <string>

#include "fs/libfuse_version.h"
#include "tools/daemon.h"
#include "tools/fuse_access.h"
#include "tools/prepare_mount.h"
#include "tools/serve_mount.h"
#include "tools/version.h"

namespace tensorfs {

Result<void> Run(const MountCommand& command, std::ostream&, std::ostream& err) {
  const Result<MountCommand> prepared = PrepareMount(command, err);
  if (!prepared) return tl::unexpected(prepared.error());
  const DaemonWork work = [&prepared](const std::function<void()>& on_ready) {
    return ServeMount(*prepared, on_ready);
  };
  return prepared->daemon.foreground ? work([] {}) : RunInBackground(work);
}

Result<void> Run(const VersionCommand&, std::ostream& out, std::ostream&) {
  out << "tensorfs " << kVersion << "\n";
  out << "libfuse " << LibfuseVersion() << "\n";
  for (const auto& [name, value] : DescribeFuseAccess()) out << name << ": " << value << "\n";
  out << "used where the kernel has them:";
  for (const std::string& feature : UsableFeatures()) out << " " << feature;
  out << "\n(`tensorfs policy status MOUNTPOINT` tells which a mount uses)\n";
  return {};
}

Result<void> Run(const HelpCommand& command, std::ostream& out, std::ostream&) {
  out << command.text;
  return {};
}

Result<void> Run(const FakeMountCommand&, std::ostream&, std::ostream&) { return {}; }

}  // namespace tensorfs
