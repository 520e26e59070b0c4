// SPDX-License-Identifier: MIT
#include "tools/suggestion.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace tensorfs {
namespace {

constexpr size_t kMaxWordBytes = 40;  // longer words are no slips of the finger
constexpr size_t kMaxEdits = 2;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Levenshtein's distance, one row of the table at a time.
size_t Edits(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t replaced = diagonal + (Lower(a[i]) == Lower(b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string_view> Nearest(std::string_view word,
                                        std::span<const std::string_view> known) {
  if (word.size() > kMaxWordBytes) return std::nullopt;
  const auto nearer = [&](std::string_view a, std::string_view b) {
    return Edits(word, a) < Edits(word, b);
  };
  const auto nearest = std::min_element(known.begin(), known.end(), nearer);
  if (nearest == known.end()) return std::nullopt;
  const size_t edits = Edits(word, *nearest);
  return edits <= kMaxEdits && edits < word.size() ? std::optional(*nearest) : std::nullopt;
}

std::string DidYouMean(std::string_view word) {
  return "; did you mean \"" + std::string(word) + "\"?";
}

std::string Suggest(std::string_view word, std::span<const std::string_view> known) {
  if (const auto nearest = Nearest(word, known)) return DidYouMean(*nearest);
  std::string text = "; expected one of ";
  for (const std::string_view name : known) {
    if (name != known.front()) text += ", ";
    text += name;
  }
  return text;
}

}  // namespace tensorfs
