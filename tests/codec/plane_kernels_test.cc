// SPDX-License-Identifier: MIT
// What codecs write on one machine is read on another: every instruction set has to give the bytes
// of the plain arithmetic that is written down here.
#include "codec/plane_kernels.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <vector>

#include "tests/codec/instruction_sets.h"

namespace tensorfs {
namespace {

using Bytes = std::vector<uint8_t>;

// Less than a vector, whole vectors, and some more.
constexpr size_t kCounts[] = {1, 2, 15, 16, 17, 63, 64, 65, 200, 257};

Bytes Noise(size_t size) {
  std::mt19937 random(static_cast<uint32_t>(size));
  Bytes bytes(size);
  for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random());
  return bytes;
}

TEST(PlaneKernels, SplitAndJoinElements) {
  ForEachInstructionSet([] {
    for (const size_t element_bytes : {2, 4}) {
      for (const size_t count : kCounts) {
        const Bytes elements = Noise(count * element_bytes);
        Bytes expected(elements.size()), planes(elements.size()), joined(elements.size());
        for (size_t i = 0; i < elements.size(); ++i) {
          expected[i % element_bytes * count + i / element_bytes] = elements[i];
        }
        SplitElements(elements, element_bytes, planes.data());
        ASSERT_EQ(planes, expected);
        JoinElements(planes.data(), element_bytes, joined);
        ASSERT_EQ(joined, elements);
      }
    }
  });
}

TEST(PlaneKernels, SplitAndJoinColours) {
  ForEachInstructionSet([] {
    for (const size_t count : kCounts) {
      const Bytes rgb = Noise(3 * count);
      Bytes red(count), green(count), blue(count), joined(3 * count);
      const ColourRows rows = {red.data(), green.data(), blue.data()};
      SplitColours(rgb.data(), count, rows);
      for (size_t i = 0; i < count; ++i) {
        ASSERT_EQ(red[i], static_cast<uint8_t>(rgb[3 * i] - rgb[3 * i + 1]));
        ASSERT_EQ(green[i], rgb[3 * i + 1]);
        ASSERT_EQ(blue[i], static_cast<uint8_t>(rgb[3 * i + 2] - rgb[3 * i + 1]));
      }
      JoinColours(rows, count, joined.data());
      ASSERT_EQ(joined, rgb);
    }
  });
}

TEST(PlaneKernels, AddAndSubtractBytes) {
  ForEachInstructionSet([] {
    for (const size_t count : kCounts) {
      const Bytes noise = Noise(2 * count);
      const Bytes before(noise.begin(), noise.begin() + static_cast<ptrdiff_t>(count));
      Bytes bytes = before;
      AddBytes(&noise[count], count, bytes.data());
      for (size_t i = 0; i < count; ++i) {
        ASSERT_EQ(bytes[i], static_cast<uint8_t>(noise[i] + noise[count + i]));
      }
      SubtractBytes(&noise[count], count, bytes.data());
      ASSERT_EQ(bytes, before);
    }
  });
}

uint8_t PlainDifference(uint8_t prediction, const Bytes& row, const Bytes& above, size_t i) {
  const int left = i > 0 ? row[i - 1] : 0;
  const int corner = i > 0 ? above[i - 1] : 0;
  int predicted = 0;
  if (prediction == kFromAbove) predicted = above[i];
  if (prediction == kFromLeft) predicted = left;
  if (prediction == (kFromAbove | kFromLeft)) predicted = left + above[i] - corner;
  return static_cast<uint8_t>(row[i] - predicted);
}

TEST(PlaneKernels, PredictAndUnpredictRows) {
  ForEachInstructionSet([] {
    for (const size_t count : kCounts) {
      const Bytes above = Noise(count + 1000), row = Noise(count);
      for (uint8_t prediction = 0; prediction < kRowPredictions; ++prediction) {
        Bytes differences(count);
        const uint64_t sum = PredictRow(prediction, row, above.data(), differences.data());
        uint64_t expected_sum = 0;
        for (size_t i = 0; i < count; ++i) {
          const uint8_t expected = PlainDifference(prediction, row, above, i);
          ASSERT_EQ(differences[i], expected) << i << " of " << count;
          expected_sum += static_cast<uint64_t>(std::abs(static_cast<int8_t>(expected)));
        }
        ASSERT_EQ(sum, expected_sum);
        UnpredictRow(prediction, differences, above.data());
        ASSERT_EQ(differences, row);
      }
    }
  });
}

}  // namespace
}  // namespace tensorfs
