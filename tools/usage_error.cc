// SPDX-License-Identifier: MIT
#include "tools/usage_error.h"

#include <algorithm>
#include <vector>

#include "tools/suggestion.h"

namespace tensorfs {
namespace {

std::string DescribeUnknown(const CLI::App& command, const std::string& word) {
  if (word.size() > 1 && word.front() == '-') {
    const std::string option = word.substr(0, word.find('='));
    const size_t dashes = std::min(option.find_first_not_of('-'), option.size());
    const auto nearest = NearestOption(command, std::string_view(option).substr(dashes));
    return option + ": no such option" + (nearest ? DidYouMean("--" + std::string(*nearest)) : "");
  }
  std::vector<std::string_view> names;
  for (const CLI::App* known : command.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(known->get_name());
  }
  if (names.empty()) return '"' + word + "\": one argument too many";
  return "there is no command \"" + word + '"' + Suggest(word, names);
}

}  // namespace

std::optional<std::string_view> NearestOption(const CLI::App& command, std::string_view name) {
  std::vector<std::string_view> names;
  for (const CLI::Option* known : command.get_options()) {
    names.insert(names.end(), known->get_lnames().begin(), known->get_lnames().end());
  }
  return Nearest(name, names);
}

std::string DescribeUsageError(const CLI::App& app, const CLI::ParseError& failure) {
  for (const CLI::App* command = &app;;) {
    std::vector<std::string> unknown = command->remaining();
    std::erase(unknown, "--");
    if (!unknown.empty()) return DescribeUnknown(*command, unknown.front());
    const std::vector<CLI::App*> given = command->get_subcommands();
    if (given.empty()) break;
    command = given.front();
  }
  const std::string text = failure.what();  // "--resize: 1 required N|HxW missing"
  return text.ends_with(" missing") ? text.substr(0, text.find(':')) + ": needs a value" : text;
}

}  // namespace tensorfs
