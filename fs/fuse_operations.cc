// SPDX-License-Identifier: MIT
#include "fs/fuse_operations.h"

#include <cerrno>
#include <cstring>
#include <memory>
#include <string>

#include "fs/errno.h"
#include "fs/fuse_init.h"

namespace tensorfs {
namespace {

FuseContext& ContextOf(fuse_req_t request) {
  return *static_cast<FuseContext*>(fuse_req_userdata(request));
}

SampleFs& FsOf(fuse_req_t request) { return *ContextOf(request).fs; }

void ReplyError(fuse_req_t request, const Error& error) { fuse_reply_err(request, ToErrno(error)); }

fuse_entry_param EntryOf(const struct stat& attributes, double timeout_s) {
  fuse_entry_param entry = {};
  entry.ino = attributes.st_ino;
  entry.attr = attributes;
  entry.attr_timeout = timeout_s;
  entry.entry_timeout = timeout_s;
  return entry;
}

void OnInit(void* user_data, fuse_conn_info* connection) {
  InitConnection(*static_cast<FuseContext*>(user_data), *connection);
}

void OnLookup(fuse_req_t request, fuse_ino_t parent, const char* name) {
  const double timeout_s = ContextOf(request).options.attr_timeout_s;
  const auto attributes = FsOf(request).Lookup(parent, name);
  if (!attributes && attributes.error().code == ErrorCode::kNotFound) {
    // Inode 0 says "no such file, and remember that", which spares the next request.
    fuse_entry_param absent = {};
    absent.entry_timeout = timeout_s;
    fuse_reply_entry(request, &absent);
    return;
  }
  if (!attributes) return ReplyError(request, attributes.error());
  const fuse_entry_param entry = EntryOf(*attributes, timeout_s);
  fuse_reply_entry(request, &entry);
}

// Inodes are not reference-counted, so there is nothing to forget.
void OnForget(fuse_req_t request, fuse_ino_t, uint64_t) { fuse_reply_none(request); }

void OnForgetMulti(fuse_req_t request, size_t, fuse_forget_data*) { fuse_reply_none(request); }

void OnGetAttr(fuse_req_t request, fuse_ino_t inode, fuse_file_info*) {
  const auto attributes = FsOf(request).GetAttr(inode);
  if (!attributes) return ReplyError(request, attributes.error());
  fuse_reply_attr(request, &*attributes, ContextOf(request).options.attr_timeout_s);
}

void OnReadLink(fuse_req_t request, fuse_ino_t inode) {
  const auto target = FsOf(request).ReadLink(inode);
  if (!target) return ReplyError(request, target.error());
  fuse_reply_readlink(request, target->c_str());
}

void OnOpen(fuse_req_t request, fuse_ino_t, fuse_file_info* file) {
  const KernelOptions& options = ContextOf(request).options;
  if (options.io == IoMode::kBuffered && options.page_cache != PageCacheMode::kOff) {
    // The kernel takes this for "no file needs opening" and never asks again; it keeps pages.
    fuse_reply_err(request, ENOSYS);
    return;
  }
  file->direct_io = options.io == IoMode::kDirect;
  file->keep_cache = 0;
  file->noflush = 1;
  fuse_reply_open(request, file);
}

// Has the kernel ask for an inode's attributes again. Not to be called before the request that led
// to it is answered.
void ForgetAttributes(const FuseContext& context, fuse_ino_t inode) {
  fuse_lowlevel_notify_inval_inode(context.session, inode, /*off=*/-1, /*len=*/0);
}

void OnRead(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset, fuse_file_info*) {
  const auto reply = FsOf(request).Read(inode, static_cast<uint64_t>(offset), size);
  if (!reply) {
    const FuseContext& context = ContextOf(request);
    ReplyError(request, reply.error());
    if (reply.error().code == ErrorCode::kStale) ForgetAttributes(context, inode);
    return;
  }
  fuse_reply_buf(request, reinterpret_cast<const char*>(reply->bytes.data()), reply->bytes.size());
}

// As with files: after this the kernel never asks again, and keeps what it has read.
void OnOpenDir(fuse_req_t request, fuse_ino_t, fuse_file_info* file) {
  if (!ContextOf(request).opens_directories) {
    fuse_reply_err(request, ENOSYS);
    return;
  }
  file->cache_readdir = 1;
  file->keep_cache = 1;
  fuse_reply_open(request, file);
}

// What is to be read from `offset` on: at the beginning the directory as it is now, later the same.
Result<RecentListings::ListingPtr> ListingAt(fuse_req_t request, fuse_ino_t inode, off_t offset) {
  RecentListings& listings = ContextOf(request).listings;
  if (offset > 0) {
    if (RecentListings::ListingPtr listing = listings.Find(inode)) return listing;
  }
  Result<std::unique_ptr<const DirListing>> made = FsOf(request).ListDir(inode);
  if (!made) return tl::unexpected(made.error());
  RecentListings::ListingPtr listing = std::move(*made);
  listings.Put(inode, listing);
  return listing;
}

// A listing's entry at a directory offset: "." and ".." stand before the listing's own.
DirEntry EntryAt(const DirListing& listing, fuse_ino_t directory, size_t position) {
  if (position == 0) return {".", directory, S_IFDIR};
  if (position == 1) return {"..", directory, S_IFDIR};
  return listing.at(position - 2);
}

// A listing's reply, which takes entries until it is full. An entry's offset is the position after
// it.
class DirReply {
 public:
  DirReply(fuse_req_t request, size_t size)
      : request_(request), size_(size), buffer_(std::make_unique_for_overwrite<char[]>(size)) {}

