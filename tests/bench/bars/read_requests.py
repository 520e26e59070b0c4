# SPDX-License-Identifier: MIT
"""READ requests that the kernel sends for each file of 150 kB, with and without root's rights."""

import contextlib
import os
import stat

import pipelines

from .bench import files_below
from .report import Result

SAMPLES = 200
NOBODY = 65534
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")


def requests_per_file(bench, run_as=(), owner=None):
    source = bench.jpeg_tree(SAMPLES)
    with bench.mount(source, *pipelines.UINT8.options, run_as=run_as, owner=owner) as mount:
        files = [mount / path.relative_to(source).with_suffix(".npy")
                 for path in files_below(source)]
        before = mount.status()["reads"]
        bench.read_files(files, run_as=run_as)
        return (mount.status()["reads"] - before) / len(files)


@contextlib.contextmanager
def fuse_for_everyone():
    """Some machines give /dev/fuse to root alone; users usually have it."""
    mode = stat.S_IMODE(os.stat("/dev/fuse").st_mode)
    os.chmod("/dev/fuse", 0o666)
    try:
        yield
    finally:
        os.chmod("/dev/fuse", mode)


def result(command, who, limit, value):
    return Result(command, f"READ requests per 150 kB file, {who}", limit, False, [value])


def run(bench):
    if os.geteuid() != 0:
        return [result("requests", "not root", 2, requests_per_file(bench))]
    as_root = requests_per_file(bench)
    with fuse_for_everyone():
        as_user = requests_per_file(bench, AS_NOBODY, NOBODY)
    return [result("requests", "root", 1, as_root), result("requests", "not root", 2, as_user)]
