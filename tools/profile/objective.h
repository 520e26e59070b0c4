// SPDX-License-Identifier: MIT
// How good each strategy is by the user's weights: the objective of PRESTO (Isenko et al., "Where
// Is My Training Bottleneck?", SIGMOD 2022). Pure functions.
#ifndef TENSORFS_TOOLS_PROFILE_OBJECTIVE_H_
#define TENSORFS_TOOLS_PROFILE_OBJECTIVE_H_

#include <cstddef>
#include <span>
#include <vector>

#include "tools/profile/profile.h"

namespace tensorfs {

// What a strategy is judged by; all finite.
struct Traits {
  double samples_per_s = 0;  // the more the better
  double stored_bytes = 0;   // the less the better, as the next
  double prepare_s = 0;
  int stage = 0;  // of the pipeline; the later, the less is left to do at each read
};

// Measured rates and scores that differ by less than this part of the best are equal.
inline constexpr double kPrecision = 0.02;

// One score for each strategy, from 0 to 1: the weighted mean of its goals, each min-max normalised
// over all strategies given, so that the best in a goal has 1 and the worst 0. A goal in which all
// are equal (see kPrecision) gives each of them 1. Weights are not negative; all zero are as the
// default.
std::vector<double> Scores(std::span<const Traits> strategies, const ProfileWeights& weights);

// The strategies' indices, best score first. Of equal scores the higher throughput goes first, then
// the smaller storage, then the later stage, then the shorter preparation, then the order given.
// Throughputs and scores that are in the same fiftieth (kPrecision) below the best one are equal.
std::vector<size_t> RankByScore(std::span<const Traits> strategies, const ProfileWeights& weights);

// The indices of those that no other beats in throughput without more storage, least storage first.
// Of strategies with the same storage and throughput the first given is among them.
std::vector<size_t> ParetoFront(std::span<const Traits> strategies);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_OBJECTIVE_H_
