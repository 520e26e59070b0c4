// SPDX-License-Identifier: MIT
// A cost model that was taught costs that follow sizes, and the samples to ask it about.
#ifndef TENSORFS_TESTS_POLICY_MADE_UP_COSTS_H_
#define TENSORFS_TESTS_POLICY_MADE_UP_COSTS_H_

#include <string>
#include <vector>

#include "policy/cost_model.h"

namespace tensorfs {

// Resize to 256 and crop to 224; the final tensor is an image of 150,528 bytes.
Pipeline CropPipeline();

// JPEG files of 300 to 1,000 pixels a side, each its own.
SampleFeatures MadeUpSample(uint64_t id);

// Decoding a JPEG takes about a millisecond, a raw image a twentieth of it, a compressed one in
// between, with about half the bytes of a raw one.
void Teach(CostModel* model);

size_t IndexOf(const CostModel& model, const std::string& form);
std::vector<FormCost> CostsOf(const CostModel& model, const SampleFeatures& sample);

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_POLICY_MADE_UP_COSTS_H_
