// SPDX-License-Identifier: MIT
#include "tools/pin_file.h"

#include <spdlog/spdlog.h>

#include "fs/printable.h"
#include "tools/text_file.h"

namespace tensorfs {
namespace {

std::string PathOf(const std::string& store) { return store + "/pins"; }

}  // namespace

void LoadPins(const std::string& store, Pins* pins) {
  const Result<std::string> text = ReadTextFile(PathOf(store));
  if (!text && text.error().code == ErrorCode::kNotFound) return;
  const auto rules = text.and_then([](const std::string& read) { return PinsFromText(read); });
  if (!rules) {
    spdlog::error("{}: pins are not in force: {}", Printable(PathOf(store)), rules.error().message);
    return;
  }
  for (const PinRule& rule : *rules) {
    const Result<void> added = pins->Add(rule);
    if (added) continue;
    spdlog::warn("{} is no longer pinned to {}: {}", Printable(rule.pattern), rule.form,
                 added.error().message);
  }
}

Result<void> SavePins(const std::string& store, const std::vector<PinRule>& rules) {
  return ReplaceTextFile(PathOf(store), PinsToText(rules));
}

}  // namespace tensorfs
