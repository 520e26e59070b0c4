# SPDX-License-Identifier: MIT
"""The four workloads, and the trees of samples that they read."""

import contextlib
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import pipelines

ORDER_SEED = 11


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
        return sample if self.keeps_names else str(Path(sample).with_suffix(".npy"))


WORKLOADS = {workload.key: workload for workload in (
    Workload("a", "JPEG, decode only (ppm)", ".jpg", ("--present", "ppm", "--names", "keep"),
             ("source:original", "decode:planar-zstd", "final:raw"), keeps_names=True),
    Workload("b", "JPEG, Resize(256)+CenterCrop(224), uint8", ".jpg",
             tuple(pipelines.UINT8.options),
             ("source:original", "source:jpeg-crop", "final:planar-zstd", "final:raw")),
    Workload("c", "PNG, decode only", ".png", tuple(pipelines.DECODE.options),
             ("source:original", "decode:planar-zstd", "final:raw")),
    Workload("d", "JPEG, Resize(256)+CenterCrop(224), float32, normalised", ".jpg",
             tuple(pipelines.FLOAT32.options),
             ("source:original", "source:jpeg-crop", "center-crop:planar-zstd", "center-crop:raw",
              "final:raw")),
)}


class Samples:
    """Trees of files below `root`: as many as are asked for, all made of the same originals.

    Where there are fewer originals, they are copied under other names: no cache knows a copy.
    """

    def __init__(self, root, originals, extension):
        self.root = root
        self.originals = originals
        self.extension = extension
        self.names = []

    def grow(self, count):
        """At least `count` files in the tree of all."""
        for index in range(len(self.names), count):
            name = f"class{index % 20:02d}/{index:05d}{self.extension}"
            target = self.root / "all" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.originals[index % len(self.originals)], target)
            self.names.append(name)

    @property
    def all(self):
        return self.root / "all"

    def subset(self, count):
        """Names of `count` files, all originals equally often as far as that goes."""
        whole = count // len(self.originals) * len(self.originals)
        rest = list(range(whole, min(whole + len(self.originals), len(self.names))))
        random.Random(ORDER_SEED).shuffle(rest)
        return [self.names[index] for index in [*range(whole), *sorted(rest[:count - whole])]]

    @contextlib.contextmanager
    def tree(self, names):
        """A directory with these files alone, for as long as it is used.

        They are copies: a link more would change its file's ctime, and so void what is stored of it.
        """
        root = self.root / "some"
        for name in names:
            target = root / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.all / name, target)
        try:
            yield root
        finally:
            shutil.rmtree(root, ignore_errors=True)
