// SPDX-License-Identifier: MIT
// The texts of option values: what they mean and what is wrong with them. Pure functions; every
// error is kInvalidArgument and says what was given and what is expected.
#ifndef TENSORFS_TOOLS_OPTION_VALUES_H_
#define TENSORFS_TOOLS_OPTION_VALUES_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cache/sample_store.h"
#include "codec/form.h"
#include "codec/image.h"
#include "codec/pipeline.h"
#include "codec/result.h"
#include "codec/step.h"
#include "codec/tensor_file.h"
#include "codec/tensor_spec.h"
#include "fs/fuse_server.h"
#include "fs/sample_fs.h"
#include "policy/policy_report.h"
#include "tools/log.h"

namespace tensorfs {

struct SocketAddress {
  std::string host;  // without the brackets of an IPv6 address
  int port = 0;      // 0: any free port
};

// "512MiB", "1.5G", "2GB": K, M, G, T and KiB, … are powers of 1024; KB, … are powers of 1000.
Result<size_t> ParseByteSize(std::string_view text);
Result<size_t> ParseMemoryLimit(std::string_view text);  // the same, at least 1 MiB

Result<uint64_t> ParseStoreLimit(std::string_view text);  // the same, at least the store's least
Result<uint64_t> ParseCacheLimit(std::string_view text);

Result<int> ParseCount(std::string_view text);        // 1 and more
Result<double> ParseSeconds(std::string_view text);   // 0 and more
Result<double> ParseAmount(std::string_view text);    // 0 and more
Result<double> ParsePositive(std::string_view text);  // more than 0
Result<double> ParseShare(std::string_view text);     // "20" and "20%" are 0.2; to 100

// "256" is the length of the shorter side, "224x320" height and width.
Result<std::variant<int, ImageSize>> ParseResizeSize(std::string_view text);
// "224" is a square, "224x320" height and width.
Result<ImageSize> ParseCropSize(std::string_view text);

// "imagenet" or "M,M,M/S,S,S": mean and standard deviation of each channel.
Result<Normalize> ParseNormalize(std::string_view text);

// "jpg,jpeg,png", with or without dots; the results are lower case.
Result<std::vector<std::string>> ParseExtensions(std::string_view text);

// "127.0.0.1:9100", "[::1]:9100", "localhost:9100".
Result<SocketAddress> ParseSocketAddress(std::string_view text);

Result<Interpolation> ParseInterpolation(std::string_view text);
Result<DType> ParseDType(std::string_view text);
Result<Layout> ParseLayout(std::string_view text);
Result<TensorFileFormat> ParseFormat(std::string_view text);
Result<NamesMode> ParseNames(std::string_view text);
Result<IoMode> ParseIoMode(std::string_view text);
Result<PageCacheMode> ParsePageCacheMode(std::string_view text);

// What --policy says.
struct PolicyChoice {
  PolicyMode mode = PolicyMode::kAdaptive;
  std::optional<Form> fixed;  // with kFixed
};

// "adaptive" (or ""), "keep", "fixed:FORM".
Result<PolicyChoice> ParsePolicy(std::string_view text, const Pipeline& pipeline);
Result<LogLevel> ParseLogLevel(std::string_view text);

}  // namespace tensorfs

#endif  // TENSORFS_TOOLS_OPTION_VALUES_H_
