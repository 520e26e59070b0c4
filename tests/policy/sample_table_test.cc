// SPDX-License-Identifier: MIT
#include "policy/sample_table.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

namespace tensorfs {
namespace {

SampleFeatures Features(int32_t width) {
  return {.kind = SourceKind::kJpeg, .width = width, .height = 10, .source_bytes = 1000};
}

void ReadAll(SampleTable* table, uint64_t samples) {
  for (uint64_t id = 0; id < samples; ++id) table->NoteRead(id, Features(10), 0);
}

TEST(SampleTable, KnowsWhatWasRead) {
  SampleTable table;
  EXPECT_FALSE(table.Find(7).has_value());
  table.NoteRead(7, Features(20), 3);
  table.NoteRead(7, Features(20), 4);
  table.NoteCachedRead(7);
  const std::optional<KnownSample> known = table.Find(7);
  ASSERT_TRUE(known.has_value());
  EXPECT_EQ(known->features, Features(20));
  EXPECT_EQ(known->reads, 3u);
  EXPECT_EQ(known->kept, 4);
  EXPECT_EQ(known->planned, kNoForm);
  EXPECT_EQ(known->target(), 4);
}

TEST(SampleTable, IgnoresSamplesThatItDoesNotKnow) {
  SampleTable table;
  table.NoteCachedRead(7);
  table.NoteKept(7, 1);
  table.Plan(7, 1);
  EXPECT_FALSE(table.Find(7).has_value());
  EXPECT_EQ(table.Count().samples, 0u);
}

TEST(SampleTable, ForgetsThePlanOfAnotherVersion) {
  SampleTable table;
  table.NoteRead(7, Features(20), 0);
  table.Plan(7, 2);
  table.NoteRead(7, Features(20), 0);
  EXPECT_EQ(table.Find(7)->planned, 2);
  table.NoteRead(7, Features(21), 0);
  EXPECT_EQ(table.Find(7)->planned, kNoForm);
}

TEST(SampleTable, CountsWhatIsMisplaced) {
  constexpr FormIndex kCached = 5;
  SampleTable table(kCached);
  ReadAll(&table, 6);
  table.Plan(1, 0);        // as it is
  table.Plan(2, 3);        // has to move
  table.Plan(3, kCached);  // stays besides as it is kept
  table.Plan(4, 3);
  table.NoteKept(4, 3);  // has moved
  table.NoteKept(5, kOtherForm);
  const SampleTable::Counts counts = table.Count();
  EXPECT_EQ(counts.samples, 6u);
  EXPECT_EQ(counts.misplaced, 1u);
  EXPECT_EQ(counts.kept[0], 4u);
  EXPECT_EQ(counts.kept[3], 1u);
  EXPECT_EQ(counts.planned[0], 2u);
  EXPECT_EQ(counts.planned[3], 2u);
  EXPECT_EQ(counts.planned[kCached], 1u);
  ASSERT_EQ(table.Misplaced(SampleTable::Wish::kPlanned, 10).size(), 1u);
  EXPECT_EQ(table.Misplaced(SampleTable::Wish::kPlanned, 10)[0].id, 2u);
  table.Plan(0, 2);
  EXPECT_EQ(table.Misplaced(SampleTable::Wish::kPlanned, 1).size(), 1u);
  EXPECT_EQ(table.Misplaced(SampleTable::Wish::kPlanned, 10).size(), 2u);
}

TEST(SampleTable, RecentReadsWeighMost) {
  SampleTable table;
  ReadAll(&table, 2);
  for (int i = 0; i < 40; ++i) table.NoteCachedRead(0);
  for (int i = 0; i < 100; ++i) table.NoteCachedRead(1);
  EXPECT_EQ(table.Find(0)->reads, 41u);
  EXPECT_EQ(table.Find(1)->reads, 101u);
  // What is read no more is soon worth next to nothing beside what is.
  EXPECT_LT(table.Find(0)->recent_reads, 0.2 * table.Find(1)->recent_reads);
}

TEST(SampleTable, ANewSampleCountsAsTheMean) {
  SampleTable table;
  for (int epoch = 0; epoch < 90; ++epoch) ReadAll(&table, 10);
  table.NoteRead(10, Features(10), 0);
  EXPECT_EQ(table.Find(10)->reads, 1u);
  EXPECT_NEAR(table.Find(10)->recent_reads, table.Find(9)->recent_reads, 1);
}

TEST(SampleTable, APinGoesBeforeThePlan) {
  SampleTable table;
  ReadAll(&table, 3);
  table.Plan(0, 4);
  table.PinAll([](const KnownSample& sample) { return sample.id == 2 ? kNoForm : FormIndex{3}; });
  EXPECT_EQ(table.Find(0)->target(), 3);
  EXPECT_EQ(table.Find(1)->target(), 3);
  EXPECT_EQ(table.Find(2)->target(), 0);
  EXPECT_EQ(table.Count().misplaced, 2u);
  EXPECT_EQ(table.Misplaced(SampleTable::Wish::kPinned, 10).size(), 2u);
  EXPECT_EQ(table.Misplaced(SampleTable::Wish::kPlanned, 10).size(), 0u);
  table.Pin(0, kNoForm);
  EXPECT_EQ(table.Find(0)->target(), 4);
  EXPECT_TRUE(table.NoteRead(3, Features(10), 0)) << "is new";
  EXPECT_FALSE(table.NoteRead(3, Features(10), 0));
}

TEST(SampleTable, ForgetsASample) {
  SampleTable table;
  ReadAll(&table, 4);
  table.Plan(3, 2);
  table.Forget(1);
  table.Forget(1);
  EXPECT_FALSE(table.Find(1).has_value());
  EXPECT_EQ(table.Find(3)->planned, 2);
  table.Forget(3);
  EXPECT_EQ(table.Count().samples, 2u);
  EXPECT_EQ(table.Count().misplaced, 0u);
  table.NoteRead(1, Features(10), 0);
  EXPECT_EQ(table.Count().samples, 3u);
  for (const uint64_t id : {0u, 2u, 1u}) EXPECT_EQ(table.Find(id)->id, id);
}

TEST(SampleTable, CountsThoseThatArriveWhereThePlanHasThem) {
  SampleTable table;
  ReadAll(&table, 4);
  table.PlanAll([](const KnownSample& sample) { return FormIndex(sample.id < 3 ? 2 : 0); });
  table.NoteKept(0, 1);  // elsewhere
  table.NoteKept(0, 2);
  table.NoteKept(0, 0);
  table.NoteKept(0, 2);  // again
  table.NoteRead(1, Features(10), 2);
  table.NoteKept(3, 1);
  table.NoteKept(3, 0);  // was there when the plan was taken
  EXPECT_EQ(table.Count().arrived, 2u);
  table.PlanAll([](const KnownSample&) { return FormIndex{0}; });
  EXPECT_EQ(table.Count().arrived, 0u);
  table.NoteKept(0, 0);  // back to the source
  EXPECT_EQ(table.Count().arrived, 1u);
}

TEST(SampleTable, SpreadsMisplacedSamplesOverAll) {
  SampleTable table;
  ReadAll(&table, 5000);
  for (uint64_t id = 0; id < 5000; id += 2) table.Plan(id, 1);
  EXPECT_EQ(table.Misplaced(SampleTable::Wish::kPlanned, 10000).size(), 2500u);
  const std::vector<KnownSample> some = table.Misplaced(SampleTable::Wish::kPlanned, 100);
  EXPECT_GE(some.size(), 50u);
  EXPECT_LE(some.size(), 100u);
  EXPECT_GT(some.back().id, 4800u);
  for (size_t i = 1; i < some.size(); ++i) EXPECT_EQ(some[i].id - some[i - 1].id, some[1].id);
}

TEST(SampleTable, TellsWhatWasNotReadSinceItWasAskedLast) {
  SampleTable table;
  ReadAll(&table, 4);
  EXPECT_TRUE(table.Unread(10).empty());
  table.NoteCachedRead(0);
  table.NoteRead(2, Features(10), 0);
  EXPECT_EQ(table.Unread(10), (std::vector<uint64_t>{1, 3}));
  EXPECT_EQ(table.Unread(1), (std::vector<uint64_t>{0}));
  EXPECT_EQ(table.Unread(1), (std::vector<uint64_t>{1})) << "others each time";
}

TEST(SampleTable, SpreadsAFewOverAll) {
  SampleTable table;
  ReadAll(&table, 1000);
  EXPECT_EQ(table.Spread(1000).size(), 1000u);
  const std::vector<KnownSample> some = table.Spread(300);
  EXPECT_LE(some.size(), 300u);
  EXPECT_GE(some.size(), 150u);
  EXPECT_LT(some.front().id, 10u);
  EXPECT_GT(some.back().id, 990u);
  // A few samples more do not change whom plans are made for.
  table.NoteRead(1000, Features(10), 0);
  std::set<uint64_t> later;
  for (const KnownSample& sample : table.Spread(300)) later.insert(sample.id);
  for (const KnownSample& sample : some) EXPECT_TRUE(later.contains(sample.id)) << sample.id;
}

TEST(SampleTable, PlansEverySample) {
  constexpr uint64_t kMany = 3000;  // more than are planned at a time
  SampleTable table;
  ReadAll(&table, kMany);
  table.PlanAll([](const KnownSample& sample) { return static_cast<FormIndex>(sample.id % 7); });
  for (uint64_t id = 0; id < kMany; ++id) ASSERT_EQ(table.Find(id)->planned, id % 7) << id;
}

TEST(SampleTable, DoesNotPlanAVersionThatWasNotLookedAt) {
  SampleTable table;
  ReadAll(&table, 2);
  table.PlanAll([&](const KnownSample& sample) {
    if (sample.id == 1) table.NoteRead(1, Features(99), 0);  // no mutex is held
    return FormIndex{4};
  });
  EXPECT_EQ(table.Find(0)->planned, 4);
  EXPECT_EQ(table.Find(1)->planned, kNoForm);
}

TEST(SampleTable, MayBeReadWhileItIsPlanned) {
  SampleTable table;
  ReadAll(&table, 2000);
  std::atomic<bool> done{false};
  std::thread reader([&] {
    for (uint64_t id = 0; !done; id = (id + 1) % 4000) table.NoteRead(id, Features(10), 0);
  });
  for (int round = 0; round < 20; ++round) {
    table.PlanAll([&](const KnownSample&) { return static_cast<FormIndex>(round); });
  }
  done = true;
  reader.join();
  for (uint64_t id = 0; id < 2000; ++id) ASSERT_EQ(table.Find(id)->planned, 19) << id;
}

}  // namespace
}  // namespace tensorfs
