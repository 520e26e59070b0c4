// SPDX-License-Identifier: MIT
#include <cstdint>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "fs/decode_slots.h"
#include "fs/printable.h"
#include "tools/cache_command.h"
#include "tools/cache_place.h"
#include "tools/progress_bar.h"
#include "tools/resting_cache.h"
#include "tools/table_text.h"
#include "tools/verify_plan.h"

namespace tensorfs {
namespace {

std::string Count(const nlohmann::json& job, const char* key, const char* noun) {
  return FormatCount(job.at(key).get<uint64_t>(), noun);
}

std::string Bytes(const nlohmann::json& job) { return FormatBytes(job.at("bytes").get<double>()); }

// Of the failures; the job keeps the first ones.
void TellMessages(const nlohmann::json& job, std::ostream& err) {
  const nlohmann::json& messages = job.at("messages");
  for (const nlohmann::json& message : messages) {
    err << "tensorfs: " << message.get<std::string>() << "\n";
  }
  const auto failed = job.at("failed").get<uint64_t>();
  if (failed > messages.size()) {
    err << "tensorfs: … and " << FormatCount(failed - messages.size()) << " more\n";
  }
}

// Writes what came of the job, and returns what makes the command fail. `report` writes the text.
template <typename Report>
Result<void> Finish(const Result<std::string>& ended, bool as_json, const Report& report,
                    std::ostream& out, std::ostream& err) try {
  if (!ended) return tl::unexpected(ended.error());
  const auto job = nlohmann::json::parse(*ended);
  std::ostringstream text;
  const Result<void> result = report(job, text);
  out << (as_json ? *ended : text.str());
  TellMessages(job, err);
  return job.at("state") == "cancelled" ? Fail(ErrorCode::kIo, "interrupted") : result;
} catch (const nlohmann::json::exception& failure) {
  return Fail(ErrorCode::kCorrupt, std::string("the daemon's answer: ") + failure.what());
}

// Deep, each sample was compared with its source beside the checks of its records.
Result<void> ReportVerified(const nlohmann::json& job, bool deep, std::ostream& out) {
  const auto count = [&](uint64_t checked) {
    return deep ? FormatCount(checked) + " records and samples" : FormatCount(checked, "record");
  };
  const auto sound = job.at("done").get<uint64_t>();
  const auto bad = job.at("failed").get<uint64_t>();
  const auto gone = job.at("skipped").get<uint64_t>();
  out << count(sound + bad) << " checked (" << Bytes(job)
      << "): " << (bad == 0 ? "all are sound" : FormatCount(bad) + " are bad");
  if (gone > 0) out << "; " << FormatCount(gone) << " left meanwhile or have no source any more";
  out << "\n";
  if (bad == 0) return {};
  return Fail(ErrorCode::kCorrupt,
              count(bad) + " bad; mounted, samples are made from their sources again");
}

Result<std::string> VerifyMount(const CacheVerifyCommand& command, std::ostream& err) {
  const nlohmann::json body = {{"deep", command.deep}};
  return RunJob(command.place, "/v1/cache/verify", body.dump(), err);
}

Result<std::string> VerifyAtRest(const CacheVerifyCommand& command, std::ostream& err) {
  const Result<RestingCache> resting = RestingCache::OpenWhatIsSound(command.place);
  if (!resting) return tl::unexpected(resting.error());
  if (command.deep) {
    return Fail(ErrorCode::kInvalidArgument,
                command.place + ": --deep needs a mount, which knows the source and the pipeline");
  }
  const auto plan = VerifyPlan::Make(resting->contents(), nullptr);
  Job job;
  const Result<void> started = job.Start("verify", plan->Items(), UsableCores(),
                                         [plan](Inode item) { return plan->Check(item); });
  if (!started) return tl::unexpected(started.error());
  return WatchJob(&job, err);
}

std::vector<std::string> ReadLines(std::istream& in) {
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

Result<std::string> WarmBody(const CacheWarmCommand& command) {
  nlohmann::json paths = nlohmann::json::array();
  const auto add = [&](const std::string& path) {
    paths.push_back(PathForDaemon(command.mountpoint, path));
  };
  for (const std::string& path : command.paths) {
    if (path != "-") {
      add(path);
      continue;
    }
    for (const std::string& line : ReadLines(std::cin)) add(line);
  }
  try {
    return nlohmann::json{{"paths", paths}}.dump();
  } catch (const nlohmann::json::exception&) {
    return Fail(ErrorCode::kInvalidArgument, "a path is not UTF-8; name a directory above it");
  }
}

Result<void> ReportWarmed(const nlohmann::json& job, std::ostream& out) {
  out << Count(job, "done", "tensor") << " loaded into the cache (" << Bytes(job) << "), "
      << FormatCount(job.at("skipped").get<uint64_t>()) << " were there already\n";
  if (job.at("unsuited") != 0) {
    out << Count(job, "unsuited", "tensor") << " found no room: the cache is at its limit\n";
  }
  if (job.at("failed") == 0) return {};
  return Fail(ErrorCode::kIo, Count(job, "failed", "tensor") + " could not be loaded");
}

}  // namespace

Result<void> Run(const CacheVerifyCommand& command, std::ostream& out, std::ostream& err) {
  const Result<bool> served = IsServed(command.place);
  if (!served) return tl::unexpected(served.error());
  const auto report = [&](const nlohmann::json& job, std::ostream& text) {
    return ReportVerified(job, command.deep, text);
  };
  return Finish(*served ? VerifyMount(command, err) : VerifyAtRest(command, err), command.json,
                report, out, err);
}

Result<void> Run(const CacheWarmCommand& command, std::ostream& out, std::ostream& err) {
  if (const Result<bool> served = IsServed(command.mountpoint); !served) {
    return tl::unexpected(served.error());
  } else if (!*served) {
    return Fail(ErrorCode::kInvalidArgument,
                command.mountpoint + ": not a tensorfs mountpoint; only a mount can be warmed");
  }
  const Result<std::string> body = WarmBody(command);
  if (!body) return tl::unexpected(body.error());
  return Finish(RunJob(command.mountpoint, "/v1/cache/warm", *body, err), command.json,
                ReportWarmed, out, err);
}

}  // namespace tensorfs
