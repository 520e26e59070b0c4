// SPDX-License-Identifier: MIT
// A profile as of 500 JPEGs of 100 kB, resized, cropped and normalised to float32, with the costs
// that such forms have on a small machine.
#ifndef TENSORFS_TESTS_TOOLS_REPORT_PROFILE_H_
#define TENSORFS_TESTS_TOOLS_REPORT_PROFILE_H_

#include <string>

#include "tools/profile/profile.h"

namespace tensorfs {

// Costs of one sample in a form: of a read, of its bytes, of preparing it.
Strategy ReportStrategy(const std::string& form, int stage, double cpu_ms, double kilobytes,
                        double prepare_ms);

// source:original first. Its cost model knows the same forms.
Profile ReportProfile();

// Null if there is none.
const Strategy* Find(const Profile& profile, const std::string& form);

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_TOOLS_REPORT_PROFILE_H_
