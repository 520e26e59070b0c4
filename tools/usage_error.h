// SPDX-License-Identifier: MIT
// What is wrong with a command line, in words for people. Pure functions.
#ifndef TENSORFS_TOOLS_USAGE_ERROR_H_
#define TENSORFS_TOOLS_USAGE_ERROR_H_

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace tensorfs {

// `app` is the parser that threw `failure`. A word that no command knows is named, with the one
// that is meant, if that can be guessed.
std::string DescribeUsageError(const CLI::App& app, const CLI::ParseError& failure);

// The command's long option that `name` may be a slip of, both without dashes before them.
std::optional<std::string_view> NearestOption(const CLI::App& command, std::string_view name);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_USAGE_ERROR_H_
