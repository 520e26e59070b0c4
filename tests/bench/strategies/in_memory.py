# SPDX-License-Identifier: MIT
"""Data that fit memory: the recommended strategy against torchvision, fully online, in a DataLoader
of two workers, with the source in the page cache.

The mount is new in each round, with its store in the page cache. Its first epoch fetches every
tensor from the store; the kernel then has them, and later epochs never reach the daemon. Plain .npy
files on the same file system take the same turns: they are what a filesystem can reach at most.
"""

import contextlib
import os
import shutil
import statistics
from dataclasses import dataclass, field

import numpy as np
import pipelines
from torchvision import transforms
from torchvision.datasets import DatasetFolder, ImageFolder

from bars.bench import files_below
from bars.cached import copy_files
from bars.dataloader import samples_per_s
from bars.report import Result
from regime import cgroups

from . import recommended

READERS = 2
PASSES = 5


@dataclass(frozen=True)
class Case:
    name: str
    options: list  # of the mount
    steps: list  # of torchvision, from a PIL image to a tensor
    files_bar: float | None  # whole-file readers ÷ torchvision
    loader_bar: float
    batch: int = 64
    skipped: int = 4  # batches
    extension: str = ".jpg"
    samples: int = 2000
    online_samples: int = 2000  # that torchvision is given
    profiled: int = 200  # at most: encoding large images takes long


UINT8 = Case("uint8", [*pipelines.UINT8.options, "--layout", "chw"],
             [*pipelines.UINT8.steps, transforms.PILToTensor()], 13, 10)
FLOAT32 = Case("float32", pipelines.FLOAT32.options, pipelines.FLOAT32.steps, 8, 4)
PNG = Case("png", ["--resize", "512x1024", "--layout", "chw"],
           [transforms.Resize((512, 1024)), transforms.PILToTensor()], None, 25, batch=4, skipped=4,
           extension=".png", samples=240, online_samples=80, profiled=10)


@dataclass
class Rates:
    """Samples per second, one of each round."""

    online: list = field(default_factory=list)
    first: list = field(default_factory=list)  # whole files, first epoch
    files: list = field(default_factory=list)  # whole files, later epochs
    loader: list = field(default_factory=list)  # np.load in the DataLoader, later epochs
    plain: list = field(default_factory=list)  # the same on plain .npy files

    def ratios(self, name):
        return [rate / online for rate, online in zip(getattr(self, name), self.online)]


def tree(bench, case, count, name):
    """Copies of the data's files of that kind, in folders of ten classes."""
    root = bench.work / f"{name}-{count}{case.extension}"
    originals = [path for path in bench.images()
                 if (path.suffix.lower() == ".png") == (case.extension == ".png")]
    for index in range(count):
        target = root / f"class{index % 10}" / f"{index}{case.extension}"
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(originals[index % len(originals)], target)
    return root


def whole_file_rate(bench, root, passes):
    account = bench.read_files(files_below(root), READERS, passes)
    return account["files"] / account["seconds"]


def loaded(root):
    return DatasetFolder(str(root), loader=np.load, extensions=(".npy",))


@contextlib.contextmanager
def before_others():
    """This process and all that it starts go before the machine's other programs, if they may."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(cgroups.NoControlGroups):
            group = stack.enter_context(cgroups.put_first(f"tensorfs-bench-{os.getpid()}"))
            (group / "cgroup.procs").write_text(str(os.getpid()))
        yield


def one_round(bench, case, form, places, rates):
    source, online, state, plain = places
    bench.read_files(files_below(source))
    dataset = ImageFolder(str(online), transform=transforms.Compose(case.steps))
    rates.online.append(samples_per_s(dataset, case.batch, case.skipped))
    with recommended.mount(bench, source, case.options, form, state) as mount:
        rates.first.append(whole_file_rate(bench, mount.path, 1))
        rates.files.append(whole_file_rate(bench, mount.path, PASSES))
        rates.loader.append(samples_per_s(loaded(mount.path), case.batch, case.skipped))
        if not plain.exists():
            copy_files(mount.path, plain)
    bench.read_files(files_below(plain))
    rates.plain.append(samples_per_s(loaded(plain), case.batch, case.skipped))


def run(bench, case, effort):
    count = min(case.samples, effort.samples)
    source = tree(bench, case, count, "memory")
    online = source if count <= case.online_samples else tree(bench, case, case.online_samples,
                                                              "online")
    state, plain = bench.work / f"state-{case.name}", bench.work / f"plain-{case.name}"
    state.mkdir(exist_ok=True)
    profiled = recommended.measure(source, case.options, bench.work / f"{case.name}.json",
                                   bench.work, min(effort.profiled, case.profiled),
                                   effort.profile_runs)
    form, rates = profiled.form(), Rates()
    with before_others():
        for _ in range(bench.rounds):
            one_round(bench, case, form, (source, online, state, plain), rates)
    for place in (source, online, state, plain):
        shutil.rmtree(place, ignore_errors=True)
    os.sync()
    return list(results(case, form, rates))


def results(case, form, rates):
    command = f"memory-{case.name}"
    online = statistics.median(rates.online)

    def result(name, title, bar):
        note = f"{form}: {statistics.median(getattr(rates, name)):,.0f}/s ÷ {online:,.0f}/s"
        return Result(command, f"{case.name}: {title} ÷ torchvision", bar, True,
                      rates.ratios(name), note)

    if case.files_bar:
        yield result("files", "whole-file readers", case.files_bar)
        yield result("first", "whole-file readers, first epoch", case.files_bar)
    yield result("loader", "DataLoader of np.load", case.loader_bar)
    yield result("plain", "(plain .npy on this file system)", case.loader_bar)


def run_uint8(bench, effort):
    return run(bench, UINT8, effort)


def run_float32(bench, effort):
    return run(bench, FLOAT32, effort)


def run_png(bench, effort):
    return run(bench, PNG, effort)
