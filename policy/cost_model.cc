// SPDX-License-Identifier: MIT
#include "policy/cost_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "codec/form_encoder.h"
#include "policy/sample_geometry.h"

namespace tensorfs {
namespace {

constexpr double kTriesRemembered = 256;
// Where more cannot take the form than can, nobody is asked to.
constexpr double kMostUnsuited = 0.5;
constexpr double kTriesToJudge = 3;
// Measurements up to which reads are taken as measurements, too.
constexpr double kFewMeasurements = 16;
// A fit of some measurements does not believe one that is further from it than this: the thread's
// clock also counts what others did to its caches.
constexpr double kMeasurementsToDoubt = 4;
constexpr double kMostSurprise = 4;

constexpr std::array<SourceKind, 3> kJpegs = {SourceKind::kJpeg, SourceKind::kMultiScanJpeg,
                                              SourceKind::kGreyJpeg};
constexpr std::array<SourceKind, 3> kPngs = {SourceKind::kPng, SourceKind::kInterlacedPng,
                                             SourceKind::kNarrowPng};

// What tells about a kind that was not measured, the nearest first.
std::span<const SourceKind> FamilyOf(SourceKind kind) { return IsJpeg(kind) ? kJpegs : kPngs; }

// Terms are proportional to the time expected, so that its square makes errors relative ones.
double RelativeWeight(const RidgeFit::Row& terms) {
  double sum = 0;
  for (const double term : terms) sum += term;
  return 1 / (sum * sum);
}

bool IsMeasurement(double cpu_s) { return std::isfinite(cpu_s) && cpu_s > 0; }

void LearnCpu(RidgeFit& fit, const RidgeFit::Row& terms, double cpu_s) {
  if (!IsMeasurement(cpu_s)) return;
  if (fit.weight() >= kMeasurementsToDoubt) {
    const double expected = fit.At(terms);
    cpu_s = std::clamp(cpu_s, expected / kMostSurprise, expected * kMostSurprise);
  }
  fit.Add(terms, cpu_s, RelativeWeight(terms));
  fit.SolveNonNegative();
}

size_t IndexOf(SourceKind kind) { return static_cast<size_t>(kind); }

bool HasExactPayload(const Form& form) {
  return form.encoding == Encoding::kOriginal || form.encoding == Encoding::kRaw;
}

}  // namespace

CostModel::CostModel(Pipeline pipeline, std::vector<Form> forms)
    : pipeline_(std::move(pipeline)), forms_(std::move(forms)), book_(forms_.size()) {
  summaries_.resize(forms_.size());
  for (size_t form = 0; form < forms_.size(); ++form) summaries_[form].form = forms_[form];
}

const FormExperience& CostModel::ExperienceOf(size_t form, SourceKind kind) const {
  return book_.experience[form][IndexOf(kind)];
}

FormExperience& CostModel::CpuExperience(size_t form, SourceKind kind) {
  return book_.experience[form][forms_[form].stage == 0 ? IndexOf(kind) : 0];
}

bool CostModel::CanTake(size_t form, SourceKind kind) const {
  if (forms_[form].encoding == Encoding::kJpegCrop && !IsJpeg(kind)) return false;
  const FormExperience& own = ExperienceOf(form, kind);
  return own.tried < kTriesToJudge || own.unsuited <= kMostUnsuited * own.tried;
}

// Of CPU time: the kind's own, or its family's. Null if nothing like it was measured.
const RidgeFit* CostModel::FindFit(size_t form, SourceKind kind,
                                   RidgeFit FormExperience::*fit) const {
  if (forms_[form].stage != 0) kind = SourceKind{};
  const RidgeFit& own = ExperienceOf(form, kind).*fit;
  if (!own.empty()) return &own;
  for (const SourceKind other : FamilyOf(kind)) {
    const RidgeFit& near = ExperienceOf(form, other).*fit;
    if (!near.empty()) return &near;
  }
  return nullptr;
}

// Infinity if nothing is known of it.
double CostModel::PayloadBytes(size_t form, SourceKind kind, const SampleGeometry& geometry) const {
  const Form& what = forms_[form];
  if (HasExactPayload(what)) return geometry.ValueBytes(what);
  const double basis = geometry.PayloadBasis(what);
  const RidgeFit& own = ExperienceOf(form, kind).payload;
  if (!own.empty()) {
    // The mean of what a logarithm is normally distributed for is above the median.
    const double logarithm = own.At(geometry.PayloadTerms(what)) + own.ResidualVariance() / 2;
    return std::min(basis * std::exp(logarithm), geometry.ValueBytes(what));
  }
  // Density means something else for sources compressed in another way; the mean ratio is left.
  for (const FormExperience& other : book_.experience[form]) {
    if (!other.payload.empty()) return basis * std::exp(other.payload.Mean());
  }
  return FormCost::kNever;
}

FormCost CostModel::PredictForm(size_t form, SourceKind kind,
                                const SampleGeometry& geometry) const {
  if (!CanTake(form, kind)) return {};
  const Form& what = forms_[form];
  const double payload_bytes = PayloadBytes(form, kind, geometry);
  static const RidgeFit kNothingMeasured;
  const RidgeFit* decode = FindFit(form, kind, &FormExperience::decode);
  // There is no doing without the source: rather a guess than nothing.
  if (decode == nullptr && what.encoding == Encoding::kOriginal) decode = &kNothingMeasured;
  if (decode == nullptr || !std::isfinite(payload_bytes)) return {};
  const double cpu_s =
      decode->At(geometry.DecodeTerms(what, payload_bytes)) * book_.correction.Of(form);
  FormCost cost{.cpu_s = static_cast<float>(cpu_s),
                .read_bytes = static_cast<float>(payload_bytes),
                .stored_bytes = 0,
                .encode_cpu_s = 0};
  if (what.encoding == Encoding::kOriginal) return cost;
  cost.stored_bytes = cost.read_bytes;
  const RidgeFit* encode = FindFit(form, kind, &FormExperience::encode);
  if (encode != nullptr) {
    cost.encode_cpu_s = static_cast<float>(encode->At(geometry.EncodeTerms(what, payload_bytes)));
  }
  return cost;
}

void CostModel::Predict(const SampleFeatures& sample, std::span<FormCost> costs) const {
  const Result<SampleGeometry> geometry = SampleGeometry::Create(pipeline_, sample);
  std::ranges::fill(costs, FormCost{});
  if (!geometry) {
    // Such a sample is an error in any form.
    costs[0] = {.cpu_s = 0, .read_bytes = static_cast<float>(sample.source_bytes)};
    return;
  }
  std::lock_guard lock(mutex_);
  for (size_t form = 0; form < forms_.size(); ++form) {
    costs[form] = PredictForm(form, sample.kind, *geometry);
  }
}

FormKnowledge CostModel::Knowledge(size_t form, SourceKind kind) const {
  std::lock_guard lock(mutex_);
  if (!CanTake(form, kind)) return FormKnowledge::kUnsuited;
  const Form& what = forms_[form];
  const FormExperience& own = ExperienceOf(form, kind);
  const RidgeFit* decode = FindFit(form, kind, &FormExperience::decode);
  if (what.encoding == Encoding::kOriginal || what.stage == 0) {
    if (!own.decode.empty()) return FormKnowledge::kMeasured;
    const bool guessed = what.encoding == Encoding::kOriginal || decode != nullptr;
    return guessed ? FormKnowledge::kDerived : FormKnowledge::kUnknown;
  }
  if (decode == nullptr) return FormKnowledge::kUnknown;
  const bool exact = HasExactPayload(what) || !own.payload.empty();
  return exact ? FormKnowledge::kMeasured : FormKnowledge::kDerived;
}

void CostModel::NoteTry(size_t form, SourceKind kind, bool suited) {
  FormExperience& own = book_.experience[form][IndexOf(kind)];
  const double keep = std::min(1.0, kTriesRemembered / (own.tried + 1));
  own.tried = keep * own.tried + 1;
  own.unsuited = keep * own.unsuited + (suited ? 0 : 1);
}

void CostModel::LearnPayload(size_t form, SourceKind kind, const SampleGeometry& geometry,
                             double payload_bytes) {
  const Form& what = forms_[form];
  if (HasExactPayload(what) || payload_bytes <= 0) return;
  RidgeFit& fit = book_.experience[form][IndexOf(kind)].payload;
  fit.Add(geometry.PayloadTerms(what), std::log(payload_bytes / geometry.PayloadBasis(what)));
  fit.SolveAround(SampleGeometry::kPayloadPrior);
}

void CostModel::NoteProbe(size_t form, const SampleFeatures& sample, const ProbeResult& result) {
  const Result<SampleGeometry> geometry = SampleGeometry::Create(pipeline_, sample);
  if (!geometry) return;
  const auto payload_bytes = static_cast<double>(result.payload_bytes);
  std::lock_guard lock(mutex_);
  ++summaries_[form].probes;
  NoteTry(form, sample.kind, result.suited);
  if (!result.suited) return;
  LearnPayload(form, sample.kind, *geometry, payload_bytes);
  FormExperience& cpu = CpuExperience(form, sample.kind);
  LearnCpu(cpu.decode, geometry->DecodeTerms(forms_[form], payload_bytes), result.decode_cpu_s);
  LearnCpu(cpu.encode, geometry->EncodeTerms(forms_[form], payload_bytes), result.encode_cpu_s);
}

void CostModel::NoteRead(size_t form, const SampleFeatures& sample, double cpu_s) {
  const Result<SampleGeometry> geometry = SampleGeometry::Create(pipeline_, sample);
  if (!geometry || !IsMeasurement(cpu_s)) return;
  std::lock_guard lock(mutex_);
  FormSummary& summary = summaries_[form];
  ++summary.reads;
  const FormCost cost = PredictForm(form, sample.kind, *geometry);
  if (cost.possible() && cost.cpu_s > 0) {
    summary.cpu_s.Note(cost.cpu_s, cpu_s);
    book_.correction.Note(form, cost.cpu_s, cpu_s / cost.cpu_s);
  }
  RidgeFit& fit = CpuExperience(form, sample.kind).decode;
  if (fit.weight() >= kFewMeasurements) return;
  const double payload_bytes = PayloadBytes(form, sample.kind, *geometry);
  if (!std::isfinite(payload_bytes)) return;
  LearnCpu(fit, geometry->DecodeTerms(forms_[form], payload_bytes),
           cpu_s / book_.correction.Of(form));
}

void CostModel::NoteEncoded(size_t form, const SampleFeatures& sample, uint64_t payload_bytes,
                            double cpu_s) {
  const Result<SampleGeometry> geometry = SampleGeometry::Create(pipeline_, sample);
  if (!geometry || payload_bytes == 0) return;
  const auto bytes = static_cast<double>(payload_bytes);
  std::lock_guard lock(mutex_);
  FormSummary& summary = summaries_[form];
  ++summary.encodings;
  const FormCost cost = PredictForm(form, sample.kind, *geometry);
  if (cost.possible()) summary.bytes.Note(cost.stored_bytes, bytes);
  NoteTry(form, sample.kind, true);
  LearnPayload(form, sample.kind, *geometry, bytes);
  LearnCpu(CpuExperience(form, sample.kind).encode, geometry->EncodeTerms(forms_[form], bytes),
           cpu_s);
}

std::vector<FormSummary> CostModel::Summaries() const {
  std::lock_guard lock(mutex_);
  std::vector<FormSummary> summaries = summaries_;
  for (size_t form = 0; form < forms_.size(); ++form) {
    summaries[form].correction = book_.correction.Of(form);
  }
  return summaries;
}

std::string CostModel::Serialize() const {
  std::lock_guard lock(mutex_);
  return CostBookToText(book_, pipeline_, forms_);
}

Result<void> CostModel::Restore(std::string_view text) {
  Result<CostBook> book = CostBookFromText(text, pipeline_, forms_);
  if (!book) return tl::unexpected(book.error());
  std::lock_guard lock(mutex_);
  book_ = *std::move(book);
  return {};
}

}  // namespace tensorfs
