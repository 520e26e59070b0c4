// SPDX-License-Identifier: MIT
// Measuring samples in forms, and finding samples to measure.
#include "fs/form_probe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "fs/form_prober.h"
#include "policy/candidate_forms.h"
#include "tests/codec/jpeg_maker.h"
#include "tests/fs/sample_fs_fixture.h"
#include "tests/fs/sample_maker.h"

namespace tensorfs {
namespace {

class FormProbeTest : public SampleFsTest {
 protected:
  void MountSmall(ServeOptions serve = {}) {
    ViewOptions view;
    view.pipeline = pipeline_;
    Mount(view, serve);
  }

  Result<SampleProbe> Probe(const std::string& path) { return fs_->Probe(path, forms_, {}); }

  const ProbeResult& Of(const SampleProbe& probe, const std::string& form) const {
    const Form wanted = *ParseForm(form, pipeline_);
    return probe.forms.at(static_cast<size_t>(std::ranges::find(forms_, wanted) - forms_.begin()));
  }

  const Pipeline pipeline_ = SmallPipeline();
  const std::vector<Form> forms_ = CandidateForms(pipeline_);
};

TEST_F(FormProbeTest, MeasuresAJpegInEveryForm) {
  const std::vector<uint8_t> jpeg = MakeJpegSample(300, 120, 1);
  source_.Write("a/x.jpg", jpeg);
  MountSmall();
  const Result<SampleProbe> probe = Probe("a/x.jpg");
  ASSERT_TRUE(probe.has_value()) << probe.error().message;
  EXPECT_EQ(probe->features, (SampleFeatures{SourceKind::kJpeg, 300, 120, jpeg.size()}));
  ASSERT_EQ(probe->forms.size(), forms_.size());
  for (size_t i = 0; i < forms_.size(); ++i) {
    const std::string name = ToString(forms_[i], pipeline_);
    EXPECT_TRUE(probe->forms[i].suited) << name;
    EXPECT_GT(probe->forms[i].decode_cpu_s, 0) << name;
    EXPECT_LT(probe->forms[i].decode_cpu_s, 60) << name;
    EXPECT_EQ(probe->forms[i].encode_cpu_s > 0, i > 0) << name;
  }
  EXPECT_EQ(Of(*probe, "source:original").payload_bytes, jpeg.size());
  EXPECT_LT(Of(*probe, "source:jpeg-crop").payload_bytes, jpeg.size());
  EXPECT_EQ(Of(*probe, "final:raw").payload_bytes, 12u * 12 * 3);
}

TEST_F(FormProbeTest, OfAPngFindsThatItCannotBeCutAsAJpeg) {
  source_.Write("x.png", MakePngSample(40, 30, 1));
  MountSmall();
  const Result<SampleProbe> probe = Probe("x.png");
  ASSERT_TRUE(probe.has_value()) << probe.error().message;
  EXPECT_EQ(probe->features.kind, SourceKind::kPng);
  EXPECT_FALSE(Of(*probe, "source:jpeg-crop").suited);
  EXPECT_TRUE(Of(*probe, "final:planar-zstd").suited);
  EXPECT_TRUE(Of(*probe, "decode:planar-zstd").suited);
}

TEST_F(FormProbeTest, OfAGreyJpegTellsItsKind) {
  JpegKind grey;
  grey.colours = JpegKind::kGrey;
  source_.Write("x.jpg", MakeJpeg(grey, {64, 64}, 85, std::vector<uint8_t>(64 * 64, 90)));
  MountSmall();
  const Result<SampleProbe> probe = Probe("x.jpg");
  ASSERT_TRUE(probe.has_value()) << probe.error().message;
  EXPECT_EQ(probe->features.kind, SourceKind::kGreyJpeg);
  EXPECT_TRUE(Of(*probe, "decode:raw").suited);
}

TEST_F(FormProbeTest, FailsWhereTheSampleDoesAndKeepsToItsMemory) {
  source_.Write("broken.png", std::string_view("\x89PNG and no more"));
  source_.Write("large.png", MakePngSample(600, 400, 1));
  MountSmall({.tensor_budget_bytes = 1 << 20});
  EXPECT_FALSE(Probe("broken.png").has_value());
  EXPECT_EQ(Probe("large.png").error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(Probe("nothing.png").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(fs_->Memory().used_bytes, 0u);
}

TEST_F(FormProbeTest, GivesAllItsMemoryBack) {
  source_.Write("x.jpg", MakeJpegSample(300, 120, 1));
  MountSmall();
  ASSERT_TRUE(Probe("x.jpg").has_value());
  EXPECT_EQ(fs_->Memory().used_bytes, 0u);
  EXPECT_GT(fs_->Memory().peak_bytes, 300u * 120);
}

class SamplePickerTest : public FormProbeTest {};

TEST_F(SamplePickerTest, PicksDifferentSamplesFromEverywhereTheSameEveryTime) {
  for (const char* folder : {"a", "b", "c/d", "c/e/f"}) {
    for (int i = 0; i < 50; ++i) {
      source_.Write(std::string(folder) + "/" + std::to_string(i) + ".png", std::string_view("x"));
    }
  }
  source_.Write("a/labels.csv", std::string_view("x"));
  source_.MakeDir("empty");
  MountSmall();
  const std::vector<std::string> picked = fs_->PickSamples(32);
  EXPECT_EQ(picked, fs_->PickSamples(32));
  EXPECT_EQ(std::set(picked.begin(), picked.end()).size(), 32u);
  std::set<std::string> folders;
  for (const std::string& path : picked) {
    EXPECT_TRUE(path.ends_with(".png")) << path;
    folders.insert(path.substr(0, path.rfind('/')));
  }
  EXPECT_EQ(folders, (std::set<std::string>{"a", "b", "c/d", "c/e/f"}));
}

TEST_F(SamplePickerTest, PicksWhatThereIs) {
  source_.Write("only.png", std::string_view("x"));
  source_.MakeDir("empty/inside");
  source_.Link("loop", ".");
  MountSmall();
  EXPECT_EQ(fs_->PickSamples(32), std::vector<std::string>{"only.png"});
  source_.Remove("only.png");
  EXPECT_TRUE(fs_->PickSamples(32).empty());
}

class FormProberTest : public FormProbeTest {
 protected:
  // On a thread of its own, because the run lowers its priority.
  FormProber::Report Run(FormProber::Limits limits, const std::stop_token& stop = {}) {
    FormProber::Report report;
    std::jthread([&] { report = FormProber(fs_.get(), &model_, limits).Run(stop); }).join();
    return report;
  }

  CostModel model_{pipeline_, forms_};
};

TEST_F(FormProberTest, TeachesAModelWithSomeSamples) {
  for (unsigned i = 0; i < 12; ++i) {
    source_.Write(std::to_string(i) + ".jpg", MakeJpegSample(100 + 10 * i, 80, i));
  }
  source_.Write("broken.jpg", std::string_view("x"));
  MountSmall();
  const FormProber::Report report = Run({.samples = 13, .cpu_s = 60});
  EXPECT_EQ(report.measured, 12u);
  EXPECT_EQ(report.failed, 1u);
  EXPECT_FALSE(report.stopped);
  EXPECT_GT(report.cpu_s, 0);
  const std::vector<uint8_t> jpeg = MakeJpegSample(170, 80, 99);
  std::vector<FormCost> costs(forms_.size());
  model_.Predict({SourceKind::kJpeg, 170, 80, jpeg.size()}, costs);
  for (const FormCost& cost : costs) EXPECT_TRUE(cost.possible());
  const auto planar = static_cast<size_t>(
      std::ranges::find(forms_, *ParseForm("decode:planar-zstd", pipeline_)) - forms_.begin());
  source_.Write("new.jpg", jpeg);
  const auto right = static_cast<double>(Probe("new.jpg")->forms[planar].payload_bytes);
  EXPECT_NEAR(costs[planar].read_bytes, right, 0.2 * right);
}

TEST_F(FormProberTest, EndsWhereItsTimeDoesOrItIsTold) {
  for (unsigned i = 0; i < 5; ++i) {
    source_.Write(std::to_string(i) + ".jpg", MakeJpegSample(100, 80, i));
  }
  MountSmall();
  EXPECT_EQ(Run({.samples = 5, .cpu_s = 0}).measured, 1u);
  std::stop_source stopped;
  stopped.request_stop();
  const FormProber::Report report = Run({.samples = 5, .cpu_s = 60}, stopped.get_token());
  EXPECT_TRUE(report.stopped);
  EXPECT_EQ(report.measured, 0u);
}

}  // namespace
}  // namespace tensorfs
