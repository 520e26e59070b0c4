# SPDX-License-Identifier: MIT
"""Files per second when all tensors are in the mount's page cache, against plain .npy files.

Both page caches are filled by reading, as in the epoch before. Plain files that were only just
written are read faster, for the kernel then holds them in larger pieces; a training job's are read
from the disk.
"""

import os
import shutil

import pipelines

from .bench import files_below
from .report import Result

SAMPLES = 1000
PASSES = 30
PROCESSES = 2


def files_per_s(bench, files):
    account = bench.read_files(files, PROCESSES, PASSES)
    return account["files"] / account["seconds"]


def copy_files(root, target):
    """Without times and permissions: the copies are to be removed again."""
    for path in files_below(root):
        copy = target / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)


def drop_pages(files):
    """Puts the files' pages out of the page cache."""
    for path in files:
        with open(path, "rb") as file:
            os.fsync(file)
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def run(bench):
    source = bench.jpeg_tree(SAMPLES)
    plain = bench.work / "plain"
    ratios, mount_rates, plain_rates = [], [], []
    with bench.mount(source, *pipelines.UINT8.options) as mount:
        shutil.rmtree(plain, ignore_errors=True)
        copy_files(mount.path, plain)
        sides = files_below(mount.path), files_below(plain)
        drop_pages(sides[1])
        for files in sides:
            bench.read_files(files)
        before = mount.status()["reads"]
        for _ in range(bench.rounds):
            mount_rates.append(files_per_s(bench, sides[0]))
            plain_rates.append(files_per_s(bench, sides[1]))
            ratios.append(mount_rates[-1] / plain_rates[-1])
        missed = mount.status()["reads"] - before
    shutil.rmtree(plain)
    note = f"{max(mount_rates):,.0f}/s ÷ {max(plain_rates):,.0f}/s; {missed} reads missed the cache"
    return [Result("cached", "files/s from the mount's page cache ÷ plain .npy", 0.95, True, ratios,
                   note)]
