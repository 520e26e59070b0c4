# SPDX-License-Identifier: MIT
"""Samples per second of a DataLoader with two workers: through the mount, and on the source.

Both sides give the same batches. The time runs from the fourth batch to the last, which leaves the
workers' start out on both sides. The mount is fresh in each round: none of its pages are cached. The
source is in the page cache on both sides.
"""

import time

import numpy as np
import torch
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import DatasetFolder, ImageFolder

import pipelines

from .bench import files_below
from .report import Result

SAMPLES = 2000
BATCH = 64
SKIPPED_BATCHES = 4


def samples_per_s(dataset, batch=BATCH, skipped=SKIPPED_BATCHES):
    loader = DataLoader(dataset, batch_size=batch, num_workers=2, shuffle=True,
                        generator=torch.Generator().manual_seed(1))
    count, begin = 0, 0.0
    for index, (images, _) in enumerate(loader):
        count += len(images)
        if index + 1 == skipped:
            count, begin = 0, time.perf_counter()
    return count / (time.perf_counter() - begin)


def mount_rate(bench, source, options):
    with bench.mount(source, *options) as mount:
        return samples_per_s(DatasetFolder(str(mount.path), loader=np.load, extensions=(".npy",)))


def measure(bench, name, options, steps):
    source = bench.jpeg_tree(SAMPLES)
    ratios, mount_rates, source_rates = [], [], []
    for _ in range(bench.rounds):
        bench.read_files(files_below(source))
        mount_rates.append(mount_rate(bench, source, options))
        source_rates.append(samples_per_s(
            ImageFolder(str(source), transform=transforms.Compose(steps))))
        ratios.append(mount_rates[-1] / source_rates[-1])
    note = f"{max(mount_rates):,.0f}/s ÷ {max(source_rates):,.0f}/s (most of each)"
    return [Result(f"dataloader-{name}", f"DataLoader, 2 workers, {name}: mount ÷ source", 1.9, True,
                   ratios, note)]


def run_uint8(bench):
    return measure(bench, "uint8", [*pipelines.UINT8.options, "--layout", "chw"],
                   [*pipelines.UINT8.steps, transforms.PILToTensor()])


def run_float32(bench):
    return measure(bench, "float32", pipelines.FLOAT32.options, pipelines.FLOAT32.steps)
