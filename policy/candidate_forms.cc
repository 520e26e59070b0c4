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

// tests/bench/cost_error measures what is left out. Of a 224 × 224 image, planar-zstd takes 69 kB
// and 0.19 ms, png 93 kB and 1.5 ms, zstd 127 kB and 0.19 ms; higher levels take more bytes, not
// fewer. Of its float32 tensor, shuffle-zstd takes 419 kB and 0.8 ms, while the image, raw, takes
// 151 kB and no more time to be read and converted than the tensor's own 602 kB to be read.
std::vector<Form> CandidateForms(const Pipeline& pipeline) {
  std::vector<Form> forms = {Form{}};
  // Fewer bytes and less time than the file, by as much as the pipeline crops.
  AddIfItFits({.stage = 0, .encoding = Encoding::kJpegCrop}, pipeline, forms);
  // The least CPU time of all.
  AddIfItFits({.stage = FinalStage(pipeline), .encoding = Encoding::kRaw}, pipeline, forms);
  // In between, at each stage that can be the smallest; the later it is, the less is left to do.
  const std::vector<int> stages = ImageStages(pipeline);
  for (auto stage = stages.rbegin(); stage != stages.rend(); ++stage) {
    AddIfItFits({.stage = *stage, .encoding = Encoding::kPlanarZstd}, pipeline, forms);
    AddIfItFits({.stage = *stage, .encoding = Encoding::kRaw}, pipeline, forms);
  }
  return forms;
}

}  // namespace tensorfs
