// SPDX-License-Identifier: MIT
#include "policy/migrator.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "codec/form_check.h"
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
    FormValue value;
    value.form = *ParseForm(form, pipeline_);
    value.source = {ImageFormat::kPng, kSize, 3, false};
    value.owner = bytes;
    value.bytes = *bytes;
    value.tensor_hash = TensorHash(*bytes);
    return value;
  }

  Migrator::Options Threads(int threads, size_t queue_bytes = 1 << 20) const {
    Migrator::Options options;
    options.threads = threads;
    options.queue_bytes = queue_bytes;
    return options;
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
  Migrator migrator(&pipeline_, store_.get(), Threads(2));
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

class Listener final : public MoveListener {
 public:
  void NoteMove(const MadeMove& move) override { moves.push_back(move); }
  std::vector<MadeMove> moves;
};

TEST_F(MigratorTest, TellsOfTheMovesThatWereMade) {
  Listener listener;
  Migrator migrator(&pipeline_, store_.get(), Threads(1));
  migrator.SetListener(&listener);
  migrator.Offer({"a", version_, 7}, ValueFor("final:zstd"));
  migrator.Drain();
  const std::string too_long(SampleStore::kMaxKeyBytes + 1, 'x');
  EXPECT_FALSE(migrator.Convert({too_long, version_, 8}, ValueFor("final:raw"), {}).has_value());
  migrator.SetListener(nullptr);
  migrator.Offer({"b", version_, 9}, ValueFor("final:zstd"));
  migrator.Drain();
  ASSERT_EQ(listener.moves.size(), 1u);
  EXPECT_EQ(listener.moves[0].sample, 7u);
  EXPECT_EQ(listener.moves[0].form, *ParseForm("final:zstd", pipeline_));
  EXPECT_GT(listener.moves[0].payload_bytes, 0u);
  EXPECT_GT(listener.moves[0].encode_cpu_s, 0);
}

TEST_F(MigratorTest, TakesNoMoreThanItsQueueHolds) {
  Migrator migrator(&pipeline_, store_.get(), Threads(0, 2 * kValueBytes));
  const Form form = *ParseForm("final:raw", pipeline_);
  for (const char* path : {"a", "b", "c"}) {
    EXPECT_EQ(migrator.Wants({path, version_}, form), std::string(path) != "c");
    migrator.Offer({path, version_}, ValueFor("final:raw"));
  }
  EXPECT_EQ(migrator.Stats().waiting, 2u);
  EXPECT_EQ(migrator.Stats().deferred, 1u);
}

TEST_F(MigratorTest, WantsNothingTwiceAtATime) {
  Migrator migrator(&pipeline_, store_.get(), Threads(0));
  const Form form = *ParseForm("final:raw", pipeline_);
  migrator.Offer({"a", version_}, ValueFor("final:raw"));
  EXPECT_FALSE(migrator.Wants({"a", version_}, form));
  migrator.Offer({"a", version_}, ValueFor("final:raw"));
  EXPECT_EQ(migrator.Stats().waiting, 1u);
}

TEST_F(MigratorTest, RemembersWhichVersionCannotTakeAForm) {
  Migrator migrator(&pipeline_, store_.get(), Threads(1));
  FormValue no_jpeg = ValueFor("source:jpeg-crop");
  no_jpeg.source.format = ImageFormat::kJpeg;  // it claims to be one
  const Result<void> converted = migrator.Convert({"a", version_}, no_jpeg, MoveCause::kOnRequest);
  ASSERT_FALSE(converted.has_value());
  EXPECT_EQ(converted.error().code, ErrorCode::kUnsupported);
  EXPECT_FALSE(migrator.Wants({"a", version_}, no_jpeg.form));
  EXPECT_TRUE(migrator.Wants({"a", {1, 3}}, no_jpeg.form));
  EXPECT_TRUE(migrator.Wants({"a", version_}, *ParseForm("final:raw", pipeline_)));
  EXPECT_EQ(migrator.Stats().unsuited, 1u);
}

TEST_F(MigratorTest, CountsWhatTheStoreRefuses) {
  Migrator migrator(&pipeline_, store_.get(), Threads(1));
  const std::string too_long(SampleStore::kMaxKeyBytes + 1, 'x');
  EXPECT_FALSE(migrator.Convert({too_long, version_}, ValueFor("final:raw"), MoveCause::kOnRequest)
                   .has_value());
  EXPECT_EQ(migrator.Stats().failed, 1u);
  EXPECT_EQ(migrator.Stats().converted, 0u);
}

TEST_F(MigratorTest, WantsNothingForAWhileAfterTheStoreRefused) {
  Migrator migrator(&pipeline_, store_.get(), Threads(1));
  const Form form = *ParseForm("final:raw", pipeline_);
  const std::string too_long(SampleStore::kMaxKeyBytes + 1, 'x');
  EXPECT_TRUE(migrator.Wants({"a", version_}, form));
  EXPECT_FALSE(migrator.Convert({too_long, version_}, ValueFor("final:raw"), MoveCause::kOnRequest)
                   .has_value());
  EXPECT_FALSE(migrator.Wants({"a", version_}, form));
}

// What an encoder with an error in it would do: a sound payload of something else.
Result<EncodedForm> EncodeWrongly(const Form& form, const Pipeline& pipeline,
                                  const ImageHeader& source, const TensorPlan& plan,
                                  std::span<const uint8_t> value) {
  std::vector<uint8_t> wrong(value.begin(), value.end());
  wrong.back() ^= 1;
  auto encoded = EncodeForm(form, pipeline, source, plan, wrong);
  if (encoded && encoded->buffer.empty()) {
    encoded->buffer = std::move(wrong);
    encoded->payload = encoded->buffer;
  }
  return encoded;
}

TEST_F(MigratorTest, KeepsWhatItHasRatherThanAnotherTensor) {
  Migrator::Options options = Threads(1);
  options.encode = EncodeWrongly;
  std::vector<std::string> told;
  options.on_mismatch = [&](const std::string& message) { told.push_back(message); };
  Migrator sound(&pipeline_, store_.get(), Threads(0));
  ASSERT_TRUE(sound.Convert({"a", version_}, ValueFor("final:raw"), MoveCause::kOnRequest));
  Migrator broken(&pipeline_, store_.get(), options);
  for (const char* form : {"final:zstd", "final:planar-zstd", "final:png", "final:zstd-5"}) {
    SCOPED_TRACE(form);
    const auto done = broken.Convert({"a", version_}, ValueFor(form), MoveCause::kOnRequest);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().code, ErrorCode::kUnsupported);
    EXPECT_EQ(store_->Find("a")->form.form, *ParseForm("final:raw", pipeline_));
    EXPECT_EQ(Stored("a"), std::vector<uint8_t>(kValueBytes, 7));
    EXPECT_FALSE(broken.Wants({"a", version_}, *ParseForm(form, pipeline_)));
    EXPECT_TRUE(broken.Wants({"b", version_}, *ParseForm(form, pipeline_)));
    ASSERT_FALSE(told.empty());
    EXPECT_EQ(told.back(),
              std::string("a as ") + form +
                  ": the encoded payload gives another tensor; the sample stays as it was");
  }
  EXPECT_EQ(broken.Stats().mismatches, told.size());
  EXPECT_EQ(broken.Stats().unsuited, told.size());
  EXPECT_EQ(broken.Stats().converted, 0u);
  EXPECT_EQ(broken.Stats().failed, 0u);
}

