# SPDX-License-Identifier: MIT
"""Bytes that differ from torchvision's, over all images and five pipelines."""

import numpy as np
from PIL import Image

import harness
import pipelines

from .report import Result


def differing_bytes(got, wanted):
    if len(got) != len(wanted):
        return max(len(got), len(wanted))
    return int(np.count_nonzero(np.frombuffer(got, np.uint8) != np.frombuffer(wanted, np.uint8)))


def presented(mount, path, root):
    """The file of a sample, which has its whole name where stems collide."""
    relative = path.relative_to(root)
    short = mount / relative.with_suffix(".npy")
    return short if short.exists() else mount / relative.with_name(relative.name + ".npy")


def count(bench, pipeline, images, root):
    options = pipeline.arguments(bench.work)
    total = 0
    with bench.mount(root, *options) as mount:
        for path in images:
            with Image.open(path) as image:
                wanted = harness.npy_bytes(pipeline.expected_of(image.convert("RGB")))
            total += differing_bytes(presented(mount, path, root).read_bytes(), wanted)
    return total


def run(bench):
    images = bench.images()
    root = bench.data or bench.work / "made"
    total = sum(count(bench, pipeline, images, root) for pipeline in pipelines.FIVE)
    return [Result("exact", "differing bytes against torchvision", 0, False, [total],
                   f"{len(images)} files × {len(pipelines.FIVE)} pipelines")]
