# SPDX-License-Identifier: MIT
"""Pipelines as tensorfs is told them and as torchvision runs them; the two must agree in every byte."""

from dataclasses import dataclass, field
from typing import Callable

import numpy as np
import torch
from PIL import Image
from torchvision import transforms
from torchvision.transforms import InterpolationMode

IMAGENET_MEAN = [0.485, 0.456, 0.406]
IMAGENET_STD = [0.229, 0.224, 0.225]


@dataclass(frozen=True)
class Pipeline:
    """`options` or, if they cannot express it, the text of a pipeline file; and torchvision's steps.

    torchvision starts from a PIL image in RGB and may end with one or with a tensor.
    """

    name: str
    steps: list
    options: list = field(default_factory=list)
    toml: str = ""
    channels_first: bool = False

    def arguments(self, folder):
        """The mount command's options; a pipeline file is written to `folder`."""
        if not self.toml:
            return self.options
        path = folder / f"{self.name}.toml"
        path.write_text(self.toml)
        return ["--pipeline", path]

    def transform(self) -> Callable:
        return transforms.Compose(self.steps)

    def expected(self, path):
        """The array that torchvision, run here, makes of an image file."""
        with Image.open(path) as image:
            return self.expected_of(image.convert("RGB"))

    def expected_of(self, image):
        result = self.transform()(image)
        if isinstance(result, torch.Tensor):
            array = result.numpy()
            return array if self.channels_first else np.ascontiguousarray(array.transpose(1, 2, 0))
        array = np.asarray(result)
        array = array if array.ndim == 3 else array[:, :, np.newaxis]
        return np.ascontiguousarray(array.transpose(2, 0, 1)) if self.channels_first else array


UINT8 = Pipeline(
    "uint8", [transforms.Resize(256), transforms.CenterCrop(224)],
    options=["--resize", "256", "--center-crop", "224"])

FLOAT32 = Pipeline(
    "float32",
    [transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(),
     transforms.Normalize(IMAGENET_MEAN, IMAGENET_STD)],
    options=["--resize", "256", "--center-crop", "224", "--dtype", "float32", "--layout", "chw",
             "--normalize", "imagenet"],
    channels_first=True)

BICUBIC = Pipeline(
    "bicubic",
    [transforms.Resize((232, 300), InterpolationMode.BICUBIC), transforms.CenterCrop((224, 288))],
    options=["--resize", "232x300", "--interpolation", "bicubic", "--center-crop", "224x288",
             "--layout", "chw"],
    channels_first=True)

GREY = Pipeline(
    "grey",
    [transforms.Resize(96, InterpolationMode.LANCZOS), transforms.Grayscale(1),
     transforms.Pad((3, 5), fill=7), transforms.CenterCrop(100), transforms.ToTensor(),
     transforms.Normalize([0.5], [0.25])],
    toml="""\
layout = "chw"

[[step]]
name = "Resize"
size = 96
interpolation = "lanczos"

[[step]]
name = "Grayscale"
num_output_channels = 1

[[step]]
name = "Pad"
padding = [3, 5]
fill = 7

[[step]]
name = "CenterCrop"
size = 100

[[step]]
name = "ToTensor"

[[step]]
name = "Normalize"
mean = [0.5]
std = [0.25]
""",
    channels_first=True)

DECODE = Pipeline("decode", [])

HALF = Pipeline(
    "half",
    [transforms.Resize(64), transforms.CenterCrop(64), transforms.ToTensor(),
     transforms.ConvertImageDtype(torch.float16)],
    toml="""\
[[step]]
name = "Resize"
size = 64

[[step]]
name = "CenterCrop"
size = [64, 64]

[[step]]
name = "ToTensor"

[[step]]
name = "ConvertImageDtype"
dtype = "float16"
""",
    channels_first=True)

# The five over which exactness is measured.
FIVE = [UINT8, FLOAT32, BICUBIC, GREY, DECODE]