TEST_F(MigratorTest, VerifiesAPayloadThatIsTheTensorItself) {
  Migrator migrator(&pipeline_, store_.get(), Threads(0));
  FormValue value = ValueFor("final:raw");
  value.tensor_hash += 1;
  EXPECT_FALSE(migrator.Convert({"a", version_}, value, MoveCause::kOnRequest).has_value());
  EXPECT_EQ(migrator.Stats().mismatches, 1u);
  EXPECT_FALSE(store_->Find("a").has_value());
}

TEST_F(MigratorTest, GoesOnWithoutAValueThatNoMemoryIsFreeFor) {
  Migrator migrator(&pipeline_, store_.get(), Threads(1));
  FormValue value = ValueFor("final:zstd");
  value.lease_work = [] { return nullptr; };
  migrator.Offer({"a", version_}, value);
  migrator.Drain();
  EXPECT_EQ(migrator.Stats().deferred, 1u);
  EXPECT_TRUE(migrator.Wants({"a", version_}, value.form));
  std::weak_ptr<const void> held;
  value.lease_work = [&] {
    const auto memory = std::make_shared<int>();
    held = memory;
    return memory;
  };
  migrator.Offer({"a", version_}, value);
  migrator.Drain();
  EXPECT_TRUE(held.expired());
  EXPECT_EQ(migrator.Stats().converted, 1u);
}

