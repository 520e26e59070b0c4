// SPDX-License-Identifier: MIT
// Samples that the store keeps: which of it is used, and what becomes of what is no good.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <vector>

#include "fs/sample_loader.h"
#include "fs/source_stamp.h"
#include "tests/fs/sample_fs_fixture.h"
#include "tests/fs/sample_maker.h"

namespace tensorfs {
namespace {

class StoredSampleTest : public SampleFsTest {
 protected:
  void SetUp() override {
    source_.Write("a/x.png", MakePngSample(20, 18, 1));
    auto store = SampleStore::Open(kept_.path(), {.limit_bytes = 8 << 20});
    ASSERT_TRUE(store.has_value()) << store.error().message;
    store_ = std::move(*store);
    migrator_.emplace(&pipeline_, store_.get(), Migrator::Options{.queue_bytes = 1 << 20});
    derived_ = {
        .store = store_.get(), .cache = nullptr, .migrator = &*migrator_, .policy = nullptr};
    view_.Publish(&derived_);
    Start({});
    right_ = ReadAll("a/x.npy");
  }

  void Start(ServeOptions serve) {
    ViewOptions view;
    view.pipeline = pipeline_;
    serve.meters = {.source = &source_meter_, .store = &store_meter_, .requests = &request_meter_};
    auto fs = SampleFs::Create(source_.path(), view, serve, &stats_, &view_);
    ASSERT_TRUE(fs.has_value()) << fs.error().message;
    fs_ = std::move(*fs);
  }

  std::string ReadWhole(Inode inode) {
    const Result<ReadReply> reply = fs_->Read(inode, 0, 1 << 20);
    if (!reply) return "error " + reply.error().message;
    return {reinterpret_cast<const char*>(reply->bytes.data()), reply->bytes.size()};
  }

  void TearDown() override {
    fs_.reset();
    migrator_.reset();
    store_.reset();
  }

  // Puts a final tensor of these bytes into the store, as if it came from the source as it is.
  void Keep(uint8_t fill, size_t bytes, uint64_t fingerprint) {
    struct stat attributes;
    ASSERT_EQ(stat(source_.At("a/x.png").c_str(), &attributes), 0);
    const StoredForm form{.form = *ParseForm("final:raw", pipeline_),
                          .stage_fingerprint = fingerprint,
                          .source_size = {20, 18},
                          .window = {0, 0, 12, 12}};
    const std::vector<uint8_t> payload(bytes, fill);
    ASSERT_TRUE(store_->Put("a/x.png", VersionOf(attributes), form, payload).has_value());
  }

  uint64_t Fingerprint() const { return StageFingerprint(pipeline_, FinalStage(pipeline_)); }

