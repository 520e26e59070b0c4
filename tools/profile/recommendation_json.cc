// SPDX-License-Identifier: MIT
#include "tools/profile/recommendation_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "tools/profile/profile_json.h"

namespace tensorfs {
namespace {

using Json = nlohmann::ordered_json;

Json Finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json StrategyOf(const JudgedStrategy& judged, const Profile& profile) {
  const Strategy& strategy = profile.strategies.at(judged.index);
  return {{"form", strategy.form},
          {"samples_per_s", Finite(judged.rate.samples_per_s)},
          {"allowed_samples_per_s", Finite(judged.allowed_samples_per_s)},
          {"cpu_share", judged.rate.cpu_share},
          {"disk_share", judged.rate.disk_share},
          {"stored_bytes_all", strategy.stored_bytes_all},
          {"prepare_s", Finite(judged.prepare_s)},
          {"score", judged.score},
          {"is_on_front", judged.is_on_front},
          {"excluded", judged.excluded}};
}

}  // namespace

Json JsonOf(const Recommendation& made, const Profile& profile) {
  Json ranked = Json::array();
  for (const JudgedStrategy& judged : made.ranked) ranked.push_back(StrategyOf(judged, profile));
  const auto& limit = made.store_limit_bytes;
  return {{"form", profile.strategies.at(made.best().index).form},
          {"why", made.why},
          {"doubt", made.doubt},
          {"machine",
           {{"cores", made.machine.cores},
            {"disk_bytes_per_s", Finite(made.machine.disk_bytes_per_s)},
            {"store_limit_bytes", limit ? Json(*limit) : Json(nullptr)},
            {"is_what_if", made.is_what_if}}},
          {"weights",
           {{"throughput", made.weights.throughput},
            {"storage", made.weights.storage},
            {"time", made.weights.time}}},
          {"ranked", ranked},
          {"mix", JsonOf(made.mix)}};
}

}  // namespace tensorfs
