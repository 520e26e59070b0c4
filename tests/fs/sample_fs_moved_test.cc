// SPDX-License-Identifier: MIT
// Samples that reads move to another form: their bytes, before, meanwhile and after, and the memory
// that this takes.
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "tests/fs/fixed_policy.h"
#include "tests/fs/sample_fs_fixture.h"
#include "tests/fs/sample_maker.h"

namespace tensorfs {
namespace {

class MovedSampleTest : public SampleFsTest {
 protected:
  void SetUp() override {
    for (const auto& [path, bytes] : {std::pair{"x.png", MakePngSample(90, 68, 1)},
                                      std::pair{"y.jpg", MakeJpegSample(120, 90, 2)},
                                      std::pair{"z.jpg", MakeJpegSample(700, 500, 3)}}) {
      source_.Write(path, bytes);
    }
    ViewOptions view;
    view.pipeline = pipeline_;
    Mount(view);
    for (const char* path : kPaths) expected_.push_back(ReadAll(path));
    auto store = SampleStore::Open(kept_.path(), {.limit_bytes = 64 << 20});
    ASSERT_TRUE(store.has_value()) << store.error().message;
    store_ = std::move(*store);
  }

  void TearDown() override { End(); }

  void End() {
    fs_.reset();  // first: values of it may still wait
    policy_.reset();
    migrator_.reset();
    view_.reset();
  }

  void Start(const std::string& form, const Migrator::Options& options, ServeOptions serve = {}) {
    End();
    migrator_.emplace(&pipeline_, store_.get(), options);
    policy_ = std::make_unique<FixedPolicy>(form, pipeline_, store_.get(), &*migrator_, &stats_);
    derived_ = {
        .store = store_.get(), .cache = nullptr, .migrator = &*migrator_, .policy = policy_->get()};
    view_.emplace();
    view_->Publish(&derived_);
    ViewOptions view;
    view.pipeline = pipeline_;
    auto fs = SampleFs::Create(source_.path(), view, serve, &stats_, &*view_);
    ASSERT_TRUE(fs.has_value()) << fs.error().message;
    fs_ = std::move(*fs);
  }

  void ExpectRightBytes() {
    for (size_t i = 0; i < std::size(kPaths); ++i) {
      EXPECT_TRUE(ReadAll(kPaths[i]) == expected_[i]) << kPaths[i];
    }
  }

  uint64_t FromStore() const {
    return stats_.Snapshot().origins[static_cast<size_t>(Origin::kStore)].samples;
  }

