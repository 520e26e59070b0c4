// SPDX-License-Identifier: MIT
// What tables, sentences and pictures about a profile call things. Pure functions.
#ifndef TENSORFS_TOOLS_PROFILE_PROFILE_WORDS_H_
#define TENSORFS_TOOLS_PROFILE_PROFILE_WORDS_H_

#include <optional>
#include <string>
#include <string_view>

#include "tools/profile/profile.h"
#include "tools/profile/recommendation.h"

namespace tensorfs {

// "0 s", "0.35 s", "12 s", "3 min 20 s", "2 h 5 min", "3 days 4 h"; "never" for infinity.
std::string WordsForSeconds(double seconds);

// "7,300", "950", "12.5", "0.82"; "any rate" for infinity.
std::string WordsForRate(double samples_per_s);

// How the rates were found: "measured", "predicted".
std::string WordForRates(const Recommendation& recommendation);

// "2 cores, a disk of 430 MB/s", and the store's limit if there is one.
std::string WordsForMachine(const Recommendation& recommendation);

// "12 % source:original, 88 % source:jpeg-crop".
std::string WordsForMix(const MixedPlan& mix);

// The recommendation's mix, with rate, bound, what binds, when the moves are paid for, and what is
// faster or would be otherwise in a mount.
std::string WordsForPlan(const Profile& profile, const Recommendation& recommendation);

// What is to be said beside the mix: a single form that is faster, online steps; may be empty.
std::string BesideMixWords(const Profile& profile, const Recommendation& recommendation);

// "decode > Resize(256) > CenterCrop(224)"; steps that stay online say so.
std::string WordsForSteps(const std::vector<ProfiledStep>& steps);

// How fast later epochs are if the tensors of the whole set fit into memory, and whether they do;
// empty if that was not measured.
std::string WordsForMemory(const Profile& profile);

// "throughput 1, storage 0.5, time 0".
std::string WordsForWeights(const ProfileWeights& weights);

// The fastest of the thread counts in this mode; nothing if it was not measured.
std::optional<Delivered> FastestOf(const std::vector<Delivered>& delivered, ReadMode mode);

// "planar-zstd" of "planar-zstd-3".
std::string_view WithoutLevel(std::string_view encoding);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_PROFILE_WORDS_H_
