// SPDX-License-Identifier: MIT
#include "codec/tensor_file.h"

#include <gtest/gtest.h>

#include <numeric>

namespace tensorfs {
namespace {

using namespace std::string_literals;

// The whole file of a tensor whose bytes count up from 1.
std::string FileOf(TensorFileFormat format, const TensorSpec& spec) {
  const TensorFileLayout layout = TensorFileLayout::Create(format, spec).value();
  std::vector<uint8_t> file(layout.file_bytes(), 0xcc);
  const auto tensor = file.begin() + static_cast<int64_t>(layout.tensor_offset());
  std::iota(tensor, tensor + static_cast<int64_t>(layout.tensor_bytes()), uint8_t{1});
  layout.Finish(file);
  return std::string(file.begin(), file.end());
}

// A little-endian number of four bytes.
std::string Number(uint32_t value) {
  std::string text;
  for (int shift = 0; shift < 32; shift += 8) text += static_cast<char>(value >> shift);
  return text;
}

TEST(TensorFile, NpyHasTheHeaderOfNumpy) {
  const std::string file = FileOf(TensorFileFormat::kNpy, {DType::kUint8, {224, 224, 3}});
  ASSERT_EQ(file.size(), 128u + 224 * 224 * 3);
  const std::string dict = "{'descr': '|u1', 'fortran_order': False, 'shape': (224, 224, 3), }";
  const std::string padding(128 - 10 - dict.size() - 1, ' ');
  EXPECT_EQ(file.substr(0, 128), "\x93NUMPY\x01\x00\x76\x00"s + dict + padding + "\n");
  EXPECT_EQ(file.substr(128, 3), "\x01\x02\x03");
}

TEST(TensorFile, NpyNamesEachDtype) {
  const auto header = [](DType dtype) {
    return FileOf(TensorFileFormat::kNpy, {dtype, {1, 2, 2}}).substr(10, 16);
  };
  EXPECT_EQ(header(DType::kUint8), "{'descr': '|u1',");
  EXPECT_EQ(header(DType::kFloat16), "{'descr': '<f2',");
  EXPECT_EQ(header(DType::kFloat32), "{'descr': '<f4',");
}

TEST(TensorFile, NpyHeaderIs128BytesForEveryShapeThereCanBe) {
  for (const int64_t side : {int64_t{1}, int64_t{13'377}, int64_t{178'956'970}}) {
    const TensorSpec spec = {DType::kFloat32, {side, 178'956'970 / side, 3}};
    EXPECT_EQ(TensorFileLayout::Create(TensorFileFormat::kNpy, spec)->tensor_offset(), 128u);
  }
}

TEST(TensorFile, EveryFormatGivesTheTensorBack) {
  for (const TensorFileFormat format :
       {TensorFileFormat::kNpy, TensorFileFormat::kRaw, TensorFileFormat::kSafetensors,
        TensorFileFormat::kPpm, TensorFileFormat::kBmp}) {
    for (const int64_t channels : {1, 3}) {
      const TensorSpec spec = {DType::kUint8, {5, 7, channels}};
      const std::string file = FileOf(format, spec);
      const TensorFileLayout layout = TensorFileLayout::Create(format, spec).value();
      std::vector<uint8_t> tensor(layout.tensor_bytes());
      layout.ReadTensor({reinterpret_cast<const uint8_t*>(file.data()), file.size()}, tensor);
      std::vector<uint8_t> wanted(tensor.size());
      std::iota(wanted.begin(), wanted.end(), uint8_t{1});
      EXPECT_EQ(tensor, wanted) << NameOf(format) << ", " << channels << " channels";
    }
  }
}

TEST(TensorFile, RawIsTheTensorAlone) {
  EXPECT_EQ(FileOf(TensorFileFormat::kRaw, {DType::kFloat16, {1, 1, 3}}),
            "\x01\x02\x03\x04\x05\x06");
}

TEST(TensorFile, SafetensorsDataStartOnAPage) {
  const std::string file = FileOf(TensorFileFormat::kSafetensors, {DType::kBfloat16, {3, 2, 1}});
  const std::string json = R"({"tensor":{"dtype":"BF16","shape":[3,2,1],"data_offsets":[0,12]}})";
  ASSERT_EQ(file.size(), 4096u + 12);
  EXPECT_EQ(file.substr(0, 8), Number(4088) + Number(0));
  EXPECT_EQ(file.substr(8, 4088), json + std::string(4088 - json.size(), ' '));
  EXPECT_EQ(file.substr(4096), "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c");
}

TEST(TensorFile, PpmIsP6InColourAndP5InGrey) {
  EXPECT_EQ(FileOf(TensorFileFormat::kPpm, {DType::kUint8, {1, 2, 3}}),
            "P6\n2 1\n255\n\x01\x02\x03\x04\x05\x06");
  EXPECT_EQ(FileOf(TensorFileFormat::kPpm, {DType::kUint8, {2, 1, 1}}), "P5\n1 2\n255\n\x01\x02");
}

TEST(TensorFile, BmpIsBottomUpInBlueGreenRedWithPaddedRows) {
  const std::string header = "BM" + Number(54 + 16) + Number(0) + Number(54) + Number(40) +
                             Number(2) + Number(2) + "\x01\x00\x18\x00"s + Number(0) + Number(16) +
                             Number(2835) + Number(2835) + Number(0) + Number(0);
  EXPECT_EQ(FileOf(TensorFileFormat::kBmp, {DType::kUint8, {2, 2, 3}}),
            header + "\x09\x08\x07\x0c\x0b\x0a\x00\x00\x03\x02\x01\x06\x05\x04\x00\x00"s);
}

TEST(TensorFile, GreyBmpHasAPaletteOfGreys) {
  const std::string file = FileOf(TensorFileFormat::kBmp, {DType::kUint8, {2, 3, 1}});
  ASSERT_EQ(file.size(), 54u + 1024 + 8);
  EXPECT_EQ(file.substr(10, 4), Number(54 + 1024));
  EXPECT_EQ(file.substr(28, 2), "\x08\x00"s);
  EXPECT_EQ(file.substr(54, 8), "\x00\x00\x00\x00\x01\x01\x01\x00"s);
  EXPECT_EQ(file.substr(54 + 1020, 4), "\xff\xff\xff\x00"s);
  EXPECT_EQ(file.substr(54 + 1024), "\x04\x05\x06\x00\x01\x02\x03\x00"s);
}

TEST(TensorFile, RefusesWhatAFormatCannotHold) {
  const auto check = [](TensorFileFormat format, std::vector<Step> steps,
                        std::optional<Layout> layout = {}) {
    const auto pipeline = Pipeline::Create(std::move(steps), layout);
    const auto result = CheckPresentable(format, pipeline.value());
    return result ? "" : result.error().message;
  };
  const Step bfloat16 = ConvertImageDtype{DType::kBfloat16};
  EXPECT_EQ(check(TensorFileFormat::kNpy, {ToTensor{}, bfloat16}),
            "npy cannot hold bfloat16, which NumPy does not have: present raw or safetensors");
  EXPECT_EQ(check(TensorFileFormat::kRaw, {ToTensor{}, bfloat16}), "");
  EXPECT_EQ(check(TensorFileFormat::kSafetensors, {ToTensor{}, bfloat16}), "");
  EXPECT_EQ(check(TensorFileFormat::kPpm, {}), "");
  EXPECT_EQ(check(TensorFileFormat::kPpm, {ToTensor{}}),
            "ppm holds uint8 images only, but the pipeline ends in float32");
  EXPECT_EQ(check(TensorFileFormat::kBmp, {PilToTensor{}}),
            "bmp needs the layout hwc, but the pipeline's is chw");
  EXPECT_EQ(check(TensorFileFormat::kBmp, {PilToTensor{}}, Layout::kHwc), "");
}

TEST(TensorFile, NamesAndFormatsMatch) {
  for (const std::string_view name : {"npy", "raw", "safetensors", "ppm", "bmp"}) {
    EXPECT_EQ(NameOf(TensorFileFormatFromName(name).value()), name);
  }
  EXPECT_FALSE(TensorFileFormatFromName("NPY"));
}

}  // namespace
}  // namespace tensorfs