  static constexpr size_t kTensorBytes = 12 * 12 * 3;
  const Pipeline pipeline_ = SmallPipeline();
  ReadMeter source_meter_;
  ReadMeter store_meter_;
  ReadMeter request_meter_;
  TempTree kept_;
  std::unique_ptr<SampleStore> store_;
  std::optional<Migrator> migrator_;
  Derived derived_;
  DerivedView view_;
  std::string right_;
};

TEST_F(StoredSampleTest, IsReadFromTheStore) {
  Keep(7, kTensorBytes, Fingerprint());
  const std::string got = ReadAll("a/x.npy");
  EXPECT_EQ(got.substr(128), std::string(kTensorBytes, 7));
  EXPECT_EQ(*fs_->GetXattr(InodeOf("a/x.npy"), "user.tensorfs.form"), "final:raw");
}

TEST_F(StoredSampleTest, IsReadWithoutALookAtASourceThatIsTrusted) {
  for (const bool trusted : {true, false}) {
    source_.Write("a/x.png", MakePngSample(20, 18, 1));
    Keep(7, kTensorBytes, Fingerprint());
    Start({.source_trust_s = trusted ? 3600.0 : 0.0});
    const Inode inode = InodeOf("a/x.npy");
    source_.Remove("a/x.png");
    if (trusted) {
      EXPECT_EQ(ReadWhole(inode).substr(128), std::string(kTensorBytes, 7));
    } else {
      EXPECT_EQ(ReadWhole(inode).substr(0, 6), "error ");
    }
  }
}

TEST_F(StoredSampleTest, ATrustedSourceThatHasToBeReadIsLookedAt) {
  Start({.source_trust_s = 3600});
  const Inode inode = InodeOf("a/x.npy");
  source_.Remove("a/x.png");
  source_.Write("a/x.png", MakePngSample(20, 18, 2));
  const std::string changed = ReadWhole(inode);
  EXPECT_NE(changed, right_);
  EXPECT_EQ(changed, ReadAll("a/x.npy"));
  EXPECT_EQ(stats_.Snapshot().sample_errors, 0u);
  source_.Remove("a/x.png");
  EXPECT_EQ(fs_->Read(inode, 0, 1 << 20).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(stats_.Snapshot().sample_errors, 0u);
}

TEST_F(StoredSampleTest, OfWrongContentIsFoundByComparingAndDropped) {
  Keep(7, kTensorBytes, Fingerprint());
  const auto comparison = fs_->Compare("a/x.png");
  ASSERT_TRUE(comparison.has_value()) << comparison.error().message;
  EXPECT_TRUE(comparison->store_differs);
  EXPECT_FALSE(store_->Find("a/x.png").has_value());
  EXPECT_EQ(ReadAll("a/x.npy"), right_);
  EXPECT_FALSE(fs_->Compare("a/x.png")->store_differs);
}

TEST_F(StoredSampleTest, OfWrongSizeOrOtherStepsGivesWayToTheSource) {
  Keep(7, kTensorBytes - 1, Fingerprint());
  EXPECT_EQ(ReadAll("a/x.npy"), right_);
  EXPECT_FALSE(store_->Find("a/x.png").has_value());
  Keep(7, kTensorBytes, Fingerprint() + 1);
  EXPECT_EQ(ReadAll("a/x.npy"), right_);
  EXPECT_FALSE(store_->Find("a/x.png").has_value());
}

TEST_F(StoredSampleTest, IsConvertedOnRequest) {
  const Inode inode = InodeOf("a/x.npy");
  const Form form = *ParseForm("resize:zstd", pipeline_);
  EXPECT_EQ(*fs_->Convert(inode, form), true);
  EXPECT_EQ(*fs_->Convert(inode, form), false);
  EXPECT_EQ(ReadAll("a/x.npy"), right_);
  EXPECT_EQ(stats_.Snapshot().origins[static_cast<size_t>(Origin::kStore)].samples, 1u);
  EXPECT_EQ(fs_->Convert(inode, *ParseForm("source:jpeg-crop", pipeline_)).error().code,
            ErrorCode::kUnsupported);
  EXPECT_EQ(*fs_->Convert(inode, {}), true);
  EXPECT_FALSE(store_->Find("a/x.png").has_value());
}

TEST_F(StoredSampleTest, AreListedBelowAPath) {
  source_.Write("a/b/y.jpg", "not even an image");
  source_.Write("a/labels.csv", "x");
  EXPECT_EQ(fs_->ListSamples("")->size(), 2u);
  EXPECT_EQ(fs_->ListSamples("a/b")->size(), 1u);
  EXPECT_EQ(*fs_->ListSamples("a/x.npy"), std::vector<Inode>{InodeOf("a/x.npy")});
  EXPECT_EQ(fs_->ListSamples("a/labels.csv")->size(), 0u);
  EXPECT_EQ(fs_->ListSamples("nowhere").error().code, ErrorCode::kNotFound);
}

TEST_F(StoredSampleTest, ReadsAreMeteredWhereTheyGo) {
  const uint64_t source_bytes = MakePngSample(20, 18, 1).size();
  EXPECT_EQ(source_meter_.Totals().bytes, source_bytes);
  EXPECT_EQ(store_meter_.Totals().reads, 0u);
  EXPECT_EQ(request_meter_.Totals().bytes, right_.size());
  Keep(7, kTensorBytes, Fingerprint());
  ReadAll("a/x.npy");
  EXPECT_EQ(source_meter_.Totals().bytes, source_bytes);
  EXPECT_EQ(store_meter_.Totals().bytes, kTensorBytes);
  EXPECT_EQ(store_meter_.Totals().reads, 1u);
  EXPECT_EQ(request_meter_.Totals().bytes, 2 * right_.size());
}

}  // namespace
}  // namespace tensorfs
