// SPDX-License-Identifier: MIT
#include "tools/pipeline_flags.h"

#include <vector>

#include "tools/option_values.h"
#include "tools/parsed_option.h"

namespace tensorfs {

void AddPipelineFlags(CLI::App* app, std::string* pipeline_file, ShortPipeline* pipeline) {
  CLI::Option* file = app->add_option("--pipeline", *pipeline_file,
                                      "Steps from a TOML file, instead of the options below")
                          ->type_name("FILE");
  CLI::Option* resize =
      AddParsed(app, "--resize", ParseResizeSize, &pipeline->resize,
                "Resize so that the shorter side has N pixels, or to HxW exactly");
  resize->type_name("N|HxW");
  CLI::Option* interpolation =
      AddParsed(app, "--interpolation", ParseInterpolation, &pipeline->interpolation,
                "nearest, box, bilinear (default), hamming, bicubic or lanczos");
  interpolation->type_name("NAME")->needs(resize);
  const std::vector<CLI::Option*> options = {
      resize,
      interpolation,
      AddParsed(app, "--center-crop", ParseCropSize, &pipeline->center_crop,
                "Cut N x N or H x W pixels from the middle")
          ->type_name("N|HxW"),
      app->add_flag("--grayscale", pipeline->grayscale, "One grey channel instead of three"),
      AddParsed(app, "--dtype", ParseDType, &pipeline->dtype,
                "uint8 (default), float16, bfloat16 or float32; float means values in [0, 1]")
          ->type_name("TYPE"),
      AddParsed(app, "--normalize", ParseNormalize, &pipeline->normalize,
                "Subtract means, divide by deviations; needs a float --dtype")
          ->type_name("imagenet|M,M,M/S,S,S"),
      AddParsed(app, "--layout", ParseLayout, &pipeline->layout,
                "hwc (default): channels last; chw: channels first")
          ->type_name("hwc|chw")};
  for (CLI::Option* option : options) option->group("Pipeline")->excludes(file);
  file->group("Pipeline");
}

}  // namespace tensorfs