TEST_F(MigratorTest, CountsMovesByTheirCause) {
  Migrator migrator(&pipeline_, store_.get(), Threads(1));
  migrator.Offer({"a", version_}, ValueFor("final:raw"));
  migrator.Drain();
  for (const MoveCause cause : {MoveCause::kInBackground, MoveCause::kOnRequest}) {
    for (const char* path : {"b", "c"}) {
      ASSERT_TRUE(migrator.Convert({path, version_}, ValueFor("final:raw"), cause).has_value());
    }
  }
  const MigratorStats stats = migrator.Stats();
  EXPECT_EQ(stats.causes[static_cast<size_t>(MoveCause::kOnRead)].moves, 1u);
  EXPECT_EQ(stats.causes[static_cast<size_t>(MoveCause::kInBackground)].moves, 2u);
  EXPECT_EQ(stats.causes[static_cast<size_t>(MoveCause::kOnRequest)].payload_bytes,
            2 * kValueBytes);
  EXPECT_EQ(stats.converted, 5u);
  EXPECT_GT(stats.cpu_ns, 0u);
}

TEST_F(MigratorTest, StaysWithinItsShare) {
  MigrationShare::Clock::time_point now{std::chrono::seconds(1000)};
  MigrationShare share({.share = 0.2, .cores = 1e-3, .bytes_per_s = 1e9}, [&] { return now; });
  Migrator::Options options = Threads(0);
  options.share = &share;
  Migrator migrator(&pipeline_, store_.get(), options);
  const Form form = *ParseForm("final:raw", pipeline_);
  int wanted = 0;
  for (; migrator.Wants({std::to_string(wanted), version_}, form) && wanted < 10'000; ++wanted) {
    migrator.Offer({std::to_string(wanted), version_}, ValueFor("final:raw"));
  }
  EXPECT_GT(wanted, 10);  // 0.2 ms of CPU, before it is known what a value of 144 bytes costs
  EXPECT_LT(wanted, 1000);
  now += std::chrono::seconds(2);
  EXPECT_TRUE(migrator.Wants({"a", version_}, form));
  migrator.ChargeRead(1'000'000);
  EXPECT_FALSE(migrator.Wants({"a", version_}, form));
  EXPECT_TRUE(migrator.Convert({"a", version_}, ValueFor("final:raw"), MoveCause::kOnRequest));
}

TEST_F(MigratorTest, ChargesWhatMovesHaveCostAndNoMore) {
  MigrationShare::Clock::time_point now{std::chrono::seconds(1000)};
  MigrationShare share({.share = 0.5, .cores = 1, .bytes_per_s = 1e6}, [&] { return now; });
  Migrator::Options options = Threads(1);
  options.share = &share;
  Migrator migrator(&pipeline_, store_.get(), options);
  for (const char* path : {"a", "b", "c"}) {
    migrator.Offer({path, version_}, ValueFor("final:raw"));
    migrator.Drain();
  }
  constexpr double kRecentSeconds = 5;
  const MigratorStats stats = migrator.Stats();
  EXPECT_EQ(stats.converted, 3u);
  EXPECT_NEAR(stats.use.disk * 1e6 * kRecentSeconds, 3 * kValueBytes, 1);
  EXPECT_NEAR(stats.use.cpu * 1e9 * kRecentSeconds, static_cast<double>(stats.cpu_ns), 1000);
}

