// SPDX-License-Identifier: MIT
// The model against made-up truths: what it predicts after some measurements, and what reads do.
#include "policy/cost_model.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "policy/candidate_forms.h"

namespace tensorfs {
namespace {

Pipeline CropPipeline() {
  return *Pipeline::Create({Resize{.size = 256}, CenterCrop{.size = {224, 224}}});
}

// A world in which costs follow sizes with some noise.
class Truth {
 public:
  explicit Truth(const Pipeline& pipeline) : pipeline_(pipeline) {}

  SampleFeatures Sample(SourceKind kind = SourceKind::kJpeg) {
    SampleFeatures sample{.kind = kind};
    sample.width = static_cast<int32_t>(300 + random_() % 700);
    sample.height = static_cast<int32_t>(300 + random_() % 700);
    const double density = (IsJpeg(kind) ? 0.4 : 1.2) * (0.5 + Uniform());
    sample.source_bytes = static_cast<uint64_t>(density * sample.width * sample.height);
    return sample;
  }

  // Reads are `slower` times as slow as measurements.
  ProbeResult Of(const Form& form, const SampleFeatures& sample, double slower = 1) {
    const TensorPlan plan = *TensorPlan::Create(pipeline_, {sample.width, sample.height});
    const Rect& window = plan.WindowAt(1);
    const double pixels = static_cast<double>(window.width()) * window.height();
    const double whole = static_cast<double>(sample.width) * sample.height;
    const auto source = static_cast<double>(sample.source_bytes);
    double bytes = source;
    double cpu_s = 30e-6 + 5e-9 * source + 4e-9 * pixels;
    if (form.encoding == Encoding::kJpegCrop) {
      bytes = 0.95 * source * pixels / whole * Noise(0.03);
      cpu_s = 30e-6 + 5e-9 * bytes + 4e-9 * pixels;
    } else if (form.stage > 0) {
      const double raw =
          form.stage == 1 ? 3 * pixels : static_cast<double>(plan.spec().SizeBytes());
      const bool compressed = form.encoding == Encoding::kPlanarZstd;
      bytes = compressed ? 0.55 * raw * std::pow(source / whole, 0.3) * Noise(0.05) : raw;
      cpu_s = 10e-6 + (compressed ? 3e-9 : 0.3e-9) * bytes + (form.stage == 1 ? 2e-9 * pixels : 0);
    }
    if (form.encoding == Encoding::kRaw) bytes = std::round(bytes);
    return {.suited = true,
            .payload_bytes = static_cast<uint64_t>(bytes),
            .decode_cpu_s = slower * cpu_s * Noise(0.05),
            .encode_cpu_s = 8e-9 * bytes};
  }

 private:
  double Uniform() { return static_cast<double>(random_() % 1000) / 1000; }
  double Noise(double most) { return 1 + most * (2 * Uniform() - 1); }

  const Pipeline& pipeline_;
  std::minstd_rand random_;
};

class CostModelTest : public testing::Test {
 protected:
  void Teach(int samples, SourceKind kind = SourceKind::kJpeg) {
    for (int i = 0; i < samples; ++i) {
      const SampleFeatures sample = truth_.Sample(kind);
      for (size_t form = 0; form < forms_.size(); ++form) {
        const bool suited = IsJpeg(kind) || forms_[form].encoding != Encoding::kJpegCrop;
        model_.NoteProbe(form, sample, suited ? truth_.Of(forms_[form], sample) : ProbeResult{});
      }
    }
  }

  std::vector<FormCost> Predict(const SampleFeatures& sample) const {
    std::vector<FormCost> costs(forms_.size());
    model_.Predict(sample, costs);
    return costs;
  }

  size_t IndexOf(const std::string& form) const {
    const Form wanted = *ParseForm(form, pipeline_);
    return static_cast<size_t>(std::ranges::find(forms_, wanted) - forms_.begin());
  }

