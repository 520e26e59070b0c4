# SPDX-License-Identifier: MIT
"""A real tensorfs mount as an object: starts the daemon, finds its process, always unmounts.

Used by the mount tests, the loader tests and the benchmarks. TENSORFS_BINARY names the program.
"""

import json
import os
import select
import signal
import subprocess
import time
from pathlib import Path

START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 30


class MountFailed(Exception):
    """The mount command failed; `returncode` and `stderr` say how."""

    def __init__(self, returncode, stderr):
        super().__init__(f"mount failed with {returncode}: {stderr}")
        self.returncode = returncode
        self.stderr = stderr


def binary():
    return os.environ.get("TENSORFS_BINARY", "tensorfs")


def why_fuse_is_unusable():
    """Empty when a mount can be tried here."""
    try:
        os.close(os.open("/dev/fuse", os.O_RDWR))
    except OSError as error:
        return f"/dev/fuse: {error.strerror}"
    return ""


def run_tensorfs(*arguments, **keywords):
    """Runs the program to its end. A daemon that kept the pipes open would run into the timeout."""
    return subprocess.run([binary(), *map(os.fspath, arguments)], capture_output=True, text=True,
                          timeout=START_TIMEOUT_S, **keywords)


def is_mounted(mountpoint):
    wanted = os.path.realpath(os.path.dirname(mountpoint)) + "/" + os.path.basename(mountpoint)
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as table:
        return any(line.split(" ")[4] == wanted for line in table)


def wait_until_mounted(mountpoint, process):
    """Waits for the kernel to announce the mount, or for `process` to end without it."""
    with open("/proc/self/mountinfo", "rb") as table:
        poll = select.poll()
        poll.register(table, select.POLLPRI | select.POLLERR)
        for _ in range(START_TIMEOUT_S * 10):
            if is_mounted(mountpoint):
                return
            if process.poll() is not None:
                raise MountFailed(process.returncode, "ended before it had mounted")
            poll.poll(100)
    raise MountFailed(None, "did not mount in time")


def wait_for_exit(pid, timeout_s=STOP_TIMEOUT_S):
    """Whether the process, which need not be a child, has ended within the time."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], timeout_s)[0])
    finally:
        os.close(handle)


def find_daemon(mountpoint):
    """The process that serves `mountpoint`, known by its command line."""
    wanted = os.fsencode(mountpoint)
    name = os.path.basename(binary()).encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue  # ended meanwhile
        if os.path.basename(arguments[0]) == name and wanted in arguments:
            return int(entry.name)
    raise MountFailed(0, f"no daemon has {mountpoint} on its command line")


class Mounted:
    """A daemon serving `source` at `mountpoint`; both directories exist beforehand.

    `state` is a directory for what the mount writes: its store, its log. `run_as` is a command
    prefix, as ["setpriv", …], that all commands about this mount are run with.
    """

    def __init__(self, source, mountpoint, state, *options, run_as=()):
        self.source = Path(source)
        self.path = Path(mountpoint)
        self.log_file = Path(state) / "log"
        self.run_as = list(run_as)
        command = [*self.run_as, binary(), "mount", source, mountpoint, "--store",
                   Path(state) / "store", "--log-file", self.log_file, *options]
        begin = time.perf_counter()
        result = subprocess.run(list(map(os.fspath, command)), capture_output=True, text=True,
                                timeout=START_TIMEOUT_S)
        if result.returncode != 0:
            raise MountFailed(result.returncode, result.stderr)
        self.start_s = time.perf_counter() - begin
        self.pid = find_daemon(os.fspath(mountpoint))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __truediv__(self, name):
        return self.path / name

    def status(self):
        """The daemon's own account: `tensorfs policy status --json`."""
        result = subprocess.run([*self.run_as, binary(), "policy", "status", self.path, "--json"],
                                capture_output=True, text=True, timeout=START_TIMEOUT_S)
        if result.returncode != 0:
            raise RuntimeError(f"policy status failed: {result.stderr}")
        return json.loads(result.stdout)

    def log(self):
        return self.log_file.read_text(errors="surrogateescape")

    def memory_bytes(self, field="VmHWM"):
        """Resident memory of the daemon: at its highest (VmHWM) or now (VmRSS)."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
        raise RuntimeError(f"process {self.pid} shows no {field}")

    def cpu_s(self):
        """CPU time that the daemon's threads have used: their own and the kernel's for them."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return [int(field) / os.sysconf("SC_CLK_TCK") for field in fields[11:13]]

    def kill(self):
        """Ends the daemon at once: every request under way or to come fails."""
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def close(self):
        """Unmounts and waits for the daemon's end, by force if it must be."""
        if is_mounted(self.path):
            subprocess.run([*self.run_as, binary(), "umount", self.path], capture_output=True,
                           timeout=START_TIMEOUT_S)
        if not wait_for_exit(self.pid):
            self.kill()
            wait_for_exit(self.pid)
        if is_mounted(self.path):
            detach(self.path)


def detach(mountpoint):
    """Takes a mount away whatever state it is in."""
    command = ["umount", "-l"] if os.geteuid() == 0 else ["fusermount3", "-u", "-z"]
    subprocess.run([*command, mountpoint], capture_output=True)
