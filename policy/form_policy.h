// SPDX-License-Identifier: MIT
// Decides which form each sample is to be kept in, and tells reads of it: by name (pins), one for
// all, or adaptively. Adaptively, a thread of its own observes what the machine and the readers do,
// window by window, plans with what forms cost (policy/planner.h), and takes a plan when it is
// worth it (policy/plan_judge.h). Every known sample is given its form when a plan is taken and
// keeps it until the next, whatever is learned meanwhile; a new sample gets the one that is
// cheapest for it at the plan's prices. Moving samples is up to reads and the migrator.
//
// Thread-safe. mutex_ guards the beliefs and settings and is held for copies only; planning works
// on copies. Lock order: none is taken while another is held.
#ifndef TENSORFS_POLICY_FORM_POLICY_H_
#define TENSORFS_POLICY_FORM_POLICY_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cache/sample_store.h"
#include "cache/tensor_cache.h"
#include "codec/form.h"
#include "policy/cost_model.h"
#include "policy/evaluated_plan.h"
#include "policy/migration_share.h"
#include "policy/migrator.h"
#include "policy/move_failures.h"
#include "policy/move_listener.h"
#include "policy/observer.h"
#include "policy/pins.h"
#include "policy/plan_history.h"
#include "policy/plan_judge.h"
#include "policy/planner.h"
#include "policy/policy_control.h"
#include "policy/policy_settings.h"
#include "policy/probe_schedule.h"
#include "policy/problem_builder.h"
#include "policy/read_stats.h"
#include "policy/sample_table.h"

namespace tensorfs {

// What the policy asks about one sample.
struct SampleFacts {
  std::string path;     // in the source
  std::string content;  // "JPEG", "PNG"
  SampleFeatures features;
  uint64_t tensor_bytes = 0;  // of the presented file
  Form kept;
};

class FormPolicy final : public PolicyControl, public MoveListener {
 public:
  // All pointers must outlive the policy; what may be null says so.
  struct Parts {
    PolicyMode mode = PolicyMode::kKeep;
    std::optional<Form> fixed;  // with kFixed
    PolicySettings settings;
    DeviceRoles roles;
    CostModel* model = nullptr;
    Observer* observer = nullptr;
    Migrator* migrator = nullptr;
    MigrationShare* share = nullptr;
    const SampleStore* store = nullptr;
    TensorCache* cache = nullptr;  // may be null
    const ReadStats* reads = nullptr;
    std::function<Result<SampleFacts>(uint64_t sample)> facts;
    // In the source; nothing for what is no sample. Looks into no file or directory.
    std::function<std::optional<std::string>(uint64_t sample)> path_of;
    std::function<bool(uint64_t sample)> is_there;  // the source has it still; may be empty
    std::function<void()> on_misplaced;             // there are samples to move; may be empty
    std::function<void(bool paused)> on_pause;      // may be empty
    // What the source's device gives should be probed (Observer::NoteProbe); may be empty.
    std::function<void()> on_doubt;
  };

  explicit FormPolicy(Parts parts);
  ~FormPolicy() override;

  // Ends the policy's thread: nothing is planned any more.
  void Stop() { thread_ = {}; }

  // The costs of the forms are known now; until then nothing is planned.
  void StartPlanning() { costs_known_ = true; }
  bool plans_from_costs() const { return costs_known_; }

  // The form that a sample is to be kept in; nothing if it may stay as it is, or if its header has
  // to be looked at first: see Chooses.
  std::optional<Form> TargetOf(uint64_t sample, const std::string& source_path) const;
  // Whether new samples are given forms now, and which.
  bool Chooses() const { return plans_ && !paused_; }
  std::optional<Form> ChooseFor(uint64_t sample, const SampleFeatures& features) const;
  // Whether the cache is to have the sample's tensor, as far as it has room.
  bool IsToBeCached(uint64_t sample) const;

  struct Read {
    uint64_t sample = 0;
    SampleFeatures features;
    Form kept;
    Form served;                       // what the tensor was made of
    std::optional<double> cpu_s = {};  // of making it, if nothing else was done meanwhile
  };
  void NoteRead(const Read& read);
  void NoteCachedRead(uint64_t sample) { table_.NoteCachedRead(sample); }
  // The sample cannot take the form that was planned for it: it stays as it is.
  void NoteUnsuited(uint64_t sample);
  // What is known of a sample that was read before.
  std::optional<SampleFeatures> FeaturesOf(uint64_t sample) const;
  // A sample went back to its source, or into the form that it has.
  void NoteKept(uint64_t sample, const Form& kept);
  void NoteMove(const MadeMove& move) override;
  // A move to the sample's target failed: one that cannot take the form stays as it is, one that is
  // gone (kNotFound) is forgotten, any other is left alone for a while.
  void NoteMoveFailed(uint64_t sample, const Error& error);

  // Samples to move, those first that win most for what the move costs; pinned ones before all.
  struct Move {
    uint64_t sample = 0;
    Form form;
  };
  std::vector<Move> NextMoves(size_t most) const;
  // To be asked just before it is made: plans, pins and pauses may have come since.
  bool IsStillWanted(const Move& move) const;

  // What a window of observation makes of it; called by the policy's own thread.
  void Step(const Observation& observation);

