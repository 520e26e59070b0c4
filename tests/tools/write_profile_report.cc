// SPDX-License-Identifier: MIT
// Writes the reports of a made-up profile for the browser's test: write_profile_report DIRECTORY.
// plain.html is as usual; hostile.html has markup in every text that comes from outside.
#include <cstdio>
#include <string>

#include "report_profile.h"
#include "tools/profile/profile_html.h"
#include "tools/text_file.h"

namespace tensorfs {
namespace {

constexpr const char* kHostile =
    "</style></title><script>console.error('run')</script><img src=http://192.0.2.1/x>\"'&";

bool Write(const std::string& path, const Profile& profile, const WhatIfRequest& machine,
           const std::string& command) {
  const auto made = Recommend(profile, {}, machine);
  const Result<void> written = made.and_then([&](const Recommendation& recommendation) {
    return ReplaceTextFile(path, ProfileHtml(profile, recommendation, command));
  });
  if (!written) std::fprintf(stderr, "%s: %s\n", path.c_str(), written.error().message.c_str());
  return written.has_value();
}

bool WriteAll(const std::string& directory) {
  Profile profile = ReportProfile();
  const std::string command =
      "tensorfs profile /data/imagenet/train --pipeline train.toml --html x";
  if (!Write(directory + "/plain.html", profile, {}, command)) return false;
  profile.set.source = kHostile;
  profile.machine.cpu = kHostile;
  profile.machine.kernel = kHostile;
  profile.steps[1].name = kHostile;
  profile.strategies[1].online[0].name = kHostile;
  profile.strategies[2].form += kHostile;
  return Write(directory + "/hostile.html", profile,
               {.cores = 16, .disk_bytes_per_s = 50e6, .store_limit_bytes = 40'000'000}, kHostile);
}

}  // namespace
}  // namespace tensorfs

int main(int argc, char** argv) {
  if (argc == 2 && tensorfs::WriteAll(argv[1])) return 0;
  std::fprintf(stderr, "usage: write_profile_report DIRECTORY\n");
  return 1;
}
