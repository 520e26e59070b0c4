# SPDX-License-Identifier: MIT
"""Files per second when all tensors are in the mount's page cache, against plain .npy files.

Both page caches are filled by reading, as in the epoch before, and anew for each round: how fast
they are depends on which pages the kernel took. Plain files that were only just written are read
faster, for the kernel then holds them in larger pieces; a training job's are read from the disk.
"""

import os
import shutil

import pipelines

from .bench import files_below
from .report import Result

SAMPLES = 1000
PASSES = 30
PROCESSES = 2


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


def filled_rate(bench, files):
    """Files per second from a page cache that one reading has just filled."""
    bench.read_files(files)
    account = bench.read_files(files, PROCESSES, PASSES)
    return account["files"] / account["seconds"]


def run(bench):
    source = bench.jpeg_tree(SAMPLES)
    plain = bench.work / "plain"
    shutil.rmtree(plain, ignore_errors=True)
    ratios, mount_rates, plain_rates = [], [], []
    for _ in range(bench.rounds):
        with bench.mount(source, *pipelines.UINT8.options) as mount:
            if not plain.exists():
                copy_files(mount.path, plain)
            mount_rates.append(filled_rate(bench, files_below(mount.path)))
        drop_pages(files_below(plain))
        plain_rates.append(filled_rate(bench, files_below(plain)))
        ratios.append(mount_rates[-1] / plain_rates[-1])
    shutil.rmtree(plain)
    note = f"{max(mount_rates):,.0f}/s ÷ {max(plain_rates):,.0f}/s (most of each)"
    return [Result("cached", "files/s from the mount's page cache ÷ plain .npy", 0.95, True, ratios,
                   note)]
