// SPDX-License-Identifier: MIT
#include "codec/rearrange.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

namespace tensorfs {
namespace {

// Neighbours that come from neighbours, or all from the fill.
struct Run {
  int output;
  int input;
  int length;
};

std::vector<Run> RunsOf(const AxisMap& map, Interval outputs) {
  std::vector<Run> runs;
  for (int i = outputs.first; i < outputs.last; ++i) {
    const int source = map[static_cast<size_t>(i)];
    if (!runs.empty()) {
      Run& run = runs.back();
      const int next = run.input == kFill ? kFill : run.input + run.length;
      if (source == next) {
        ++run.length;
        continue;
      }
    }
    runs.push_back({i, source, 1});
  }
  return runs;
}

bool IsShift(const std::vector<Run>& runs, Interval inputs) {
  return runs.size() == 1 && runs[0].input == inputs.first && runs[0].length == inputs.length();
}

std::vector<uint8_t> FillRow(int width, int channels, const std::array<uint8_t, 3>& fill) {
  std::vector<uint8_t> row(static_cast<size_t>(width) * static_cast<size_t>(channels));
  for (size_t i = 0; i < row.size(); ++i) row[i] = fill[i % static_cast<size_t>(channels)];
  return row;
}

}  // namespace

Interval SourcesOf(const AxisMap& map, Interval outputs) {
  Interval sources = {static_cast<int>(map.size()), 0};
  bool found = false;
  for (int i = outputs.first; i < outputs.last; ++i) {
    const int source = map[static_cast<size_t>(i)];
    if (source == kFill) continue;
    sources.first = found ? std::min(sources.first, source) : source;
    sources.last = std::max(sources.last, source + 1);
    found = true;
  }
  return found ? sources : Interval{0, 1};
}

Image Rearrange(Image input, const Rect& window, const AxisMap& columns, const AxisMap& rows,
                const std::array<uint8_t, 3>& fill) {
  const Rect held = input.window();
  const std::vector<Run> column_runs = RunsOf(columns, {window.left, window.right});
  const std::vector<Run> row_runs = RunsOf(rows, {window.top, window.bottom});
  if (IsShift(column_runs, {held.left, held.right}) && IsShift(row_runs, {held.top, held.bottom})) {
    input.MoveTo(window.left, window.top);
    return input;
  }

  Image output(window, input.channels());
  const size_t pixel_bytes = static_cast<size_t>(input.channels());
  const std::vector<uint8_t> fill_row = FillRow(window.width(), input.channels(), fill);
  for (int y = window.top; y < window.bottom; ++y) {
    const int source_row = rows[static_cast<size_t>(y)];
    uint8_t* target = output.Row(y);
    if (source_row == kFill) {
      std::memcpy(target, fill_row.data(), fill_row.size());
      continue;
    }
    const uint8_t* source = input.Row(source_row);
    for (const Run& run : column_runs) {
      const uint8_t* from = run.input == kFill
                                ? fill_row.data()
                                : source + pixel_bytes * static_cast<size_t>(run.input - held.left);
      std::memcpy(target, from, pixel_bytes * static_cast<size_t>(run.length));
      target += pixel_bytes * static_cast<size_t>(run.length);
    }
  }
  return output;
}

}  // namespace tensorfs
