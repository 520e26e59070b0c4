// SPDX-License-Identifier: MIT
#include "made_up_costs.h"

#include <algorithm>
#include <random>

#include "codec/tensor_plan.h"

namespace tensorfs {
namespace {

constexpr uint64_t kTaught = 32;

ProbeResult ProbeOf(const Pipeline& pipeline, const Form& form, const SampleFeatures& sample) {
  const TensorPlan plan = *TensorPlan::Create(pipeline, {sample.width, sample.height});
  const Rect& window = plan.WindowAt(1);
  const double pixels = static_cast<double>(window.width()) * window.height();
  const double whole = static_cast<double>(sample.width) * sample.height;
  auto bytes = static_cast<double>(sample.source_bytes);
  if (form.encoding == Encoding::kJpegCrop) bytes *= 0.95 * pixels / whole;
  double cpu_s = 30e-6 + 5e-9 * bytes + 4e-9 * pixels;
  if (form.stage > 0) {
    const bool packed = form.encoding == Encoding::kPlanarZstd;
    bytes = form.stage == 1 ? 3 * pixels : static_cast<double>(plan.spec().SizeBytes());
    if (packed) bytes *= 0.5;
    cpu_s = 10e-6 + (packed ? 3e-9 : 0.3e-9) * bytes + (form.stage == 1 ? 2e-9 * pixels : 0);
  }
  return {.suited = true,
          .payload_bytes = static_cast<uint64_t>(bytes),
          .decode_cpu_s = cpu_s,
          .encode_cpu_s = 8e-9 * bytes};
}

}  // namespace

Pipeline CropPipeline() {
  return *Pipeline::Create({Resize{.size = 256}, CenterCrop{.size = {224, 224}}});
}

SampleFeatures MadeUpSample(uint64_t id) {
  std::minstd_rand random(static_cast<uint32_t>(id));
  random.discard(8);
  SampleFeatures sample;
  sample.width = static_cast<int32_t>(300 + random() % 700);
  sample.height = static_cast<int32_t>(300 + random() % 700);
  const double density = 0.3 + 0.001 * static_cast<double>(random() % 400);
  sample.source_bytes = static_cast<uint64_t>(density * sample.width * sample.height);
  return sample;
}

void Teach(CostModel* model) {
  for (uint64_t id = 0; id < kTaught; ++id) {
    const SampleFeatures sample = MadeUpSample(1000000 + id);
    for (size_t form = 0; form < model->forms().size(); ++form) {
      model->NoteProbe(form, sample, ProbeOf(model->pipeline(), model->forms()[form], sample));
    }
  }
}

size_t IndexOf(const CostModel& model, const std::string& form) {
  const Form wanted = *ParseForm(form, model.pipeline());
  return static_cast<size_t>(std::ranges::find(model.forms(), wanted) - model.forms().begin());
}

std::vector<FormCost> CostsOf(const CostModel& model, const SampleFeatures& sample) {
  std::vector<FormCost> costs(model.forms().size());
  model.Predict(sample, costs);
  return costs;
}

}  // namespace tensorfs
