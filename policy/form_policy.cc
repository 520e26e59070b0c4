// SPDX-License-Identifier: MIT
#include "policy/form_policy.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "policy/form_words.h"
#include "policy/planned_space.h"

namespace tensorfs {
namespace {

// Samples that plans are made for: prices do not change with more of them, and decide the rest.
constexpr size_t kMostPlanned = 4096;
// Read in a window, to judge by. Large images take long, so some windows may count as one.
constexpr uint64_t kLeastSamples = 3;
constexpr int kMostPending = 10;
constexpr double kNsPerSecond = 1e9;
constexpr double kSmoothing = 0.3;  // of a new window's value
// Until reads from the cache have been measured: copying a tensor.
constexpr double kCachedCpuS = 50e-6;
constexpr uint64_t kLeastCachedReads = 50;

// A device is asked for a little more than it is believed to give: it then stays busy enough for a
// change of what it can give to show (policy/capacity_estimate.h).
constexpr double kAsked = 1.05;

// A device that was never seen at its limit is believed to give at most so many times what it has
// delivered: a plan that leans on a promise would have to be undone if that is broken, which takes
// longer than to approach a fast device's limit in two steps.
constexpr double kTrust = 2;

// A machine that differs by less is the same.
constexpr double kSameMachine = 1.25;

// In which a probe of a device takes CPU time, too.
constexpr int kWindowsOfProbe = 2;

// Of a change of the cores that others leave: what they do for a few seconds is no reason for
// another plan, which takes longer to carry out.
constexpr double kCoresSmoothing = 0.1;

// Of what was idle in a window, for the next one may need some of it.
constexpr double kUsableIdle = 0.9;

double Smooth(double old_value, double new_value) {
  return old_value == 0 ? new_value : old_value + kSmoothing * (new_value - old_value);
}

double SteadyTime() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

bool IsSame(double a, double b) { return a == b || (a < kSameMachine * b && b < kSameMachine * a); }

bool IsSameMachine(const MachineCapacity& a, const MachineCapacity& b) {
  return IsSame(a.cores, b.cores) &&
         std::ranges::equal(a.device_bytes_per_s, b.device_bytes_per_s, IsSame);
}

}  // namespace

FormPolicy::FormPolicy(Parts parts)
    : parts_(std::move(parts)),
      builder_(parts_.model, parts_.roles),
      table_(parts_.cache != nullptr ? static_cast<FormIndex>(parts_.model->forms().size())
                                     : kNoForm),
      pins_(&parts_.model->pipeline()),
      last_(TotalsNow()),
      settings_(parts_.settings) {
  thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
}

FormPolicy::~FormPolicy() = default;

void FormPolicy::Run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      const double window_s = settings_.window_s;
      const auto changed = [&] { return settings_.window_s != window_s; };
      if (wake_.wait_for(lock, stop, std::chrono::duration<double>(window_s), changed)) continue;
    }
    if (!stop.stop_requested()) Step(parts_.observer->Observe());
  }
}

std::shared_ptr<const FormPolicy::TakenPlan> FormPolicy::plan() const {
  std::lock_guard lock(mutex_);
  return plan_;
}

// What moves use themselves is idle but for them. They read the source or the store and write the
// store, so the slower of the two devices limits them.
void FormPolicy::LimitMoves(const Observation& observation) const {
  const double moving = parts_.share->RecentUse().cpu * observation.cpu.to_be_had;
  MigrationShare::Limits limits{
      .cores = observation.cpu.to_be_had,
      .idle_cores = kUsableIdle * (observation.cpu.spare + moving),
  };
  for (const int role : {parts_.roles.source, parts_.roles.store}) {
    const auto device = static_cast<size_t>(role);
    if (device >= observation.devices.size()) continue;
    const DeviceObservation& seen = observation.devices[device];
    const double capacity = seen.capacity_bytes_per_s.value_or(0);
    if (capacity <= 0 || (limits.bytes_per_s > 0 && limits.bytes_per_s <= capacity)) continue;
    limits.bytes_per_s = capacity;
    limits.idle_bytes_per_s = kUsableIdle * std::max(0.0, capacity - seen.bytes_per_s);
  }
  {
    std::lock_guard lock(mutex_);
    limits.share = settings_.migrate_share;
  }
  parts_.share->SetLimits(limits);
}

