// SPDX-License-Identifier: MIT
// Lets a Python test run pipelines: answers requests on standard input one by one on standard
// output. All integers are little-endian int32; a message or text is its size, then its bytes.
//   'P' text         takes the TOML as the pipeline; answers 0, or 1 and a message
//   'T' size file…   answers 0, the tensor's spec as text and its bytes; or 1 and a message
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "codec/image_header.h"
#include "codec/pipeline.h"
#include "codec/tensor_job.h"
#include "tools/pipeline_file.h"

namespace tensorfs {
namespace {

std::string ReadText() {
  int32_t size = 0;
  if (std::fread(&size, 1, sizeof(size), stdin) != sizeof(size)) return "";
  std::string text(static_cast<size_t>(size), '\0');
  text.resize(std::fread(text.data(), 1, text.size(), stdin));
  return text;
}

void WriteInt(size_t value) {
  const auto small = static_cast<int32_t>(value);
  std::fwrite(&small, 1, sizeof(small), stdout);
}

void WriteText(std::string_view text) {
  WriteInt(text.size());
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void WriteError(const Error& error) {
  WriteInt(1);
  WriteText(error.message);
}

Pipeline AnswerPipeline() {
  auto pipeline = ParsePipeline(ReadText(), "pipeline.toml");
  if (!pipeline) {
    WriteError(pipeline.error());
    return Pipeline();
  }
  WriteInt(0);
  return *std::move(pipeline);
}

void AnswerTensor(const Pipeline& pipeline) {
  const std::string file = ReadText();
  const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(file.data()), file.size());
  const auto header = ReadImageHeader(bytes);
  if (!header) return WriteError(header.error());
  const auto job = TensorJob::Create(pipeline, *header);
  if (!job) return WriteError(job.error());
  std::vector<uint8_t> tensor(job->spec().SizeBytes());
  if (const auto done = job->Run(bytes, tensor); !done) return WriteError(done.error());
  WriteInt(0);
  WriteText(job->spec().ToString());
  WriteText({reinterpret_cast<const char*>(tensor.data()), tensor.size()});
}

}  // namespace
}  // namespace tensorfs

int main() {
  tensorfs::Pipeline pipeline;
  for (int command = std::getchar(); command != EOF; command = std::getchar()) {
    if (command == 'P') {
      pipeline = tensorfs::AnswerPipeline();
    } else if (command == 'T') {
      tensorfs::AnswerTensor(pipeline);
    } else {
      return 2;
    }
    std::fflush(stdout);
  }
  return 0;
}
