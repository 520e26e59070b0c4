// SPDX-License-Identifier: MIT
// A range of pixels along one axis; `last` is exclusive.
#ifndef TENSORFS_CODEC_INTERVAL_H_
#define TENSORFS_CODEC_INTERVAL_H_

namespace tensorfs {

struct Interval {
  int first = 0;
  int last = 0;

  int length() const { return last - first; }

  bool operator==(const Interval&) const = default;
};

}  // namespace tensorfs

#endif  // TENSORFS_CODEC_INTERVAL_H_
