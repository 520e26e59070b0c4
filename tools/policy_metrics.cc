// SPDX-License-Identifier: MIT
#include "tools/policy_metrics.h"

#include <cstdint>
#include <vector>

namespace tensorfs {
namespace {

double Count(uint64_t value) { return static_cast<double>(value); }

// A value for each of some things; `get` takes it from one.
template <typename Thing, typename Label, typename Get>
std::vector<LabelledValue> ValuesOf(const std::vector<Thing>& things, const Label& label,
                                    const Get& get) {
  std::vector<LabelledValue> values;
  for (const Thing& thing : things)
    values.push_back({.label_value = label(thing), .value = get(thing)});
  return values;
}

void AddState(const PolicyReport& report, PrometheusText* text) {
  std::vector<LabelledValue> states;
  for (int i = 0; i < kPolicyStates; ++i) {
    const auto state = static_cast<PolicyState>(i);
    states.push_back(
        {.label_value = std::string(NameOf(state)), .value = state == report.state ? 1 : 0});
  }
  text->Add(
      {"tensorfs_policy_state", "gauge", "Which state the policy is in: 1, others 0.", "state"},
      states);
}

void AddLoad(const MachineLoad& load, PrometheusText* text) {
  const Metric metrics[] = {
      {"tensorfs_policy_cores_limit", "gauge", "Cores by affinity and quota.", load.cores_limit},
      {"tensorfs_policy_cores", "gauge", "Cores to be had beside other load.", load.cores},
      {"tensorfs_policy_cores_own", "gauge", "Cores used by this process.", load.cores_own},
      {"tensorfs_policy_cores_other", "gauge", "Cores used by others.", load.cores_other},
      {"tensorfs_policy_readers_waiting", "gauge", "Mean number of reads that wait.",
       load.readers_waiting},
  };
  text->Add(metrics);
  if (!load.pressure) return;
  text->Add(
      {"tensorfs_policy_pressure_share", "gauge", "Share of time in which some task waited for it.",
       "resource"},
      {{"cpu", load.pressure->cpu}, {"io", load.pressure->io}, {"memory", load.pressure->memory}});
}

void AddDevices(const std::vector<DeviceLoad>& devices, PrometheusText* text) {
  const auto of = [&](const auto& get) {
    return ValuesOf(
        devices, [](const DeviceLoad& device) { return device.name; }, get);
  };
  text->Add({"tensorfs_policy_device_bytes_per_second", "gauge", "Read from the device.", "device"},
            of([](const DeviceLoad& device) { return device.bytes_per_s; }));
  text->Add({"tensorfs_policy_device_busy_share", "gauge",
             "Share of time in which reads were outstanding.", "device"},
            of([](const DeviceLoad& device) { return device.busy_share; }));
  text->Add({"tensorfs_policy_device_capacity_bytes_per_second", "gauge",
             "What the device gives when it is busy all the time.", "device"},
            of([](const DeviceLoad& device) { return device.capacity_bytes_per_s; }));
}

void AddPrices(const std::vector<ResourcePrice>& prices, PrometheusText* text) {
  const auto of = [&](const auto& get) {
    return ValuesOf(
        prices, [](const ResourcePrice& price) { return price.name; }, get);
  };
  text->Add({"tensorfs_policy_price_seconds", "gauge",
             "Seconds of an epoch that a CPU-second or a byte costs.", "resource"},
            of([](const ResourcePrice& price) { return price.per_unit; }));
  text->Add({"tensorfs_policy_price_weight", "gauge",
             "Share of an epoch's time that the resource decides.", "resource"},
            of([](const ResourcePrice& price) { return price.weight; }));
}

void AddMix(const std::vector<FormReport>& mix, PrometheusText* text) {
  const auto of = [&](const auto& get) {
    return ValuesOf(
        mix, [](const FormReport& form) { return form.form; }, get);
  };
  text->Add({"tensorfs_policy_form_samples", "gauge", "Samples kept in the form.", "form"},
            of([](const FormReport& form) { return Count(form.samples); }));
  text->Add({"tensorfs_policy_form_bytes", "gauge", "Bytes that these take.", "form"},
            of([](const FormReport& form) { return Count(form.bytes); }));
  text->Add({"tensorfs_policy_form_planned_samples", "gauge", "Samples that are to have the form.",
             "form"},
            of([](const FormReport& form) { return Count(form.planned_samples); }));
  text->Add({"tensorfs_policy_form_predicted_cpu_seconds", "gauge",
             "CPU time that a read is expected to take.", "form"},
            of([](const FormReport& form) { return form.predicted_cpu_s; }));
  text->Add(
      {"tensorfs_policy_form_observed_cpu_seconds", "gauge", "CPU time that reads took.", "form"},
      of([](const FormReport& form) { return form.observed_cpu_s; }));
  text->Add({"tensorfs_policy_form_predicted_bytes", "gauge",
             "Bytes that a read is expected to read.", "form"},
            of([](const FormReport& form) { return form.predicted_bytes; }));
  text->Add({"tensorfs_policy_form_observed_bytes", "gauge", "Bytes that reads read.", "form"},
            of([](const FormReport& form) { return form.observed_bytes; }));
  text->Add({"tensorfs_policy_form_measurements_total", "counter", "Measurements that these go by.",
             "form"},
            of([](const FormReport& form) { return Count(form.measurements); }));
}

void AddRates(const PolicyReport& report, PrometheusText* text) {
  const RateReport& rates = report.rates;
  const Metric metrics[] = {
      {"tensorfs_policy_achieved_samples_per_second", "gauge", "Rate of the last window.",
       rates.achieved},
      {"tensorfs_policy_present_samples_per_second", "gauge",
       "Predicted rate of the forms as they are kept.", rates.predicted_present},
      {"tensorfs_policy_planned_samples_per_second", "gauge", "Predicted rate of the plan.",
       rates.predicted_plan},
      {"tensorfs_policy_bound_samples_per_second", "gauge", "No mix of forms can be faster.",
       rates.bound},
      {"tensorfs_policy_samples_known", "gauge", "Samples that take part in the plan.",
       Count(report.samples_known)},
      {"tensorfs_policy_plan_changes_total", "counter", "Plans taken since the mount.",
       Count(report.plan_changes)},
  };
  text->Add(metrics);
}

void AddMigration(const PolicyReport& report, PrometheusText* text) {
  const MigrationReport& migration = report.migration;
  const Metric metrics[] = {
      {"tensorfs_policy_migrate_share_limit", "gauge", "Share of CPU and disk that moves may take.",
       migration.share_limit},
      {"tensorfs_policy_migrate_share", "gauge", "Share that they took in the last window.",
       migration.share_used},
      {"tensorfs_policy_moved_total", "counter", "Samples moved to another form.",
       Count(migration.moved)},
      {"tensorfs_policy_waiting_samples", "gauge", "Samples that are not yet as planned.",
       Count(migration.waiting)},
      {"tensorfs_policy_mismatches_total", "counter",
       "Moves given up because the new payload gave other bytes.", Count(migration.mismatches)},
      {"tensorfs_policy_failed_moves_total", "counter",
       "Moves in the background that failed; they are tried again.", Count(migration.failed)},
  };
  text->Add(metrics);
}

void AddSettings(const PolicySettings& settings, PrometheusText* text) {
  const Metric metrics[] = {
      {"tensorfs_policy_window_seconds", "gauge", "Time over which load is observed.",
       settings.window_s},
      {"tensorfs_policy_dead_band", "gauge", "Gain that a new plan must have.", settings.dead_band},
      {"tensorfs_policy_expected_rereads", "gauge", "Reads over which a move must pay.",
       settings.expected_rereads},
  };
  text->Add(metrics);
}

}  // namespace

void AddPolicyMetrics(const PolicyReport& report, PrometheusText* text) {
  AddState(report, text);
  AddLoad(report.load, text);
  AddDevices(report.load.devices, text);
  AddPrices(report.prices, text);
  AddMix(report.mix, text);
  AddRates(report, text);
  AddMigration(report, text);
  AddSettings(report.settings, text);
}

}  // namespace tensorfs
