// SPDX-License-Identifier: MIT
#include "fs/directory_probe.h"

namespace tensorfs {

Result<NameKind> DirectoryProbe::operator()(const std::string& name) {
  const SuffixSet suffix = names_->SuffixOf(name);
  if (suffixes_ && suffix != 0 && (*suffixes_ & suffix) == 0) return NameKind::kNothing;
  const Result<struct stat> attributes = directory_->Stat(name);
  if (!attributes && attributes.error().code == ErrorCode::kNotFound) return NameKind::kNothing;
  if (!attributes) return tl::unexpected(attributes.error());
  found_[name] = *attributes;
  return S_ISREG(attributes->st_mode) ? NameKind::kFile : NameKind::kOther;
}

}  // namespace tensorfs
