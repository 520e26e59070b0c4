# SPDX-License-Identifier: MIT
"""What reading for the first time through FUSE costs at the least: a filesystem that does nothing."""

import contextlib
import os
import shutil
import subprocess

import mounted

from .bench import find_program
from .cached import drop_pages, filled_rate
from .report import Result

SAMPLES = 1000
READERS = 2
FILE_BYTES = 150_656  # of an .npy of uint8[224, 224, 3]
READ_AHEAD_KB = 1024


@contextlib.contextmanager
def empty_mount(bench):
    point = bench.work / "empty"
    point.mkdir(parents=True, exist_ok=True)
    server = subprocess.Popen([find_program(bench.build, "empty_fuse"), point, str(FILE_BYTES)])
    try:
        mounted.wait_until_mounted(os.fspath(point), server)
        device = os.stat(point).st_dev
        setting = f"/sys/class/bdi/{os.major(device)}:{os.minor(device)}/read_ahead_kb"
        with open(setting, "w", encoding="ascii") as file:
            file.write(str(READ_AHEAD_KB))
        yield point
    finally:
        subprocess.run(["umount", "-l", point], check=False)
        server.wait(mounted.STOP_TIMEOUT_S)
        point.rmdir()


def first_rate(bench):
    with empty_mount(bench) as point:
        files = [point / str(number) for number in range(SAMPLES)]
        for file in files:
            file.stat()
        account = bench.read_files(files, READERS)
    return account["files"] / account["seconds"]


def run(bench):
    """No bar: the highest that `stored` and `cache-hit` can reach on this kernel without --io
    direct."""
    plain = bench.work / "empty-plain"
    plain.mkdir(parents=True)
    files = [plain / str(number) for number in range(SAMPLES)]
    for file in files:
        file.write_bytes(bytes(FILE_BYTES))
    ratios, rates, plain_rates = [], [], []
    for _ in range(bench.rounds):
        rates.append(first_rate(bench))
        drop_pages(files)
        plain_rates.append(filled_rate(bench, files))
        ratios.append(rates[-1] / plain_rates[-1])
    shutil.rmtree(plain)
    note = f"{max(rates):,.0f}/s ÷ {max(plain_rates):,.0f}/s (most of each)"
    return [Result("fuse-floor", "files/s of an empty FUSE filesystem, first reading ÷ plain, warm",
                   0, True, ratios, note)]
