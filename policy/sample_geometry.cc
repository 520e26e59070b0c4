// SPDX-License-Identifier: MIT
#include "policy/sample_geometry.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tensorfs {
namespace {

// CPU seconds on an ordinary machine, where nothing has been measured yet; measurements decide all
// but the proportions of what they cannot tell apart.
constexpr double kPerSample = 20e-6;
constexpr double kPerTensorByte = 0.2e-9;
constexpr double kPerJpegByte = 6e-9;
constexpr double kPerJpegPixel = 2e-9;
constexpr double kPerPngByte = 8e-9;
constexpr double kPerPngPixel = 12e-9;
constexpr double kPerStoredByte = 2e-9;
constexpr double kPerStoredPixel = 2e-9;
constexpr double kPerValueByte = 3e-9;    // encoded
constexpr double kPerPayloadByte = 5e-9;  // encoded to

}  // namespace

Result<SampleGeometry> SampleGeometry::Create(const Pipeline& pipeline,
                                              const SampleFeatures& sample) {
  Result<TensorPlan> plan = TensorPlan::Create(pipeline, {sample.width, sample.height});
  if (!plan) return tl::unexpected(plan.error());
  return SampleGeometry(*std::move(plan), sample);
}

SampleGeometry::SampleGeometry(TensorPlan plan, const SampleFeatures& sample)
    : plan_(std::move(plan)), sample_(sample) {
  source_bytes_ = std::max(1.0, static_cast<double>(sample.source_bytes));
  source_pixels_ = static_cast<double>(sample.width) * sample.height;
  window_pixels_ = PixelsAt(TensorPlan::kDecodeStage);
  tensor_bytes_ = static_cast<double>(plan_.spec().SizeBytes());
}

double SampleGeometry::PixelsAt(int stage) const {
  const Rect& window = plan_.WindowAt(std::min(stage, plan_.last_image_stage()));
  return static_cast<double>(window.width()) * window.height();
}

double SampleGeometry::ValueBytes(const Form& form) const {
  if (form.stage == 0) return source_bytes_;
  if (form.stage > plan_.last_image_stage()) return tensor_bytes_;
  return PixelsAt(form.stage) * plan_.ChannelsAt(form.stage);
}

double SampleGeometry::PayloadBasis(const Form& form) const {
  if (form.stage == 0) return source_bytes_ * window_pixels_ / source_pixels_;
  return ValueBytes(form);
}

RidgeFit::Row SampleGeometry::PayloadTerms(const Form& form) const {
  const double density = std::log(source_bytes_ / source_pixels_);
  if (form.stage == 0) return {1, density, std::log(window_pixels_ / source_pixels_), 0};
  const double pixels = PixelsAt(form.stage);
  return {1, density, std::log(window_pixels_ / pixels), std::log(pixels / source_pixels_)};
}

// Decoders walk from the file's start to the last row that is needed: JPEG's through its bytes,
// PNG's through its rows as well.
RidgeFit::Row SampleGeometry::SourceTerms() const {
  const double walked =
      static_cast<double>(plan_.WindowAt(TensorPlan::kDecodeStage).bottom) / sample_.height;
  const double bytes = walked * source_bytes_;
  const double out = tensor_bytes_ * kPerTensorByte;
  if (IsJpeg(sample_.kind)) {
    return {kPerSample, bytes * kPerJpegByte, window_pixels_ * kPerJpegPixel, out};
  }
  return {kPerSample, bytes * kPerPngByte, walked * source_pixels_ * kPerPngPixel, out};
}

RidgeFit::Row SampleGeometry::DecodeTerms(const Form& form, double payload_bytes) const {
  if (form.encoding == Encoding::kOriginal) return SourceTerms();
  const double out = tensor_bytes_ * kPerTensorByte;
  if (form.stage == 0) {
    return {kPerSample, payload_bytes * kPerJpegByte, window_pixels_ * kPerJpegPixel, out};
  }
  return {kPerSample, payload_bytes * kPerStoredByte, PixelsAt(form.stage) * kPerStoredPixel, out};
}

RidgeFit::Row SampleGeometry::EncodeTerms(const Form& form, double payload_bytes) const {
  return {kPerSample, ValueBytes(form) * kPerValueByte, payload_bytes * kPerPayloadByte, 0};
}

}  // namespace tensorfs
