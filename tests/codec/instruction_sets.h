// SPDX-License-Identifier: MIT
// Runs a test once for each instruction set that the machine has and Highway compiled for. Not
// thread-safe.
#ifndef TENSORFS_TESTS_CODEC_INSTRUCTION_SETS_H_
#define TENSORFS_TESTS_CODEC_INSTRUCTION_SETS_H_

#include <gtest/gtest.h>

#include <cstdint>

#include "hwy/highway.h"

namespace tensorfs {

template <typename Body>
void ForEachInstructionSet(const Body& body) {
  const auto reset = [](int64_t targets) {
    hwy::SetSupportedTargetsForTest(targets);
    hwy::GetChosenTarget().DeInit();
  };
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    reset(target);
    body();
  }
  reset(0);
}

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_CODEC_INSTRUCTION_SETS_H_
