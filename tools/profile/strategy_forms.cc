// SPDX-License-Identifier: MIT
#include "tools/profile/strategy_forms.h"

#include <algorithm>
#include <array>

#include "codec/form_encoder.h"
#include "codec/pixel_step.h"

namespace tensorfs {

int LastKeptStage(const PipelineFile& file) {
  const Pipeline& pipeline = file.pipeline;
  if (!file.first_online_step) return FinalStage(pipeline);
  const auto first = pipeline.steps().begin();
  const auto online = first + static_cast<std::ptrdiff_t>(*file.first_online_step);
  return 1 + static_cast<int>(std::count_if(first, online, IsPixelStep));
}

std::vector<Form> StrategyForms(const PipelineFile& file) {
  constexpr std::array<Encoding, 5> kEncodings = {Encoding::kRaw, Encoding::kZstd,
                                                  Encoding::kShuffleZstd, Encoding::kPlanarZstd,
                                                  Encoding::kPng};
  std::vector<Form> forms = {Form{}, {.stage = 0, .encoding = Encoding::kJpegCrop}};
  for (int stage = 1; stage <= LastKeptStage(file); ++stage) {
    for (const Encoding encoding : kEncodings) {
      const Form form{.stage = stage, .encoding = encoding};
      if (CheckForm(form, file.pipeline)) forms.push_back(form);
    }
  }
  return forms;
}

}  // namespace tensorfs
