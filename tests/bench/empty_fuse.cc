// SPDX-License-Identifier: MIT
// A FUSE filesystem with nothing behind it: files 0, 1, 2, … of one size, every READ of which is
// answered from one buffer. What reading them costs is what the kernel takes for its part of
// reading through any FUSE filesystem that is asked as tensorfs is: no OPEN, long timeouts, one
// READ a file.
//
//   empty_fuse MOUNTPOINT BYTES      until it is unmounted
#define FUSE_USE_VERSION 314
#include <fuse_lowlevel.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

namespace {

constexpr double kTimeoutS = 3600;
constexpr unsigned kReadAheadBytes = 1 << 20;

const std::vector<char>& BufferOf(fuse_req_t request) {
  return *static_cast<const std::vector<char>*>(fuse_req_userdata(request));
}

struct stat AttributesOf(fuse_req_t request, fuse_ino_t inode) {
  struct stat attributes = {};
  attributes.st_ino = inode;
  attributes.st_nlink = 1;
  attributes.st_mode = inode == FUSE_ROOT_ID ? S_IFDIR | 0555 : S_IFREG | 0444;
  if (inode != FUSE_ROOT_ID) attributes.st_size = static_cast<off_t>(BufferOf(request).size());
  return attributes;
}

void OnInit(void*, fuse_conn_info* connection) { connection->max_readahead = kReadAheadBytes; }

// File N is inode N + 2.
void OnLookup(fuse_req_t request, fuse_ino_t, const char* name) {
  const std::string_view text(name);
  fuse_ino_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) {
    fuse_reply_err(request, ENOENT);
    return;
  }
  fuse_entry_param entry = {};
  entry.ino = number + FUSE_ROOT_ID + 1;
  entry.attr = AttributesOf(request, entry.ino);
  entry.attr_timeout = kTimeoutS;
  entry.entry_timeout = kTimeoutS;
  fuse_reply_entry(request, &entry);
}

void OnGetAttr(fuse_req_t request, fuse_ino_t inode, fuse_file_info*) {
  const struct stat attributes = AttributesOf(request, inode);
  fuse_reply_attr(request, &attributes, kTimeoutS);
}

// "No file needs opening."
void OnOpen(fuse_req_t request, fuse_ino_t, fuse_file_info*) { fuse_reply_err(request, ENOSYS); }

void OnRead(fuse_req_t request, fuse_ino_t, size_t size, off_t offset, fuse_file_info*) {
  const std::vector<char>& buffer = BufferOf(request);
  const size_t begin = std::min(static_cast<size_t>(offset), buffer.size());
  fuse_reply_buf(request, buffer.data() + begin, std::min(size, buffer.size() - begin));
}

fuse_lowlevel_ops Operations() {
  fuse_lowlevel_ops operations = {};
  operations.init = OnInit;
  operations.lookup = OnLookup;
  operations.getattr = OnGetAttr;
  operations.open = OnOpen;
  operations.read = OnRead;
  return operations;
}

int Serve(const char* mountpoint, std::vector<char> buffer) {
  fuse_args arguments = FUSE_ARGS_INIT(0, nullptr);
  fuse_opt_add_arg(&arguments, "empty_fuse");
  fuse_opt_add_arg(&arguments, "-oro");
  const fuse_lowlevel_ops operations = Operations();
  fuse_session* session = fuse_session_new(&arguments, &operations, sizeof(operations), &buffer);
  fuse_opt_free_args(&arguments);
  if (session == nullptr || fuse_session_mount(session, mountpoint) != 0) return 1;
  fuse_loop_config* config = fuse_loop_cfg_create();
  const int status = fuse_session_loop_mt(session, config);
  fuse_loop_cfg_destroy(config);
  fuse_session_unmount(session);
  fuse_session_destroy(session);
  return status < 0 ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const long bytes = argc == 3 ? std::atol(argv[2]) : 0;
  if (bytes < 1) {
    std::fprintf(stderr, "usage: empty_fuse MOUNTPOINT BYTES\n");
    return 2;
  }
  return Serve(argv[1], std::vector<char>(static_cast<size_t>(bytes), 7));
}
