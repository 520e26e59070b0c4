// SPDX-License-Identifier: MIT
// The Prometheus text format, version 0.0.4. Not thread-safe.
#ifndef TENSORFS_TOOLS_PROMETHEUS_TEXT_H_
#define TENSORFS_TOOLS_PROMETHEUS_TEXT_H_

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tensorfs {

struct Metric {
  const char* name;
  const char* type;  // "counter" or "gauge"
  const char* help;
  double value;
};

// One metric that has a value for each of several things.
struct MetricFamily {
  const char* name;
  const char* type;
  const char* help;
  const char* label;  // what the things are: "device", …
};

struct LabelledValue {
  std::string label_value;      // bytes that are not UTF-8 become U+FFFD
  std::optional<double> value;  // what is not known is left out
};

class PrometheusText {
 public:
  void Add(std::span<const Metric> metrics);
  // Nothing if no value is known.
  void Add(const MetricFamily& family, const std::vector<LabelledValue>& values);
  // The labels as they stand between the braces.
  void AddInfo(const Metric& metric, const std::string& labels);

  const std::string& text() const { return text_; }

 private:
  void AddHead(const char* name, const char* type, const char* help);
  void AddValue(const char* name, const std::string& labels, double value);

  std::string text_;
};

// label="value"
std::string PrometheusLabel(const std::string& label, const std::string& value);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROMETHEUS_TEXT_H_
