// SPDX-License-Identifier: MIT
#include "tools/mount_flags.h"

#include <utility>

#include "tools/parsed_option.h"
#include "tools/pipeline_flags.h"

namespace tensorfs {
namespace {

void AddViewFlags(CLI::App* app, ViewOptions* view) {
  constexpr const char* kGroup = "Files";
  AddParsed(app, "--present", ParseFormat, &view->format,
            "File format of the tensors: npy (default), raw, safetensors, ppm or bmp")
      ->type_name("FORMAT")
      ->group(kGroup);
  AddParsed(app, "--names", ParseNames, &view->names,
            "replace (default): x.jpg shows as x.npy; keep: as x.jpg")
      ->type_name("replace|keep")
      ->group(kGroup);
  AddParsed(app, "--extensions", ParseExtensions, &view->extensions,
            "Which files are samples (default: jpg,jpeg,jpe,jfif,png); others show unchanged")
      ->type_name("LIST")
      ->group(kGroup);
  app->add_flag("--follow-outside-links", view->follow_outside_links,
                "Allow symbolic links that lead out of SOURCE")
      ->group(kGroup);
}

void AddServeFlags(CLI::App* app, MountCommand* command) {
  constexpr const char* kGroup = "Resources";
  KernelOptions* kernel = &command->kernel;
  AddParsed(app, "--memory-limit", ParseMemoryLimit, &command->serve.tensor_budget_bytes,
            "Memory for tensors being made or read (default: 512MiB)")
      ->type_name("SIZE")
      ->group(kGroup);
  AddParsed(app, "--decode-threads", ParseCount, &command->serve.decode_threads,
            "Samples decoded at once (default: one for each usable core)")
      ->type_name("N")
      ->group(kGroup);
  AddParsed(app, "--threads", ParseCount, &kernel->threads,
            "At most so many threads answer the kernel; each may wait for the disk (default: 256)")
      ->type_name("N")
      ->group(kGroup);
  AddParsed(app, "--io", ParseIoMode, &kernel->io,
            "buffered (default): the kernel caches tensors; direct: it does not, for data "
            "far larger than memory")
      ->type_name("buffered|direct")
      ->group(kGroup);
  AddParsed(app, "--page-cache", ParsePageCacheMode, &kernel->page_cache,
            "Keep cached tensors from one open to the next (default: auto)")
      ->type_name("auto|on|off")
      ->group(kGroup);
  AddParsed(app, "--attr-timeout", ParseSeconds, &kernel->attr_timeout_s,
            "How long names and sizes are remembered; a change of SOURCE may show as late as that "
            "(default: 60)")
      ->type_name("SECONDS")
      ->group(kGroup);
  app->add_flag("--immutable", command->immutable,
                "SOURCE never changes: as --attr-timeout, for ever")
      ->group(kGroup)
      ->excludes("--attr-timeout");
}

void AddKeepFlags(CLI::App* app, KeepOptions* keep) {
  constexpr const char* kGroup = "Forms and cache";
  app->add_option("--policy", keep->policy,
                  "adaptive (default): each sample is kept in the form that this machine can serve "
                  "fastest now; keep: samples stay in the form they are kept in; fixed:FORM: each "
                  "is kept in that form from its first read on, as in fixed:final:raw")
      ->type_name("POLICY")
      ->group(kGroup);
  app->add_option("--profile", keep->profile.file,
                  "Let the adaptive policy start from what `tensorfs profile --save FILE` has "
                  "measured, instead of measuring the forms itself")
      ->type_name("FILE")
      ->group(kGroup);
  AddParsed(
      app, "--migrate-share", ParseShare, &keep->migrate_share,
      "At most so much of CPU and disk, beside what is idle, goes into moving samples to other "
      "forms (default: 20; with fixed:FORM 100, no limit)")
      ->type_name("PERCENT")
      ->group(kGroup);
  AddParsed(app, "--store-limit", ParseStoreLimit, &keep->store_limit_bytes,
            "Hard limit of the bytes that kept forms take in the store (default: half of what is "
            "free there)")
      ->type_name("SIZE")
      ->group(kGroup);
  app->add_option("--cache", keep->cache,
                  "Directory for a cache of finished tensors (default: no cache, or, with "
                  "--cache-limit, one in the store)")
      ->type_name("DIR")
      ->group(kGroup);
  AddParsed(app, "--cache-limit", ParseCacheLimit, &keep->cache_limit_bytes,
            "Hard limit of its bytes (default: half of what is free there)")
      ->type_name("SIZE")
      ->group(kGroup);
}

void AddDaemonFlags(CLI::App* app, DaemonOptions* daemon) {
  constexpr const char* kGroup = "Process";
  app->add_flag("--foreground,-f", daemon->foreground, "Stay; unmount on SIGINT or SIGTERM")
      ->group(kGroup);
  app->add_option("--store", daemon->store,
                  "Directory for kept forms, control socket, lock and log (default: one for each "
                  "pair of "
                  "SOURCE and MOUNTPOINT in ~/.local/state/tensorfs, for root in "
                  "/var/lib/tensorfs)")
      ->type_name("DIR")
      ->group(kGroup);
  AddParsed(app, "--metrics", ParseSocketAddress, &daemon->metrics,
            "Serve /metrics (Prometheus text) over HTTP there")
      ->type_name("ADDRESS:PORT")
      ->group(kGroup);
  app->add_option("--log-file", daemon->log_file,
                  "Append log lines to FILE (default: tensorfs.log in the store; in the "
                  "foreground, standard error)")
      ->type_name("FILE")
      ->group(kGroup);
  AddParsed(app, "--log-level", ParseLogLevel, &daemon->log_level,
            "debug, info (default), warning or error")
      ->type_name("LEVEL")
      ->group(kGroup);
}

}  // namespace

void AddMountFlags(CLI::App* app, MountFlags* flags) {
  MountCommand* command = &flags->command;
  app->add_option("SOURCE", command->source, "Directory of samples; never written")
      ->required()
      ->type_name("");
  app->add_option("MOUNTPOINT", command->mountpoint, "Directory where the tensors appear")
      ->required()
      ->type_name("");
  AddPipelineFlags(app, &command->pipeline_file, &flags->pipeline);
  AddViewFlags(app, &command->view);
  AddServeFlags(app, command);
  AddKeepFlags(app, &command->keep);
  AddDaemonFlags(app, &command->daemon);
  app->add_option("-o", flags->o_texts,
                  "Mount options as in fstab: allow_other, default_permissions, ro, …, or any "
                  "option above without its dashes, as in resize=256,center_crop=224")
      ->type_name("OPT,…")
      ->allow_extra_args(false)
      ->group("Process");
}

}  // namespace tensorfs
