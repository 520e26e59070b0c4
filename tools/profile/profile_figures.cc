// SPDX-License-Identifier: MIT
#include "tools/profile/profile_figures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "tools/policy_text.h"
#include "tools/profile/axis_scale.h"
#include "tools/profile/bar_chart.h"
#include "tools/profile/figure_keys.h"
#include "tools/profile/profile_words.h"
#include "tools/profile/scatter_chart.h"
#include "tools/table_text.h"

namespace tensorfs {
namespace {

constexpr double kMillisecond = 1e-3;
constexpr double kKibibyte = 1024;
constexpr int kMostRateLines = 7;

struct ByteUnit {
  double bytes = 1;
  std::string name = "B";
};

// The one in which an axis up to so many bytes has handy numbers.
ByteUnit UnitFor(double most_bytes) {
  constexpr std::array kNames = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  size_t unit = 0;
  double bytes = 1;
  for (; most_bytes >= 1024 * bytes && unit + 1 < kNames.size(); ++unit) bytes *= 1024;
  return {.bytes = bytes, .name = kNames[unit]};
}

// Those whose names matter most first: the best, those on the front, the others.
std::vector<const JudgedStrategy*> ByImportance(const Recommendation& made) {
  std::vector<const JudgedStrategy*> order;
  for (const JudgedStrategy& each : made.ranked) order.push_back(&each);
  std::ranges::stable_partition(
      order, [&](const JudgedStrategy* each) { return each == &made.best() || each->is_on_front; });
  return order;
}

std::string TipOf(const Strategy& strategy, const JudgedStrategy& judged) {
  std::string tip = strategy.form + ": " + WordsForRate(judged.rate.samples_per_s) +
                    " samples/s; a read takes " + FormatCost(strategy.cpu_s) + " of CPU and " +
                    FormatBytes(strategy.read_bytes) + "; stores " +
                    FormatBytes(strategy.stored_bytes_all);
  return judged.excluded.empty() ? tip : tip + "; " + judged.excluded;
}

template <typename Place>
std::vector<ScatterPoint> PointsOf(const Profile& profile, const Recommendation& made,
                                   const FormKeys& keys, const Place& place) {
  std::vector<ScatterPoint> points;
  for (const JudgedStrategy* judged : ByImportance(made)) {
    const Strategy& strategy = profile.strategies[judged->index];
    points.push_back({.label = strategy.form,
                      .tip = TipOf(strategy, *judged),
                      .at = place(strategy, *judged),
                      .colour = keys.ColourOf(strategy),
                      .marker = keys.MarkerOf(strategy),
                      .is_best = judged == &made.best(),
                      .is_faint = !judged->excluded.empty()});
  }
  return points;
}

// A step up at each strategy of the front; on to the right edge after the last.
ScatterLine FrontLine(const Profile& profile, const Recommendation& made, const ByteUnit& unit) {
  std::vector<Point> front;
  for (const JudgedStrategy& judged : made.ranked) {
    if (!judged.is_on_front) continue;
    front.push_back({profile.strategies[judged.index].stored_bytes_all / unit.bytes,
                     judged.rate.samples_per_s});
  }
  std::ranges::sort(front, {}, &Point::x);
  ScatterLine line{.points = {}, .css = "front", .label = ""};
  for (const Point& at : front) {
    if (!line.points.empty()) line.points.push_back({at.x, line.points.back().y});
    line.points.push_back(at);
  }
  if (!front.empty()) line.points.push_back({1e300, front.back().y});
  return line;
}

// Below and left of such a line more than its rate is served.
ScatterLine RateLine(double rate, const Capacity& machine) {
  const double x = machine.disk_bytes_per_s / rate / kKibibyte;
  const double y = machine.cores / rate / kMillisecond;
  return {.points = {{x, 0}, {x, y}, {0, y}}, .css = "guide", .label = WordsForRate(rate) + "/s"};
}

// Above the line the CPU binds, below it the disk does.
ScatterLine BalanceLine(const Capacity& machine) {
  ScatterLine line{.points = {}, .css = "balance", .label = "", .is_cut = true};
  for (double kib = 1e-3; kib < 1e9; kib *= 1.02) {
    const double ms = kib * kKibibyte * machine.cores / machine.disk_bytes_per_s / kMillisecond;
    line.points.push_back({kib, ms});
  }
  return line;
}

std::vector<ScatterLine> DemandGuides(const Recommendation& made) {
  double least = made.best().rate.samples_per_s;
  double most = least;
  for (const JudgedStrategy& each : made.ranked) {
    least = std::min(least, each.rate.samples_per_s);
    most = std::max(most, each.rate.samples_per_s);
  }
  std::vector<ScatterLine> lines;
  if (!(least > 0) || !std::isfinite(most)) return lines;
  const AxisScale rates = AxisScale::Logarithmic(least, most, {});
  const size_t every = (rates.ticks().size() + kMostRateLines - 1) / kMostRateLines;
  for (size_t i = 0; i < rates.ticks().size(); i += std::max<size_t>(every, 1)) {
    lines.push_back(RateLine(rates.ticks()[i], made.machine));
  }
  return lines;
}

// A bar for each strategy that has such steps, the shortest first.
BarChart BarsOf(const Profile& profile, const Recommendation& made, const StepKeys& keys,
                std::vector<StepTime> Strategy::*times) {
  BarChart chart;
  std::vector<std::pair<double, Bar>> bars;
  for (const JudgedStrategy& judged : made.ranked) {
    const Strategy& strategy = profile.strategies[judged.index];
    if ((strategy.*times).empty()) continue;
    Bar bar{.label = strategy.form, .is_best = &judged == &made.best()};
    double sum_s = 0;
    for (const StepTime& step : strategy.*times) {
      sum_s += step.cpu_s;
      bar.parts.push_back(
          {.colour = keys.ColourOf(step.name),
           .value = step.cpu_s / kMillisecond,
           .tip = strategy.form + ", " + step.name + ": " + FormatCost(step.cpu_s)});
    }
    bar.total = FormatCost(sum_s);
    bars.emplace_back(sum_s, std::move(bar));
  }
  std::ranges::stable_sort(bars, {}, [](const auto& each) { return each.first; });
  for (auto& [sum_s, bar] : bars) chart.bars.push_back(std::move(bar));
  return chart;
}

}  // namespace

Figure ThroughputFigure(const Profile& profile, const Recommendation& made) {
  double most = made.mix.stored_bytes_all;
  for (const Strategy& each : profile.strategies) most = std::max(most, each.stored_bytes_all);
  const ByteUnit unit = UnitFor(most);
  const FormKeys keys(profile);
  ScatterChart chart{.title = "Throughput of each strategy against its storage",
                     .x_title = "storage of the whole set (" + unit.name + ")",
                     .y_title = "samples per second (" + WordForRates(made) + ")"};
  chart.points = PointsOf(profile, made, keys, [&](const Strategy& strategy, const auto& judged) {
    return Point{strategy.stored_bytes_all / unit.bytes, judged.rate.samples_per_s};
  });
  if (made.mix.parts.size() > 1) {
    chart.points.insert(
        chart.points.begin() + 1,
        {.label = "adaptive mix",
         .tip = WordsForMix(made.mix) + ": " + WordsForRate(made.mix.samples_per_s) + " samples/s",
         .at = {made.mix.stored_bytes_all / unit.bytes, made.mix.samples_per_s},
         .marker = kMixMarker});
  }
  chart.lines.push_back(FrontLine(profile, made, unit));
  return {.title = "Throughput against storage",
          .caption = "On " + WordsForMachine(made) +
                     ". The line is the Pareto front: no strategy left of it or above it exists. "
                     "The ring marks the best by the weights; pale signs cannot be taken.",
          .svg = RenderScatter(chart),
          .legend = keys.Legend()};
}

Figure DemandFigure(const Profile& profile, const Recommendation& made) {
  const FormKeys keys(profile);
  ScatterChart chart{.title = "CPU time against bytes of one read, for each form",
                     .x_title = "bytes read per sample (KiB, logarithmic)",
                     .y_title = "CPU per sample (ms, logarithmic)",
                     .is_logarithmic = true};
  chart.points = PointsOf(profile, made, keys, [](const Strategy& strategy, const auto&) {
    return Point{strategy.read_bytes / kKibibyte, strategy.cpu_s / kMillisecond};
  });
  chart.lines = DemandGuides(made);
  std::string caption =
      "On " + WordsForMachine(made) +
      ", what lies on one of the dotted lines could be served at the same rate, and what "
      "lies below and left of it faster, without any wait.";
  if (std::isfinite(made.machine.disk_bytes_per_s)) {
    chart.lines.push_back(BalanceLine(made.machine));
    caption += " Above the dashed line the CPU binds, below it the disk.";
  }
  return {.title = "What one read takes",
          .caption = caption,
          .svg = RenderScatter(chart),
          .legend = keys.Legend()};
}

Figure ReadTimeFigure(const Profile& profile, const Recommendation& made) {
  const StepKeys keys(profile, &Strategy::online);
  BarChart chart = BarsOf(profile, made, keys, &Strategy::online);
  chart.title = "CPU time of one read by step, for each form";
  chart.axis_title = "CPU per sample (ms)";
  return {.title = "Where a read's CPU time goes",
          .caption =
              "From the kept form on the disk to the tensor in the reader's memory. “unpack” is "
              "the stored form's own decoding, “filesystem” all that is no "
              "step: the kernel, "
              "checksums, copies.",
          .svg = RenderBars(chart),
          .legend = keys.Legend()};
}

Figure PrepareTimeFigure(const Profile& profile, const Recommendation& made) {
  const StepKeys keys(profile, &Strategy::offline);
  BarChart chart = BarsOf(profile, made, keys, &Strategy::offline);
  chart.title = "CPU time of preparing one sample by step, for each form";
  chart.axis_title = "CPU per sample (ms), once";
  return {.title = "What preparing takes, once",
          .caption = "From the source file to the stored form. source:original needs none.",
          .svg = RenderBars(chart),
          .legend = keys.Legend()};
}

}  // namespace tensorfs
