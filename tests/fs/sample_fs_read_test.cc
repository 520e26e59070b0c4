// SPDX-License-Identifier: MIT
// What the files' bytes are, also where samples are broken, change, vanish or are many.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "fs/sample_fs.h"
#include "tests/fs/sample_fs_fixture.h"
#include "tests/fs/sample_maker.h"

namespace tensorfs {
namespace {

TEST_F(SampleFsTest, GivesTheTensorsBytes) {
  const auto png = MakePngSample(31, 17, 1);
  const auto jpeg = MakeJpegSample(40, 30, 2);
  source_.Write("x.png", png);
  source_.Write("y.JPG", jpeg);
  Mount();
  EXPECT_EQ(ReadAll("x.npy"), ExpectedFile(png, {}));
  EXPECT_EQ(ReadAll("y.npy"), ExpectedFile(jpeg, {}));
  ViewOptions view;
  view.pipeline = SmallPipeline();
  view.format = TensorFileFormat::kSafetensors;
  Mount(view);
  EXPECT_EQ(ReadAll("y.safetensors"),
            ExpectedFile(jpeg, SmallPipeline(), TensorFileFormat::kSafetensors));
}

TEST_F(SampleFsTest, SlicesAreThoseOfTheWholeFile) {
  const auto png = MakePngSample(31, 17, 1);
  source_.Write("x.png", png);
  Mount();
  const std::string whole = ExpectedFile(png, {});
  for (const size_t offset : {size_t{0}, size_t{1}, size_t{127}, size_t{1000}, whole.size() - 1}) {
    for (const size_t size : {size_t{0}, size_t{1}, size_t{500}, size_t{1} << 20}) {
      ASSERT_EQ(*ReadSlice("x.npy", offset, size), whole.substr(offset, size));
    }
  }
}

TEST_F(SampleFsTest, NothingIsBeyondTheEnd) {
  const auto png = MakePngSample(31, 17, 1);
  source_.Write("x.png", png);
  source_.Write("plain", "abc");
  Mount();
  const size_t end = ExpectedFile(png, {}).size();
  for (const uint64_t offset : {uint64_t{end}, uint64_t{end + 1}, UINT64_MAX}) {
    EXPECT_EQ(*ReadSlice("x.npy", offset, 100), "");
    EXPECT_EQ(*ReadSlice("plain", offset, 100), "");
  }
  EXPECT_EQ(stats_.Snapshot().samples, 0u) << "the end is known from the header";
}

TEST_F(SampleFsTest, OtherFilesPassThrough) {
  std::string content(300000, 'a');
  content += "\0end";
  source_.Write("a/labels.json", content);
  Mount();
  EXPECT_EQ(ReadAll("a/labels.json"), content);
  EXPECT_EQ(*ReadSlice("a/labels.json", 299999, 100), content.substr(299999));
  EXPECT_EQ(stats_.Snapshot().samples, 0u);
}

TEST_F(SampleFsTest, AHeaderMayStandBehindMuchMetadata) {
  const auto jpeg = MakeJpegSample(40, 30, 2, 3 << 20);
  source_.Write("x.jpg", jpeg);
  Mount();
  EXPECT_EQ(Walk("x.npy")->st_size, 128 + 40 * 30 * 3);
  EXPECT_EQ(ReadAll("x.npy"), ExpectedFile(jpeg, {}));
}

TEST_F(SampleFsTest, ABadSampleIsAnErrorWithItsReason) {
  source_.Write("a/bad.png", "no image at all");
  source_.Write("good.png", MakePngSample(3, 2, 1));
  Mount();
  const Result<std::string> content = ReadSlice("a/bad.npy", 0, 100);
  ASSERT_FALSE(content);
  EXPECT_NE(content.error().message.find("a/bad.png"), std::string::npos);
  EXPECT_EQ(stats_.Snapshot().sample_errors, 1u);
  EXPECT_TRUE(fs_->GetXattr(InodeOf("a/bad.npy"), "user.tensorfs.error"));
  EXPECT_EQ(ReadAll("good.npy"), ExpectedFile(MakePngSample(3, 2, 1), {}));
}

TEST_F(SampleFsTest, ARepairedSampleReadsAgain) {
  source_.Write("x.png", "no image at all");
  Mount();
  EXPECT_FALSE(ReadSlice("x.npy", 0, 100));
  source_.Write("x.png", MakePngSample(3, 2, 1));
  EXPECT_EQ(ReadAll("x.npy"), ExpectedFile(MakePngSample(3, 2, 1), {}));
  EXPECT_FALSE(fs_->GetXattr(InodeOf("x.npy"), "user.tensorfs.error"));
}

TEST_F(SampleFsTest, ATruncatedImageGivesItsTensorOrAnError) {
  for (const auto& image : {MakePngSample(13, 11, 1), MakeJpegSample(13, 11, 1)}) {
    for (size_t length = 0; length < image.size(); ++length) {
      const std::span<const uint8_t> part(image.data(), length);
      source_.Write("x.png", part);
      Mount();
      const Result<std::string> content = ReadSlice("x.npy", 0, 1 << 20);
      ASSERT_EQ(content.value_or(""), ExpectedFile(part, {})) << "of the first " << length;
      if (content) {
        ASSERT_EQ(content->size(), static_cast<size_t>(Walk("x.npy")->st_size));
      }
    }
  }
}

TEST_F(SampleFsTest, AVanishedSourceIsNotFound) {
  source_.Write("x.png", MakePngSample(3, 2, 1));
  source_.Write("plain", "abc");
  Mount();
  const Inode sample = InodeOf("x.npy");
  const Inode plain = InodeOf("plain");
  source_.Remove("x.png");
  source_.Remove("plain");
  for (const Inode inode : {sample, plain}) {
    EXPECT_EQ(fs_->Read(inode, 0, 100).error().code, ErrorCode::kNotFound);
    EXPECT_EQ(fs_->GetAttr(inode).error().code, ErrorCode::kNotFound);
  }
  EXPECT_EQ(stats_.Snapshot().sample_errors, 0u);
}

TEST_F(SampleFsTest, AChangedSourceShowsItsNewTensor) {
  source_.Write("x.png", MakePngSample(30, 20, 1));
  Mount();
  EXPECT_EQ(ReadSlice("x.npy", 0, 10)->size(), 10u);
  source_.Remove("x.png");
  source_.Write("x.png", MakePngSample(20, 30, 2));
  EXPECT_EQ(ReadAll("x.npy"), ExpectedFile(MakePngSample(20, 30, 2), {}));
  EXPECT_EQ(Walk("x.npy")->st_size, 128 + 20 * 30 * 3);
  EXPECT_EQ(stats_.Snapshot().samples, 2u);
}

TEST_F(SampleFsTest, ASourceThatBecomesADirectoryIsNoFile) {
  source_.Write("x.png", MakePngSample(3, 2, 1));
  Mount();
  const Inode inode = InodeOf("x.npy");
  source_.Remove("x.png");
  source_.MakeDir("x.png");
  EXPECT_FALSE(fs_->Read(inode, 0, 100));
  EXPECT_TRUE(S_ISDIR(fs_->GetAttr(inode)->st_mode));
}

TEST_F(SampleFsTest, ManyReadersOfOneFileShareOneDecode) {
  const auto jpeg = MakeJpegSample(1200, 900, 1);
  source_.Write("x.jpg", jpeg);
  Mount();
  const std::string whole = ExpectedFile(jpeg, {});
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (size_t reader = 0; reader < 16; ++reader) {
    threads.emplace_back([&, reader] {
      // No reader takes the first bytes, so the file is not dropped as read.
      if (*ReadSlice("x.npy", 1 + reader, 5000) == whole.substr(1 + reader, 5000)) ++right;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 16);
  EXPECT_EQ(stats_.Snapshot().samples, 1u);
}

TEST_F(SampleFsTest, AFileIsLetGoOnceItWasReadWhole) {
  source_.Write("x.png", MakePngSample(300, 200, 1));
  Mount();
  const auto size = static_cast<size_t>(Walk("x.npy")->st_size);
  EXPECT_EQ(ReadSlice("x.npy", size / 2, size)->size(), size - size / 2);
  EXPECT_EQ(fs_->Memory().used_bytes, size);
  EXPECT_EQ(ReadSlice("x.npy", 0, size / 2)->size(), size / 2);
  EXPECT_EQ(fs_->Memory().used_bytes, 0u);
  EXPECT_EQ(stats_.Snapshot().samples, 1u);
}

TEST_F(SampleFsTest, AFileThatNobodyFinishesReadingIsLetGo) {
  source_.Write("x.png", MakePngSample(300, 200, 1));
  Mount();
  EXPECT_TRUE(ReadSlice("x.npy", 0, 10));
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (fs_->Memory().used_bytes > 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(fs_->Memory().used_bytes, 0u);
}

constexpr size_t kSmallBudgetBytes = 4 << 20;

TEST_F(SampleFsTest, ASampleBeyondTheBudgetIsRefusedAndOthersGoOn) {
  source_.Write("large.png", MakePngSample(1500, 1000, 1));
  source_.Write("small.png", MakePngSample(30, 20, 1));
  Mount({}, {.tensor_budget_bytes = kSmallBudgetBytes});
  const Result<std::string> content = ReadSlice("large.npy", 0, 100);
  ASSERT_FALSE(content);
  EXPECT_EQ(content.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(ReadAll("small.npy"), ExpectedFile(MakePngSample(30, 20, 1), {}));
}

TEST_F(SampleFsTest, FilesReadInPartGiveWayToOthers) {
  constexpr int kFiles = 20;
  for (int i = 0; i < kFiles; ++i) {
    source_.Write(std::to_string(i) + ".png", MakePngSample(500, 400, static_cast<unsigned>(i)));
  }
  Mount({}, {.tensor_budget_bytes = kSmallBudgetBytes});
  for (int i = 0; i < kFiles; ++i) EXPECT_TRUE(ReadSlice(std::to_string(i) + ".npy", 0, 10));
  EXPECT_LE(fs_->Memory().peak_bytes, kSmallBudgetBytes);
}

TEST_F(SampleFsTest, ManyReadersOfLargeImagesStayWithinTheBudget) {
  constexpr size_t kImages = 8;
  constexpr size_t kReaders = 64;
  std::vector<std::string> expected;
  for (size_t i = 0; i < kImages; ++i) {
    const auto image = i % 2 == 0 ? MakePngSample(700, 500, static_cast<unsigned>(i))
                                  : MakeJpegSample(700, 500, static_cast<unsigned>(i));
    source_.Write(std::to_string(i) + ".png", image);
    expected.push_back(ExpectedFile(image, {}));
  }
  Mount({}, {.tensor_budget_bytes = 2 * kSmallBudgetBytes});
  std::atomic<size_t> right = 0;
  std::vector<std::thread> threads;
  for (size_t reader = 0; reader < kReaders; ++reader) {
    threads.emplace_back([&, reader] {
      const size_t image = reader % kImages;
      const std::string name = std::to_string(image) + ".npy";
      const size_t half = expected[image].size() / 2;
      const std::string first = ReadSlice(name, 0, half).value_or("");
      const std::string second = ReadSlice(name, half, expected[image].size()).value_or("");
      if (first + second == expected[image]) ++right;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, kReaders);
  EXPECT_LE(fs_->Memory().peak_bytes, 2 * kSmallBudgetBytes);
}

}  // namespace
}  // namespace tensorfs
