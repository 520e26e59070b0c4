// SPDX-License-Identifier: MIT
#include "policy/pins.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "codec/form_encoder.h"

namespace tensorfs {
namespace {

std::string Escape(const std::string& pattern) {
  std::string escaped;
  for (const char c : pattern) {
    if (c == '\n' || c == '\\') escaped += '\\';
    escaped += c == '\n' ? 'n' : c;
  }
  return escaped;
}

std::string Unescape(std::string_view escaped) {
  std::string pattern;
  for (size_t i = 0; i < escaped.size(); ++i) {
    const bool is_escape = escaped[i] == '\\' && i + 1 < escaped.size();
    if (is_escape) ++i;
    pattern += is_escape && escaped[i] == 'n' ? '\n' : escaped[i];
  }
  return pattern;
}

}  // namespace

std::string PinsToText(const std::vector<PinRule>& rules) {
  std::string text;
  for (const PinRule& rule : rules) text += rule.form + " " + Escape(rule.pattern) + "\n";
  return text;
}

Result<std::vector<PinRule>> PinsFromText(std::string_view text) {
  std::vector<PinRule> rules;
  for (size_t start = 0, number = 1; start < text.size(); ++number) {
    const size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = text.substr(start, end - start);
    const size_t blank = line.find(' ');
    if (blank == std::string_view::npos || blank == 0 || blank + 1 == line.size()) {
      return Fail(ErrorCode::kCorrupt,
                  "line " + std::to_string(number) + ": expected FORM PATTERN");
    }
    rules.push_back(
        {.pattern = Unescape(line.substr(blank + 1)), .form = std::string(line.substr(0, blank))});
    start = end + 1;
  }
  return rules;
}

Result<void> Pins::Add(const PinRule& rule) {
  if (rule.pattern.empty()) return Fail(ErrorCode::kInvalidArgument, "the path to pin is empty");
  const Result<Form> form = ParseForm(rule.form, *pipeline_);
  if (!form) return tl::unexpected(form.error());
  if (auto possible = CheckForm(*form, *pipeline_); !possible) return possible;
  const std::unique_lock lock(mutex_);
  std::erase_if(rules_, [&](const Rule& known) { return known.pattern.text() == rule.pattern; });
  rules_.push_back({.pattern = PathPattern(rule.pattern), .form = *form, .form_text = rule.form});
  count_ = rules_.size();
  return {};
}

Result<void> Pins::Remove(const std::string& pattern) {
  const std::unique_lock lock(mutex_);
  const auto removed =
      std::erase_if(rules_, [&](const Rule& rule) { return rule.pattern.text() == pattern; });
  count_ = rules_.size();
  if (removed > 0) return {};
  return Fail(ErrorCode::kNotFound, pattern + ": is not pinned by this name");
}

std::vector<PinRule> Pins::Rules() const {
  const std::shared_lock lock(mutex_);
  std::vector<PinRule> rules;
  for (const Rule& rule : rules_) {
    rules.push_back({.pattern = rule.pattern.text(), .form = rule.form_text});
  }
  return rules;
}

// REQUIRES: mutex_ is held.
const Pins::Rule* Pins::Find(const std::string& source_path) const {
  const auto found = std::find_if(rules_.rbegin(), rules_.rend(), [&](const Rule& rule) {
    return rule.pattern.MatchesSample(source_path);
  });
  return found == rules_.rend() ? nullptr : &*found;
}

std::optional<Pins::Match> Pins::RuleFor(const std::string& source_path) const {
  const std::shared_lock lock(mutex_);
  const Rule* rule = Find(source_path);
  if (rule == nullptr) return std::nullopt;
  return Match{.form = rule->form, .pattern = rule->pattern.text()};
}

std::optional<Form> Pins::FormFor(const std::string& source_path) const {
  if (count_ == 0) return std::nullopt;
  const std::shared_lock lock(mutex_);
  const Rule* rule = Find(source_path);
  return rule == nullptr ? std::nullopt : std::optional(rule->form);
}

}  // namespace tensorfs
