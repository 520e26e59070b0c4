// SPDX-License-Identifier: MIT
#include "tools/cache_routes.h"

#include <atomic>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "codec/form.h"
#include "fs/decode_slots.h"
#include "fs/printable.h"
#include "tools/derived_contents.h"
#include "tools/find_samples.h"
#include "tools/verify_plan.h"

namespace tensorfs {
namespace {

struct Daemon {
  const MountCommand* mount;
  SampleFs* fs;
  DerivedData* derived;
  Job* job;
};

DerivedContents ContentsOf(const Daemon& daemon) {
  return {.store = daemon.derived->store(),
          .cache = daemon.derived->cache(),
          .store_directory = daemon.mount->daemon.store,
          .cache_directory = daemon.mount->keep.cache,
          .stages = StageNames(daemon.mount->view.pipeline)};
}

Result<std::string> GetEntry(const Daemon& daemon, const std::string& path) {
  const Result<Inode> sample = FindSample(*daemon.mount, daemon.fs, path);
  if (!sample) return tl::unexpected(sample.error());
  const Result<std::string> source_path = daemon.fs->SourcePathOf(*sample);
  if (!source_path) return source_path;
  return daemon.fs->CachedNpy(*source_path);
}

// A request's body, parsed; `read` takes what it needs from it.
template <typename Read>
auto ReadBody(const ControlRequest& request, const Read& read)
    -> Result<decltype(read(nlohmann::json()))> try {
  return read(nlohmann::json::parse(request.body));
} catch (const nlohmann::json::exception& failure) {
  return Fail(ErrorCode::kInvalidArgument, failure.what());
}

Result<std::string> EvictFor(const Daemon& daemon, const ControlRequest& request) {
  Result<Eviction> eviction = ReadBody(request, [](const nlohmann::json& body) {
    return Eviction{.paths = body.value("paths", std::vector<std::string>()),
                    .all = body.value("all", false),
                    .store = body.value("store", false)};
  });
  if (!eviction) return tl::unexpected(eviction.error());
  for (std::string& path : eviction->paths) {
    Result<std::string> relative = PathInSource(*daemon.mount, path);
    if (!relative) return relative;
    path = *std::move(relative);
  }
  return Evict(ContentsOf(daemon), *eviction);
}

Job::Item WarmOne(SampleFs* fs, Inode sample) {
  const auto warmed = fs->Warm(sample);
  if (!warmed) {
    return {.outcome = ItemOutcome::kFailed, .bytes = 0, .message = warmed.error().message};
  }
  const Result<struct stat> attributes = fs->GetAttr(sample);
  const uint64_t bytes = attributes ? static_cast<uint64_t>(attributes->st_size) : 0;
  switch (*warmed) {
    case SampleLoader::Warmed::kLoaded:
      return {.outcome = ItemOutcome::kDone, .bytes = bytes, .message = ""};
    case SampleLoader::Warmed::kHere:
      return {.outcome = ItemOutcome::kSkipped, .bytes = 0, .message = ""};
    case SampleLoader::Warmed::kNoRoom:
      break;
  }
  return {.outcome = ItemOutcome::kUnsuited, .bytes = 0, .message = ""};
}

Result<std::string> StartWarm(const Daemon& daemon, const ControlRequest& request) {
  TensorCache* cache = daemon.derived->cache();
  if (cache == nullptr) {
    return Fail(ErrorCode::kNotFound,
                "the mount has no tensor cache; mount with --cache or --cache-limit");
  }
  const auto paths = ReadBody(request, [](const nlohmann::json& body) {
    return body.at("paths").get<std::vector<std::string>>();
  });
  if (!paths) return tl::unexpected(paths.error());
  std::vector<Inode> samples;
  for (const std::string& path : *paths) {
    const Result<std::vector<Inode>> found = FindSamples(*daemon.mount, daemon.fs, path);
    if (!found) return tl::unexpected(found.error());
    samples.insert(samples.end(), found->begin(), found->end());
  }
  // What reads offered before counts as being there.
  if (auto flushed = cache->Flush(); !flushed) return tl::unexpected(flushed.error());
  const auto left = std::make_shared<std::atomic<size_t>>(samples.size());
  const auto work = [fs = daemon.fs, cache, left](Inode sample) {
    Job::Item item = WarmOne(fs, sample);
    if (left->fetch_sub(1) > 1) return item;
    if (auto flushed = cache->Flush(); !flushed && item.outcome != ItemOutcome::kFailed) {
      item = {.outcome = ItemOutcome::kFailed, .bytes = 0, .message = flushed.error().message};
    }
    return item;
  };
  const auto started = daemon.job->Start("warm", std::move(samples), UsableCores(), work);
  if (!started) return tl::unexpected(started.error());
  return ToJson(daemon.job->Progress());
}

Job::Item CompareOne(SampleFs* fs, const std::string& source_path) {
  const auto compared = fs->Compare(source_path);
  if (!compared && compared.error().code == ErrorCode::kNotFound) {
    return {.outcome = ItemOutcome::kSkipped, .bytes = 0, .message = ""};  // no source any more
  }
  Job::Item item{.outcome = ItemOutcome::kFailed, .bytes = 0, .message = ""};
  if (!compared) {
    item.message = compared.error().message;
  } else if (compared->cache_differs || compared->store_differs) {
    item.message = Printable(source_path) + ": what the " +
                   (compared->cache_differs ? "cache" : "sample store") +
                   " has differs from what its source gives";
  } else {
    item.outcome = ItemOutcome::kDone;
    item.bytes = compared->bytes;
  }
  return item;
}

Result<std::string> StartVerify(const Daemon& daemon, const ControlRequest& request) {
  const auto deep =
      ReadBody(request, [](const nlohmann::json& body) { return body.value("deep", false); });
  if (!deep) return tl::unexpected(deep.error());
  VerifyPlan::Compare compare;
  if (*deep) {
    compare = [fs = daemon.fs](const std::string& path) { return CompareOne(fs, path); };
  }
  const auto plan = VerifyPlan::Make(ContentsOf(daemon), std::move(compare));
  const auto started = daemon.job->Start("verify", plan->Items(), UsableCores(),
                                         [plan](Inode item) { return plan->Check(item); });
  if (!started) return tl::unexpected(started.error());
  return ToJson(daemon.job->Progress());
}

Result<std::string> Describe(const Daemon& daemon, const ControlRequest&) {
  return DescribeContents(ContentsOf(daemon));
}

Result<std::string> ListFor(const Daemon& daemon, const ControlRequest& request) {
  const std::string text = request.Parameter("limit");
  size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc() || end != text.data() + text.size() || limit == 0) {
    return Fail(ErrorCode::kInvalidArgument, "limit=" + text + ": not a number above 0");
  }
  return ListHottest(ContentsOf(daemon), limit);
}

}  // namespace

