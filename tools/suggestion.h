// SPDX-License-Identifier: MIT
// Help for misspelt words. Pure functions.
#ifndef TENSORFS_TOOLS_SUGGESTION_H_
#define TENSORFS_TOOLS_SUGGESTION_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tensorfs {

// The one of `known` that `word` may be a slip of: at most two edits away, letter case aside.
std::optional<std::string_view> Nearest(std::string_view word,
                                        std::span<const std::string_view> known);

// "; did you mean "Resize"?"
std::string DidYouMean(std::string_view word);

// That of the nearest, if there is one, else "; expected one of a, b, c".
std::string Suggest(std::string_view word, std::span<const std::string_view> known);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_SUGGESTION_H_
