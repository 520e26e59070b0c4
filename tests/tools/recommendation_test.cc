// SPDX-License-Identifier: MIT
#include "tools/profile/recommendation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "report_profile.h"
#include "tools/profile/lessons.h"
#include "tools/profile/mixed_plan.h"
#include "tools/profile/profile_words.h"

namespace tensorfs {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string BestOf(const Profile& profile, const Recommendation& made) {
  return profile.strategies[made.best().index].form;
}

const JudgedStrategy& Judged(const Profile& profile, const Recommendation& made,
                             const std::string& form) {
  return *std::ranges::find_if(made.ranked, [&](const JudgedStrategy& each) {
    return profile.strategies[each.index].form == form;
  });
}

TEST(Recommendation, IsTheFastestWhereNothingElseCounts) {
  const Profile profile = ReportProfile();
  const auto made = Recommend(profile, {}, {});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(BestOf(profile, *made), "center-crop:planar-zstd");  // nearly, with half the bytes
  EXPECT_FALSE(made->is_what_if);
  EXPECT_EQ(made->ranked.size(), profile.strategies.size());
  const double best = made->best().rate.samples_per_s;
  EXPECT_NEAR(best, 2 / 0.67e-3, 1);
  for (const JudgedStrategy& each : made->ranked) EXPECT_LE(each.rate.samples_per_s, 1.02 * best);
}

TEST(Recommendation, SaysWhatBindsAndWhatIsSaved) {
  const Profile profile = ReportProfile();
  const std::string why = Recommend(profile, {}, {})->why;
  EXPECT_THAT(why, HasSubstr("center-crop:planar-zstd is best"));
  EXPECT_THAT(why, HasSubstr("2,985 samples/s"));
  EXPECT_THAT(why, HasSubstr("2.42 times those of source:original"));
  EXPECT_THAT(why,
              HasSubstr("both wait for the CPU, and a read takes 670 us of CPU instead of 1.62"));
  EXPECT_THAT(why, HasSubstr("32.9 MiB of storage"));
  EXPECT_EQ(why.find('\n'), std::string::npos);
}

TEST(Recommendation, OnASlowDiskTheFewestBytesWin) {
  const Profile profile = ReportProfile();
  const auto made = Recommend(profile, {}, {.disk_bytes_per_s = 10e6});
  EXPECT_EQ(BestOf(profile, *made), "source:jpeg-crop");
  EXPECT_TRUE(made->is_what_if);
  EXPECT_NEAR(made->best().rate.samples_per_s, 10e6 / 61e3, 0.1);
  EXPECT_THAT(made->why, HasSubstr("both wait for the disk"));
  EXPECT_THAT(made->why, HasSubstr("instead of 97.7 KiB from the disk"));
}

TEST(Recommendation, OnManyCoresTheDiskBinds) {
  const Profile profile = ReportProfile();
  const auto made = Recommend(profile, {}, {.cores = 64});
  EXPECT_EQ(BestOf(profile, *made), "source:jpeg-crop");
  EXPECT_EQ(made->best().rate.binding, Resource::kDisk);
}

TEST(Recommendation, WhatDoesNotFitIntoTheStoreIsExcludedWithAReason) {
  const Profile profile = ReportProfile();
  const auto made = Recommend(profile, {}, {.store_limit_bytes = 33'000'000});
  EXPECT_EQ(BestOf(profile, *made), "source:jpeg-crop");
  const JudgedStrategy& raw = Judged(profile, *made, "final:raw");
  EXPECT_EQ(raw.excluded, "needs 287.1 MiB, a store limited to 31.5 MiB is filled to 29.9 MiB");
  EXPECT_FALSE(raw.is_on_front);
  EXPECT_TRUE(Judged(profile, *made, "source:original").excluded.empty());
  EXPECT_TRUE(made->ranked.front().excluded.empty());
  EXPECT_FALSE(made->ranked.back().excluded.empty());
}

TEST(Recommendation, WithoutRoomTheSourceIsLeft) {
  const Profile profile = ReportProfile();
  const auto made = Recommend(profile, {}, {.store_limit_bytes = 1});
  EXPECT_EQ(BestOf(profile, *made), "source:original");
  EXPECT_THAT(made->why, HasSubstr("no form that can be stored is faster"));
}

TEST(Recommendation, WeightsOfStorageAndTimePreferTheSource) {
  const Profile profile = ReportProfile();
  const auto made = Recommend(profile, {.throughput = 0.1, .storage = 1, .time = 1}, {});
  EXPECT_EQ(BestOf(profile, *made), "source:original");
  EXPECT_THAT(made->why, HasSubstr("center-crop:zstd would give 3,030"));
  EXPECT_THAT(made->why, HasSubstr("throughput 0.1, storage 1, time 1"));
}

TEST(Recommendation, WhatNoSampleCanTakeIsExcluded) {
  Profile profile = ReportProfile();
  profile.strategies[1].share = 0;
  const auto made = Recommend(profile, {}, {});
  EXPECT_EQ(Judged(profile, *made, "source:jpeg-crop").excluded, "no sample can take it");
}

TEST(Recommendation, PreparingIsScaledFromWhatWasMeasured) {
  Profile profile = ReportProfile();
  Strategy& raw = *const_cast<Strategy*>(Find(profile, "final:raw"));
  raw.prepare_s *= 3;  // more than CPU and bytes explain
  EXPECT_DOUBLE_EQ(PrepareSeconds(profile, raw, {}), raw.prepare_s);
  const WhatIfRequest same{.cores = profile.machine.cores,
                           .disk_bytes_per_s = profile.machine.disk_bytes_per_s};
  EXPECT_DOUBLE_EQ(PrepareSeconds(profile, raw, same), raw.prepare_s);
  const WhatIfRequest one_core{.cores = 1, .disk_bytes_per_s = 1e10};
  const double bytes = static_cast<double>(profile.set.source_bytes) + raw.stored_bytes_all;
  const double here_s = std::max(raw.prepare_cpu_s / 2, bytes / 4e8);
  EXPECT_DOUBLE_EQ(PrepareSeconds(profile, raw, one_core),
                   raw.prepare_s * raw.prepare_cpu_s / here_s);
  double before_s = INFINITY;
  for (const double cores : {0.5, 1.0, 2.0, 4.0, 64.0}) {
    const double now_s = PrepareSeconds(profile, raw, {.cores = cores});
    EXPECT_LE(now_s, before_s) << cores;
    before_s = now_s;
  }
  EXPECT_EQ(PrepareSeconds(profile, profile.strategies[0], {.cores = 1}), 0);
}

Strategy& Slowed(Profile& profile, const std::string& form, double factor) {
  Strategy& strategy = *const_cast<Strategy*>(Find(profile, form));
  for (Delivered& each : strategy.delivered) each.samples_per_s /= factor;
  return strategy;
}

TEST(Recommendation, JudgesByWhatWasDelivered) {
  Profile profile = ReportProfile();
  EXPECT_EQ(Recommend(profile, {}, {})->doubt, "");
  Slowed(profile, "center-crop:planar-zstd", 2);
  const auto made = Recommend(profile, {}, {});
  EXPECT_EQ(BestOf(profile, *made), "center-crop:zstd");
  const JudgedStrategy& slow = Judged(profile, *made, "center-crop:planar-zstd");
  EXPECT_NEAR(slow.rate.samples_per_s, 1 / 0.67e-3, 1);
  EXPECT_NEAR(slow.allowed_samples_per_s, 2 / 0.67e-3, 1);
  EXPECT_THAT(made->why, HasSubstr("samples/s measured"));
  EXPECT_THAT(made->doubt, HasSubstr("1 of 17 forms were delivered more than 25 % slower"));
}

TEST(Recommendation, OnTheSameMachineAWhatIfChangesNothing) {
  Profile profile = ReportProfile();
  Slowed(profile, "decode:raw", 1.7);
  Slowed(profile, "final:raw", 1.02);
  Slowed(profile, "source:original", 0.9);
  const auto here = Recommend(profile, {}, {});
  const auto same = Recommend(profile, {}, {.cores = 2, .disk_bytes_per_s = 4e8});
  for (const Strategy& strategy : profile.strategies) {
    const JudgedStrategy& before = Judged(profile, *here, strategy.form);
    const JudgedStrategy& after = Judged(profile, *same, strategy.form);
    const double cold = FastestOf(strategy.delivered, ReadMode::kCold)->samples_per_s;
    EXPECT_NEAR(before.rate.samples_per_s / cold, 1, 1e-9) << strategy.form;
    EXPECT_DOUBLE_EQ(before.rate.samples_per_s, after.rate.samples_per_s) << strategy.form;
    EXPECT_DOUBLE_EQ(before.prepare_s, after.prepare_s) << strategy.form;
  }
  EXPECT_DOUBLE_EQ(here->mix.samples_per_s, same->mix.samples_per_s);
}

TEST(Recommendation, SaysThatAnotherIsAsFast) {
  Profile profile = ReportProfile();
  const auto made = Recommend(profile, {}, {});  // 3,030 samples/s against 2,985
  EXPECT_THAT(made->why, HasSubstr("as fast as center-crop:zstd with less storage"));
}

TEST(Recommendation, WrongInputIsAnError) {
  Profile profile = ReportProfile();
  EXPECT_FALSE(Recommend(profile, {.throughput = -1}, {}));
  EXPECT_FALSE(Recommend(profile, {}, {.cores = 0}));
  EXPECT_FALSE(Recommend(profile, {}, {.disk_bytes_per_s = std::nan("")}));
  profile.cost_model = "damaged";
  EXPECT_FALSE(Recommend(profile, {}, {}));
  profile.strategies.clear();
  EXPECT_FALSE(Recommend(profile, {}, {}));
}

TEST(MixedPlan, IsAsFastAsTheBestSingleForm) {
  const Profile profile = ReportProfile();
  for (const double disk : {5e6, 25e6, 50e6, 100e6, 200e6, 400e6, 800e6}) {
    const WhatIfRequest request{.disk_bytes_per_s = disk};
    const auto made = Recommend(profile, {}, request);
    ASSERT_TRUE(made);
    EXPECT_GE(made->mix.samples_per_s, 0.97 * made->best().rate.samples_per_s) << disk;
    EXPECT_LE(made->mix.samples_per_s, 1.0001 * made->mix.bound_samples_per_s) << disk;
    double shares = 0;
    for (const MixedPlan::Part& part : made->mix.parts) shares += part.share;
    EXPECT_NEAR(shares, 1, 1e-9);
  }
}

TEST(MixedPlan, KeepsToTheStoresLimit) {
  const Profile profile = ReportProfile();
  const auto made = Recommend(profile, {}, {.store_limit_bytes = 20'000'000});
  ASSERT_TRUE(made);
  EXPECT_LE(made->mix.stored_bytes_all, 20e6);
  EXPECT_GT(made->mix.stored_bytes_all, 10e6);
}

TEST(MixedPlan, HasPaidForItselfWhenAsManySamplesAreRead) {
  const Profile profile = ReportProfile();
  const auto made = Recommend(profile, {}, {});
  const MixedPlan& mix = made->mix;
  EXPECT_GT(mix.move_s, 0);
  const double original = Judged(profile, *made, "source:original").rate.samples_per_s;
  EXPECT_NEAR(mix.samples_per_s * (mix.pays_after_s - mix.move_s) / (original * mix.pays_after_s),
              1, 0.05);
}

TEST(MixedPlan, NeedsSamples) {
  Profile profile = ReportProfile();
  profile.set.measured.clear();
  EXPECT_FALSE(Recommend(profile, {}, {}));
}

// With one form to choose beside the source, and that far better.
TEST(MixedPlan, OfOneFormIsThatStrategy) {
  int compared = 0;
  for (const Strategy& only : ReportProfile().strategies) {
    Profile profile = ReportProfile();
    std::erase_if(profile.strategies, [&](const Strategy& each) {
      return each.form != only.form && each.form != "source:original";
    });
    Strategy& strategy = profile.strategies.back();
    strategy.cpu_s = 1e-4;
    strategy.read_bytes = 5e3;
    strategy.prepare_s *= 3;  // more than the policy's model knows of
    for (Delivered& each : strategy.delivered) each.samples_per_s = 5000;
    const auto made = Recommend(profile, {}, {});
    ASSERT_TRUE(made);
    const MixedPlan& mix = made->mix;
    if (mix.parts.size() != 1 || mix.parts[0].form != only.form || only.stage == 0) continue;
    ++compared;
    EXPECT_DOUBLE_EQ(mix.move_s, strategy.prepare_s) << only.form;
    EXPECT_NEAR(mix.samples_per_s, 5000, 50) << only.form;
  }
  EXPECT_GT(compared, 0);
}

TEST(MixedPlan, SaysWhatIsFasterThanItsForms) {
  Profile profile = ReportProfile();
  Strategy& raw = *const_cast<Strategy*>(Find(profile, "resize:raw"));
  raw.cpu_s = 1e-4;
  raw.read_bytes = 5e3;
  for (Delivered& each : raw.delivered) each.samples_per_s = 20'000;
  auto made = Recommend(profile, {}, {});
  EXPECT_LT(made->mix.bound_samples_per_s, 10'000);
  EXPECT_THAT(WordsForPlan(profile, *made), HasSubstr("--policy fixed:resize:raw is faster"));
  EXPECT_THAT(WordsForPlan(profile, *made), Not(HasSubstr("online")));
  profile.steps.back().online = true;
  EXPECT_THAT(WordsForPlan(profile, *made), HasSubstr("in a mount it also keeps what comes after"));
}

// Costs as PRESTO has them for ImageNet (its table of image strategies): the original is dear to
// decode, the decoded image has several times its bytes.
TEST(Lessons, ADecodedImageIsSlowerThanTheOriginalWhereTheDiskBinds) {
  const Profile profile = ReportProfile();
  const auto here = Recommend(profile, {}, {});
  const double even = BreakEvenDisk(Judged(profile, *here, "decode:raw").demand,
                                    Judged(profile, *here, "source:original").demand, 2);
  const auto rate = [&](const std::string& form, double disk) {
    const auto made = Recommend(profile, {}, {.disk_bytes_per_s = disk});
    return Judged(profile, *made, form).rate.samples_per_s;
  };
  EXPECT_LT(rate("decode:raw", 0.5 * even), rate("source:original", 0.5 * even));
  EXPECT_LT(rate("decode:raw", 0.99 * even), rate("source:original", 0.99 * even));
  EXPECT_GT(rate("decode:raw", 1.01 * even), rate("source:original", 1.01 * even));
}

TEST(Lessons, TheFloatTensorLosesToTheImageItIsMadeOf) {
  const Profile profile = ReportProfile();
  for (const double disk : {20e6, 100e6, 400e6}) {
    const auto made = Recommend(profile, {}, {.disk_bytes_per_s = disk});
    EXPECT_LT(Judged(profile, *made, "final:raw").rate.samples_per_s,
              Judged(profile, *made, "center-crop:raw").rate.samples_per_s);
  }
}

TEST(Lessons, AreToldWithNumbers) {
  const Profile profile = ReportProfile();
  const auto made = Recommend(profile, {}, {});
  const auto lessons = LessonsOf(profile, *made);
  ASSERT_EQ(lessons.size(), 3);
  for (const Lesson& lesson : lessons) EXPECT_TRUE(lesson.holds) << lesson.claim;
  EXPECT_THAT(lessons[0].evidence, HasSubstr("decode:raw reads 549.3 KiB a sample, 5.62 times"));
  EXPECT_THAT(lessons[0].evidence, HasSubstr("less than 694.4 MB/s"));
  EXPECT_THAT(lessons[1].evidence, HasSubstr("final:raw reads 587.9 KiB"));
}

TEST(Lessons, DoNotHoldWhereTheyDoNot) {
  Profile profile = ReportProfile();
  std::erase_if(profile.strategies, [](const Strategy& each) { return each.stage == 4; });
  Strategy& decoded = *const_cast<Strategy*>(Find(profile, "decode:raw"));
  decoded.read_bytes = 50e3;  // fewer than the original's
  const auto lessons = LessonsOf(profile, *Recommend(profile, {}, {.disk_bytes_per_s = 4e9}));
  ASSERT_EQ(lessons.size(), 2);  // the last stage is an image now
  EXPECT_FALSE(lessons[0].holds);
  EXPECT_FALSE(lessons[1].holds);  // center-crop:raw is both the fastest and the last
}

TEST(Lessons, HoldOnlyBeyondThePrecision) {
  Profile profile = ReportProfile();
  std::erase_if(profile.strategies, [](const Strategy& each) {
    return each.stage > 0 && each.form != "final:raw" && each.form != "center-crop:raw";
  });
  const auto holds = [&](double rate) {
    for (Strategy& each : profile.strategies) {
      for (Delivered& delivered : each.delivered) {
        delivered.samples_per_s = each.form == "center-crop:raw" ? rate : 600;
      }
    }
    return LessonsOf(profile, *Recommend(profile, {}, {})).back().holds;
  };
  EXPECT_FALSE(holds(605));
  EXPECT_TRUE(holds(650));
}

TEST(Words, SayTimesInTwoUnits) {
  EXPECT_EQ(WordsForSeconds(0), "0 s");
  EXPECT_EQ(WordsForSeconds(0.354), "0.35 s");
  EXPECT_EQ(WordsForSeconds(59.4), "59 s");
  EXPECT_EQ(WordsForSeconds(59.9), "1 min 0 s");
  EXPECT_EQ(WordsForSeconds(7500), "2 h 5 min");
  EXPECT_EQ(WordsForSeconds(3 * 86400 + 7200), "3 days 2 h");
  EXPECT_EQ(WordsForSeconds(INFINITY), "never");
}

}  // namespace
}  // namespace tensorfs