std::vector<ControlRoute> CacheRoutes(const MountCommand* mount, SampleFs* fs, DerivedData* derived,
                                      Job* job) {
  const Daemon daemon{mount, fs, derived, job};
  const auto entry = [daemon](const ControlRequest& request) -> ControlReply {
    ControlReply reply = ControlAnswer(GetEntry(daemon, request.Parameter("path")));
    if (reply.status == 200) reply.type = "application/octet-stream";
    return reply;
  };
  // While a mount is young its contents may still be opening; none of these can do without.
  const auto open = [derived](const auto& answer) {
    return [derived, answer](const ControlRequest& request) -> ControlReply {
      const Result<void> opened = derived->WaitUntilOpen();
      return opened ? answer(request) : ControlError(opened.error());
    };
  };
  const auto with = [&](auto* answer) {
    return open([daemon, answer](const ControlRequest& request) {
      return ControlAnswer(answer(daemon, request));
    });
  };
  return {{"GET", "/v1/cache", with(&Describe)},
          {"GET", "/v1/cache/entries", with(&ListFor)},
          {"GET", "/v1/cache/entry", open(entry)},
          {"POST", "/v1/cache/evict", with(&EvictFor)},
          {"POST", "/v1/cache/warm", with(&StartWarm)},
          {"POST", "/v1/cache/verify", with(&StartVerify)}};
}

}  // namespace tensorfs
