// SPDX-License-Identifier: MIT
// TensorJob::scratch_bytes is a promise to whoever budgets memory: measured here.
#include <gtest/gtest.h>

#include "codec/tensor_job.h"
#include "tests/codec/heap_meter.h"
#include "tests/codec/png_maker.h"

namespace tensorfs {
namespace {

void ExpectWithinBound(const std::vector<Step>& steps, ImageSize size) {
  const Pipeline pipeline = Pipeline::Create(steps).value();
  const PngBytes file = MakeSmallPng(size.width, size.height);
  const TensorJob job = TensorJob::Create(pipeline, ReadImageHeader(file).value()).value();
  std::vector<uint8_t> tensor(job.spec().SizeBytes());
  const size_t peak = PeakHeapBytes([&] { EXPECT_TRUE(job.Run(file, tensor).has_value()); });
  EXPECT_LE(peak, job.scratch_bytes())
      << pipeline.ToString() << " of " << size.width << 'x' << size.height;
}

TEST(TensorJobMemory, IsWithinTheBoundForEveryStep) {
  std::vector<std::vector<Step>> pipelines = {
      {},
      {CenterCrop{{700, 30}}},
      {CenterCrop{{30, 30}}},
      {Pad{.padding = {50, 60, 70, 80}}},
      {Pad{.padding = {500, 600, 700, 800}, .mode = PaddingMode::kReflect}},
      {Grayscale{1}},
      {Grayscale{3}, Grayscale{1}, Grayscale{3}},
      {Resize{.size = 40}, CenterCrop{{32, 32}}, ToTensor{}},
      {Resize{.size = 300}, Resize{.size = 20}, Grayscale{1}, Resize{.size = 200}},
  };
  for (int filter = 0; filter < 6; ++filter) {
    const auto interpolation = static_cast<Interpolation>(filter);
    for (const ImageSize to : {ImageSize{1, 1}, ImageSize{400, 3}, ImageSize{30, 500}}) {
      pipelines.push_back({Resize{.size = to, .interpolation = interpolation}});
    }
  }
  for (const auto& steps : pipelines) {
    for (const ImageSize size : {ImageSize{1, 1}, ImageSize{3, 900}, ImageSize{500, 375}}) {
      ExpectWithinBound(steps, size);
    }
  }
}

}  // namespace
}  // namespace tensorfs
