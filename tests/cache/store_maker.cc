// SPDX-License-Identifier: MIT
#include "store_maker.h"

#include <gtest/gtest.h>

#include <random>

#include "codec/hash.h"

namespace tensorfs {

MadeSample MakeSample(std::string_view key, uint64_t version, size_t payload_bytes) {
  MadeSample made;
  const uint64_t seed = Hash64(key, version);
  made.source = {.size_bytes = seed, .change_stamp = static_cast<int64_t>(version)};
  made.form.form = {.stage = static_cast<int>(seed % 3) + 1,
                    .encoding = seed % 2 == 0 ? Encoding::kRaw : Encoding::kPlanarZstd,
                    .level = static_cast<int>(seed % 5)};
  made.form.stage_fingerprint = seed * 3;
  made.form.source_size = {.width = 500, .height = 375};
  made.form.window = {.left = 1, .top = 2, .right = 300, .bottom = 301};
  std::minstd_rand random(static_cast<uint32_t>(seed));
  made.payload.resize(payload_bytes);
  for (uint8_t& byte : made.payload) byte = static_cast<uint8_t>(random() >> 8);
  return made;
}

Result<void> PutSample(SampleStore& store, std::string_view key, uint64_t version,
                       size_t payload_bytes) {
  const MadeSample made = MakeSample(key, version, payload_bytes);
  return store.Put(key, made.source, made.form, made.payload);
}

std::optional<uint64_t> CheckSample(const SampleStore& store, std::string_view key) {
  const auto found = store.Find(key);
  if (!found) return std::nullopt;
  std::vector<uint8_t> payload(found->location.payload_bytes);
  if (!store.Read(key, *found, payload)) return std::nullopt;
  const auto version = static_cast<uint64_t>(found->source.change_stamp);
  const MadeSample made = MakeSample(key, version, payload.size());
  EXPECT_EQ(found->source, made.source) << key;
  EXPECT_EQ(found->form, made.form) << key;
  EXPECT_TRUE(payload == made.payload) << key << ": wrong bytes";
  return version;
}

}  // namespace tensorfs
