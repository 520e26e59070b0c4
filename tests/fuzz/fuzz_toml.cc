// SPDX-License-Identifier: MIT
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tools/pipeline_file.h"

// Whatever the text, there is a pipeline or an error that names the file; and a pipeline can be
// planned for a source of any size.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto pipeline = tensorfs::ParsePipeline(text, "fuzzed.toml");
  if (!pipeline) {
    if (!pipeline.error().message.starts_with("fuzzed.toml:")) std::abort();
    return 0;
  }
  const tensorfs::ImageSize source = {.width = 1 + static_cast<int>(size % 97),
                                      .height = 1 + static_cast<int>(size % 89)};
  const auto spec = pipeline->SpecFor(source);
  const auto fixed = pipeline->FixedSpec();
  if (spec && fixed && *spec != *fixed) std::abort();
  return 0;
}