  static constexpr const char* kPaths[] = {"x.npy", "y.npy", "z.npy"};
  const Pipeline pipeline_ = SmallPipeline();
  TempTree kept_;
  std::vector<std::string> expected_;
  std::unique_ptr<SampleStore> store_;
  std::optional<Migrator> migrator_;
  std::unique_ptr<FixedPolicy> policy_;
  Derived derived_;
  std::optional<DerivedView> view_;
};

TEST_F(MovedSampleTest, HasTheSameBytesInEveryFormAndPassesTheCheck) {
  const char* const forms[] = {"source:jpeg-crop",  "decode:planar-zstd", "decode:zstd-3",
                               "resize:png",        "resize:raw",         "final:zstd",
                               "final:planar-zstd", "final:raw"};
  for (const char* form : forms) {
    SCOPED_TRACE(form);
    Start(form, {});
    ExpectRightBytes();
    migrator_->Drain();
    const MigratorStats stats = migrator_->Stats();
    EXPECT_EQ(stats.mismatches, 0u);
    EXPECT_EQ(stats.failed, 0u);
    EXPECT_EQ(stats.converted + stats.unsuited, std::size(kPaths));
    const uint64_t before = FromStore();
    ExpectRightBytes();
    EXPECT_EQ(FromStore() - before, stats.converted);
    EXPECT_EQ(fs_->Memory().used_bytes, 0u);
  }
}

TEST_F(MovedSampleTest, IsServedFromTheSourceWhereAnEncoderIsWrong) {
  Migrator::Options options;
  std::atomic<int> told{0};
  options.on_mismatch = [&](const std::string&) { ++told; };
  options.encode = [](const Form& form, const Pipeline& pipeline, const ImageHeader& source,
                      const TensorPlan& plan, std::span<const uint8_t> value) {
    std::vector<uint8_t> wrong(value.begin(), value.end());
    wrong[wrong.size() / 2] ^= 0x80;
    return EncodeForm(form, pipeline, source, plan, wrong);
  };
  Start("resize:zstd", options);
  for (int epoch = 0; epoch < 3; ++epoch) {
    ExpectRightBytes();
    migrator_->Drain();
  }
  EXPECT_EQ(migrator_->Stats().mismatches, std::size(kPaths));
  EXPECT_EQ(told, static_cast<int>(std::size(kPaths)));
  EXPECT_EQ(migrator_->Stats().converted, 0u);
  EXPECT_EQ(FromStore(), 0u);
}

TEST_F(MovedSampleTest, ValuesThatWaitAreWithinTheMemoryBudget) {
  for (const char* form : {"source:jpeg-crop", "decode:zstd", "resize:zstd", "final:zstd"}) {
    SCOPED_TRACE(form);
    Migrator::Options options;
    options.threads = 0;
    Start(form, options);
    ExpectRightBytes();
    const uint64_t waiting_bytes = migrator_->Stats().waiting_bytes;
    EXPECT_GT(waiting_bytes, 0u);
    EXPECT_GE(fs_->Memory().used_bytes, waiting_bytes);
  }
}

TEST_F(MovedSampleTest, IsReadAsEverWhereMemoryIsTooSmallToMoveIt) {
  ServeOptions serve;
  serve.tensor_budget_bytes = 2 << 20;  // enough to decode, not to encode
  Start("decode:zstd-19", {}, serve);
  ExpectRightBytes();
  migrator_->Drain();
  ExpectRightBytes();
  EXPECT_EQ(migrator_->Stats().converted, 0u);
  EXPECT_EQ(migrator_->Stats().failed, 0u);
  EXPECT_LE(fs_->Memory().peak_bytes, serve.tensor_budget_bytes);
}

TEST_F(MovedSampleTest, IsMovedInTheBackgroundAndBack) {
  Start("source:original", {});
  const Form form = *ParseForm("resize:zstd", pipeline_);
  for (const char* path : kPaths) {
    EXPECT_EQ(*fs_->Convert(InodeOf(path), form, MoveCause::kInBackground), true);
    EXPECT_EQ(*fs_->Convert(InodeOf(path), form, MoveCause::kInBackground), false);
  }
  EXPECT_TRUE(store_->Find("x.png").has_value());
  EXPECT_EQ(migrator_->Stats().causes[static_cast<size_t>(MoveCause::kInBackground)].moves, 3u);
  EXPECT_EQ(*fs_->Convert(InodeOf("x.npy"), {}, MoveCause::kInBackground), true);
  EXPECT_FALSE(store_->Find("x.png").has_value());
  ExpectRightBytes();  // and so the others go back too
  EXPECT_FALSE(store_->Find("z.jpg").has_value());
}

TEST_F(MovedSampleTest, GoesOnFromWhatIsKeptWithoutItsSource) {
  const auto converted = [&] { return migrator_->Stats().converted; };
  Start("decode:zstd", {});
  ExpectRightBytes();
  migrator_->Drain();
  EXPECT_EQ(converted(), std::size(kPaths));
  for (const char* form : {"decode:raw", "resize:planar-zstd", "final:raw", "final:planar-zstd"}) {
    SCOPED_TRACE(form);
    Start(form, {});
    const uint64_t before = FromStore();
    ExpectRightBytes();
    EXPECT_EQ(FromStore() - before, std::size(kPaths)) << "also the reads that move";
    migrator_->Drain();
    EXPECT_EQ(converted(), std::size(kPaths));
    EXPECT_EQ(migrator_->Stats().mismatches, 0u);
    ExpectRightBytes();
    EXPECT_EQ(fs_->Memory().used_bytes, 0u);
  }
}

TEST_F(MovedSampleTest, NeedsItsSourceToGoBackAStage) {
  Start("final:raw", {});
  ExpectRightBytes();
  migrator_->Drain();
  Start("resize:zstd", {});
  const uint64_t before = FromStore();
  ExpectRightBytes();
  EXPECT_EQ(FromStore(), before);
  migrator_->Drain();
  EXPECT_EQ(migrator_->Stats().converted, std::size(kPaths));
  ExpectRightBytes();
}

}  // namespace
}  // namespace tensorfs
