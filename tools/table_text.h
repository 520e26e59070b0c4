// SPDX-License-Identifier: MIT
// Numbers and rows of tables for people, at most 100 columns wide. Pure functions.
#ifndef TENSORFS_TOOLS_TABLE_TEXT_H_
#define TENSORFS_TOOLS_TABLE_TEXT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tensorfs {

// What printf makes of one number; at most 63 characters.
std::string Format(const char* format, double value);

// 1234567 as "1,234,567".
std::string FormatCount(uint64_t value);

// "1 sample", "2,000 samples"; the noun's last word takes the s.
std::string FormatCount(uint64_t value, const std::string& noun);

// "3.2 MiB".
std::string FormatBytes(double bytes);

// "3 days 07:15:00".
std::string FormatDuration(double seconds);

// A label and its value, which goes on in indented lines where it is long.
std::string FormatRow(std::string_view label, std::string value);

// The text in so many columns: filled up with blanks on the right, or with "…" for what its middle
// has too many.
std::string FitInto(std::string_view text, size_t columns);

// The text at the right of so many columns, at least.
std::string AtRight(std::string_view text, size_t columns);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_TABLE_TEXT_H_
