// SPDX-License-Identifier: MIT
// Typed access to one table of a TOML file. The first thing that is wrong is remembered, with its
// line, so that a caller reads all keys first and asks for the error once. Not thread-safe.
#ifndef TENSORFS_TOOLS_TOML_TABLE_H_
#define TENSORFS_TOOLS_TOML_TABLE_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/result.h"
#include "toml++/toml.h"

namespace tensorfs {

class TomlTable {
 public:
  // `table` must outlive this. `subject`, for instance "step 3 (Resize)", goes before messages.
  TomlTable(const toml::table& table, std::string_view file_name, std::string subject)
      : table_(table), file_name_(file_name), subject_(std::move(subject)) {}

  void set_subject(std::string subject) { subject_ = std::move(subject); }

  // Each is nullopt if there is no such key or the value is of another type; `expected` then says
  // of which it should be.
  std::optional<std::string> String(std::string_view key);
  std::optional<bool> Bool(std::string_view key);
  std::optional<int> Int(std::string_view key);
  std::optional<std::vector<int>> IntOrInts(std::string_view key, std::string_view expected);
  std::optional<std::vector<float>> Floats(std::string_view key);

  bool Has(std::string_view key) const { return table_.contains(key); }
  void Require(std::string_view key);
  void AllowOnly(std::span<const std::string_view> keys);

  // Remembers an error at the line of `key`, or of the table if it has no such key.
  void Reject(std::string_view key, std::string_view message);

  const std::optional<Error>& error() const { return error_; }

 private:
  const toml::table& table_;
  std::string_view file_name_;
  std::string subject_;
  std::optional<Error> error_;
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_TOML_TABLE_H_
