# SPDX-License-Identifier: MIT
"""The four workloads, and the trees of samples that they read."""

import os
import shutil
from dataclasses import dataclass

CROP = ("--resize", "256", "--center-crop", "224")
NORMALISED = ("--dtype", "float32", "--layout", "chw", "--normalize", "imagenet")


@dataclass(frozen=True)
class Workload:
    key: str  # on the command line
    title: str
    extension: str  # of its samples
    options: tuple  # of the mount command
    forms: tuple  # the fixed forms to compare with
    keeps_names: bool = False

    def presented(self, sample):
        """The file in the mount that shows a sample; both are relative paths."""
        return sample if self.keeps_names else os.path.splitext(sample)[0] + ".npy"


WORKLOADS = {workload.key: workload for workload in (
    Workload("a", "JPEG, decode only (ppm)", ".jpg", ("--present", "ppm", "--names", "keep"),
             ("source:original", "decode:planar-zstd", "final:raw"), keeps_names=True),
    Workload("b", "JPEG, Resize(256)+CenterCrop(224), uint8", ".jpg",
             CROP, ("source:original", "source:jpeg-crop", "final:planar-zstd", "final:raw")),
    Workload("c", "PNG, decode only", ".png", (),
             ("source:original", "decode:planar-zstd", "final:raw")),
    Workload("d", "JPEG, Resize(256)+CenterCrop(224), float32, normalised", ".jpg",
             CROP + NORMALISED,
             ("source:original", "source:jpeg-crop", "center-crop:planar-zstd", "center-crop:raw",
              "final:raw")),
)}


class Samples:
    """A tree of files: as many as are asked for, all made of the same originals.

    Where there are fewer originals, they are copied under other names: no cache knows a copy.
    """

    def __init__(self, root, originals, extension):
        self.root = root
        self.originals = originals
        self.extension = extension
        self.names = []

    def grow(self, count):
        """At least `count` files."""
        for index in range(len(self.names), count):
            name = f"class{index % 20:02d}/{index:05d}{self.extension}"
            target = self.root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():  # of a workload before
                shutil.copyfile(self.originals[index % len(self.originals)], target)
            self.names.append(name)
        os.sync()  # what is not on the disk cannot be dropped from the page cache

    def subset(self, count):
        """Names of files that a store has side by side, as if there were no others."""
        return sorted(self.names)[:count]
