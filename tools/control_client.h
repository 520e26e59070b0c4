// SPDX-License-Identifier: MIT
// Asks the daemon behind a mountpoint. Stateless.
#ifndef TENSORFS_TOOLS_CONTROL_CLIENT_H_
#define TENSORFS_TOOLS_CONTROL_CLIENT_H_

#include <string>
#include <string_view>

#include "codec/result.h"

namespace tensorfs {

// Whether a FUSE filesystem is mounted there that nobody serves any more.
bool IsDeadMount(const std::string& mountpoint);

// The path of the control socket of the tensorfs mounted on exactly this directory. Asks the mount.
// Errors: kNotFound if nothing is there; kInvalidArgument if it is no tensorfs mount; kIo if its
// daemon is dead.
Result<std::string> FindControlSocket(const std::string& mountpoint);

// The body of GET `target`, for instance "/v1/status". Errors: those above; kIo.
Result<std::string> AskDaemon(const std::string& mountpoint, const std::string& target);

// The body of the answer to POST. Errors: those above; with the daemon's own message where it gives
// one, kBusy for its status 409, kInvalidArgument for 400, kNotFound for 404.
Result<std::string> TellDaemon(const std::string& mountpoint, const std::string& target,
                               const std::string& body);

// A value of a query, as RFC 3986 has it.
std::string PercentEncode(std::string_view text);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_CONTROL_CLIENT_H_
