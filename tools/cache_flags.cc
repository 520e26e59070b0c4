// SPDX-License-Identifier: MIT
#include "tools/cache_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tools/parsed_option.h"

namespace tensorfs {
namespace {

constexpr const char* kJsonFlag = "As JSON, for programs";
constexpr const char* kPlace =
    "Where tensorfs is mounted, or the directory of a store or a cache that no mount uses now";

CLI::App* Add(CLI::App* cache, const char* name, const char* description, const char* examples,
              std::string* place, const char* place_description = kPlace) {
  CLI::App* app = cache->add_subcommand(name, description);
  app->add_option("MOUNTPOINT", *place, place_description)->required()->type_name("");
  app->footer(std::string("\nExamples:\n") + examples);
  return app;
}

Result<uint32_t> ParseLimit(std::string_view text) {
  constexpr uint32_t kMostListed = 1'000'000'000;
  uint32_t limit = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), limit);
  const bool is_number = failure == std::errc() && end == text.data() + text.size();
  if (is_number && limit >= 1 && limit <= kMostListed) return limit;
  return Fail(
      ErrorCode::kInvalidArgument,
      '"' + std::string(text) + "\": expected a number from 1 to " + std::to_string(kMostListed));
}

void AddStats(CLI::App* cache, CacheStatsCommand* command) {
  CLI::App* app = Add(cache, "stats", "Show what the tensor cache and the sample store hold.",
                      "  tensorfs cache stats /mnt/train\n"
                      "  tensorfs cache stats --json /mnt/train | jq .cache.hit_rate",
                      &command->place);
  app->add_flag("--json", command->json, kJsonFlag);
}

void AddList(CLI::App* cache, CacheListCommand* command) {
  CLI::App* app = Add(cache, "list", "List the tensors of the cache that are read most often.",
                      "  tensorfs cache list /mnt/train --limit 100", &command->place);
  AddParsed(app, "--limit", ParseLimit, &command->limit, "How many (default: 20)")->type_name("N");
  app->add_flag("--json", command->json, kJsonFlag);
}

void AddGet(CLI::App* cache, CacheGetCommand* command) {
  CLI::App* app = Add(cache, "get", "Write one tensor of the cache as an .npy file.",
                      "  tensorfs cache get /mnt/train /mnt/train/cat/001.npy -o 001.npy\n"
                      "  tensorfs cache get /var/cache/train cat/001.jpg > 001.npy",
                      &command->place);
  app->add_option("PATH", command->path, "The tensor: as it is presented, or its source")
      ->required()
      ->type_name("");
  app->add_option("-o,--output", command->output, "Where to (default: standard output)")
      ->type_name("FILE");
}

void AddVerify(CLI::App* cache, CacheVerifyCommand* command) {
  CLI::App* app = Add(cache, "verify",
                      "Read everything in the sample store and the tensor cache and check it\n"
                      "against its checksum. What is bad is named; a mount drops it.",
                      "  tensorfs cache verify /mnt/train\n"
                      "  tensorfs cache verify --deep /mnt/train",
                      &command->place);
  app->add_flag("--deep", command->deep,
                "Also make each tensor from its source again and compare; needs a mount");
  app->add_flag("--json", command->json, kJsonFlag);
}

void AddWarm(CLI::App* cache, CacheWarmCommand* command) {
  CLI::App* app = Add(cache, "warm",
                      "Load tensors into the cache before they are read, as long as there is room.",
                      "  tensorfs cache warm /mnt/train /mnt/train/val\n"
                      "  head -n 5000 order.txt | tensorfs cache warm /mnt/train -",
                      &command->mountpoint, "Where tensorfs is mounted");
  app->add_option("PATH", command->paths,
                  "Files and directories in the mount; - reads them from standard input, a line "
                  "each")
      ->required()
      ->type_name("");
  app->add_flag("--json", command->json, kJsonFlag);
}

void AddEvict(CLI::App* cache, CacheEvictCommand* command) {
  CLI::App* app = Add(cache, "evict", "Drop tensors from the cache.",
                      "  tensorfs cache evict /mnt/train 'cat/*'\n"
                      "  tensorfs cache evict /mnt/train --all --store",
                      &command->place);
  CLI::Option* paths = app->add_option(
      "PATH", command->paths,
      "Files, directories or patterns (* ? [ ], where * and ? stand for slashes too)");
  paths->type_name("");
  app->add_flag("--all", command->all, "Everything")->excludes(paths);
  app->add_flag("--store", command->store,
                "From the sample store too: what is kept of these samples in other forms");
  app->add_flag("--json", command->json, kJsonFlag);
}

}  // namespace

void AddCacheCommands(CLI::App* tool, CacheFlags* flags) {
  CLI::App* cache =
      tool->add_subcommand("cache", "Look into the tensor cache, fill it and empty it");
  cache->require_subcommand(1);
  cache->footer("\n`tensorfs cache COMMAND --help` tells more.");
  AddStats(cache, &flags->stats);
  AddList(cache, &flags->list);
  AddGet(cache, &flags->get);
  AddVerify(cache, &flags->verify);
  AddWarm(cache, &flags->warm);
  AddEvict(cache, &flags->evict);
  flags->app = cache;
}

namespace {

// An empty path would be everything: more likely a variable that a script never set.
Result<void> CheckPaths(const std::vector<std::string>& paths) {
  if (std::ranges::find(paths, "") == paths.end()) return {};
  return Fail(ErrorCode::kInvalidArgument, "PATH is empty");
}

}  // namespace

Result<CacheCommand> ChosenCacheCommand(const CacheFlags& flags) {
  const std::string name = flags.app->get_subcommands().front()->get_name();
  if (name == "stats") return flags.stats;
  if (name == "list") return flags.list;
  if (name == "verify") return flags.verify;
  const std::vector<std::string> paths = name == "get"    ? std::vector{flags.get.path}
                                         : name == "warm" ? flags.warm.paths
                                                          : flags.evict.paths;
  if (auto checked = CheckPaths(paths); !checked) return tl::unexpected(checked.error());
  if (name == "get") return flags.get;
  if (name == "warm") return flags.warm;
  if (paths.empty() && !flags.evict.all) {
    return Fail(ErrorCode::kInvalidArgument, "give a PATH to evict, or --all");
  }
  return flags.evict;
}

}  // namespace tensorfs
