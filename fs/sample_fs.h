// SPDX-License-Identifier: MIT
// The filesystem itself: what exists, under which names, and what its bytes are. It returns values
// and knows no libfuse, so it is tested without a kernel; fs/fuse_server.h answers requests with
// it. Every method may be called from any number of threads at once.
#ifndef TENSORFS_FS_SAMPLE_FS_H_
#define TENSORFS_FS_SAMPLE_FS_H_

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "codec/pipeline.h"
#include "codec/result.h"
#include "codec/tensor_file.h"
#include "fs/derived.h"
#include "fs/dir_listing.h"
#include "fs/form_probe.h"
#include "fs/inode.h"
#include "fs/read_reply.h"
#include "fs/sample_loader.h"
#include "policy/move_cause.h"
#include "policy/read_meter.h"
#include "policy/read_stats.h"

namespace tensorfs {

enum class NamesMode : uint8_t {
  kReplace,  // a/x.jpg shows as a/x.npy, or as a/x.jpg.npy where stems collide
  kKeep,     // a/x.jpg shows as a/x.jpg
};

// How the source is shown.
struct ViewOptions {
  Pipeline pipeline;
  TensorFileFormat format = TensorFileFormat::kNpy;
  NamesMode names = NamesMode::kReplace;
  std::vector<std::string> extensions = {"jpg", "jpeg", "jpe", "jfif", "png"};  // lower case
  bool follow_outside_links = false;
  std::map<std::string, std::string> root_xattrs;  // of the root, as the control socket's path
};

// What serving may use.
struct ServeOptions {
  size_t tensor_budget_bytes = size_t{512} << 20;  // tensors in flight and the work on them
  int decode_threads = 0;                          // decoders at once; 0: one for each usable core
  ReadMeters meters = {};                          // must outlive the filesystem
  double source_trust_s = 0;  // how long a source is believed to be as it was last seen
};

// Of the budget for tensors in flight.
struct MemoryUse {
  size_t limit_bytes = 0;
  size_t used_bytes = 0;
  size_t peak_bytes = 0;
};

class SampleFs {
 public:
  // Opens the source directory; reads nothing in it. `stats` and what is derived must outlive the
  // filesystem.
  // Errors: kNotFound, kPermission, kInvalidArgument (not a directory, format not presentable).
  static Result<std::unique_ptr<SampleFs>> Create(const std::string& source, ViewOptions view,
                                                  ServeOptions serve, ReadStats* stats,
                                                  const DerivedView* derived = nullptr);
  ~SampleFs();

  // Attributes of the entry presented as `name` in a directory; attr.st_ino is its inode, stable
  // for the same path also across mounts. Errors: kNotFound, kPermission, kIo.
  Result<struct stat> Lookup(Inode parent, std::string_view name);

  // st_size is exact; where a sample's header is unreadable it is some nonzero number, so that a
  // read is attempted and reports the error. mtime, owner and permissions are the source's,
  // without write bits. Errors: kNotFound if it has vanished, kIo.
  Result<struct stat> GetAttr(Inode inode);

  // Everything in the directory at this moment, without opening any file. Errors: kNotFound, ….
  Result<std::unique_ptr<const DirListing>> ListDir(Inode inode);

  // The target as seen inside the mount. Errors: kPermission if it leads out of the source.
  Result<std::string> ReadLink(Inode inode);

  // Bytes [offset, offset + size), less at the end of the file, none after it.
  // Errors: kCorrupt, kTruncated, kUnsupported, kTooLarge for a sample that cannot be made;
  // kNotFound if the source file has vanished; kStale if it changed, and its size with it, since
  // its attributes were asked; kIo.
  Result<ReadReply> Read(Inode inode, uint64_t offset, size_t size);

  // Sees to it that the tensor cache has the sample. REQUIRES: the filesystem was given a cache.
  // Errors: those of Read.
  Result<SampleLoader::Warmed> Warm(Inode sample);

  // These two take the sample's path in the source. Compare: what the cache and the store give
  // against what the source gives; see SampleLoader::Compare. Errors: those of Read.
  Result<SampleLoader::Comparison> Compare(const std::string& source_path) const;
  // The tensor cache's entry, in whatever format it is presented, as an .npy file.
  // Errors: kNotFound if there is none; kInvalidArgument if npy cannot hold it; those of Read.
  Result<std::string> CachedNpy(const std::string& source_path) const;

  // `user.tensorfs.*` of a file. Errors: kNotFound if it has no such attribute.
  Result<std::string> GetXattr(Inode inode, std::string_view name);
  Result<std::vector<std::string>> ListXattrs(Inode inode);

  // Every sample below a presented path ("" is the root; the path of one sample gives that alone),
  // in the order of directories. Links are not followed. Errors: kNotFound, kPermission, kIo.
  Result<std::vector<Inode>> ListSamples(const std::string& presented_path);

  // The sample's path in the source. Errors: kNotFound.
  Result<std::string> SourcePathOf(Inode inode) const;

  // What a policy asks about a sample. Errors: those of Read; kInvalidArgument for another file.
  Result<SampleFacts> FactsOf(Inode sample) const;

  // Keeps the sample in the form, on this thread. Returns whether there was anything to do.
  // REQUIRES: the filesystem was given a store and a migrator. Errors: kUnsupported if the sample
  // cannot be kept so; otherwise those of Read, and of the store.
  Result<bool> Convert(Inode sample, const Form& form, MoveCause cause = MoveCause::kOnRequest);

  // Paths in the source of some samples from all over it, the same every time; looks into a few
  // directories only, however many there are.
  std::vector<std::string> PickSamples(size_t count) const;

  // The sample at a path in the source. What is kept of one that is gone is dropped.
  // Errors: kNotFound, kPermission, kIo.
  Result<SourceFile> OpenSource(const std::string& source_path) const;

  // What the sample at a path in the source would cost in each of the forms; see ProbeForms.
  Result<SampleProbe> Probe(const std::string& source_path, std::span<const Form> forms,
                            const std::stop_token& stop) const;

  Result<struct statvfs> StatFs();

  MemoryUse Memory() const;

 private:
  struct Impl;
  explicit SampleFs(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_SAMPLE_FS_H_
