# SPDX-License-Identifier: MIT
"""Processes that read whole files as a loader's workers do, in a shuffled order."""

import concurrent.futures
import contextlib
import fcntl
import json
import math
import os
import random
import signal
import statistics
import struct
import sys
import threading
import time
from dataclasses import dataclass
from typing import Callable

INDEX = struct.Struct("I")
LEAST_FILES = 1  # of each reader
FIRST_PORTIONS_S = 0.15
LEAST_FOR_SLOPE = 4  # files of each reader


@dataclass(frozen=True)
class Reading:
    files: int
    processes: int
    seconds: float
    cpu_s: float  # of the readers
    begin_s: float  # by the monotonic clock
    ends: list  # when each file was read, in seconds since the beginning, sorted

    @property
    def rate(self):
        """Files per second in the long run.

        A throttle lets bytes pass in portions of 100 ms, and several of them at once after a pause;
        so this is the slope of the line through the ends after these.
        """
        ends = [end for end in self.ends if end >= FIRST_PORTIONS_S]
        if len(ends) < LEAST_FOR_SLOPE * self.processes or self.seconds < 3 * FIRST_PORTIONS_S:
            return self.files / self.seconds
        mean_s, mean_number = statistics.fmean(ends), (len(ends) - 1) / 2
        return (sum((end - mean_s) * (number - mean_number) for number, end in enumerate(ends)) /
                sum((end - mean_s) ** 2 for end in ends))


def read_all(paths, processes, seed, at_most_s=None, prepare=None, beside=None):
    """Reads the files once, in an order that `seed` gives.

    After `at_most_s` (and LEAST_FILES) no further file is begun: a random part of them was read
    then. Each reader calls `prepare` first. `beside` is called in a thread of this process while
    they read, with an event that tells it to return.
    """
    order = list(range(len(paths)))
    random.Random(seed).shuffle(order)
    share = _Share(paths, _queue(order), at_most_s, prepare)
    start = os.pipe()
    running = [_fork(share, start) for _ in range(processes)]
    for end in (share.work, start[0]):
        os.close(end)
    begin = time.monotonic()
    os.close(start[1])
    accounts = []
    try:
        with _thread(beside):
            while running:
                accounts.append(_collect(*running[0]))
                running.pop(0)
    finally:
        for child, _ in running:  # one failed, or the user has interrupted
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
    ends = sorted(end - begin for ends, _ in accounts for end in ends)
    return Reading(len(ends), processes, ends[-1], sum(cpu_s for _, cpu_s in accounts), begin, ends)


@dataclass(frozen=True)
class _Share:
    """What a reader is told."""

    paths: list
    work: int  # where to take the next index from
    at_most_s: float | None
    prepare: Callable | None


@contextlib.contextmanager
def _thread(beside):
    if beside is None:
        yield
        return
    stop = threading.Event()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        done = pool.submit(beside, stop)
        try:
            yield
        finally:
            stop.set()
    done.result()


def _queue(order):
    """A pipe with the order in it; it ends when all of it was taken."""
    reading, writing = os.pipe()
    data = b"".join(map(INDEX.pack, order))
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, max(len(data), 4096))
    os.write(writing, data)
    os.close(writing)
    return reading


def _fork(share, start):
    """The child's number, and where its account comes from."""
    results = os.pipe()
    child = os.fork()
    if child != 0:
        os.close(results[1])
        return child, results[0]
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.close(start[1])
        if share.prepare is not None:
            share.prepare()
        os.read(start[0], 1)  # until all are there
        with os.fdopen(results[1], "wb") as out:
            out.write(json.dumps(_read_share(share)).encode())
        status = 0
    except OSError as error:
        print(f"a reader failed: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(status)


def _read_share(share):
    """When each file was read, and the CPU time it all took."""
    buffer = bytearray(1 << 20)
    ends = []
    before_s = time.process_time()
    stops = math.inf if share.at_most_s is None else time.monotonic() + share.at_most_s
    while time.monotonic() < stops or len(ends) < LEAST_FILES:
        index = os.read(share.work, INDEX.size)
        if not index:
            break
        buffer = _read_whole(share.paths[INDEX.unpack(index)[0]], buffer)
        ends.append(time.monotonic())
    return ends, time.process_time() - before_s


def _read_whole(path, buffer):
    """Returns the buffer, or a larger one that was needed."""
    file = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(file).st_size
        if size > len(buffer):
            buffer = bytearray(size)
        view, done = memoryview(buffer), 0
        while done < size:
            count = os.readv(file, [view[done:size]])
            if count == 0:
                raise OSError(f"{path} is shorter than its size")
            done += count
    finally:
        os.close(file)
    return buffer


def _collect(child, results):
    with os.fdopen(results, "rb") as account:
        text = account.read()
    _, status = os.waitpid(child, 0)
    if status != 0:
        raise RuntimeError("a reader failed")
    return json.loads(text)
