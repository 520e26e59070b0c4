// SPDX-License-Identifier: MIT
#include "fs/device_prober.h"

#include <gtest/gtest.h>

#include <stop_token>
#include <string>

#include "tests/fs/sample_fs_fixture.h"

namespace tensorfs {
namespace {

constexpr size_t kFileBytes = (size_t{1} << 20) + 12345;  // not aligned, more than a chunk
constexpr size_t kFiles = 6;

class DeviceProberTest : public SampleFsTest {
 protected:
  void SetUp() override {
    for (size_t i = 0; i < kFiles; ++i) {
      source_.Write("class/" + std::to_string(i) + ".jpg", std::string(kFileBytes, 'x'));
    }
    Mount({}, {});
  }

  ReadMeter meter_;
};

TEST_F(DeviceProberTest, ReadsEveryFileOnceAndTellsTheMeter) {
  const std::optional<double> found =
      DeviceProber(fs_.get(), &meter_, {.seconds = 600, .bytes = UINT64_MAX, .warm_up = 0}).Run({});
  ASSERT_TRUE(found.has_value());
  EXPECT_GT(*found, 0);
  const ReadMeterTotals totals = meter_.Totals();
  EXPECT_EQ(totals.bytes, kFiles * kFileBytes);
  EXPECT_NEAR(*found, static_cast<double>(totals.bytes) * 1e9 / static_cast<double>(totals.busy_ns),
              1);
}

TEST_F(DeviceProberTest, StopsAtItsLimitOfBytes) {
  const DeviceProber prober(fs_.get(), &meter_,
                            {.threads = 1, .seconds = 600, .bytes = 1 << 20, .warm_up = 0});
  EXPECT_TRUE(prober.Run({}).has_value());
  EXPECT_LE(meter_.Totals().bytes, size_t{1} << 20);
}

TEST_F(DeviceProberTest, CountsNothingOfTheWarmUp) {
  const DeviceProber prober(fs_.get(), &meter_,
                            {.threads = 1,
                             .seconds = 600,
                             .bytes = 5 * kFileBytes,
                             .warm_up = 0.9,
                             .enough_bytes = 2 << 20});
  EXPECT_FALSE(prober.Run({}).has_value()) << "too little is left";
}

TEST_F(DeviceProberTest, TooLittleTellsNothing) {
  const DeviceProber prober(fs_.get(), &meter_,
                            {.seconds = 600, .enough_bytes = kFiles * kFileBytes + 1});
  EXPECT_FALSE(prober.Run({}).has_value());
}

TEST_F(DeviceProberTest, EndsWhenToldToStop) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(DeviceProber(fs_.get(), &meter_).Run(stop.get_token()).has_value());
  EXPECT_EQ(meter_.Totals().bytes, 0u);
}

}  // namespace
}  // namespace tensorfs
