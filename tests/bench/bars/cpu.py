# SPDX-License-Identifier: MIT
"""CPU time for a sample: the daemon's and the kernel's in the reader, against torchvision's.

The reader's own user time is not the mount's; its system time is, for it copies out what the daemon
made. The mount is fresh in each round, so that no tensor is cached; the source is in the page cache
on both sides. torchvision runs in this process on one thread, and its result stays a PIL image or a
tensor: turning that into an array is not charged to it.
"""

import time

import torch
from PIL import Image

import pipelines

from .bench import files_below
from .report import Result

SAMPLES = 1000


def mount_cpu_ms(bench, source, pipeline, options):
    """For a sample: the daemon's user time, its system time, the reader's system time."""
    with bench.mount(source, *pipeline.arguments(bench.work), *options) as mount:
        files = files_below(mount.path)
        before = mount.cpu_s()
        reader = bench.read_files(files)
        user_s, system_s = (after - start for after, start in zip(mount.cpu_s(), before))
        return [s * 1e3 / len(files) for s in (user_s, system_s, reader["system_s"])]


def torchvision_cpu_s(paths, pipeline):
    transform = pipeline.transform()
    before = time.process_time()
    for path in paths:
        with open(path, "rb") as file:
            transform(Image.open(file).convert("RGB"))
    return (time.process_time() - before) / len(paths)


def measure(bench, command, pipeline, limit, options=()):
    torch.set_num_threads(1)
    source = bench.jpeg_tree(SAMPLES)
    originals = bench.jpegs()
    ratios, mount_ms, torchvision_ms = [], [], []
    for _ in range(bench.rounds):
        bench.read_files(files_below(source))
        mount_ms.append(mount_cpu_ms(bench, source, pipeline, options))
        torchvision_ms.append(torchvision_cpu_s(originals, pipeline) * 1e3)
        ratios.append(sum(mount_ms[-1]) / torchvision_ms[-1])
    parts = " + ".join(f"{part:.2f}" for part in min(mount_ms, key=sum))
    note = (f"daemon's user and system + reader's system {parts} ms ÷ {min(torchvision_ms):.2f} ms "
            "(least of each)")
    name = " ".join([f"CPU per sample ÷ torchvision, {pipeline.name}", *options])
    return [Result(command, name, limit, False, ratios, note)]


def run_uint8(bench):
    return measure(bench, "cpu-uint8", pipelines.UINT8, 0.38)


def run_float32(bench):
    return measure(bench, "cpu-float32", pipelines.FLOAT32, 0.36)


def run_float32_direct(bench):
    """The same without the page cache, whose pages are much of the cost of 600 kB."""
    return measure(bench, "cpu-float32-direct", pipelines.FLOAT32, 0.36, ("--io", "direct"))
