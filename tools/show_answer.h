// SPDX-License-Identifier: MIT
// Prints what a daemon answered: as it is, or as a table for people. Thread-safe.
#ifndef TENSORFS_TOOLS_SHOW_ANSWER_H_
#define TENSORFS_TOOLS_SHOW_ANSWER_H_

#include <ostream>
#include <string>

#include "codec/result.h"

namespace tensorfs {

// `to_table` makes a text of the JSON. Errors: the answer's own, and those of `to_table`.
template <typename ToTable>
Result<void> ShowAnswer(const Result<std::string>& json, bool as_json, const ToTable& to_table,
                        std::ostream& out) {
  if (!json) return tl::unexpected(json.error());
  const Result<std::string> text = as_json ? json : to_table(*json);
  if (!text) return tl::unexpected(text.error());
  out << *text;
  return {};
}

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_SHOW_ANSWER_H_
