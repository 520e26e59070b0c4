// SPDX-License-Identifier: MIT
// The one place where the operating system's errno becomes an Error and an Error an errno.
#ifndef TENSORFS_FS_ERRNO_H_
#define TENSORFS_FS_ERRNO_H_

#include <string_view>

#include "codec/result.h"

namespace tensorfs {

// What the kernel is told. Whatever is wrong with a sample's content is EIO. A source file that
// vanished between stat and read is ENOENT: its name is what the reader knows, and ESTALE would
// only make the kernel repeat the lookup.
int ToErrno(const Error& error);

// `what` names the file or the operation. A path that leads through something which is no directory
// or has become a link names nothing, so ENOTDIR, ELOOP and ENAMETOOLONG are kNotFound as well.
tl::unexpected<Error> FailWithErrno(std::string_view what, int errno_value);

}  // namespace tensorfs

#endif  // TENSORFS_FS_ERRNO_H_
