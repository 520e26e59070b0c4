// SPDX-License-Identifier: MIT
#include "tools/profile/profile_json.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>
#include <utility>

#include "tools/profile/profile_check.h"
#include "tools/text_file.h"

namespace tensorfs {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "tensorfs-profile";
constexpr int kVersion = 1;

constexpr std::array<std::pair<ReadMode, std::string_view>, 4> kModes = {{
    {ReadMode::kCold, "cold"},
    {ReadMode::kWarm, "warm"},
    {ReadMode::kCache, "cache"},
    {ReadMode::kPageCache, "page-cache"},
}};

constexpr std::array<std::pair<SourceKind, std::string_view>, kSourceKinds> kKinds = {{
    {SourceKind::kJpeg, "jpeg"},
    {SourceKind::kGreyJpeg, "grey-jpeg"},
    {SourceKind::kMultiScanJpeg, "multi-scan-jpeg"},
    {SourceKind::kPng, "png"},
    {SourceKind::kNarrowPng, "narrow-png"},
    {SourceKind::kInterlacedPng, "interlaced-png"},
}};

template <typename Names, typename Value>
std::string_view NameIn(const Names& names, Value value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return "";
}

// Each type's members, once for reading and writing: `fields` is a Reader or a Writer.
template <typename Fields>
void Describe(Fields& fields, ReadMode& mode) {
  fields.Named(kModes, mode);
}

template <typename Fields>
void Describe(Fields& fields, SourceKind& kind) {
  fields.Named(kKinds, kind);
}

template <typename Fields>
void Describe(Fields& fields, SampleFeatures& sample) {
  fields.Field("kind", sample.kind);
  fields.Field("width", sample.width);
  fields.Field("height", sample.height);
  fields.Field("source_bytes", sample.source_bytes);
}

template <typename Fields>
void Describe(Fields& fields, ProfiledSet& set) {
  fields.Field("source", set.source);
  fields.Field("samples", set.samples);
  fields.Field("source_bytes", set.source_bytes);
  fields.Field("measured", set.measured);
}

template <typename Fields>
void Describe(Fields& fields, ProfiledMachine& machine) {
  fields.Field("cores", machine.cores);
  fields.Field("cpu", machine.cpu);
  fields.Field("kernel", machine.kernel);
  fields.Field("memory_bytes", machine.memory_bytes);
  fields.Field("disk_bytes_per_s", machine.disk_bytes_per_s);
  fields.Field("unix_time_s", machine.unix_time_s);
}

template <typename Fields>
void Describe(Fields& fields, ProfiledStep& step) {
  fields.Field("name", step.name);
  fields.Field("stage", step.stage);
  fields.Field("online", step.online);
  fields.Field("cpu_s", step.cpu_s);
  fields.Field("result_bytes", step.result_bytes);
}

template <typename Fields>
void Describe(Fields& fields, Delivered& delivered) {
  fields.Field("mode", delivered.mode);
  fields.Field("threads", delivered.threads);
  fields.Field("samples_per_s", delivered.samples_per_s);
  fields.Field("samples_per_s_stddev", delivered.samples_per_s_stddev);
  fields.Field("cpu_s", delivered.cpu_s);
  fields.Field("disk_bytes", delivered.disk_bytes);
}

template <typename Fields>
void Describe(Fields& fields, StepTime& step) {
  fields.Field("name", step.name);
  fields.Field("cpu_s", step.cpu_s);
}

template <typename Fields>
void Describe(Fields& fields, Strategy& strategy) {
  fields.Field("form", strategy.form);
  fields.Field("stage", strategy.stage);
  fields.Field("encoding", strategy.encoding);
  fields.Field("share", strategy.share);
  fields.Field("prepare_s", strategy.prepare_s);
  fields.Field("prepare_cpu_s", strategy.prepare_cpu_s);
  fields.Field("stored_bytes", strategy.stored_bytes);
  fields.Field("stored_bytes_all", strategy.stored_bytes_all);
  fields.Field("read_bytes", strategy.read_bytes);
  fields.Field("cpu_s", strategy.cpu_s);
  fields.Field("filesystem_cpu_s", strategy.filesystem_cpu_s);
  fields.Field("delivered", strategy.delivered);
  fields.Field("offline", strategy.offline);
  fields.Field("online", strategy.online);
}

template <typename Fields>
void Describe(Fields& fields, Profile& profile) {
  fields.Field("set", profile.set);
  fields.Field("machine", profile.machine);
  fields.Field("pipeline_toml", profile.pipeline_toml);
  fields.Field("steps", profile.steps);
  fields.Field("strategies", profile.strategies);
  fields.Field("cached", profile.cached);
  fields.Field("cost_model", profile.cost_model);
}

template <typename Fields>
void Describe(Fields& fields, MixedPlan::Part& part) {
  fields.Field("form", part.form);
  fields.Field("share", part.share);
}

template <typename Fields>
void Describe(Fields& fields, MixedPlan& plan) {
  fields.Field("parts", plan.parts);
  fields.Field("samples_per_s", plan.samples_per_s);
  fields.Field("bound_samples_per_s", plan.bound_samples_per_s);
  fields.Field("stored_bytes_all", plan.stored_bytes_all);
  fields.Field("move_s", plan.move_s);
  fields.Field("pays_after_s", plan.pays_after_s);
  fields.Field("binding", plan.binding);
}

template <typename Fields, typename T>
concept HasMembers = requires(Fields& fields, T& value) {
  Describe(fields, value);
};

class Writer {
 public:
  template <typename T>
  void Field(const char* key, T& value) {
    json_[key] = ToJson(value);
  }

