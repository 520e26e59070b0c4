# SPDX-License-Identifier: MIT
"""What is kept beside the source: reading it, making it, and the daemon's memory with all of it."""

import json
import shutil
import subprocess

import mounted
import pipelines

from .bench import files_below, find_program
from .cached import copy_files, drop_pages, filled_rate
from .report import Result

SAMPLES = 1000
DECODED = 150
READERS = 2
CONVERTED_READS = 100_000
MEMORY_READERS = 16
DAEMON_MIB = 256
DIRECT = ["--io", "direct"]


def first_pass_rate(bench, mount):
    """Files per second of a mount that has none of them in its page cache."""
    account = bench.read_files(files_below(mount.path), READERS)
    return account["files"] / account["seconds"]


def materialize(mount, form):
    result = mounted.run_tensorfs("policy", "materialize", mount.path, "--form", form, "--json")
    if result.returncode != 0:
        raise RuntimeError(result.stderr)
    return json.loads(result.stdout)


class KeptState:
    """Store and cache that stay from one mount to the next, and plain copies of the tensors."""

    def __init__(self, bench):
        self.bench = bench
        self.source = bench.jpeg_tree(SAMPLES)
        self.state = bench.work / "kept"
        self.plain = bench.work / "kept-plain"
        self.clear()
        self.state.mkdir(parents=True)

    def clear(self):
        shutil.rmtree(self.state, ignore_errors=True)
        shutil.rmtree(self.plain, ignore_errors=True)

    def mount(self, *options):
        return self.bench.mount(self.source, *pipelines.UINT8.options, *options, state=self.state)

    def copy_plain(self, mount):
        copy_files(mount.path, self.plain)


def compare(kept, options, command, title, limit, origin):
    """The mount is new in each round; what it reads from stays in the page cache."""
    ratios, mount_rates, plain_rates = [], [], []
    for _ in range(kept.bench.rounds):
        with kept.mount(*options) as mount:
            mount_rates.append(first_pass_rate(kept.bench, mount))
            got = mount.status()["origins"][origin]["samples"]
            if got < SAMPLES:
                raise RuntimeError(f"only {got} samples came from the {origin}")
        plain = files_below(kept.plain)
        drop_pages(plain)
        plain_rates.append(filled_rate(kept.bench, plain))
        ratios.append(mount_rates[-1] / plain_rates[-1])
    note = f"{max(mount_rates):,.0f}/s ÷ {max(plain_rates):,.0f}/s (most of each)"
    return [Result(command, title, limit, True, ratios, note)]


def run_stored(bench):
    """Once with the mount's page cache to fill, once without one."""
    kept = KeptState(bench)
    with kept.mount() as mount:
        materialize(mount, "final:raw")
        kept.copy_plain(mount)
    title = "files/s of final:raw, first reading ÷ plain .npy, warm"
    results = compare(kept, [], "stored", title, 0.5, "store")
    results += compare(kept, DIRECT, "stored", title + ", --io direct", 0.5, "store")
    kept.clear()
    return results


def run_cache_hit(bench):
    kept = KeptState(bench)
    options = ["--cache-limit", "2GiB"]
    with kept.mount(*options) as mount:
        kept.copy_plain(mount)
    title = "files/s of cache hits, first reading ÷ plain .npy, warm"
    results = compare(kept, options, "cache-hit", title, 0.4, "cache")
    results += compare(kept, options + DIRECT, "cache-hit", title + ", --io direct", 0.4, "cache")
    kept.clear()
    return results


def run_convert(bench):
    """The daemon's whole CPU time for the conversion, against decoding the same files in memory."""
    kept = KeptState(bench)
    ratios, convert_ms, decode_ms = [], [], []
    for _ in range(bench.rounds):
        bench.read_files(files_below(kept.source))
        with kept.mount() as mount:
            before = sum(mount.cpu_s())
            job = materialize(mount, "final:raw")
            convert_ms.append((sum(mount.cpu_s()) - before) * 1e3 / job["done"])
            materialize(mount, "source:original")
        decode_ms.append(decode_cpu_ms(bench, kept.source))
        ratios.append(convert_ms[-1] / decode_ms[-1])
    kept.clear()
    note = f"{min(convert_ms):.2f} ms ÷ {min(decode_ms):.2f} ms (least of each)"
    return [Result("convert", "CPU of conversion to final:raw ÷ of decoding alone", 1.25, False,
                   ratios, note)]


def decode_cpu_ms(bench, source):
    """Of a sample, in memory: no file, no mount."""
    program = find_program(bench.build, "form_costs")
    result = subprocess.run([program, "--data", source, "--files", str(DECODED), "--rounds", "3",
                             "--json"], capture_output=True, text=True, check=True)
    return json.loads(result.stdout.splitlines()[0])["source_cpu_ms"]


def run_memory(bench):
    """Every read reaches the daemon, which decodes, converts and caches."""
    kept = KeptState(bench)
    options = ["--policy", "fixed:resize:planar-zstd", "--cache-limit", "64MiB", "--io", "direct"]
    with kept.mount(*options) as mount:
        files = files_below(mount.path)
        account = bench.read_files(files, MEMORY_READERS, passes=CONVERTED_READS // len(files))
        resident_mib = mount.memory_bytes() / 2**20
        limit_mib = mount.status()["memory"]["limit_bytes"] / 2**20
    kept.clear()
    note = f"after {account['files']:,} reads by {MEMORY_READERS} readers"
    return [Result("memory", "daemon's memory: 256 MiB and the budget", DAEMON_MIB + limit_mib,
                   False, [resident_mib], note, unit=" MiB")]
