// SPDX-License-Identifier: MIT
// What FormPolicy tells of single samples and learns of them: targets, reads, pins and moves.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "policy/form_policy.h"

namespace tensorfs {
namespace {

// Samples among which the best moves are sought, for each that is wanted.
constexpr size_t kTriedForAMove = 16;

}  // namespace

FormIndex FormPolicy::IndexOf(const Form& form) const {
  const std::vector<Form>& forms = parts_.model->forms();
  for (size_t i = 0; i < forms.size(); ++i) {
    // Whatever the level: it is not written down with what is kept.
    if (forms[i].stage == form.stage && forms[i].encoding == form.encoding) {
      return static_cast<FormIndex>(i);
    }
  }
  return kOtherForm;
}

// What is planned for the cache is kept as its source.
Form FormPolicy::FormAt(FormIndex index) const {
  return index < parts_.model->forms().size() ? parts_.model->forms()[index] : Form{};
}

std::optional<Form> FormPolicy::TargetOf(uint64_t sample, const std::string& source_path) const {
  if (std::optional<Form> pinned = pins_.FormFor(source_path)) return pinned;
  if (paused_) return std::nullopt;
  if (parts_.mode == PolicyMode::kFixed) return parts_.fixed;
  if (!Chooses()) return std::nullopt;
  const std::optional<KnownSample> known = table_.Find(sample);
  if (!known || known->planned == kNoForm) return std::nullopt;
  if (!builder_.IsCache(known->planned)) return FormAt(known->planned);
  // What the cache is to have stays besides as it is kept.
  if (known->kept == kOtherForm) return std::nullopt;
  return FormAt(known->kept);
}

FormIndex FormPolicy::ChooseIndex(const TakenPlan& plan, uint64_t sample,
                                  const SampleFeatures& features, double weight) const {
  std::array<FormUse, SampleTable::kMaxForms> storage;
  const std::span<FormUse> uses = std::span(storage).first(builder_.forms());
  builder_.UsesOf(features, plan.machine, uses);
  return static_cast<FormIndex>(ChooseForm(plan.rules, uses, weight, plan.prices, sample));
}

std::optional<Form> FormPolicy::ChooseFor(uint64_t sample, const SampleFeatures& features) const {
  const auto taken = plan();
  if (!taken || paused_) return std::nullopt;
  return FormAt(ChooseIndex(*taken, sample, features));
}

bool FormPolicy::IsToBeCached(uint64_t sample) const {
  if (!Chooses()) return true;
  const std::optional<KnownSample> known = table_.Find(sample);
  return known && known->target() != kNoForm && builder_.IsCache(known->target());
}

void FormPolicy::NoteRead(const Read& read) {
  const bool is_new = table_.NoteRead(read.sample, read.features, IndexOf(read.kept));
  if (is_new && !pins_.empty()) table_.Pin(read.sample, PinOf(read.sample));
  const FormIndex served = IndexOf(read.served);
  if (read.cpu_s && served != kOtherForm) {
    parts_.model->NoteRead(served, read.features, *read.cpu_s);
  }
  if (!plans_) return;
  const std::optional<KnownSample> known = table_.Find(read.sample);
  if (!known || known->planned != kNoForm) return;
  if (const auto taken = plan()) {
    table_.Plan(read.sample, ChooseIndex(*taken, read.sample, read.features));
  }
}

void FormPolicy::NoteUnsuited(uint64_t sample) {
  const std::optional<KnownSample> known = table_.Find(sample);
  if (!known) return;
  known->is_pinned() ? table_.Pin(sample, known->kept) : table_.Plan(sample, known->kept);
}

std::optional<SampleFeatures> FormPolicy::FeaturesOf(uint64_t sample) const {
  const std::optional<KnownSample> known = table_.Find(sample);
  if (!known) return std::nullopt;
  return known->features;
}

void FormPolicy::NoteKept(uint64_t sample, const Form& kept) {
  table_.NoteKept(sample, IndexOf(kept));
  failures_.Forget(sample);
}

void FormPolicy::NoteMove(const MadeMove& move) {
  NoteKept(move.sample, move.form);
  const FormIndex form = IndexOf(move.form);
  const std::optional<SampleFeatures> features = FeaturesOf(move.sample);
  if (form == kOtherForm || !features) return;
  parts_.model->NoteEncoded(form, *features, move.payload_bytes, move.encode_cpu_s);
}

void FormPolicy::NoteMoveFailed(uint64_t sample, const Error& error) {
  if (error.code == ErrorCode::kUnsupported) return NoteUnsuited(sample);
  if (error.code == ErrorCode::kNotFound) return Forget(sample);
  failures_.Note(sample, error.message);
}

void FormPolicy::Forget(uint64_t sample) {
  table_.Forget(sample);
  failures_.Forget(sample);
}

// Files that nobody reads any more may be gone.
void FormPolicy::ForgetWhatIsGone() {
  constexpr size_t kLookedFor = 16;  // of them in a window
  if (!parts_.is_there) return;
  for (const uint64_t sample : table_.Unread(kLookedFor)) {
    if (!parts_.is_there(sample)) Forget(sample);
  }
}

FormIndex FormPolicy::PinOf(uint64_t sample) const {
  const std::optional<Form> pinned = PinnedFormOf(sample);
  return pinned ? IndexOf(*pinned) : kNoForm;
}

std::optional<Form> FormPolicy::PinnedFormOf(uint64_t sample) const {
  const std::optional<std::string> path = parts_.path_of(sample);
  return path ? pins_.FormFor(*path) : std::nullopt;
}

void FormPolicy::ApplyPins() {
  table_.PinAll([this](const KnownSample& sample) { return PinOf(sample.id); });
  if (parts_.on_misplaced) parts_.on_misplaced();
}

Result<void> FormPolicy::Pin(const PinRule& rule) {
  Result<void> added = pins_.Add(rule);
  if (added) ApplyPins();
  return added;
}

Result<void> FormPolicy::Unpin(const std::string& pattern) {
  Result<void> removed = pins_.Remove(pattern);
  if (removed) ApplyPins();
  return removed;
}

// What a move wins for what it costs; nothing for one that cannot be. Going back to the source
// costs nothing, and makes room for others.
std::optional<double> FormPolicy::WorthOf(const TakenPlan& plan, const KnownSample& sample) const {
  const FormIndex to = sample.target();
  if (to == 0) return std::numeric_limits<double>::max();
  std::array<FormUse, SampleTable::kMaxForms> use_storage;
  std::array<FormCost, SampleTable::kMaxForms> cost_storage;
  const std::span<FormUse> uses = std::span(use_storage).first(builder_.forms());
  const std::span<FormCost> costs = std::span(cost_storage).first(parts_.model->forms().size());
  builder_.UsesOf(sample.features, plan.machine, uses);
  parts_.model->Predict(sample.features, costs);
  const double weight = WeightOf(sample, plan.mean_reads);
  const FormPrices prices(plan.rules, plan.prices);
  const bool is_known = sample.kept < costs.size() && costs[sample.kept].possible();
  const size_t from = is_known ? sample.kept : 0;
  const double gain = prices.Cost(uses[from], from, weight) - prices.Cost(uses[to], to, weight);
  const double cost = costs[0].cpu_s + costs[to].encode_cpu_s + costs[to].cpu_s;
  if (!std::isfinite(gain) || !std::isfinite(cost)) return std::nullopt;
  return gain / cost;
}

std::vector<FormPolicy::Move> FormPolicy::NextMoves(size_t most) const {
  std::vector<Move> moves;
  if (paused_) return moves;
  for (const KnownSample& sample : table_.Misplaced(SampleTable::Wish::kPinned, most)) {
    const std::optional<Form> pinned = PinnedFormOf(sample.id);
    if (!pinned || failures_.IsLeftAlone(sample.id)) continue;
    moves.push_back({.sample = sample.id, .form = *pinned});
  }
  if (const auto taken = plan()) AddPlannedMoves(*taken, most, moves);
  return moves;
}

void FormPolicy::AddPlannedMoves(const TakenPlan& plan, size_t most,
                                 std::vector<Move>& moves) const {
  std::vector<std::pair<double, Move>> ranked;
  for (const KnownSample& sample :
       table_.Misplaced(SampleTable::Wish::kPlanned, kTriedForAMove * most)) {
    const std::optional<double> worth = WorthOf(plan, sample);
    if (!worth || failures_.IsLeftAlone(sample.id)) continue;
    ranked.emplace_back(*worth, Move{.sample = sample.id, .form = FormAt(sample.target())});
  }
  std::ranges::stable_sort(ranked, std::greater(), [](const auto& move) { return move.first; });
  for (const auto& [worth, move] : ranked) {
    if (moves.size() < most) moves.push_back(move);
  }
}

bool FormPolicy::IsStillWanted(const Move& move) const {
  if (paused_) return false;
  const std::optional<std::string> path = parts_.path_of(move.sample);
  return path && TargetOf(move.sample, *path) == move.form;
}

void FormPolicy::Pause() { SetPaused(true); }
void FormPolicy::Resume() { SetPaused(false); }

void FormPolicy::SetPaused(bool paused) {
  paused_ = paused;
  if (parts_.on_pause) parts_.on_pause(paused);
}

}  // namespace tensorfs