void FormPolicy::AskForProbe(const Observation& observation) {
  const auto source = static_cast<size_t>(parts_.roles.source);
  if (!parts_.on_doubt || !costs_known_ || source >= observation.devices.size()) return;
  const DeviceObservation& device = observation.devices[source];
  const bool is_doubtful = device.is_doubtful || device.basis == CapacityBasis::kPromise;
  if (probes_.IsDue(SteadyTime(), is_doubtful, device.capacity_bytes_per_s.value_or(0))) {
    disturbed_windows_ = kWindowsOfProbe;
    parts_.on_doubt();
  }
}

FormPolicy::Totals FormPolicy::TotalsNow() const {
  const ReadStatsSnapshot reads = parts_.reads->Snapshot();
  const MigratorStats moves = parts_.migrator->Stats();
  return {.samples = reads.samples,
          .load_cpu_ns = reads.cpu_ns,
          .move_cpu_ns = moves.cpu_ns,
          .puts_refused = parts_.store->Events().puts_refused};
}

// What the filesystem itself takes: all that this process used and that neither loading samples nor
// moving them explains, nor measuring.
void FormPolicy::LearnOverhead(const Observation& observation, const Totals& now,
                               uint64_t samples) {
  if (disturbed_windows_ > 0) return;
  const auto cpu_ns = static_cast<double>(now.load_cpu_ns - last_.load_cpu_ns + now.move_cpu_ns -
                                          last_.move_cpu_ns);
  const double own_s = observation.cpu.own * observation.window_s;
  const double rest_s = std::max(0.0, own_s - cpu_ns / kNsPerSecond);
  read_cpu_s_ = Smooth(read_cpu_s_, rest_s / static_cast<double>(samples));
}

// Other affinities and quotas are believed at once.
void FormPolicy::BelieveCores(const CpuObservation& cpu) {
  const bool is_other_machine = cpu.limit != cores_limit_;
  cores_limit_ = cpu.limit;
  cores_ = is_other_machine ? cpu.to_be_had : cores_ + kCoresSmoothing * (cpu.to_be_had - cores_);
}

// A device of which nothing is known yet is taken for one like the source's: few people put their
// store on a slower one, and one that is thought to be very fast would be given all samples.
void FormPolicy::BelieveDevices(const Observation& observation) {
  const size_t devices = observation.devices.size();
  delivered_bytes_per_s_.resize(devices);
  believed_bytes_per_s_.resize(devices);
  const auto believe = [&](size_t i, double at_least) {
    const DeviceObservation& device = observation.devices[i];
    double& delivered = delivered_bytes_per_s_[i];
    delivered = std::max(delivered, device.bytes_per_s);
    double capacity = device.capacity_bytes_per_s.value_or(0);
    if (device.basis == CapacityBasis::kPromise) capacity = std::min(capacity, kTrust * delivered);
    if (device.basis != CapacityBasis::kSaturated) capacity = std::max(capacity, at_least);
    return capacity;
  };
  const auto source = static_cast<size_t>(parts_.roles.source);
  const double of_source = source < devices ? believe(source, 0) : 0;
  for (size_t i = 0; i < devices; ++i) {
    const double capacity = i == source ? of_source : believe(i, of_source);
    believed_bytes_per_s_[i] =
        capacity > 0 ? kAsked * capacity : std::numeric_limits<double>::infinity();
  }
}

MachineCapacity FormPolicy::Capacity() const {
  MachineCapacity machine;
  machine.cores = cores_;
  machine.read_cpu_s = read_cpu_s_;
  machine.device_bytes_per_s = believed_bytes_per_s_;
  const OriginStats cached = parts_.reads->Snapshot().origins[static_cast<size_t>(Origin::kCache)];
  machine.cached_cpu_s =
      cached.samples < kLeastCachedReads
          ? kCachedCpuS
          : static_cast<double>(cached.cpu_ns) / kNsPerSecond / static_cast<double>(cached.samples);
  std::lock_guard lock(mutex_);
  machine.store_limit_bytes = PlannedStoreBytes(settings_.store_limit_bytes);
  machine.cache_limit_bytes = PlannedCacheBytes(settings_.cache_limit_bytes.value_or(0));
  return machine;
}

EvaluatedPlan FormPolicy::Evaluate(const MachineCapacity& machine, size_t most) const {
  return EvaluatedPlan(builder_, table_.Spread(most), table_.Count().samples, machine);
}

// The window, as long as all that are judged by now.
Observation FormPolicy::JudgedTogether(const Observation& observation) {
  ++pending_.windows;
  pending_.window_s += observation.window_s;
  pending_.own_cpu_s += observation.cpu.own * observation.window_s;
  Observation judged = observation;
  judged.window_s = pending_.window_s;
  judged.cpu.own = pending_.own_cpu_s / pending_.window_s;
  return judged;
}

