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
  table.NoteReadAgain(7);
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
  table.NoteReadAgain(7);
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
  table.NoteKept(5, kNoForm);
  const SampleTable::Counts counts = table.Count();
  EXPECT_EQ(counts.samples, 6u);
  EXPECT_EQ(counts.reads, 6u);
  EXPECT_EQ(counts.misplaced, 1u);
  EXPECT_EQ(counts.kept[0], 4u);
  EXPECT_EQ(counts.kept[3], 1u);
  EXPECT_EQ(counts.planned[0], 2u);
  EXPECT_EQ(counts.planned[3], 2u);
  EXPECT_EQ(counts.planned[kCached], 1u);
  ASSERT_EQ(table.Misplaced(10).size(), 1u);
  EXPECT_EQ(table.Misplaced(10)[0].id, 2u);
  table.Plan(0, 2);
  EXPECT_EQ(table.Misplaced(1).size(), 1u);
  EXPECT_EQ(table.Misplaced(10).size(), 2u);
}

TEST(SampleTable, RecentReadsWeighMost) {
  SampleTable table;
  ReadAll(&table, 2);
  for (int i = 0; i < 250; ++i) table.NoteReadAgain(0);
  EXPECT_EQ(table.Find(0)->reads, 251u);
  for (int i = 0; i < 300; ++i) table.NoteReadAgain(1);
  EXPECT_LT(table.Find(0)->reads, 251u / 2 + 1);
  EXPECT_GT(table.Find(1)->reads, table.Find(0)->reads);
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
