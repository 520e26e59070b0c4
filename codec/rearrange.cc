// SPDX-License-Identifier: MIT
#include "codec/rearrange.h"

#include <cstring>
#include <utility>
#include <vector>

namespace tensorfs {
namespace {

// Neighbours that come from neighbours, or all from the fill.
struct Run {
  int input;
  int length;
};

std::vector<Run> RunsOf(const AxisMap& map, Interval outputs) {
  std::vector<Run> runs;
  VisitSources(map, outputs, [&](int, int source) {
    if (!runs.empty()) {
      Run& run = runs.back();
      if (source == (run.input == kFill ? kFill : run.input + run.length)) {
        ++run.length;
        return;
      }
    }
    runs.push_back({source, 1});
  });
  return runs;
}

// Whether `outputs` show all of `inputs`, in order, and nothing else.
bool IsShift(const AxisMap& map, Interval outputs, Interval inputs) {
  bool shift = outputs.length() == inputs.length();
  VisitSources(map, outputs, [&](int output, int source) {
    shift &= source - inputs.first == output - outputs.first;
  });
  return shift;
}

std::vector<uint8_t> FillRow(int width, int channels, const std::array<uint8_t, 3>& fill) {
  std::vector<uint8_t> row(static_cast<size_t>(width) * static_cast<size_t>(channels));
  for (size_t i = 0; i < row.size(); ++i) row[i] = fill[i % static_cast<size_t>(channels)];
  return row;
}

void CopyRuns(const std::vector<Run>& runs, const uint8_t* first_pixel, const uint8_t* fill,
              size_t pixel_bytes, uint8_t* target) {
  for (const Run& run : runs) {
    const uint8_t* source =
        run.input == kFill ? fill : first_pixel + pixel_bytes * static_cast<size_t>(run.input);
    const size_t bytes = pixel_bytes * static_cast<size_t>(run.length);
    std::memcpy(target, source, bytes);
    target += bytes;
  }
}

}  // namespace

Image Rearrange(const Rearrangement& rearrangement, Image input, const Rect& window) {
  const Rect held = input.window();
  const Interval columns = {window.left, window.right};
  const Interval rows = {window.top, window.bottom};
  if (IsShift(rearrangement.columns, columns, {held.left, held.right}) &&
      IsShift(rearrangement.rows, rows, {held.top, held.bottom})) {
    input.MoveTo(window.left, window.top);
    return input;
  }

  Image output(window, input.channels());
  const auto pixel_bytes = static_cast<size_t>(input.channels());
  const std::vector<uint8_t> fill = FillRow(window.width(), input.channels(), rearrangement.fill);
  std::vector<Run> runs = RunsOf(rearrangement.columns, columns);
  for (Run& run : runs) {
    if (run.input != kFill) run.input -= held.left;
  }
  VisitSources(rearrangement.rows, rows, [&](int y, int source) {
    if (source == kFill) {
      std::memcpy(output.Row(y), fill.data(), fill.size());
    } else {
      CopyRuns(runs, input.Row(source), fill.data(), pixel_bytes, output.Row(y));
    }
  });
  return output;
}

size_t RearrangeMemoryBytes(int channels, const Rect& window) {
  // The runs' vector grows by doubling, with the old one still there.
  const size_t column_bytes = static_cast<size_t>(channels) + 3 * sizeof(Run);
  return Image::SizeBytes(window, channels) + static_cast<size_t>(window.width()) * column_bytes;
}

}  // namespace tensorfs