  // Median errors over fresh samples.
  void ExpectAccurate(size_t form, SourceKind kind, double slower, double most) {
    std::vector<double> cpu_errors;
    std::vector<double> byte_errors;
    for (int i = 0; i < 101; ++i) {
      const SampleFeatures sample = truth_.Sample(kind);
      const ProbeResult right = truth_.Of(forms_[form], sample, slower);
      const FormCost cost = Predict(sample)[form];
      cpu_errors.push_back(std::abs(cost.cpu_s / right.decode_cpu_s - 1));
      byte_errors.push_back(
          std::abs(cost.read_bytes / static_cast<double>(right.payload_bytes) - 1));
    }
    std::ranges::sort(cpu_errors);
    std::ranges::sort(byte_errors);
    EXPECT_LT(cpu_errors[50], most) << ToString(forms_[form], pipeline_);
    EXPECT_LT(byte_errors[50], most) << ToString(forms_[form], pipeline_);
  }

  const Pipeline pipeline_ = CropPipeline();
  const std::vector<Form> forms_ = CandidateForms(pipeline_);
  CostModel model_{pipeline_, forms_};
  Truth truth_{pipeline_};
};

TEST_F(CostModelTest, PredictsSamplesThatItHasNotSeen) {
  Teach(32);
  for (size_t form = 0; form < forms_.size(); ++form) {
    ExpectAccurate(form, SourceKind::kJpeg, 1, 0.1);
    EXPECT_EQ(model_.Knowledge(form, SourceKind::kJpeg), FormKnowledge::kMeasured);
  }
}

TEST_F(CostModelTest, KnowsBytesThatFollowFromSizesExactly) {
  Teach(1);
  const SampleFeatures sample = truth_.Sample();
  const std::vector<FormCost> costs = Predict(sample);
  EXPECT_EQ(costs[0].read_bytes, static_cast<float>(sample.source_bytes));
  EXPECT_EQ(costs[0].stored_bytes, 0);
  const FormCost& raw = costs[IndexOf("final:raw")];
  EXPECT_EQ(raw.read_bytes, 224 * 224 * 3);
  EXPECT_EQ(raw.stored_bytes, 224 * 224 * 3);
}

TEST_F(CostModelTest, SaysWhatItDoesNotKnow) {
  const std::vector<FormCost> nothing = Predict(truth_.Sample());
  EXPECT_TRUE(nothing[0].possible()) << "there is no doing without the source";
  for (size_t form = 1; form < forms_.size(); ++form) EXPECT_FALSE(nothing[form].possible());
  EXPECT_EQ(model_.Knowledge(0, SourceKind::kJpeg), FormKnowledge::kDerived);
  EXPECT_EQ(model_.Knowledge(1, SourceKind::kJpeg), FormKnowledge::kUnknown);
  EXPECT_EQ(model_.Knowledge(1, SourceKind::kPng), FormKnowledge::kUnsuited);
}

TEST_F(CostModelTest, DerivesStoredFormsOfOneKindFromAnother) {
  Teach(32);
  const std::vector<FormCost> costs = Predict(truth_.Sample(SourceKind::kPng));
  const size_t planar = IndexOf("final:planar-zstd");
  EXPECT_EQ(model_.Knowledge(planar, SourceKind::kPng), FormKnowledge::kDerived);
  EXPECT_EQ(model_.Knowledge(IndexOf("final:raw"), SourceKind::kPng), FormKnowledge::kMeasured);
  EXPECT_TRUE(costs[planar].possible());
  EXPECT_NEAR(costs[planar].read_bytes, 0.5 * 224 * 224 * 3, 0.25 * 224 * 224 * 3);
  EXPECT_FALSE(costs[IndexOf("source:jpeg-crop")].possible());
}

TEST_F(CostModelTest, LearnsFromReadsAndEncodingsWhatWasNeverMeasured) {
  const size_t planar = IndexOf("final:planar-zstd");
  for (int i = 0; i < 40; ++i) {
    const SampleFeatures sample = truth_.Sample();
    const ProbeResult right = truth_.Of(forms_[planar], sample);
    model_.NoteEncoded(planar, sample, right.payload_bytes, right.encode_cpu_s);
    model_.NoteRead(planar, sample, right.decode_cpu_s);
  }
  ExpectAccurate(planar, SourceKind::kJpeg, 1, 0.1);
}

TEST_F(CostModelTest, FollowsReadsThatBecomeSlowerAndDoesSoForOtherFormsToo) {
  Teach(32);
  const auto read = [&](double slower, int reads) {
    for (int i = 0; i < reads; ++i) {
      const SampleFeatures sample = truth_.Sample();
      model_.NoteRead(0, sample, truth_.Of(forms_[0], sample, slower).decode_cpu_s);
    }
  };
  read(1, 300);
  ExpectAccurate(0, SourceKind::kJpeg, 1, 0.1);
  read(2, 800);
  ExpectAccurate(0, SourceKind::kJpeg, 2, 0.1);
  ExpectAccurate(IndexOf("source:jpeg-crop"), SourceKind::kJpeg, 2, 0.15);
  read(1, 800);
  ExpectAccurate(0, SourceKind::kJpeg, 1, 0.1);
}

TEST_F(CostModelTest, IsNotMovedMuchByAFewReadsWhileSomebodyElseWorks) {
  Teach(32);
  for (int i = 0; i < 2000; ++i) {
    const SampleFeatures sample = truth_.Sample();
    const double slower = i >= 1950 ? 1.5 : 1;
    model_.NoteRead(0, sample, truth_.Of(forms_[0], sample, slower).decode_cpu_s);
  }
  ExpectAccurate(0, SourceKind::kJpeg, 1, 0.15);
}

TEST_F(CostModelTest, LearnsLittleOfSlowFormsFromAQuickOne) {
  Teach(32);
  for (int i = 0; i < 1000; ++i) {
    const SampleFeatures sample = truth_.Sample();
    model_.NoteRead(IndexOf("final:raw"), sample,
                    truth_.Of(forms_[IndexOf("final:raw")], sample, 2).decode_cpu_s);
  }
  ExpectAccurate(IndexOf("final:raw"), SourceKind::kJpeg, 2, 0.1);
  ExpectAccurate(IndexOf("source:jpeg-crop"), SourceKind::kJpeg, 1, 0.3);
}

TEST_F(CostModelTest, KeepsWhatIsPeculiarToOneFormFromTheOthers) {
  Teach(32);
  const size_t raw = IndexOf("final:raw");
  for (int i = 0; i < 300; ++i) {
    const SampleFeatures sample = truth_.Sample();
    model_.NoteRead(0, sample, truth_.Of(forms_[0], sample).decode_cpu_s);
    model_.NoteRead(raw, sample, truth_.Of(forms_[raw], sample, 3).decode_cpu_s);
  }
  ExpectAccurate(0, SourceKind::kJpeg, 1, 0.1);
  ExpectAccurate(raw, SourceKind::kJpeg, 3, 0.1);
  EXPECT_NEAR(model_.Summaries()[raw].correction / model_.Summaries()[0].correction, 3, 0.3);
}

TEST_F(CostModelTest, IsNotMisledByReadsThatWereDisturbed) {
  Teach(32);
  for (int i = 0; i < 400; ++i) {
    const SampleFeatures sample = truth_.Sample();
    const double slower = i % 100 == 99 ? 50 : 1;
    model_.NoteRead(0, sample, truth_.Of(forms_[0], sample, slower).decode_cpu_s);
  }
  ExpectAccurate(0, SourceKind::kJpeg, 1, 0.12);
  model_.NoteRead(0, truth_.Sample(), std::nan(""));
  model_.NoteRead(0, truth_.Sample(), -1);
  model_.NoteRead(0, truth_.Sample(), 0);
  ExpectAccurate(0, SourceKind::kJpeg, 1, 0.12);
}

TEST_F(CostModelTest, LeavesOutFormsThatMostSamplesCannotTake) {
  Teach(8);
  const size_t cut = IndexOf("source:jpeg-crop");
  for (int i = 0; i < 20; ++i) model_.NoteProbe(cut, truth_.Sample(), ProbeResult{});
  EXPECT_EQ(model_.Knowledge(cut, SourceKind::kJpeg), FormKnowledge::kUnsuited);
  EXPECT_FALSE(Predict(truth_.Sample())[cut].possible());
}

TEST_F(CostModelTest, OffersOnlyTheSourceOfWhatThePipelineCannotMake) {
  Teach(8);
  SampleFeatures sample = truth_.Sample();
  sample.width = 10'000'000;  // 256 times as many pixels, resized
  sample.height = 1;
  const std::vector<FormCost> costs = Predict(sample);
  EXPECT_TRUE(costs[0].possible());
  for (size_t form = 1; form < forms_.size(); ++form) EXPECT_FALSE(costs[form].possible());
  model_.NoteRead(0, sample, 1);
  model_.NoteEncoded(1, sample, 1, 1);
}

TEST_F(CostModelTest, TellsPredictedFromObserved) {
  Teach(32);
  for (int i = 0; i < 10; ++i) {
    const SampleFeatures sample = truth_.Sample();
    model_.NoteRead(0, sample, truth_.Of(forms_[0], sample, 2).decode_cpu_s);
    const ProbeResult cut = truth_.Of(forms_[1], sample);
    model_.NoteEncoded(1, sample, cut.payload_bytes, cut.encode_cpu_s);
  }
  const std::vector<FormSummary> summaries = model_.Summaries();
  EXPECT_EQ(summaries[0].form, Form{});
  EXPECT_EQ(summaries[0].probes, 32u);
  EXPECT_EQ(summaries[0].reads, 10u);
  EXPECT_GT(summaries[0].cpu_s.observed, summaries[0].cpu_s.predicted);
  EXPECT_GT(summaries[0].cpu_s.relative_error, 0.05);
  EXPECT_GT(summaries[0].correction, 1.2);
  EXPECT_EQ(summaries[1].encodings, 10u);
  EXPECT_LT(summaries[1].bytes.relative_error, 0.1);
}

TEST_F(CostModelTest, ComesBackFromItsText) {
  Teach(32);
  Teach(8, SourceKind::kPng);
  for (int i = 0; i < 20; ++i) model_.NoteRead(0, truth_.Sample(), 0.01);
  CostModel restored(pipeline_, forms_);
  const std::string text = model_.Serialize();
  ASSERT_TRUE(restored.Restore(text).has_value());
  EXPECT_EQ(restored.Serialize(), text);
  for (const SourceKind kind : {SourceKind::kJpeg, SourceKind::kPng}) {
    const SampleFeatures sample = truth_.Sample(kind);
    const std::vector<FormCost> costs = Predict(sample);
    std::vector<FormCost> again(forms_.size());
    restored.Predict(sample, again);
    for (size_t form = 0; form < forms_.size(); ++form) {
      EXPECT_EQ(costs[form].cpu_s, again[form].cpu_s);
      EXPECT_EQ(costs[form].read_bytes, again[form].read_bytes);
      EXPECT_EQ(costs[form].encode_cpu_s, again[form].encode_cpu_s);
    }
  }
}

TEST_F(CostModelTest, TakesNoTextThatIsDamagedOrOfAnother) {
  Teach(8);
  const std::string text = model_.Serialize();
  CostModel other(pipeline_, forms_);
  const std::string nothing = other.Serialize();
  const auto code = [](CostModel& model, const std::string& from) {
    const Result<void> restored = model.Restore(from);
    return restored ? std::string("taken") : restored.error().message;
  };
  EXPECT_EQ(code(other, ""), "not a cost model of this version");
  EXPECT_EQ(code(other, "tensorfs-cost-model 9\n"), "not a cost model of this version");
  for (size_t length = 22; length < text.size(); length += 7) {
    EXPECT_EQ(code(other, text.substr(0, length)), "the cost model is damaged");
  }
  for (size_t at = 22; at < text.size(); at += 5) {
    std::string damaged = text;
    damaged[at] ^= 1;
    EXPECT_EQ(code(other, damaged), "the cost model is damaged") << at;
  }
  EXPECT_EQ(other.Serialize(), nothing);
  const Pipeline decode;
  CostModel foreign(decode, CandidateForms(decode));
  EXPECT_EQ(code(foreign, text), "the cost model is of another pipeline");
  CostModel fewer(pipeline_, {Form{}});
  EXPECT_EQ(code(fewer, text), "the cost model is of another pipeline");
}

TEST_F(CostModelTest, ServesManyThreadsAtOnce) {
  Teach(8);
  const SampleFeatures sample = truth_.Sample();
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      std::vector<FormCost> costs(forms_.size());
      for (int round = 0; round < 200; ++round) {
        model_.NoteRead(0, sample, 0.001);
        model_.NoteEncoded(1, sample, 1000, 0.001);
        model_.Predict(sample, costs);
        EXPECT_TRUE(costs[0].possible());
        if (round % 50 != 0) continue;
        EXPECT_TRUE(model_.Restore(model_.Serialize()).has_value());
      }
    });
  }
  threads.clear();
  EXPECT_EQ(model_.Summaries()[0].reads, 800u);
}

}  // namespace
}  // namespace tensorfs
