// SPDX-License-Identifier: MIT
// Options of a command line whose values are more than texts; see tools/option_values.h. Stateless.
#ifndef TENSORFS_TOOLS_PARSED_OPTION_H_
#define TENSORFS_TOOLS_PARSED_OPTION_H_

#include <CLI/CLI.hpp>
#include <string>
#include <utility>

namespace tensorfs {

// Adds an option whose text `parse` turns into what `store` keeps.
template <typename Parse, typename Store>
CLI::Option* AddParsed(CLI::App* app, const std::string& name, Parse parse, Store store,
                       const std::string& description) {
  return app->add_option_function<std::string>(
      name,
      [name, parse, store](const std::string& text) {
        auto value = parse(text);
        if (!value) throw CLI::ValidationError(name, value.error().message);
        store(std::move(*value));
      },
      description);
}

template <typename Parse, typename Value>
CLI::Option* AddParsed(CLI::App* app, const std::string& name, Parse parse, Value* value,
                       const std::string& description) {
  return AddParsed(
      app, name, parse, [value](auto&& parsed) { *value = std::move(parsed); }, description);
}

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PARSED_OPTION_H_
