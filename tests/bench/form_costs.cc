// SPDX-License-Identifier: MIT
// What a sample costs in each form: its bytes, and the CPU time from them to its final tensor, with
// everything in memory; as ratios to the source file's, too.
//
//   form_costs --data DIR [--files N] [--rounds N] [--json]
//
// JPEGs are measured under Resize(256) + CenterCrop(224), PNGs decode only. At most N of each are
// taken (200), evenly from all. Times are medians of the rounds (5), in which forms take turns.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/form_encoder.h"
#include "codec/image_header.h"
#include "codec/stored_tensor_job.h"
#include "codec/tensor_job.h"

namespace tensorfs {
namespace {

using Bytes = std::vector<uint8_t>;

// So many samples are in memory at a time. More than fit into a cache, so that no file is warm.
constexpr size_t kBatch = 10;

struct Options {
  std::string data;
  size_t files = 200;
  int rounds = 5;
  bool json = false;
};

[[noreturn]] void Die(const std::string& what) {
  std::fprintf(stderr, "form_costs: %s\n", what.c_str());
  std::exit(1);
}

template <typename T>
T Must(Result<T> result, const std::string& what) {
  if (!result) Die(what + ": " + result.error().message);
  return *std::move(result);
}

double ThreadCpuSeconds() {
  timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

// A sample in a form.
struct Kept {
  StoredForm stored;
  Bytes payload;
  std::vector<double> decode_s;  // of each round
};

struct Sample {
  std::string path;
  Bytes file;
  Bytes tensor;
  std::vector<double> decode_s;
  std::vector<std::optional<Kept>> kept;  // by form; nothing where the form cannot be taken
};

// Sums over samples; those of the source files are of the same samples.
struct Costs {
  size_t samples = 0;
  double bytes = 0, source_bytes = 0;
  double decode_s = 0, source_decode_s = 0;
  double encode_s = 0;
};

class FormCosts {
 public:
  FormCosts(Pipeline pipeline, const std::vector<std::string>& forms) : pipeline_(pipeline) {
    for (const std::string& form : forms) forms_.push_back(Must(ParseForm(form, pipeline_), form));
    costs_.resize(forms_.size());
  }

  void Measure(const std::vector<std::string>& paths, int rounds) {
    for (size_t first = 0; first < paths.size(); first += kBatch) {
      std::vector<Sample> batch;
      for (size_t i = first; i < std::min(first + kBatch, paths.size()); ++i) {
        batch.push_back(Prepare(paths[i]));
      }
      for (int round = 0; round < rounds; ++round) RunRound(batch);
      for (const Sample& sample : batch) Add(sample);
    }
  }

  void Print(std::string_view title, bool json) const;

 private:
  Sample Prepare(const std::string& path);
  std::optional<Kept> Keep(const Sample& sample, const Form& form, Costs& costs);
  void RunRound(std::vector<Sample>& batch);
  void Add(const Sample& sample);

  Pipeline pipeline_;
  std::vector<Form> forms_;
  std::vector<Costs> costs_;  // by form
};

Sample FormCosts::Prepare(const std::string& path) {
  Sample sample;
  sample.path = path;
  std::ifstream stream(path, std::ios::binary);
  sample.file.assign(std::istreambuf_iterator<char>(stream), {});
  const ImageHeader header = Must(ReadImageHeader(sample.file), path);
  const TensorJob job = Must(TensorJob::Create(pipeline_, header), path);
  sample.tensor.resize(job.spec().SizeBytes());
  if (!job.Run(sample.file, sample.tensor)) Die(path + " cannot be decoded");
  for (size_t i = 0; i < forms_.size(); ++i) {
    sample.kept.push_back(Keep(sample, forms_[i], costs_[i]));
  }
  return sample;
}

std::optional<Kept> FormCosts::Keep(const Sample& sample, const Form& form, Costs& costs) {
  const ImageHeader header = Must(ReadImageHeader(sample.file), sample.path);
  const TensorPlan plan = Must(TensorPlan::Create(pipeline_, header.size), sample.path);
  if (!FormFits(form, pipeline_, header, plan)) return {};
  const bool of_source = ValueAt(pipeline_, form.stage) == StageValue::kSourceFile;
  const double begin = ThreadCpuSeconds();
  const auto encoded =
      EncodeForm(form, pipeline_, header, plan, of_source ? sample.file : sample.tensor);
  if (!encoded) return {};
  costs.encode_s += ThreadCpuSeconds() - begin;
  return Kept{encoded->stored, Bytes(encoded->payload.begin(), encoded->payload.end()), {}};
}

void FormCosts::RunRound(std::vector<Sample>& batch) {
  for (Sample& sample : batch) {
    Bytes tensor(sample.tensor.size());
    const double begin = ThreadCpuSeconds();
    const ImageHeader header = Must(ReadImageHeader(sample.file), sample.path);
    const TensorJob job = Must(TensorJob::Create(pipeline_, header), sample.path);
    if (!job.Run(sample.file, tensor)) Die(sample.path + " cannot be decoded");
    sample.decode_s.push_back(ThreadCpuSeconds() - begin);
  }
  for (size_t i = 0; i < forms_.size(); ++i) {
    for (Sample& sample : batch) {
      if (!sample.kept[i]) continue;
      Kept& kept = *sample.kept[i];
      Bytes tensor(sample.tensor.size());
      const double begin = ThreadCpuSeconds();
      const StoredTensorJob job =
          Must(StoredTensorJob::Create(pipeline_, kept.stored, kept.payload.size()), sample.path);
      if (!job.Run(kept.payload, tensor)) Die(sample.path + " cannot be decoded from a form");
      kept.decode_s.push_back(ThreadCpuSeconds() - begin);
      if (tensor != sample.tensor) Die(sample.path + ": a form gives another tensor");
    }
  }
}

void FormCosts::Add(const Sample& sample) {
  for (size_t i = 0; i < forms_.size(); ++i) {
    if (!sample.kept[i]) continue;
    Costs& costs = costs_[i];
    ++costs.samples;
    costs.bytes += static_cast<double>(sample.kept[i]->payload.size());
    costs.source_bytes += static_cast<double>(sample.file.size());
    costs.decode_s += Median(sample.kept[i]->decode_s);
    costs.source_decode_s += Median(sample.decode_s);
  }
}

void FormCosts::Print(std::string_view title, bool json) const {
  if (!json) {
    std::printf("%s\n%-20s %7s %10s %6s %10s %6s %10s\n", std::string(title).c_str(), "form",
                "samples", "kB", "ratio", "CPU ms", "ratio", "encode ms");
  }
  for (size_t i = 0; i < forms_.size(); ++i) {
    const Costs& costs = costs_[i];
    if (costs.samples == 0) continue;
    const auto samples = static_cast<double>(costs.samples);
    std::printf(json ? "{\"form\": \"%s\", \"samples\": %zu, \"kilobytes\": %.3f, "
                       "\"bytes_ratio\": %.4f, \"cpu_ms\": %.4f, \"cpu_ratio\": %.4f, "
                       "\"encode_cpu_ms\": %.4f, \"source_kilobytes\": %.3f, "
                       "\"source_cpu_ms\": %.4f}\n"
                     : "%-20s %7zu %10.1f %6.3f %10.3f %6.3f %10.3f\n",
                ToString(forms_[i], pipeline_).c_str(), costs.samples, costs.bytes / samples / 1e3,
                costs.bytes / costs.source_bytes, costs.decode_s / samples * 1e3,
                costs.decode_s / costs.source_decode_s, costs.encode_s / samples * 1e3,
                costs.source_bytes / samples / 1e3, costs.source_decode_s / samples * 1e3);
  }
}

Options ParseOptions(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    const char* value = i + 1 < argc ? argv[i + 1] : "";
    if (name == "--json") {
      options.json = true;
      continue;
    }
    if (name == "--data") options.data = value;
    if (name == "--files") options.files = static_cast<size_t>(std::atoi(value));
    if (name == "--rounds") options.rounds = std::atoi(value);
    ++i;
  }
  if (options.data.empty() || options.files < 1 || options.rounds < 1) {
    Die("usage: form_costs --data DIR [--files N] [--rounds N] [--json]");
  }
  return options;
}

// Images of one format, by content; some from everywhere if there are more than `most`.
std::vector<std::string> FindImages(const Options& options, ImageFormat format) {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(options.data)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream stream(entry.path(), std::ios::binary);
    Bytes start(256 << 10);
    stream.read(reinterpret_cast<char*>(start.data()), static_cast<std::streamsize>(start.size()));
    start.resize(static_cast<size_t>(stream.gcount()));
    const auto header = ReadImageHeader(start);
    if (header && header->format == format) all.push_back(entry.path());
  }
  std::sort(all.begin(), all.end());
  std::vector<std::string> chosen;
  const size_t count = std::min(options.files, all.size());
  for (size_t i = 0; i < count; ++i) chosen.push_back(all[i * all.size() / count]);
  return chosen;
}

void MeasureImages(const Options& options, ImageFormat format, std::string_view title,
                   const Pipeline& pipeline, const std::vector<std::string>& forms) {
  const std::vector<std::string> paths = FindImages(options, format);
  if (paths.empty()) return;
  FormCosts costs(pipeline, forms);
  costs.Measure(paths, options.rounds);
  costs.Print(title, options.json);
}

void Run(const Options& options) {
  const Pipeline crop =
      Must(Pipeline::Create({Resize{.size = 256}, CenterCrop{.size = {224, 224}}}), "pipeline");
  MeasureImages(options, ImageFormat::kJpeg, "JPEG, Resize(256) > CenterCrop(224)", crop,
                {"source:jpeg-crop", "final:planar-zstd", "final:zstd", "final:png", "final:raw"});
  MeasureImages(options, ImageFormat::kPng, "PNG, decode only", Pipeline(),
                {"decode:planar-zstd", "decode:zstd-1", "decode:zstd", "decode:png", "decode:raw"});
}

}  // namespace
}  // namespace tensorfs

int main(int argc, char** argv) {
  tensorfs::Run(tensorfs::ParseOptions(argc, argv));
  return 0;
}
