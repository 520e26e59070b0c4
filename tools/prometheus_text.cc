// SPDX-License-Identifier: MIT
#include "tools/prometheus_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "tools/status.h"

namespace tensorfs {
namespace {

// The shortest text that gives the same number again.
std::string FormatNumber(double value) {
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char text[32];
  const auto [end, failure] = std::to_chars(text, text + sizeof(text), value);
  return failure == std::errc() && !std::isnan(value) ? std::string(text, end) : "NaN";
}

}  // namespace

std::string PrometheusLabel(const std::string& label, const std::string& value) {
  std::string escaped;
  for (const char c : ReplaceInvalidUtf8(value)) {
    if (c == '\\' || c == '"') escaped += '\\';
    if (c == '\n') {
      escaped += "\\n";
    } else {
      escaped += c;
    }
  }
  return label + "=\"" + escaped + '"';
}

void PrometheusText::AddHead(const char* name, const char* type, const char* help) {
  text_ += std::string("# HELP ") + name + " " + help + "\n";
  text_ += std::string("# TYPE ") + name + " " + type + "\n";
}

void PrometheusText::AddValue(const char* name, const std::string& labels, double value) {
  text_ += name + (labels.empty() ? "" : "{" + labels + "}") + " " + FormatNumber(value) + "\n";
}

void PrometheusText::Add(std::span<const Metric> metrics) {
  for (const Metric& metric : metrics) AddInfo(metric, "");
}

void PrometheusText::Add(const MetricFamily& family, const std::vector<LabelledValue>& values) {
  const auto is_known = [](const LabelledValue& each) { return each.value.has_value(); };
  if (std::ranges::none_of(values, is_known)) return;
  AddHead(family.name, family.type, family.help);
  for (const LabelledValue& each : values) {
    if (!each.value) continue;
    AddValue(family.name, PrometheusLabel(family.label, each.label_value), *each.value);
  }
}

void PrometheusText::AddInfo(const Metric& metric, const std::string& labels) {
  AddHead(metric.name, metric.type, metric.help);
  AddValue(metric.name, labels, metric.value);
}

}  // namespace tensorfs
