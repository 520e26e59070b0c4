// SPDX-License-Identifier: MIT
#include "tools/toml_table.h"

#include <algorithm>
#include <limits>

#include "tools/suggestion.h"

namespace tensorfs {
namespace {

std::optional<int> ToInt(const toml::node& node) {
  const auto* integer = node.as_integer();
  if (integer == nullptr) return std::nullopt;
  const int64_t value = integer->get();
  if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max()) {
    return std::nullopt;
  }
  return static_cast<int>(value);
}

std::optional<float> ToFloat(const toml::node& node) {
  if (!node.is_number()) return std::nullopt;
  // Through double, as Python numbers become PyTorch's.
  return static_cast<float>(*node.value<double>());
}

// The elements of an array of nothing else, each by `convert`.
template <typename Element>
std::optional<std::vector<Element>> ToList(const toml::node& node,
                                           std::optional<Element> (*convert)(const toml::node&)) {
  const toml::array* array = node.as_array();
  if (array == nullptr) return std::nullopt;
  std::vector<Element> list;
  for (const toml::node& element : *array) {
    const std::optional<Element> value = convert(element);
    if (!value) return std::nullopt;
    list.push_back(*value);
  }
  return list;
}

std::string Quoted(std::string_view key) { return '"' + std::string(key) + '"'; }

}  // namespace

std::optional<std::string> TomlTable::String(std::string_view key) {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_string()) Reject(key, Quoted(key) + " must be a string");
  return node->value<std::string>();
}

std::optional<bool> TomlTable::Bool(std::string_view key) {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return std::nullopt;
  if (!node->is_boolean()) Reject(key, Quoted(key) + " must be true or false");
  return node->value<bool>();
}

std::optional<int> TomlTable::Int(std::string_view key) {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return std::nullopt;
  const std::optional<int> value = ToInt(*node);
  if (!value) Reject(key, Quoted(key) + " must be an integer");
  return value;
}

std::optional<std::vector<int>> TomlTable::IntOrInts(std::string_view key,
                                                     std::string_view expected) {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return std::nullopt;
  if (const std::optional<int> value = ToInt(*node)) return std::vector<int>{*value};
  const auto list = ToList<int>(*node, ToInt);
  if (!list) Reject(key, Quoted(key) + " must be " + std::string(expected));
  return list;
}

std::optional<std::vector<float>> TomlTable::Floats(std::string_view key) {
  const toml::node* node = table_.get(key);
  if (node == nullptr) return std::nullopt;
  const auto list = ToList<float>(*node, ToFloat);
  if (!list) Reject(key, Quoted(key) + " must be a list of numbers, one for each channel");
  return list;
}

void TomlTable::Require(std::string_view key) {
  if (!Has(key)) Reject(key, "needs " + Quoted(key));
}

void TomlTable::AllowOnly(std::span<const std::string_view> keys) {
  for (const auto& [key, node] : table_) {
    if (std::find(keys.begin(), keys.end(), key.str()) != keys.end()) continue;
    Reject(key.str(), "there is no " + Quoted(key.str()) + Suggest(key.str(), keys));
  }
}

void TomlTable::Reject(std::string_view key, std::string_view message) {
  if (error_) return;
  const toml::node* node = table_.get(key);
  const toml::source_region& place = node != nullptr ? node->source() : table_.source();
  std::string text =
      std::string(file_name_) + ':' + std::to_string(std::max(place.begin.line, 1u)) + ": ";
  if (!subject_.empty()) text += subject_ + ": ";
  error_ = Error{ErrorCode::kInvalidArgument, text + std::string(message)};
}

}  // namespace tensorfs
