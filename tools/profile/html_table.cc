// SPDX-License-Identifier: MIT
#include "tools/profile/html_table.h"

#include "tools/profile/svg.h"

namespace tensorfs {
namespace {

std::string Heading(const std::string& text, bool is_number) {
  return std::string("<th scope=\"col\"") + (is_number ? " class=\"number\"" : "") + ">" +
         EscapeHtml(text) + "</th>";
}

std::string Cell(const std::string& text, size_t column, size_t texts) {
  if (column == 0) return "<th scope=\"row\">" + EscapeHtml(text) + "</th>";
  return (column < texts ? "<td>" : "<td class=\"number\">") + EscapeHtml(text) + "</td>";
}

std::string RowClass(const HtmlTable::Row& row) {
  if (row.is_best) return " class=\"best\"";
  return row.is_faint ? " class=\"faint\"" : "";
}

}  // namespace

std::string RenderTable(const HtmlTable& table) {
  // Wide tables are scrolled, by keyboard too.
  std::string html = "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" +
                     EscapeHtml(table.caption) + "\"><table>\n<caption>" +
                     EscapeHtml(table.caption) + "</caption>\n<thead><tr>";
  for (size_t i = 0; i < table.headings.size(); ++i) {
    html += Heading(table.headings[i], i >= table.texts);
  }
  html += "</tr></thead>\n<tbody>\n";
  for (const HtmlTable::Row& row : table.rows) {
    html += "<tr" + RowClass(row) + ">";
    for (size_t i = 0; i < row.cells.size(); ++i) html += Cell(row.cells[i], i, table.texts);
    html += "</tr>\n";
  }
  return html + "</tbody>\n</table></div>\n";
}

}  // namespace tensorfs
