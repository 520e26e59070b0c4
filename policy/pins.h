// SPDX-License-Identifier: MIT
// Forms that the user has given to samples by name, whatever they cost. Rules are kept in order and
// the last that matches a sample decides.
#ifndef TENSORFS_POLICY_PINS_H_
#define TENSORFS_POLICY_PINS_H_

#include <atomic>
#include <cstddef>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "codec/form.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "policy/path_pattern.h"

namespace tensorfs {

struct PinRule {
  std::string pattern;  // see PathPattern
  std::string form;     // "STAGE:ENCODING"

  bool operator==(const PinRule&) const = default;
};

// A line for each rule: the form, a blank, the pattern; those that cannot stand in a line escaped.
std::string PinsToText(const std::vector<PinRule>& rules);
// Errors: kCorrupt, naming the line.
Result<std::vector<PinRule>> PinsFromText(std::string_view text);

// Thread-safe.
class Pins {
 public:
  // The pipeline says what forms there are; it must outlive this.
  explicit Pins(const Pipeline* pipeline) : pipeline_(pipeline) {}

  // As the last rule; an earlier one with the same pattern goes. Errors: kInvalidArgument for an
  // empty pattern, and those of ParseForm and CheckForm.
  Result<void> Add(const PinRule& rule);
  // Errors: kNotFound if no rule has this pattern.
  Result<void> Remove(const std::string& pattern);

  bool empty() const { return count_ == 0; }
  std::vector<PinRule> Rules() const;

  struct Match {
    Form form;
    std::string pattern;
  };
  std::optional<Match> RuleFor(const std::string& source_path) const;
  // The same without the rule's name. Costs next to nothing where there is no rule.
  std::optional<Form> FormFor(const std::string& source_path) const;

 private:
  struct Rule {
    PathPattern pattern;
    Form form;
    std::string form_text;
  };

  const Rule* Find(const std::string& source_path) const;

  const Pipeline* const pipeline_;
  std::atomic<size_t> count_{0};
  mutable std::shared_mutex mutex_;  // guards rules_
  std::vector<Rule> rules_;
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_PINS_H_
