// SPDX-License-Identifier: MIT
// The process's memory allocator (glibc's malloc), set up for what the daemon does with it.
#ifndef TENSORFS_TOOLS_ALLOCATOR_H_
#define TENSORFS_TOOLS_ALLOCATOR_H_

namespace tensorfs {

// Lets freed memory be used again instead of returning it at once: making a tensor takes and frees
// about a megabyte in blocks of some hundred kilobytes, and having the kernel map and clear them
// anew each time costs a fifth of the work. At most some 64 MiB (4 MiB for each core beyond 16) are
// kept that way, in blocks of up to 4 MiB. To be called before the first thread is started.
void KeepFreedMemory();

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_ALLOCATOR_H_
