// SPDX-License-Identifier: MIT
#include "policy/candidate_forms.h"

#include <algorithm>
#include <variant>

#include "codec/form_encoder.h"
#include "codec/pixel_step.h"

namespace tensorfs {
namespace {

// Whether a step's result has no more bytes than its input and spares the step. CenterCrop and Pad
// only move pixels, and what they add compresses to nothing; Grayscale keeps a channel of three.
bool ResultIsWorthMore(const Step& step) { return !std::holds_alternative<Resize>(step); }

// The stages whose images are worth keeping: those before a Resize, which may enlarge, and the
// last.
std::vector<int> ImageStages(const Pipeline& pipeline) {
  std::vector<int> stages;
  int stage = 1;
  for (const Step& step : pipeline.steps()) {
    if (!IsPixelStep(step)) continue;
    if (!ResultIsWorthMore(step)) stages.push_back(stage);
    ++stage;
  }
  stages.push_back(stage);
  return stages;
}

void AddIfItFits(const Form& form, const Pipeline& pipeline, std::vector<Form>& forms) {
  const bool known = std::ranges::find(forms, form) != forms.end();
  if (!known && forms.size() < kMaxCandidateForms && CheckForm(form, pipeline)) {
    forms.push_back(form);
  }
}

}  // namespace

std::vector<Form> CandidateForms(const Pipeline& pipeline) {
  std::vector<Form> forms = {Form{}};
  AddIfItFits({.stage = 0, .encoding = Encoding::kJpegCrop}, pipeline, forms);
  const int final_stage = FinalStage(pipeline);
  // The tensor as it is: no CPU at all. Shuffled, a tensor of floats takes about the bytes of its
  // image, and less CPU than predicting and converting that.
  AddIfItFits({.stage = final_stage, .encoding = Encoding::kRaw}, pipeline, forms);
  AddIfItFits({.stage = final_stage, .encoding = Encoding::kShuffleZstd}, pipeline, forms);
  const std::vector<int> stages = ImageStages(pipeline);
  for (auto stage = stages.rbegin(); stage != stages.rend(); ++stage) {
    AddIfItFits({.stage = *stage, .encoding = Encoding::kPlanarZstd}, pipeline, forms);
    AddIfItFits({.stage = *stage, .encoding = Encoding::kRaw}, pipeline, forms);
  }
  return forms;
}

}  // namespace tensorfs