  template <typename Names, typename T>
  void Named(const Names& names, T& value) {
    json_ = NameIn(names, value);
  }

  template <typename T>
  static Json ToJson(T& value) {
    if constexpr (HasMembers<Writer, T>) {
      Writer writer;
      Describe(writer, value);
      return std::move(writer.json_);
    } else {
      return Json(value);
    }
  }

  // JSON has no infinity.
  static Json ToJson(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

  template <typename T>
  static Json ToJson(std::vector<T>& values) {
    Json list = Json::array();
    for (T& value : values) list.push_back(ToJson(value));
    return list;
  }

 private:
  Json json_ = Json::object();
};

// Takes members until one is not as it should be; that is then the error.
class Reader {
 public:
  Reader(const Json& json, std::string place, std::optional<std::string>* error)
      : json_(json), place_(std::move(place)), error_(error) {
    if (!json.is_object() && !json.is_string()) Expected("an object");
  }

  template <typename T>
  void Field(const char* key, T& value) {
    if (*error_) return;
    const std::string place = place_.empty() ? key : place_ + "." + key;
    const auto member = json_.find(key);
    if (member == json_.end()) {
      *error_ = place + ": is missing";
      return;
    }
    Reader::Read(*member, place, error_, value);
  }

  template <typename Names, typename T>
  void Named(const Names& names, T& value) {
    if (*error_) return;
    for (const auto& [known, name] : names) {
      if (json_ == name) {
        value = known;
        return;
      }
    }
    Expected("a name that is known");
  }

  template <typename T>
  static void Read(const Json& json, const std::string& place, std::optional<std::string>* error,
                   T& value) {
    if constexpr (HasMembers<Reader, T>) {
      Reader reader(json, place, error);
      if (!*error) Describe(reader, value);
    } else {
      ReadPlain(json, place, error, value);
    }
  }

  template <typename T>
  static void Read(const Json& json, const std::string& place, std::optional<std::string>* error,
                   std::vector<T>& values) {
    if (!json.is_array()) {
      *error = place + ": expected a list";
      return;
    }
    for (size_t i = 0; i < json.size() && !*error; ++i) {
      Read(json[i], place + "[" + std::to_string(i) + "]", error, values.emplace_back());
    }
  }

 private:
  void Expected(const char* what) { *error_ = place_ + ": expected " + what; }

  static void ReadPlain(const Json& json, const std::string& place,
                        std::optional<std::string>* error, std::string& value) {
    if (json.is_string()) {
      value = json.get<std::string>();
    } else {
      *error = place + ": expected a text";
    }
  }

  static void ReadPlain(const Json& json, const std::string& place,
                        std::optional<std::string>* error, bool& value) {
    if (json.is_boolean()) {
      value = json.get<bool>();
    } else {
      *error = place + ": expected true or false";
    }
  }

  // All amounts are 0 or more.
  static void ReadPlain(const Json& json, const std::string& place,
                        std::optional<std::string>* error, double& value) {
    if (json.is_number() && json.get<double>() >= 0) {
      value = json.get<double>();
    } else {
      *error = place + ": expected a number from 0 on";
    }
  }

  template <typename Integer>
  static void ReadPlain(const Json& json, const std::string& place,
                        std::optional<std::string>* error,
                        Integer& value) requires std::is_integral_v<Integer> {
    constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<Integer>::max());
    if (json.is_number_unsigned() && json.get<uint64_t>() <= kMost) {
      value = static_cast<Integer>(json.get<uint64_t>());
    } else {
      *error = place + ": expected a whole number from 0 on";
    }
  }

  const Json& json_;
  const std::string place_;
  std::optional<std::string>* const error_;
};

Result<void> CheckVersion(const Json& json) {
  if (!json.is_object() || json.value("format", Json()) != kFormat) {
    return Fail(ErrorCode::kCorrupt, "this is no profile that `tensorfs profile --save` wrote");
  }
  if (json.value("version", Json()) == kVersion) return {};
  return Fail(ErrorCode::kInvalidArgument, "the profile is of version " +
                                               json.value("version", Json()).dump() +
                                               ", and this program reads version " +
                                               std::to_string(kVersion) + "; measure again");
}

}  // namespace

std::string_view NameOf(ReadMode mode) { return NameIn(kModes, mode); }

Json JsonOf(const Profile& profile) {
  Json json = {{"format", kFormat}, {"version", kVersion}};
  Profile copy = profile;
  json.update(Writer::ToJson(copy));
  return json;
}

Json JsonOf(const MixedPlan& plan) {
  MixedPlan copy = plan;
  return Writer::ToJson(copy);
}

Result<Profile> ProfileFromJson(std::string_view text) {
  const Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (auto version = CheckVersion(json); !version) return tl::unexpected(version.error());
  Profile profile;
  std::optional<std::string> error;
  Reader::Read(json, "", &error, profile);
  if (error) return Fail(ErrorCode::kCorrupt, *error);
  if (auto whole = CheckProfile(profile); !whole) return tl::unexpected(whole.error());
  return profile;
}

Result<Profile> LoadProfile(const std::string& path) {
  const Result<std::string> text = ReadTextFile(path);
  if (!text) return tl::unexpected(text.error());
  Result<Profile> profile = ProfileFromJson(*text);
  if (!profile) return Fail(path, profile.error());
  return profile;
}

Result<void> SaveProfile(const std::string& path, const Profile& profile) {
  try {
    return WriteTextFile(path, JsonOf(profile).dump(1) + "\n");
  } catch (const Json::exception&) {
    return Fail(ErrorCode::kInvalidArgument, path + ": the source's name is not UTF-8");
  }
}

}  // namespace tensorfs
