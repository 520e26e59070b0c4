// SPDX-License-Identifier: MIT
#include "tools/policy_json.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

namespace tensorfs {
namespace {

using Json = nlohmann::ordered_json;

template <typename Value>
Json OrNull(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// JSON has no infinity.
Json Finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json DevicesOf(const std::vector<DeviceLoad>& devices) {
  Json list = Json::array();
  for (const DeviceLoad& device : devices) {
    list.push_back({{"name", device.name},
                    {"bytes_per_s", device.bytes_per_s},
                    {"busy_share", device.busy_share},
                    {"capacity_bytes_per_s", OrNull(device.capacity_bytes_per_s)}});
  }
  return list;
}

const char* KindOf(const ResourcePrice& price) {
  switch (price.kind) {
    case ResourcePrice::Kind::kCpu:
      return "cpu";
    case ResourcePrice::Kind::kDevice:
      return "device";
    case ResourcePrice::Kind::kStore:
      return "store";
    case ResourcePrice::Kind::kCache:
      break;
  }
  return "cache";
}

Json PricesOf(const std::vector<ResourcePrice>& prices) {
  Json list = Json::array();
  for (const ResourcePrice& price : prices) {
    list.push_back({{"kind", KindOf(price)},
                    {"name", price.name},
                    {"per_unit", price.per_unit},
                    {"weight", price.weight},
                    {"words", WordsFor(price)}});
  }
  return list;
}

Json LoadOf(const MachineLoad& load) {
  Json pressure = nullptr;
  if (load.pressure) {
    pressure = {
        {"cpu", load.pressure->cpu}, {"io", load.pressure->io}, {"memory", load.pressure->memory}};
  }
  return {{"cores_limit", load.cores_limit},
          {"cores", load.cores},
          {"cores_own", load.cores_own},
          {"cores_other", load.cores_other},
          {"devices", DevicesOf(load.devices)},
          {"readers_waiting", load.readers_waiting},
          {"pressure", pressure}};
}

Json MixOf(const std::vector<FormReport>& mix) {
  Json list = Json::array();
  for (const FormReport& form : mix) {
    list.push_back({{"form", form.form},
                    {"samples", form.samples},
                    {"bytes", form.bytes},
                    {"planned_samples", form.planned_samples},
                    {"predicted_cpu_s", form.predicted_cpu_s},
                    {"observed_cpu_s", OrNull(form.observed_cpu_s)},
                    {"predicted_bytes", form.predicted_bytes},
                    {"observed_bytes", OrNull(form.observed_bytes)},
                    {"measurements", form.measurements}});
  }
  return list;
}

Json RatesOf(const RateReport& rates) {
  const bool is_bounded = std::isfinite(rates.bound) && rates.bound > 0;
  return {{"achieved", rates.achieved},
          {"predicted_present", Finite(rates.predicted_present)},
          {"predicted_plan", Finite(rates.predicted_plan)},
          {"bound", Finite(rates.bound)},
          {"share_of_bound", is_bounded ? Json(rates.achieved / rates.bound) : Json(nullptr)}};
}

Json OffersOf(const std::vector<FormOffer>& offers) {
  Json list = Json::array();
  for (const FormOffer& offer : offers) {
    list.push_back({{"form", offer.form},
                    {"cpu_s", OrNull(offer.cpu_s)},
                    {"read_bytes", OrNull(offer.read_bytes)},
                    {"stored_bytes", OrNull(offer.stored_bytes)},
                    {"cost_s", OrNull(offer.cost_s)},
                    {"fits", offer.fits},
                    {"note", offer.note}});
  }
  return list;
}

}  // namespace

Json JsonOf(const PolicySettings& settings) {
  return {{"migrate_share", settings.migrate_share},
          {"window_s", settings.window_s},
          {"dead_band", settings.dead_band},
          {"expected_rereads", settings.expected_rereads},
          {"store_limit_bytes", settings.store_limit_bytes},
          {"cache_limit_bytes", OrNull(settings.cache_limit_bytes)}};
}

Json JsonOf(const PolicyReport& report) {
  const MigrationReport& migration = report.migration;
  return {{"mode", NameOf(report.mode)},
          {"state", NameOf(report.state)},
          {"why", report.why},
          {"load", LoadOf(report.load)},
          {"prices", PricesOf(report.prices)},
          {"mix", MixOf(report.mix)},
          {"rates", RatesOf(report.rates)},
          {"migration",
           {{"share_limit", migration.share_limit},
            {"share_used", migration.share_used},
            {"moved", migration.moved},
            {"waiting", migration.waiting},
            {"mismatches", migration.mismatches},
            {"failed", migration.failed},
            {"last_failure", migration.last_failure}}},
          {"settings", JsonOf(report.settings)},
          {"samples_known", report.samples_known},
          {"plan_changes", report.plan_changes}};
}

Json JsonOf(const Explanation& explanation) {
  return {{"path", explanation.path},
          {"content", explanation.content},
          {"source_bytes", explanation.source_bytes},
          {"width", explanation.width},
          {"height", explanation.height},
          {"tensor_bytes", explanation.tensor_bytes},
          {"reads", explanation.reads},
          {"kept", explanation.kept},
          {"chosen", explanation.chosen},
          {"reason", explanation.reason},
          {"offers", OffersOf(explanation.offers)},
          {"prices", PricesOf(explanation.prices)}};
}

Json JsonOf(const WhatIf& plan) {
  Json forms = Json::array();
  for (const WhatIf::SingleForm& form : plan.forms) {
    forms.push_back({{"form", form.form},
                     {"samples_per_s", Finite(form.samples_per_s)},
                     {"samples", form.samples},
                     {"stored_bytes", form.stored_bytes},
                     {"fits", form.fits},
                     {"mix_samples", form.mix_samples}});
  }
  return {{"cores", plan.cores},
          {"devices", DevicesOf(plan.devices)},
          {"store_limit_bytes", plan.store_limit_bytes},
          {"samples", plan.samples},
          {"forms", forms},
          {"mix_samples_per_s", Finite(plan.mix_samples_per_s)},
          {"bound_samples_per_s", Finite(plan.bound_samples_per_s)},
          {"mix_stored_bytes", plan.mix_stored_bytes},
          {"prices", PricesOf(plan.prices)},
          {"binding", plan.binding}};
}

Json JsonOf(const std::vector<PlanChange>& history) {
  Json changes = Json::array();
  for (const PlanChange& change : history) {
    changes.push_back({{"unix_time_s", change.unix_time_s},
                       {"reason", change.reason},
                       {"cores", change.cores},
                       {"devices", DevicesOf(change.devices)},
                       {"old_prices", PricesOf(change.old_prices)},
                       {"new_prices", PricesOf(change.new_prices)},
                       {"samples_to_move", change.samples_to_move},
                       {"moved", change.moved},
                       {"predicted_gain", change.predicted_gain},
                       {"achieved_gain", OrNull(change.achieved_gain)}});
  }
  return {{"changes", changes}};
}

Json JsonOf(const std::vector<PinRule>& pins) {
  Json list = Json::array();
  for (const PinRule& pin : pins) {
    list.push_back({{"pattern", pin.pattern}, {"form", pin.form}});
  }
  return {{"pins", list}};
}

}  // namespace tensorfs
