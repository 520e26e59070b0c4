// SPDX-License-Identifier: MIT
// What a policy observes and decides, for people: words and the plain values of policy_report.h.
// Pure functions.
#ifndef TENSORFS_POLICY_FORM_WORDS_H_
#define TENSORFS_POLICY_FORM_WORDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "policy/observer.h"
#include "policy/policy_report.h"
#include "policy/problem_builder.h"

namespace tensorfs {

inline constexpr const char* kPausedWhy =
    "paused: nothing is planned or moved, but what is pinned when it is read";

std::string PercentWords(double share);     // "12 %"
std::string CountWords(uint64_t count);     // "1,234"
std::string RateWords(double bytes_per_s);  // "25 MB/s"

std::vector<DeviceLoad> LoadsOf(const Observation& observation);
MachineLoad LoadOf(const Observation& observation);

// What has changed most of what a plan rests on: "source gives 25 MB/s instead of 200 MB/s".
std::string ChangeWords(const MachineCapacity& before, const MachineCapacity& now,
                        const Observation& observation);

}  // namespace tensorfs

#endif  // TENSORFS_POLICY_FORM_WORDS_H_