  const std::optional<Form>& fixed() const { return parts_.fixed; }
  tensorfs::Pins* pins() { return &pins_; }

  PolicyReport Report() const override;
  Result<Explanation> Explain(uint64_t sample) const override;
  Result<WhatIf> Plan(const WhatIfRequest& request) const override;
  Result<void> Set(const SettingsPatch& patch) override;
  Result<void> Pin(const PinRule& rule) override;
  Result<void> Unpin(const std::string& pattern) override;
  std::vector<PinRule> Pins() const override { return pins_.Rules(); }
  void Pause() override;
  void Resume() override;
  std::vector<PlanChange> History() const override { return history_.Changes(); }

 private:
  // The plan that was taken last, by which new samples are decided. Immutable.
  struct TakenPlan {
    Prices prices;
    PlanRules rules;
    MachineCapacity machine;
    double mean_reads = 0;  // of a sample, then
  };
  // What was found in the last window that told anything.
  struct Beliefs {
    Observation observation;
    MachineCapacity machine;
    PolicyState state = PolicyState::kOff;
    std::string why;
    RateReport rates;
    Prices prices;
    bool store_is_full = false;
    double share_used = 0;
  };
  // Totals at the end of the last window.
  struct Totals {
    uint64_t samples = 0;
    uint64_t load_cpu_ns = 0;
    uint64_t move_cpu_ns = 0;
    uint64_t puts_refused = 0;
  };
  // Windows that told too little, to be judged with those that follow.
  struct Pending {
    int windows = 0;
    double window_s = 0;
    double own_cpu_s = 0;
  };

  void Run(const std::stop_token& stop);
  void LimitMoves(const Observation& observation) const;
  void AskForProbe(const Observation& observation);
  Totals TotalsNow() const;
  void LearnOverhead(const Observation& observation, const Totals& now, uint64_t samples);
  void BelieveCores(const CpuObservation& cpu);
  void BelieveDevices(const Observation& observation);
  MachineCapacity Capacity() const;
  EvaluatedPlan Evaluate(const MachineCapacity& machine, size_t most) const;
  void Decide(Beliefs& beliefs, const EvaluatedPlan& evaluated);
  void Take(const Beliefs& beliefs, const EvaluatedPlan& evaluated);
  void NoteOutcome(bool readers_wait);
  void EvictUnplanned();
  Observation JudgedTogether(const Observation& observation);
  std::string OffWhy() const;
  void Tell(Beliefs& beliefs, PolicyState state, std::string why) const;
  bool TellProgress(Beliefs& beliefs, PolicyState otherwise, std::string why);
  void TellSettled(Beliefs& beliefs);
  std::string MovingWords(const SampleTable::Counts& counts, bool store_is_full) const;
  size_t PlannedForCache(const SampleTable::Counts& counts) const;
  FormIndex ChooseIndex(const TakenPlan& plan, uint64_t sample, const SampleFeatures& features,
                        double weight = 1) const;
  void AddPlannedMoves(const TakenPlan& plan, size_t most, std::vector<Move>& moves) const;
  std::optional<double> WorthOf(const TakenPlan& plan, const KnownSample& sample) const;
  void Forget(uint64_t sample);
  void ForgetWhatIsGone();
  FormIndex PinOf(uint64_t sample) const;
  std::optional<Form> PinnedFormOf(uint64_t sample) const;
  void ApplyPins();
  void SetPaused(bool paused);
  FormIndex IndexOf(const Form& form) const;
  Form FormAt(FormIndex index) const;
  std::string NameAt(size_t index) const;
  std::shared_ptr<const TakenPlan> plan() const;
  std::vector<ResourcePrice> NamePrices(const Prices& prices, const Observation& observation,
                                        const MachineCapacity& machine) const;
  std::vector<FormReport> Mix() const;

  const Parts parts_;
  const ProblemBuilder builder_;
  SampleTable table_;  // its forms are those of builder_
  tensorfs::Pins pins_;
  PlanHistory history_;
  MoveFailures failures_;
  std::atomic<bool> costs_known_{false};
  std::atomic<bool> plans_{false};
  std::atomic<bool> paused_{false};

  // Of the thread that steps.
  PlanJudge judge_;
  ProbeSchedule probes_;
  Totals last_;
  Pending pending_;
  double read_cpu_s_ = 0;
  int disturbed_windows_ = 0;  // to come, in which measuring takes CPU time, too
  double rate_ = 0;            // samples a second, smoothed
  double cores_ = 0;           // to be had, smoothed
  double cores_limit_ = 0;     // in the last window
  // Of the plan taken last, until it is carried out: what it promised, and for how many windows it
  // has been.
  struct Promise {
    double gain = 0;
    double rate_before = 0;
    int settled_windows = 0;
  };
  std::optional<Promise> promise_;
  std::vector<double> delivered_bytes_per_s_;  // by each device, at most so far
  std::vector<double> believed_bytes_per_s_;   // that each device gives

  mutable std::mutex mutex_;  // guards these three
  PolicySettings settings_;
  Beliefs beliefs_;
  std::shared_ptr<const TakenPlan> plan_;

  std::condition_variable_any wake_;
  std::jthread thread_;  // last, so that it ends first
};

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_FORM_POLICY_H_
