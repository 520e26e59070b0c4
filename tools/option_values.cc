// SPDX-License-Identifier: MIT
#include "tools/option_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "codec/form_encoder.h"

namespace tensorfs {
namespace {

constexpr int kMaxSidePixels = 1 << 20;

tl::unexpected<Error> Unexpected(std::string_view text, std::string_view expected) {
  return Fail(ErrorCode::kInvalidArgument,
              std::string(1, '"').append(text) + "\": expected " + std::string(expected));
}

template <typename Number>
std::optional<Number> ToNumber(std::string_view text) {
  Number value = {};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t start = 0;;) {
    const size_t end = text.find(separator, start);
    parts.push_back(text.substr(start, end - start));
    if (end == std::string_view::npos) return parts;
    start = end + 1;
  }
}

std::string ToLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// Bytes in one of a unit; 0 if there is no such unit.
double UnitBytes(std::string_view unit) {
  const std::string lower = ToLower(unit);
  if (lower.empty() || lower == "b") return 1;
  const size_t power = std::string_view("kmgt").find(lower[0]) + 1;
  const std::string_view rest = std::string_view(lower).substr(1);
  if (power == 0) return 0;
  if (rest.empty() || rest == "ib") return std::pow(1024.0, power);
  return rest == "b" ? std::pow(1000.0, power) : 0;
}

std::optional<int> ToSide(std::string_view text) {
  const std::optional<int> side = ToNumber<int>(text);
  return side && *side >= 1 && *side <= kMaxSidePixels ? side : std::nullopt;
}

// "HxW".
std::optional<ImageSize> ToImageSize(std::string_view text) {
  const std::vector<std::string_view> sides = Split(text, 'x');
  if (sides.size() != 2) return std::nullopt;
  const std::optional<int> height = ToSide(sides[0]);
  const std::optional<int> width = ToSide(sides[1]);
  if (!height || !width) return std::nullopt;
  return ImageSize{*width, *height};
}

std::optional<std::vector<float>> ToFloats(std::string_view text) {
  std::vector<float> values;
  for (const std::string_view part : Split(text, ',')) {
    const std::optional<float> value = ToNumber<float>(part);
    if (!value || !std::isfinite(*value)) return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

template <typename Value, size_t kCount>
Result<Value> ParseName(std::string_view text,
                        const std::array<std::pair<std::string_view, Value>, kCount>& names) {
  std::string expected;
  for (const auto& [name, value] : names) {
    if (name == text) return value;
    expected += (expected.empty() ? "" : ", ") + std::string(name);
  }
  return Unexpected(text, "one of " + expected);
}

}  // namespace

Result<size_t> ParseByteSize(std::string_view text) {
  constexpr std::string_view kExpected = "a size such as 512MiB or 2G";
  const size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::optional<double> number = ToNumber<double>(text.substr(0, digits));
  const double unit = UnitBytes(text.substr(digits));
  if (!number || unit == 0) return Unexpected(text, kExpected);
  const double bytes = *number * unit;
  if (bytes < 1 || bytes >= static_cast<double>(std::numeric_limits<int64_t>::max())) {
    return Unexpected(text, kExpected);
  }
  return static_cast<size_t>(bytes);
}

Result<size_t> ParseMemoryLimit(std::string_view text) {
  constexpr size_t kLeastBytes = size_t{1} << 20;  // less makes no tensor; a forgotten unit, likely
  const Result<size_t> bytes = ParseByteSize(text);
  if (bytes && *bytes < kLeastBytes) return Unexpected(text, "at least 1MiB");
  return bytes;
}

Result<uint64_t> ParseStoreLimit(std::string_view text) {
  const Result<size_t> bytes = ParseByteSize(text);
  if (bytes && *bytes < SampleStore::kMinLimitBytes) return Unexpected(text, "at least 4MiB");
  return bytes;
}

Result<uint64_t> ParseCacheLimit(std::string_view text) {
  constexpr size_t kLeastBytes = size_t{8} << 20;  // TensorCache's
  const Result<size_t> bytes = ParseByteSize(text);
  if (bytes && *bytes < kLeastBytes) return Unexpected(text, "at least 8MiB");
  return bytes;
}

Result<double> ParseAmount(std::string_view text) {
  const std::optional<double> amount = ToNumber<double>(text);
  if (!amount || !std::isfinite(*amount) || *amount < 0) return Unexpected(text, "0 or more");
  return *amount;
}

Result<double> ParsePositive(std::string_view text) {
  const Result<double> amount = ParseAmount(text);
  if (!amount || *amount == 0) return Unexpected(text, "more than 0");
  return amount;
}

Result<PolicyChoice> ParsePolicy(std::string_view text, const Pipeline& pipeline) {
  constexpr std::string_view kFixed = "fixed:";
  if (text.empty() || text == NameOf(PolicyMode::kAdaptive)) return PolicyChoice();
  if (text == NameOf(PolicyMode::kKeep)) return PolicyChoice{PolicyMode::kKeep, std::nullopt};
  if (!text.starts_with(kFixed)) {
    return Fail(ErrorCode::kInvalidArgument, "--policy " + std::string(text) +
                                                 ": expected adaptive, keep or fixed:FORM, as in "
                                                 "fixed:final:raw");
  }
  const Result<Form> form = ParseForm(text.substr(kFixed.size()), pipeline);
  if (!form) return Fail("--policy", form.error());
  if (const Result<void> possible = CheckForm(*form, pipeline); !possible) {
    return Fail("--policy", possible.error());
  }
  return PolicyChoice{PolicyMode::kFixed, *form};
}

Result<double> ParseShare(std::string_view text) {
  constexpr double kAll = 100;
  const std::string_view digits = text.ends_with('%') ? text.substr(0, text.size() - 1) : text;
  const std::optional<double> percent = ToNumber<double>(digits);
  if (!percent || !(*percent >= 0 && *percent <= kAll)) {
    return Unexpected(text, "per cent, from 0 to 100");
  }
  return *percent / kAll;
}

Result<int> ParseCount(std::string_view text) {
  constexpr int kMaxCount = 1024;
  const std::optional<int> count = ToNumber<int>(text);
  if (!count || *count < 1 || *count > kMaxCount) {
    return Unexpected(text, "a number from 1 to " + std::to_string(kMaxCount));
  }
  return *count;
}

Result<double> ParseSeconds(std::string_view text) {
  const std::optional<double> seconds = ToNumber<double>(text);
  if (!seconds || !(*seconds >= 0) || !std::isfinite(*seconds)) {
    return Unexpected(text, "seconds, 0 or more");
  }
  return *seconds;
}

Result<std::variant<int, ImageSize>> ParseResizeSize(std::string_view text) {
  if (const std::optional<int> side = ToSide(text)) return *side;
  if (const std::optional<ImageSize> size = ToImageSize(text)) return *size;
  return Unexpected(text, "pixels of the shorter side, such as 256, or HEIGHTxWIDTH");
}

Result<ImageSize> ParseCropSize(std::string_view text) {
  if (const std::optional<int> side = ToSide(text)) return ImageSize{*side, *side};
  if (const std::optional<ImageSize> size = ToImageSize(text)) return *size;
  return Unexpected(text, "pixels of a side, such as 224, or HEIGHTxWIDTH");
}

Result<Normalize> ParseNormalize(std::string_view text) {
  if (text == "imagenet") return Normalize{{0.485f, 0.456f, 0.406f}, {0.229f, 0.224f, 0.225f}};
  const size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    std::optional<std::vector<float>> mean = ToFloats(text.substr(0, slash));
    std::optional<std::vector<float>> std = ToFloats(text.substr(slash + 1));
    if (mean && std && mean->size() == std->size()) {
      return Normalize{std::move(*mean), std::move(*std)};
    }
  }
  return Unexpected(text, "imagenet, or means and deviations such as 0.5,0.5,0.5/0.25,0.25,0.25");
}

Result<std::vector<std::string>> ParseExtensions(std::string_view text) {
  std::vector<std::string> extensions;
  for (std::string_view part : Split(text, ',')) {
    if (part.starts_with('.')) part.remove_prefix(1);
    if (part.empty() || part.find('/') != std::string_view::npos) {
      return Unexpected(text, "file name extensions such as jpg,jpeg,png");
    }
    extensions.push_back(ToLower(part));
  }
  return extensions;
}

Result<SocketAddress> ParseSocketAddress(std::string_view text) {
  constexpr std::string_view kExpected = "ADDRESS:PORT, such as 127.0.0.1:9100";
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Unexpected(text, kExpected);
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const std::optional<int> port = ToNumber<int>(text.substr(colon + 1));
  if (host.empty() || !port || *port < 0 || *port > 65535) return Unexpected(text, kExpected);
  return SocketAddress{std::string(host), *port};
}

Result<Interpolation> ParseInterpolation(std::string_view text) {
  if (const std::optional<Interpolation> found = InterpolationFromName(text)) return *found;
  return Unexpected(text, "one of nearest, box, bilinear, hamming, bicubic, lanczos");
}

Result<DType> ParseDType(std::string_view text) {
  if (const std::optional<DType> found = DTypeFromName(text)) return *found;
  return Unexpected(text, "one of uint8, float16, bfloat16, float32");
}

Result<Layout> ParseLayout(std::string_view text) {
  return ParseName<Layout, 2>(text, {{{"hwc", Layout::kHwc}, {"chw", Layout::kChw}}});
}

Result<TensorFileFormat> ParseFormat(std::string_view text) {
  if (const std::optional<TensorFileFormat> found = TensorFileFormatFromName(text)) return *found;
  return Unexpected(text, "one of npy, raw, safetensors, ppm, bmp");
}

Result<NamesMode> ParseNames(std::string_view text) {
  return ParseName<NamesMode, 2>(text,
                                 {{{"replace", NamesMode::kReplace}, {"keep", NamesMode::kKeep}}});
}

Result<IoMode> ParseIoMode(std::string_view text) {
  return ParseName<IoMode, 2>(text,
                              {{{"buffered", IoMode::kBuffered}, {"direct", IoMode::kDirect}}});
}

Result<PageCacheMode> ParsePageCacheMode(std::string_view text) {
  return ParseName<PageCacheMode, 3>(
      text,
      {{{"auto", PageCacheMode::kAuto}, {"on", PageCacheMode::kOn}, {"off", PageCacheMode::kOff}}});
}

Result<LogLevel> ParseLogLevel(std::string_view text) {
  return ParseName<LogLevel, 4>(text, {{{"debug", LogLevel::kDebug},
                                        {"info", LogLevel::kInfo},
                                        {"warning", LogLevel::kWarning},
                                        {"error", LogLevel::kError}}});
}

}  // namespace tensorfs