TEST_F(MigratorTest, DoesNotWantAgainWhatIsTooLargeToWait) {
  Migrator migrator(&pipeline_, store_.get(), Threads(1, kValueBytes - 1));
  const Form form = *ParseForm("final:raw", pipeline_);
  EXPECT_TRUE(migrator.Wants({"a", version_}, form));
  migrator.Offer({"a", version_}, ValueFor("final:raw"));
  EXPECT_FALSE(migrator.Wants({"a", version_}, form));
  EXPECT_TRUE(migrator.Wants({"b", version_}, form));
  EXPECT_EQ(migrator.Stats().unsuited, 0u);
  EXPECT_EQ(migrator.Stats().deferred, 1u);
  EXPECT_TRUE(migrator.Convert({"a", version_}, ValueFor("final:raw"), MoveCause::kInBackground));
  EXPECT_TRUE(store_->Find("a").has_value());
}

TEST_F(MigratorTest, TheFormOfferedLastIsTheOneThatWaits) {
  Migrator migrator(&pipeline_, store_.get(), Threads(0));
  migrator.Offer({"a", version_}, ValueFor("final:raw"));
  EXPECT_TRUE(migrator.Wants({"a", version_}, *ParseForm("final:zstd", pipeline_)));
  migrator.Offer({"a", version_}, ValueFor("final:zstd"));
  EXPECT_EQ(migrator.Stats().waiting, 1u);
  EXPECT_EQ(migrator.Stats().waiting_bytes, kValueBytes);
  EXPECT_FALSE(migrator.Wants({"a", version_}, *ParseForm("final:zstd", pipeline_)));
}

TEST_F(MigratorTest, GoingBackToTheSourceGivesUpWhatWaits) {
  Migrator migrator(&pipeline_, store_.get(), Threads(0));
  ASSERT_TRUE(migrator.Convert({"a", version_}, ValueFor("final:raw"), MoveCause::kOnRequest));
  migrator.Offer({"a", version_}, ValueFor("final:zstd"));
  migrator.GoBack("a", MoveCause::kOnRead);
  EXPECT_EQ(migrator.Stats().waiting, 0u);
  EXPECT_FALSE(store_->Find("a").has_value());
}

TEST_F(MigratorTest, GoingBackToTheSourceWinsOverWhatIsBeingMoved) {
  Migrator::Options options = Threads(0);
  Migrator* raw = nullptr;
  options.encode = [&](const auto& form, const auto& pipeline, const auto& source, const auto& plan,
                       const auto& value) {
    raw->GoBack("a", MoveCause::kOnRead);
    return EncodeForm(form, pipeline, source, plan, value);
  };
  Migrator migrator(&pipeline_, store_.get(), options);
  raw = &migrator;
  for (const MoveCause cause : {MoveCause::kInBackground, MoveCause::kOnRequest}) {
    const auto done = migrator.Convert({"a", version_}, ValueFor("final:raw"), cause);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().code, ErrorCode::kStale);
  }
  EXPECT_FALSE(store_->Find("a").has_value());
  EXPECT_EQ(migrator.Stats().failed, 0u);
  EXPECT_TRUE(migrator.Wants({"a", version_}, *ParseForm("final:raw", pipeline_)));
}

TEST_F(MigratorTest, GivesUpWhatWaitsWhenItEnds) {
  {
    Migrator migrator(&pipeline_, store_.get(), Threads(0));
    migrator.Offer({"a", version_}, ValueFor("final:raw"));
  }
  EXPECT_FALSE(store_->Find("a").has_value());
}

}  // namespace
}  // namespace tensorfs
