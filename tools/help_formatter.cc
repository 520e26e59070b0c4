// SPDX-License-Identifier: MIT
#include "tools/help_formatter.h"

#include <sstream>
#include <utility>

namespace tensorfs {
namespace {

constexpr size_t kColumns = 80;
constexpr size_t kNameColumns = 26;

// A name, and beside or below it its description, broken at blanks.
std::string FormatEntry(const std::string& name, const std::string& description) {
  const std::string indent = "\n" + std::string(kNameColumns, ' ');
  std::string text = "  " + name;
  size_t column = text.size();
  if (column + 2 > kNameColumns) {
    text += indent;
  } else {
    text.append(kNameColumns - column, ' ');
  }
  column = kNameColumns;
  std::istringstream words(description);
  for (std::string word; words >> word; column += word.size() + 1) {
    const bool first = column == kNameColumns;
    if (!first && column + word.size() > kColumns) {
      text += indent;
      column = kNameColumns;
    } else if (!first) {
      text += ' ';
    }
    text += word;
  }
  return text + "\n";
}

}  // namespace

// The library leaves two empty lines after each group.
std::string HelpFormatter::make_help(const CLI::App* app, std::string name,
                                     CLI::AppFormatMode mode) const {
  std::string text = CLI::Formatter::make_help(app, std::move(name), mode);
  for (size_t at = 0; (at = text.find("\n\n\n", at)) != std::string::npos;) text.erase(at, 1);
  return text;
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  return FormatEntry(make_option_name(option, is_positional) + make_option_opts(option),
                     make_option_desc(option));
}

// The value's name alone; which options exclude each other is in the text.
std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  const std::string type = option->get_type_name();
  return type.empty() ? "" : " " + type;
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
  return FormatEntry(command->get_name(), command->get_description());
}

}  // namespace tensorfs
