// SPDX-License-Identifier: MIT
// Runs a command line in this process. Thread-safe.
#ifndef TENSORFS_TESTS_TOOLS_CALL_TOOL_H_
#define TENSORFS_TESTS_TOOLS_CALL_TOOL_H_

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tools/tool.h"

namespace tensorfs {

struct Outcome {
  int status = -1;
  std::string out;
  std::string err;

  nlohmann::json json() const { return nlohmann::json::parse(out); }
};

inline Outcome Call(const Arguments& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  const int status = RunTool(arguments, out, err);
  return {status, out.str(), err.str()};
}

}  // namespace tensorfs

#endif  // TENSORFS_TESTS_TOOLS_CALL_TOOL_H_