void FormPolicy::Step(const Observation& observation) {
  const Totals now = TotalsNow();
  const uint64_t samples = now.samples - last_.samples;
  Beliefs beliefs;
  {
    std::lock_guard lock(mutex_);
    beliefs = beliefs_;
  }
  beliefs.observation = observation;
  const Observation judged = JudgedTogether(observation);
  beliefs.rates.achieved = static_cast<double>(samples) / judged.window_s;
  beliefs.store_is_full = now.puts_refused > last_.puts_refused;
  const MigrationShare::Use use = parts_.share->RecentUse();
  beliefs.share_used = std::max(use.cpu, use.disk);
  const bool enough = samples >= kLeastSamples;
  if (!costs_known_) disturbed_windows_ = kWindowsOfProbe;  // by measuring them
  if (enough) {
    rate_ = Smooth(rate_, beliefs.rates.achieved);
    LearnOverhead(judged, now, samples);
  }
  if (disturbed_windows_ > 0) --disturbed_windows_;
  if (enough || pending_.windows >= kMostPending) {
    last_ = now;
    pending_ = {};
  }
  BelieveCores(observation.cpu);
  BelieveDevices(observation);
  beliefs.machine = Capacity();
  LimitMoves(observation);
  if (parts_.mode == PolicyMode::kAdaptive && !paused_ && enough) AskForProbe(observation);
  if (parts_.mode != PolicyMode::kAdaptive) {
    Tell(beliefs, PolicyState::kOff, OffWhy());
  } else if (paused_) {
    Tell(beliefs, PolicyState::kPaused, kPausedWhy);
  } else if (!costs_known_) {
    Tell(beliefs, PolicyState::kMeasuring, "measuring what each form costs on some samples");
  } else if (!enough) {
    TellProgress(beliefs, PolicyState::kWatching, "too few reads to judge by");
  } else {
    Decide(beliefs, Evaluate(beliefs.machine, kMostPlanned));
  }
  if (enough) ForgetWhatIsGone();
  const SampleTable::Counts counts = table_.Count();
  history_.NoteMoved(counts.arrived);
  if (!paused_ && parts_.on_misplaced && counts.misplaced > 0) parts_.on_misplaced();
  std::lock_guard lock(mutex_);
  beliefs_ = std::move(beliefs);
}

void FormPolicy::Decide(Beliefs& beliefs, const EvaluatedPlan& evaluated) {
  beliefs.rates.predicted_present = evaluated.RateOf(evaluated.kept_usage.epoch_s);
  beliefs.rates.predicted_plan = evaluated.RateOf(evaluated.target_usage.epoch_s);
  beliefs.rates.bound = evaluated.RateOf(evaluated.best.bound_s);
  beliefs.prices = evaluated.best.prices;
  JudgeSettings settings;
  {
    std::lock_guard lock(mutex_);
    settings = {.dead_band = settings_.dead_band, .expected_rereads = settings_.expected_rereads};
  }
  if (const auto taken = plan(); taken && !IsSameMachine(taken->machine, beliefs.machine)) {
    promise_.reset();
    judge_.Forget();
  }
  const PlanOutlook outlook{.target_s = evaluated.target_usage.epoch_s,
                            .plan_s = evaluated.best.epoch_s,
                            .move_s = builder_.MoveSeconds(evaluated.problem, evaluated.samples,
                                                           evaluated.kept, evaluated.best.choice),
                            .waiting_share = beliefs.observation.demand.busy,
                            .replaces_plan = plans_,
                            .over_limit = evaluated.MustBeReplaced()};
  const std::string gain = PercentWords(GainOf(outlook));
  switch (judge_.Judge(outlook, settings)) {
    case Verdict::kReaderBound:
      TellProgress(beliefs, PolicyState::kReaderBound,
                   "the readers are the bottleneck, not this mount");
      if (beliefs.state == PolicyState::kReaderBound) NoteOutcome(false);
      return;
    case Verdict::kGoodEnough:
      return TellSettled(beliefs);
    case Verdict::kNotPaid:
      return Tell(beliefs, PolicyState::kNotWorth,
                  "a gain of " + gain + " would not pay for its moves over the expected reads");
    case Verdict::kConfirm:
      return Tell(beliefs, PolicyState::kWatching,
                  "a plan would gain " + gain + "; waiting for the next window to confirm it");
    case Verdict::kTake:
      Take(beliefs, evaluated);
      return TellSettled(beliefs);
  }
}

void FormPolicy::Tell(Beliefs& beliefs, PolicyState state, std::string why) const {
  beliefs.state = state;
  beliefs.why = std::move(why);
}

}  // namespace tensorfs
