// SPDX-License-Identifier: MIT
#include "policy/planned_space.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "cache/sample_store.h"
#include "cache/tensor_cache.h"

namespace tensorfs {
namespace {

constexpr uint64_t kPayloadBytes = 20000;

// What a plan fills has to fit in, or it is never carried out.
class PlannedSpaceTest : public testing::TestWithParam<uint64_t> {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "planned-space-XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string directory_;
  const std::vector<uint8_t> payload_ = std::vector<uint8_t>(kPayloadBytes, 7);
};

TEST_P(PlannedSpaceTest, AStoreHoldsIt) {
  const auto store = SampleStore::Open(directory_, {.limit_bytes = GetParam()}).value();
  StoredForm form;
  form.form = {.stage = 1, .encoding = Encoding::kRaw};
  double bytes = 0;
  for (uint64_t id = 0; bytes < PlannedStoreBytes(GetParam()) - kPayloadBytes; ++id) {
    Result<void> put = store->Put(std::to_string(id) + ".jpg", {}, form, payload_);
    if (!put && put.error().code == ErrorCode::kBusy) {
      ASSERT_TRUE(store->Flush().has_value());
      put = store->Put(std::to_string(id) + ".jpg", {}, form, payload_);
    }
    ASSERT_TRUE(put.has_value()) << put.error().message << " after " << bytes << " of "
                                 << PlannedStoreBytes(GetParam());
    bytes += kPayloadBytes + 256;  // as plans count a record
  }
}

TEST_P(PlannedSpaceTest, ACacheHoldsIt) {
  const auto cache = TensorCache::Open(directory_, {.limit_bytes = GetParam()}).value();
  double bytes = 0;
  for (uint64_t id = 0; bytes < PlannedCacheBytes(GetParam()) - kPayloadBytes; ++id) {
    ASSERT_TRUE(cache->Insert({.path = std::to_string(id) + ".jpg", .fingerprint = 1}, {}, payload_,
                              nullptr, 1))
        << "after " << bytes << " of " << PlannedCacheBytes(GetParam());
    bytes += kPayloadBytes + 256;
  }
  ASSERT_TRUE(cache->Flush().has_value());
  EXPECT_EQ(cache->Stats().displaced, 0u);
}

INSTANTIATE_TEST_SUITE_P(Limits, PlannedSpaceTest, testing::Values(8 << 20, 24 << 20));

TEST(PlannedSpace, NoLimitIsNone) { EXPECT_TRUE(std::isinf(PlannedStoreBytes(0))); }

TEST(PlannedSpace, ACacheMayBePlannedToHaveLessThanTheLeast) {
  EXPECT_EQ(PlannedCacheBytes(0), 0);
  EXPECT_LT(PlannedCacheBytes(1 << 20), 1 << 20);
  EXPECT_GT(PlannedCacheBytes(1 << 20), 0.7 * (1 << 20));
}

}  // namespace
}  // namespace tensorfs
