// SPDX-License-Identifier: MIT
#include "policy/migrator.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "codec/stored_tensor_job.h"

namespace tensorfs {
namespace {

constexpr ImageSize kSize = {8, 6};

class MigratorTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "migrator-XXXXXX";
    directory_ = mkdtemp(name.data());
    auto store = SampleStore::Open(directory_, {.limit_bytes = 8 << 20});
    ASSERT_TRUE(store.has_value()) << store.error().message;
    store_ = std::move(*store);
  }

  void TearDown() override {
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  // A decoded image, which is this pipeline's final tensor.
  FormValue ValueFor(const std::string& form, uint8_t fill = 7) {
    const auto bytes = std::make_shared<std::vector<uint8_t>>(kSize.width * kSize.height * 3, fill);
    return {.form = *ParseForm(form, pipeline_),
            .source = {ImageFormat::kPng, kSize, 3, false},
            .owner = bytes,
            .bytes = *bytes};
  }

  std::vector<uint8_t> Stored(const std::string& path) {
    const auto sample = store_->Find(path);
    if (!sample) return {};
    std::vector<uint8_t> payload(sample->location.payload_bytes);
    EXPECT_TRUE(store_->Read(path, *sample, payload).has_value());
    const auto job = StoredTensorJob::Create(pipeline_, sample->form, payload.size());
    std::vector<uint8_t> tensor(job->spec().SizeBytes());
    EXPECT_TRUE(job->Run(payload, tensor).has_value());
    return tensor;
  }

  static constexpr size_t kValueBytes = 8 * 6 * 3;
  const Pipeline pipeline_;
  const SourceVersion version_ = {1, 2};
  std::string directory_;
  std::unique_ptr<SampleStore> store_;
};

TEST_F(MigratorTest, StoresWhatItIsOffered) {
  Migrator migrator(&pipeline_, store_.get(), 1 << 20, 2);
  for (int i = 0; i < 50; ++i) {
    migrator.Offer({std::to_string(i), version_}, ValueFor("final:zstd", static_cast<uint8_t>(i)));
  }
  migrator.Drain();
  EXPECT_EQ(migrator.Stats().converted, 50u);
  EXPECT_EQ(migrator.Stats().waiting, 0u);
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(Stored(std::to_string(i)), std::vector<uint8_t>(kValueBytes, i));
  }
}

TEST_F(MigratorTest, TakesNoMoreThanItsQueueHolds) {
  Migrator migrator(&pipeline_, store_.get(), 2 * kValueBytes, /*threads=*/0);
  const Form form = *ParseForm("final:raw", pipeline_);
  for (const char* path : {"a", "b", "c"}) {
    EXPECT_EQ(migrator.Wants({path, version_}, form), std::string(path) != "c");
    migrator.Offer({path, version_}, ValueFor("final:raw"));
  }
  EXPECT_EQ(migrator.Stats().waiting, 2u);
  EXPECT_EQ(migrator.Stats().deferred, 1u);
}

TEST_F(MigratorTest, WantsNothingTwiceAtATime) {
  Migrator migrator(&pipeline_, store_.get(), 1 << 20, /*threads=*/0);
  const Form form = *ParseForm("final:raw", pipeline_);
  migrator.Offer({"a", version_}, ValueFor("final:raw"));
  EXPECT_FALSE(migrator.Wants({"a", version_}, form));
  migrator.Offer({"a", version_}, ValueFor("final:raw"));
  EXPECT_EQ(migrator.Stats().waiting, 1u);
}

TEST_F(MigratorTest, RemembersWhichVersionCannotTakeAForm) {
  Migrator migrator(&pipeline_, store_.get(), 1 << 20, 1);
  FormValue no_jpeg = ValueFor("source:jpeg-crop");
  no_jpeg.source.format = ImageFormat::kJpeg;  // it claims to be one
  const Result<void> converted = migrator.Convert({"a", version_}, no_jpeg);
  ASSERT_FALSE(converted.has_value());
  EXPECT_EQ(converted.error().code, ErrorCode::kUnsupported);
  EXPECT_FALSE(migrator.Wants({"a", version_}, no_jpeg.form));
  EXPECT_TRUE(migrator.Wants({"a", {1, 3}}, no_jpeg.form));
  EXPECT_TRUE(migrator.Wants({"a", version_}, *ParseForm("final:raw", pipeline_)));
  EXPECT_EQ(migrator.Stats().unsuited, 1u);
}

TEST_F(MigratorTest, CountsWhatTheStoreRefuses) {
  Migrator migrator(&pipeline_, store_.get(), 1 << 20, 1);
  const std::string too_long(SampleStore::kMaxKeyBytes + 1, 'x');
  EXPECT_FALSE(migrator.Convert({too_long, version_}, ValueFor("final:raw")).has_value());
  EXPECT_EQ(migrator.Stats().failed, 1u);
  EXPECT_EQ(migrator.Stats().converted, 0u);
}

TEST_F(MigratorTest, WantsNothingForAWhileAfterTheStoreRefused) {
  Migrator migrator(&pipeline_, store_.get(), 1 << 20, 1);
  const Form form = *ParseForm("final:raw", pipeline_);
  const std::string too_long(SampleStore::kMaxKeyBytes + 1, 'x');
  EXPECT_TRUE(migrator.Wants({"a", version_}, form));
  EXPECT_FALSE(migrator.Convert({too_long, version_}, ValueFor("final:raw")).has_value());
  EXPECT_FALSE(migrator.Wants({"a", version_}, form));
}

TEST_F(MigratorTest, GivesUpWhatWaitsWhenItEnds) {
  {
    Migrator migrator(&pipeline_, store_.get(), 1 << 20, /*threads=*/0);
    migrator.Offer({"a", version_}, ValueFor("final:raw"));
  }
  EXPECT_FALSE(store_->Find("a").has_value());
}

}  // namespace
}  // namespace tensorfs
