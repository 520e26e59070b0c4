// SPDX-License-Identifier: MIT
// The report's style sheet: light and dark by the reader's preference, colours that most
// colour-blind eyes tell apart, and all that the pictures' classes mean. A constant.
#ifndef TENSORFS_TOOLS_PROFILE_HTML_STYLE_H_
#define TENSORFS_TOOLS_PROFILE_HTML_STYLE_H_

#include <string_view>

namespace tensorfs {

extern const std::string_view kHtmlStyle;

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_PROFILE_HTML_STYLE_H_
