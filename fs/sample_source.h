// SPDX-License-Identifier: MIT
// A sample's source file for one read: which version it is, and its bytes for those that need them.
// Where the version was learned a moment ago, the file is opened only then.
//
// For one thread.
#ifndef TENSORFS_FS_SAMPLE_SOURCE_H_
#define TENSORFS_FS_SAMPLE_SOURCE_H_

#include <optional>
#include <string>
#include <utility>

#include "codec/result.h"
#include "fs/source_stamp.h"
#include "fs/source_tree.h"

namespace tensorfs {

class SampleSource {
 public:
  // Already open.
  explicit SampleSource(SourceFile file) : state_(StateOf(file.attr)), file_(std::move(file)) {}
  // Believed to be in this state. The tree must outlive it.
  SampleSource(const SourceTree* tree, std::string path, const SourceState& believed)
      : tree_(tree), path_(std::move(path)), state_(believed) {}

  const SourceState& state() const { return state_; }

  // Valid as long as this is. Errors: kStale if it is not, or not any more, as was believed.
  Result<const SourceFile*> Open() {
    if (file_) return &*file_;
    Result<SourceFile> opened = tree_->OpenFile(path_);
    if (!opened) return Fail(ErrorCode::kStale, opened.error().message);
    if (SourceStamp(opened->attr) != state_.stamp) {
      return Fail(ErrorCode::kStale, "changed since it was looked at");
    }
    file_ = std::move(*opened);
    return &*file_;
  }

 private:
  const SourceTree* tree_ = nullptr;
  std::string path_;
  SourceState state_;
  std::optional<SourceFile> file_;
};

}  // namespace tensorfs

#endif  // TENSORFS_FS_SAMPLE_SOURCE_H_
