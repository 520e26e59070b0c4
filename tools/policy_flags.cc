// SPDX-License-Identifier: MIT
#include "tools/policy_flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>

#include "tools/option_values.h"
#include "tools/parsed_option.h"

namespace tensorfs {
namespace {

// A command that takes a mountpoint first, and --json.
template <typename Command>
CLI::App* Add(CLI::App* policy, const char* name, const char* description, const char* examples,
              Command* command) {
  CLI::App* app = policy->add_subcommand(name, description);
  app->add_option("MOUNTPOINT", command->mountpoint, "Where tensorfs is mounted")
      ->required()
      ->type_name("");
  app->add_flag("--json", command->json, "As JSON, for programs");
  app->footer(std::string("\nExamples:\n") + examples);
  return app;
}

void AddExplain(CLI::App* policy, PolicyFlags* flags) {
  CLI::App* app = policy->add_subcommand(
      "explain",
      "Show why a sample is kept in its form: what each form would cost it, which one\n"
      "is chosen, and for what reason.");
  app->add_option("FILE", flags->explain_path,
                  "A sample in a mount; or, if PATH is given, where tensorfs is mounted")
      ->required()
      ->type_name("");
  app->add_option("PATH", flags->explain.file, "The sample, as the mount or its source has it")
      ->type_name("");
  app->add_flag("--json", flags->explain.json, "As JSON, for programs");
  app->footer(
      "\nCOST is what a read costs at the prices of CPU and disks at the moment, and what\n"
      "it keeps costs in the store: the share of an epoch's time that is the sample's.\n"
      "\nExamples:\n"
      "  tensorfs policy explain /mnt/train/cat/001.npy\n"
      "  tensorfs policy explain /mnt/train cat/001.jpg");
}

void AddPlan(CLI::App* policy, PolicyPlanCommand* command) {
  CLI::App* app =
      Add(policy, "plan",
          "Show what would be planned for a machine: the rate of each single form, of the\n"
          "best mix, and the bound that no mix can pass. Changes nothing. What is not given\n"
          "is as observed.",
          "  tensorfs policy plan /mnt/train\n"
          "  tensorfs policy plan /mnt/train --cores 8 --disk-mb-s 100 --store-limit 50GiB",
          command);
  WhatIfRequest* request = &command->request;
  AddParsed(app, "--cores", ParsePositive, &request->cores, "Cores to be had")->type_name("N");
  AddParsed(
      app, "--disk-mb-s", ParsePositive,
      [request](double megabytes) { request->disk_bytes_per_s = 1e6 * megabytes; },
      "What each disk gives, in megabytes (10^6 bytes) a second")
      ->type_name("N");
  AddParsed(app, "--store-limit", ParseStoreLimit, &request->store_limit_bytes,
            "Bytes that kept forms may take")
      ->type_name("SIZE");
}

void AddSet(CLI::App* policy, PolicySetCommand* command) {
  CLI::App* app =
      Add(policy, "set", "Change settings of a mount until it is unmounted, and show all of them.",
          "  tensorfs policy set /mnt/train --migrate-share 50%\n"
          "  tensorfs policy set /mnt/train --store-limit 100GiB --dead-band 5%",
          command);
  SettingsPatch* patch = &command->patch;
  AddParsed(app, "--store-limit", ParseStoreLimit, &patch->store_limit_bytes,
            "What plans may fill of the store, at most its limit as mounted; what is\nkept beyond "
            "is moved out by the next plan")
      ->type_name("SIZE");
  AddParsed(app, "--cache-limit", ParseCacheLimit, &patch->cache_limit_bytes,
            "What plans may fill of the tensor cache, at most its limit as mounted")
      ->type_name("SIZE");
  AddParsed(app, "--migrate-share", ParseShare, &patch->migrate_share,
            "At most so much of CPU and disk, beside what is idle, goes into moving samples")
      ->type_name("PERCENT");
  AddParsed(app, "--window", ParsePositive, &patch->window_s,
            "Seconds over which load is observed, 0.1 or more")
      ->type_name("S");
  AddParsed(app, "--dead-band", ParseShare, &patch->dead_band,
            "How much faster a new plan must be to be taken")
      ->type_name("PERCENT");
  AddParsed(app, "--expected-rereads", ParseAmount, &patch->expected_rereads,
            "How often each sample will be read again: a move must pay over these reads")
      ->type_name("N");
}

void AddPin(CLI::App* policy, PolicyPinCommand* command) {
  CLI::App* app = Add(policy, "pin",
                      "Keep samples in a form whatever it costs, also after a remount. Of several\n"
                      "pins that match a sample the latest counts. Without PATH, list the pins.",
                      "  tensorfs policy pin /mnt/train /mnt/train/val final:raw\n"
                      "  tensorfs policy pin /mnt/train '*.png' decode:planar-zstd\n"
                      "  tensorfs policy pin /mnt/train",
                      command);
  app->add_option("PATH", command->pattern,
                  "A file, a directory or a pattern (* ? [ ], where * and ? stand for slashes "
                  "too), as the mount or its source has it")
      ->type_name("");
  app->add_option("FORM", command->form, "The form, as in final:raw")->type_name("");
}

void AddUnpin(CLI::App* policy, PolicyUnpinCommand* command) {
  CLI::App* app = Add(policy, "unpin", "Let the policy choose again for what was pinned.",
                      "  tensorfs policy unpin /mnt/train '*.png'", command);
  app->add_option("PATH", command->pattern, "As it was pinned; `tensorfs policy pin` lists them")
      ->required()
      ->type_name("");
}

void AddMaterialize(CLI::App* policy, PolicyMaterializeCommand* command) {
  CLI::App* app =
      Add(policy, "materialize",
          "Convert samples to a form now, on all cores, instead of when they are first\n"
          "read. Without PATH, all that the mount shows. An interrupted run is taken up\n"
          "again by the same command.",
          "  tensorfs policy materialize /mnt/train --form final:raw\n"
          "  tensorfs policy materialize /mnt/train /mnt/train/val --form source:jpeg-crop\n"
          "\n"
          "`man tensorfs-mount` lists stages and encodings.",
          command);
  app->add_option("PATH", command->paths, "Files and directories in the mount")->type_name("");
  app->add_option("--form", command->form, "The form (default: that of the mount's --policy)")
      ->type_name("FORM");
}

void AddWatch(CLI::App* policy, PolicyWatchCommand* command) {
  CLI::App* app =
      Add(policy, "watch",
          "Show rate, load, prices and mix as they change: in place on a terminal, or else\n"
          "a line each time, until it is interrupted.",
          "  tensorfs policy watch /mnt/train\n"
          "  tensorfs policy watch /mnt/train --interval 10 >> rates.log\n"
          "  tensorfs policy watch /mnt/train --count 60 --json | jq .policy_report.rates",
          command);
  AddParsed(app, "--interval", ParsePositive, &command->interval_s, "How often (default: 1)")
      ->type_name("SECONDS");
  AddParsed(
      app, "--count", ParsePositive,
      [command](double count) { command->count = static_cast<uint64_t>(std::ceil(count)); },
      "How many times (default: no end)")
      ->type_name("N");
}

}  // namespace

void AddPolicyCommands(CLI::App* tool, PolicyFlags* flags) {
  CLI::App* policy = tool->add_subcommand("policy", "Look at what a mount does, and steer it");
  policy->require_subcommand(1);
  policy->footer("\n`tensorfs policy COMMAND --help` tells more.");
  Add(policy, "status",
      "Show what a mount serves, how fast and at what cost, what its policy does, and\n"
      "why.",
      "  tensorfs policy status /mnt/train\n"
      "  tensorfs policy status --json /mnt/train | jq .recent.samples_per_s",
      &flags->status);
  AddExplain(policy, flags);
  AddPlan(policy, &flags->plan);
  AddSet(policy, &flags->set);
  AddPin(policy, &flags->pin);
  AddUnpin(policy, &flags->unpin);
  Add(policy, "pause",
      "Plan and move nothing until `tensorfs policy resume`; reads go on, and pins with\nthem.",
      "  tensorfs policy pause /mnt/train", &flags->pause);
  Add(policy, "resume", "Plan and move samples again.", "  tensorfs policy resume /mnt/train",
      &flags->resume);
  AddMaterialize(policy, &flags->materialize);
  Add(policy, "history",
      "Show every change of the plan: when, at which load, the prices before and after,\n"
      "how many samples moved, and what was gained.",
      "  tensorfs policy history /mnt/train", &flags->history);
  AddWatch(policy, &flags->watch);
  flags->app = policy;
}

namespace {

Result<PolicyCommand> FinishExplain(const PolicyFlags& flags, bool path_given) {
  PolicyExplainCommand explain = flags.explain;
  (path_given ? explain.mountpoint : explain.file) = flags.explain_path;
  if (explain.file.empty() || (path_given && explain.mountpoint.empty())) {
    return Fail(ErrorCode::kInvalidArgument, path_given ? "PATH is empty" : "FILE is empty");
  }
  return explain;
}

Result<PolicyCommand> FinishSet(const PolicySetCommand& set) {
  const SettingsPatch& patch = set.patch;
  if (patch.store_limit_bytes || patch.cache_limit_bytes || patch.migrate_share || patch.window_s ||
      patch.dead_band || patch.expected_rereads) {
    return set;
  }
  return Fail(ErrorCode::kInvalidArgument,
              "give a setting to change; `tensorfs policy status` shows them");
}

Result<PolicyCommand> FinishPin(const PolicyPinCommand& pin, bool path_given) {
  if (path_given && pin.form.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "give PATH and FORM, as in val final:raw");
  }
  // An empty path would be everything: more likely a variable that a script never set.
  if (path_given && pin.pattern.empty()) return Fail(ErrorCode::kInvalidArgument, "PATH is empty");
  return pin;
}

Result<PolicyCommand> FinishUnpin(const PolicyUnpinCommand& unpin) {
  if (unpin.pattern.empty()) return Fail(ErrorCode::kInvalidArgument, "PATH is empty");
  return unpin;
}

}  // namespace

Result<PolicyCommand> ChosenPolicyCommand(const PolicyFlags& flags) {
  const CLI::App* chosen = flags.app->get_subcommands().front();
  const std::string name = chosen->get_name();
  if (name == "status") return flags.status;
  if (name == "explain") return FinishExplain(flags, chosen->count("PATH") > 0);
  if (name == "plan") return flags.plan;
  if (name == "set") return FinishSet(flags.set);
  if (name == "pin") return FinishPin(flags.pin, chosen->count("PATH") > 0);
  if (name == "unpin") return FinishUnpin(flags.unpin);
  if (name == "pause") return flags.pause;
  if (name == "resume") return flags.resume;
  if (name == "materialize") return flags.materialize;
  if (name == "history") return flags.history;
  return flags.watch;
}

}  // namespace tensorfs