  bool Add(const DirEntry& entry, size_t position) {
    attributes_.st_ino = entry.inode;
    attributes_.st_mode = entry.type;
    return Advance(fuse_add_direntry(request_, End(), Room(), entry.name.data(), &attributes_,
                                     static_cast<off_t>(position + 1)));
  }

  bool AddPlus(const DirEntry& entry, const fuse_entry_param& attributes, size_t position) {
    return Advance(fuse_add_direntry_plus(request_, End(), Room(), entry.name.data(), &attributes,
                                          static_cast<off_t>(position + 1)));
  }

  void Send() { fuse_reply_buf(request_, buffer_.get(), used_); }

 private:
  char* End() { return buffer_.get() + used_; }
  size_t Room() const { return size_ - used_; }
  bool Advance(size_t entry_bytes) {
    if (entry_bytes > Room()) return false;
    used_ += entry_bytes;
    return true;
  }

  const fuse_req_t request_;
  const size_t size_;
  const std::unique_ptr<char[]> buffer_;
  size_t used_ = 0;
  struct stat attributes_ = {};
};

// Replies with the entries from `offset` on, each added by `add`, which returns whether it had
// room.
template <typename Add>
void ReplyListing(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset, const Add& add) {
  const auto listing = ListingAt(request, inode, offset);
  if (!listing) return ReplyError(request, listing.error());
  DirReply reply(request, size);
  const size_t count = (*listing)->size() + 2;
  if (static_cast<size_t>(offset) >= count) ContextOf(request).listings.Drop(inode);
  for (size_t position = static_cast<size_t>(offset); position < count; ++position) {
    if (!add(reply, EntryAt(**listing, inode, position), position)) break;
  }
  reply.Send();
}

void OnReadDir(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset, fuse_file_info*) {
  ReplyListing(request, inode, size, offset,
               [](DirReply& reply, const DirEntry& entry, size_t position) {
                 return reply.Add(entry, position);
               });
}

// An entry without attributes: inode 0 tells the kernel to look the name up when it needs it.
fuse_entry_param NameOnly(const DirEntry& entry) {
  fuse_entry_param name_only = {};
  name_only.attr.st_ino = entry.inode;
  name_only.attr.st_mode = entry.type;
  return name_only;
}

// The entry with its attributes where they can be had. The kernel must not take those of "." and
// ".." from here.
fuse_entry_param LookUpForListing(fuse_req_t request, fuse_ino_t directory, size_t position,
                                  const DirEntry& entry) {
  if (position < 2) return NameOnly(entry);
  const auto attributes = FsOf(request).Lookup(directory, entry.name);
  return attributes ? EntryOf(*attributes, ContextOf(request).options.attr_timeout_s)
                    : NameOnly(entry);
}

// The kernel begins every directory with this request, but goes on with it only while somebody asks
// for the attributes of what was listed. So the beginning gives names alone: programs that want no
// more (find) get them several times as fast.
void OnReadDirPlus(fuse_req_t request, fuse_ino_t inode, size_t size, off_t offset,
                   fuse_file_info*) {
  ReplyListing(
      request, inode, size, offset, [&](DirReply& reply, const DirEntry& entry, size_t position) {
        const fuse_entry_param attributes =
            offset == 0 ? NameOnly(entry) : LookUpForListing(request, inode, position, entry);
        return reply.AddPlus(entry, attributes, position);
      });
}

void OnStatFs(fuse_req_t request, fuse_ino_t) {
  const auto statistics = FsOf(request).StatFs();
  if (!statistics) return ReplyError(request, statistics.error());
  fuse_reply_statfs(request, &*statistics);
}

// `size` 0 asks for the length alone.
void ReplyXattr(fuse_req_t request, const std::string& value, size_t size) {
  if (size == 0) {
    fuse_reply_xattr(request, value.size());
  } else if (value.size() > size) {
    fuse_reply_err(request, ERANGE);
  } else {
    fuse_reply_buf(request, value.data(), value.size());
  }
}

void OnGetXattr(fuse_req_t request, fuse_ino_t inode, const char* name, size_t size) {
  const auto value = FsOf(request).GetXattr(inode, name);
  if (!value) {
    const bool absent = value.error().code == ErrorCode::kNotFound;
    fuse_reply_err(request, absent ? ENODATA : ToErrno(value.error()));
    return;
  }
  ReplyXattr(request, *value, size);
}

void OnListXattr(fuse_req_t request, fuse_ino_t inode, size_t size) {
  const auto names = FsOf(request).ListXattrs(inode);
  if (!names) return ReplyError(request, names.error());
  std::string joined;
  for (const std::string& name : *names) joined.append(name).push_back('\0');
  ReplyXattr(request, joined, size);
}

}  // namespace

const fuse_lowlevel_ops& FuseOperations() {
  static const fuse_lowlevel_ops kOperations = [] {
    fuse_lowlevel_ops operations = {};
    operations.init = OnInit;
    operations.lookup = OnLookup;
    operations.forget = OnForget;
    operations.forget_multi = OnForgetMulti;
    operations.getattr = OnGetAttr;
    operations.readlink = OnReadLink;
    operations.open = OnOpen;
    operations.read = OnRead;
    operations.opendir = OnOpenDir;
    operations.readdir = OnReadDir;
    operations.readdirplus = OnReadDirPlus;
    operations.statfs = OnStatFs;
    operations.getxattr = OnGetXattr;
    operations.listxattr = OnListXattr;
    return operations;
  }();
  return kOperations;
}

}  // namespace tensorfs
