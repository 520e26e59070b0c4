// SPDX-License-Identifier: MIT
// Help for misspelt words. Pure function.
#ifndef TENSORFS_TOOLS_SUGGESTION_H_
#define TENSORFS_TOOLS_SUGGESTION_H_

#include <span>
#include <string>
#include <string_view>

namespace tensorfs {

// "; did you mean "Resize"?" if one of `known` is at most two edits away from `word` (letter case
// aside), else "; expected one of a, b, c".
std::string Suggest(std::string_view word, std::span<const std::string_view> known);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_SUGGESTION_H_
