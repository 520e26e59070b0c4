// SPDX-License-Identifier: MIT
#include "codec/resample.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "codec/simd_kernels.h"

namespace tensorfs {
namespace {

// Rows that the horizontal pass works on at a time: a multiple of the transposition's tile, small
// enough for its two buffers to stay in the processor's nearest cache.
constexpr int kBlockRows = 64;

size_t BlockBytes(int width, int channels) {
  return static_cast<size_t>(width) * static_cast<size_t>(channels) * kBlockRows;
}

// Columns become rows, so that the weighted sums run along consecutive bytes; then back.
void ResampleColumnsOfBlock(const Taps& taps, ByteRows input, size_t input_columns, size_t rows,
                            size_t channels, std::vector<uint8_t>& turned,
                            std::vector<uint8_t>& resampled, MutableByteRows output) {
  const size_t pixel_bytes = channels * kBlockRows;
  TransposeBytes(input, rows, input_columns * channels, {turned.data(), kBlockRows});
  WeightRows(taps, {turned.data(), pixel_bytes}, {resampled.data(), pixel_bytes}, pixel_bytes);
  TransposeBytes({resampled.data(), kBlockRows}, taps.spans.size() * channels, rows, output);
}

// The columns `outputs` of all of the input's rows.
Image ResampleHorizontally(const ResampleAxis& axis, const Image& input, Interval outputs) {
  const Rect held = input.window();
  const Taps taps = ComputeTaps(axis, outputs, held.left);
  Image output({outputs.first, held.top, outputs.last, held.bottom}, input.channels());
  std::vector<uint8_t> turned(BlockBytes(held.width(), input.channels()));
  std::vector<uint8_t> resampled(BlockBytes(outputs.length(), input.channels()));
  const int rows = std::min(held.height(), kBlockRows);
  for (int y = held.top; y < held.bottom; y += kBlockRows) {
    // The last block overlaps the one before it.
    const int top = std::min(y, held.bottom - rows);
    ResampleColumnsOfBlock(taps, {input.Row(top), input.row_bytes()},
                           static_cast<size_t>(held.width()), static_cast<size_t>(rows),
                           static_cast<size_t>(input.channels()), turned, resampled,
                           {output.Row(top), output.row_bytes()});
  }
  return output;
}

// The rows `outputs`, in the columns that the input holds.
Image ResampleVertically(const ResampleAxis& axis, const Image& input, Interval outputs) {
  const Rect held = input.window();
  const Taps taps = ComputeTaps(axis, outputs, held.top);
  Image output({held.left, outputs.first, held.right, outputs.last}, input.channels());
  WeightRows(taps, {input.Row(held.top), input.row_bytes()},
             {output.Row(outputs.first), output.row_bytes()}, output.row_bytes());
  return output;
}

Interval Columns(const Rect& rect) { return {rect.left, rect.right}; }
Interval Rows(const Rect& rect) { return {rect.top, rect.bottom}; }

}  // namespace

Rect ResampleInputWindow(const Resampling& resampling, const Rect& window) {
  const Interval columns = InputsOf(resampling.horizontal, Columns(window));
  const Interval rows = InputsOf(resampling.vertical, Rows(window));
  return {columns.first, rows.first, columns.last, rows.last};
}

Image Resample(const Resampling& resampling, Image input, const Rect& window) {
  if (resampling.horizontal.changes()) {
    input = ResampleHorizontally(resampling.horizontal, input, Columns(window));
  }
  if (resampling.vertical.changes()) {
    input = ResampleVertically(resampling.vertical, input, Rows(window));
  }
  return input;
}

size_t ResampleMemoryBytes(const Resampling& resampling, int channels, const Rect& window) {
  const Rect needed = ResampleInputWindow(resampling, window);
  const Rect between = {window.left, needed.top, window.right, needed.bottom};
  size_t bytes = TapsMemoryBytes(resampling.horizontal, window.width()) +
                 TapsMemoryBytes(resampling.vertical, window.height());
  bytes += Image::SizeBytes(between, channels) + Image::SizeBytes(window, channels);
  return bytes + BlockBytes(needed.width(), channels) + BlockBytes(window.width(), channels);
}

}  // namespace tensorfs
