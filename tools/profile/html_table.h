// SPDX-License-Identifier: MIT
// Tables of an HTML page. Pure functions.
#ifndef TENSORFS_TOOLS_PROFILE_HTML_TABLE_H_
#define TENSORFS_TOOLS_PROFILE_HTML_TABLE_H_

#include <cstddef>
#include <string>
#include <vector>

namespace tensorfs {

struct HtmlTable {
  struct Row {
    std::vector<std::string> cells;
    bool is_best = false;
    bool is_faint = false;
  };

  std::string caption;
  std::vector<std::string> headings;
  size_t texts = 1;  // the first so many columns are texts, the others numbers
  std::vector<Row> rows = {};
};

// All cells are escaped; the first of each row is its heading.
std::string RenderTable(const HtmlTable& table);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_HTML_TABLE_H_
