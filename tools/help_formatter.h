// SPDX-License-Identifier: MIT
// Lays --help out for a terminal of 80 columns.
#ifndef TENSORFS_TOOLS_HELP_FORMATTER_H_
#define TENSORFS_TOOLS_HELP_FORMATTER_H_

#include <CLI/CLI.hpp>
#include <string>

namespace tensorfs {

class HelpFormatter : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_subcommand(const CLI::App* command) const override;
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_HELP_FORMATTER_H_
