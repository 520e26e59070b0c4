// SPDX-License-Identifier: MIT
#include "tools/materialize_routes.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "codec/form.h"
#include "codec/form_encoder.h"
#include "fs/decode_slots.h"

namespace tensorfs {
namespace {

struct MaterializeRequest {
  std::string form;
  std::vector<std::string> paths;
};

Result<MaterializeRequest> ParseRequest(const std::string& body) try {
  const auto json = nlohmann::json::parse(body);
  return MaterializeRequest{.form = json.value("form", ""),
                            .paths = json.value("paths", std::vector<std::string>{""})};
} catch (const nlohmann::json::exception& failure) {
  return Fail(ErrorCode::kInvalidArgument, failure.what());
}

Result<Form> FormFor(const MaterializeRequest& request, const Pipeline& pipeline,
                     const std::optional<Form>& target) {
  if (!request.form.empty()) return ParseForm(request.form, pipeline);
  if (target) return *target;
  return Fail(ErrorCode::kInvalidArgument,
              "the mount has no policy that names a form: give --form");
}

Result<std::vector<Inode>> SamplesOf(SampleFs* fs, const std::vector<std::string>& paths) {
  std::vector<Inode> samples;
  std::unordered_set<Inode> seen;  // paths may overlap
  for (const std::string& path : paths) {
    const Result<std::vector<Inode>> found = fs->ListSamples(path);
    if (!found) return tl::unexpected(found.error());
    for (const Inode sample : *found) {
      if (seen.insert(sample).second) samples.push_back(sample);
    }
  }
  return samples;
}

Job::Item ConvertOne(SampleFs* fs, const Form& form, Inode sample) {
  const Result<bool> converted = fs->Convert(sample, form);
  if (!converted) {
    const bool unsuited = converted.error().code == ErrorCode::kUnsupported;
    return {.outcome = unsuited ? ItemOutcome::kUnsuited : ItemOutcome::kFailed,
            .bytes = 0,
            .message = converted.error().message};
  }
  const Result<std::string> bytes = fs->GetXattr(sample, "user.tensorfs.stored_bytes");
  return {.outcome = *converted ? ItemOutcome::kDone : ItemOutcome::kSkipped,
          .bytes = *converted && bytes ? std::stoull(*bytes) : 0,
          .message = ""};
}

Result<JobProgress> Start(const std::string& body, const Pipeline& pipeline, SampleFs* fs,
                          DerivedData* derived, Job* job) {
  if (const Result<void> open = derived->WaitUntilOpen(); !open) {
    return tl::unexpected(open.error());
  }
  const Result<MaterializeRequest> request = ParseRequest(body);
  if (!request) return tl::unexpected(request.error());
  const Result<Form> form = FormFor(*request, pipeline, derived->policy()->fixed());
  if (!form) return tl::unexpected(form.error());
  const Result<void> possible = CheckForm(*form, pipeline);
  if (!possible) return tl::unexpected(possible.error());
  Result<std::vector<Inode>> samples = SamplesOf(fs, request->paths);
  if (!samples) return tl::unexpected(samples.error());
  const Result<void> started =
      job->Start("materialize " + ToString(*form, pipeline), std::move(*samples), UsableCores(),
                 [fs, form = *form](Inode sample) { return ConvertOne(fs, form, sample); });
  if (!started) return tl::unexpected(started.error());
  return job->Progress();
}

}  // namespace

std::vector<ControlRoute> MaterializeRoutes(const Pipeline* pipeline, SampleFs* fs,
                                            DerivedData* derived, Job* job) {
  const auto start = [=](const ControlRequest& request) -> ControlReply {
    const Result<JobProgress> progress = Start(request.body, *pipeline, fs, derived, job);
    if (!progress) return ControlError(progress.error());
    return {.body = ToJson(*progress)};
  };
  const auto look = [=](const ControlRequest&) -> ControlReply {
    return {.body = ToJson(job->Progress())};
  };
  const auto cancel = [=](const ControlRequest&) -> ControlReply {
    job->Cancel();
    return {.body = ToJson(job->Progress())};
  };
  return {{"POST", "/v1/materialize", start},
          {"GET", "/v1/job", look},
          {"POST", "/v1/job/cancel", cancel}};
}

}  // namespace tensorfs
