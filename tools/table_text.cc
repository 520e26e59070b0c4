// SPDX-License-Identifier: MIT
#include "tools/table_text.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace tensorfs {
namespace {

constexpr size_t kLabelWidth = 14;
constexpr size_t kValueWidth = 100 - kLabelWidth;
constexpr std::string_view kEllipsis = "…";

// Whether the byte goes on with a UTF-8 character.
bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

size_t Columns(std::string_view text) {
  return static_cast<size_t>(
      std::ranges::count_if(text, [](char c) { return !IsContinuation(c); }));
}

}  // namespace

std::string Format(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof(text), format, value);
  return text;
}

std::string FormatCount(uint64_t value) {
  std::string text = std::to_string(value);
  for (size_t end = text.size(); end > 3; end -= 3) text.insert(end - 3, 1, ',');
  return text;
}

std::string FormatCount(uint64_t value, const std::string& noun) {
  return FormatCount(value) + " " + noun + (value == 1 ? "" : "s");
}

std::string FormatBytes(double bytes) {
  constexpr std::array kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < kUnits.size(); ++unit) bytes /= 1024;
  return Format(unit == 0 ? "%.0f " : "%.1f ", bytes) + kUnits[unit];
}

std::string FormatDuration(double seconds) {
  const auto whole = static_cast<uint64_t>(seconds);
  const uint64_t days = whole / 86400;
  char text[48];
  std::snprintf(text, sizeof(text), "%02u:%02u:%02u", static_cast<unsigned>(whole / 3600 % 24),
                static_cast<unsigned>(whole / 60 % 60), static_cast<unsigned>(whole % 60));
  if (days == 0) return text;
  return std::to_string(days) + (days == 1 ? " day " : " days ") + text;
}

// Breaks a long value at blanks where it can, else anywhere, and indents what follows.
std::string FormatRow(std::string_view label, std::string value) {
  std::string row(label);
  row.resize(kLabelWidth, ' ');
  while (value.size() > kValueWidth) {
    const size_t blank = value.rfind(' ', kValueWidth);
    size_t end = blank == std::string::npos || blank == 0 ? kValueWidth : blank;
    while (IsContinuation(value[end])) --end;
    row += value.substr(0, end) + "\n" + std::string(kLabelWidth, ' ');
    value.erase(0, value[end] == ' ' ? end + 1 : end);
  }
  return row + value + "\n";
}

std::string FitInto(std::string_view text, size_t columns) {
  const size_t used = Columns(text);
  if (used <= columns) return std::string(text) + std::string(columns - used, ' ');
  size_t head = 0;
  for (size_t left = columns / 2; left > 0; --left) {
    do ++head;
    while (IsContinuation(text[head]));
  }
  size_t tail = text.size();
  for (size_t left = columns - columns / 2 - 1; left > 0; --left) {
    do --tail;
    while (IsContinuation(text[tail]));
  }
  return std::string(text.substr(0, head)) + std::string(kEllipsis) +
         std::string(text.substr(tail));
}

std::string AtRight(std::string_view text, size_t columns) {
  const size_t used = Columns(text);
  return (used >= columns ? "" : std::string(columns - used, ' ')) + std::string(text);
}

}  // namespace tensorfs
