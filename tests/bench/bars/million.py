# SPDX-License-Identifier: MIT
"""A mount over 1,000,000 files: how soon it answers, what listing all of it costs.

The files are hard links to a few small JPEGs, a thousand in each of a thousand directories.
"""

import os
import subprocess
import time

import harness
import pipelines

from .report import Result

FOLDERS = 1000
FILES_A_FOLDER = 1000
ORIGINALS = 20  # ext4 allows 65,000 links to a file
MIB = 1 << 20


def tree(bench):
    root = bench.work / "million"
    complete = bench.work / "million.complete"
    if complete.exists():
        return root
    print("linking 1,000,000 files", flush=True)
    originals = [harness.save_picture(bench.work / "originals" / f"{index}.jpg", 320, 280, index)
                 for index in range(ORIGINALS)]
    for folder in range(FOLDERS):
        directory = root / f"{folder:03d}"
        directory.mkdir(parents=True)
        for index in range(FILES_A_FOLDER):
            os.link(originals[(folder + index) % ORIGINALS], directory / f"{index:03d}.jpg")
    complete.touch()
    return root


def milliseconds(function, *arguments):
    begin = time.perf_counter()
    function(*arguments)
    return (time.perf_counter() - begin) * 1e3


def run_startup(bench):
    source = tree(bench)
    starts, reads = [], []
    for index in range(bench.rounds):
        with bench.mount(source, *pipelines.UINT8.options) as mount:
            starts.append(mount.start_s * 1e3)
            path = mount / f"{index * 97 % FOLDERS:03d}" / f"{index * 61 % FILES_A_FOLDER:03d}.npy"
            reads.append(milliseconds(path.read_bytes))
    return [Result("startup", "a mount over 1,000,000 files answers", 100, False, starts,
                   "the mount command and a stat", " ms"),
            Result("startup", "first read after it", 20, False, reads, "open, read, close", " ms")]


def find(root):
    subprocess.run(["find", root], stdout=subprocess.DEVNULL, check=True)


def run_find(bench):
    source = tree(bench)
    find(source)
    ratios, mount_s, source_s, memory = [], [], [], []
    for _ in range(bench.rounds):
        with bench.mount(source, *pipelines.UINT8.options) as mount:
            mount_s.append(milliseconds(find, mount.path) / 1e3)
            memory.append(mount.memory_bytes("VmRSS") / MIB)
        source_s.append(milliseconds(find, source) / 1e3)
        ratios.append(mount_s[-1] / source_s[-1])
    note = f"{min(mount_s):.2f} s ÷ {min(source_s):.2f} s (least of each); a fresh mount each time"
    return [Result("find", "find over 1,000,000 files, mount ÷ source", 2.5, False, ratios, note),
            Result("find", "memory of the daemon after it", 300, False, memory, "resident", " MiB")]
