// SPDX-License-Identifier: MIT
// Which colour and which sign things have in the pictures of one profile: stages and steps have
// colours, encodings have signs. Immutable.
#ifndef TENSORFS_TOOLS_PROFILE_FIGURE_KEYS_H_
#define TENSORFS_TOOLS_PROFILE_FIGURE_KEYS_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tools/profile/profile.h"
#include "tools/profile/profile_figures.h"

namespace tensorfs {

inline constexpr int kColours = 8;  // of the style sheet; 0 is grey
inline constexpr int kMixMarker = 7;

// Stages go by their numbers, encodings by the order in which they first appear.
class FormKeys {
 public:
  explicit FormKeys(const Profile& profile);

  int ColourOf(const Strategy& strategy) const;
  int MarkerOf(const Strategy& strategy) const;
  std::vector<LegendEntry> Legend() const;

 private:
  std::map<int, std::string> stages_;
  std::vector<std::string> encodings_;
};

// Steps in the pipeline's order, in the colours of the stages that they end with. Decoding a stored
// form is one step for all of them, "unpack", and so is "encode"; what is no step, such as
// "filesystem", is grey and last.
class StepKeys {
 public:
  StepKeys(const Profile& profile, std::vector<StepTime> Strategy::*times);

  int ColourOf(std::string_view step) const;
  std::vector<LegendEntry> Legend() const;
  // "decode" of "decode source:jpeg-crop", "unpack" of "decode final:raw".
  static std::string KeyOf(std::string_view step);
  const std::vector<std::string>& keys() const { return keys_; }

 private:
  int PlaceOf(const std::string& key) const;

  std::vector<std::string> keys_;
  std::map<std::string, int, std::less<>> stages_;  // of the pipeline's steps
};

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_FIGURE_KEYS_H_
