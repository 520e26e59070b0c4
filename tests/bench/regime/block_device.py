# SPDX-License-Identifier: MIT
"""The block device behind a directory, as a throttle must name it."""

import os
import subprocess
from pathlib import Path

SYSFS = Path("/sys/dev/block")


class NoBlockDevice(Exception):
    pass


def whole_disk(directory):
    """MAJOR:MINOR of the disk that holds `directory`: throttles know no partitions."""
    number = os.stat(directory).st_dev
    name = f"{os.major(number)}:{os.minor(number)}"
    if not (SYSFS / name).exists():
        name = _number_of_source(directory)
    entry = (SYSFS / name).resolve()
    if (entry / "partition").exists():
        return (entry.parent / "dev").read_text().strip()
    return name


def _number_of_source(directory):
    """Some file systems (btrfs) show a device number of their own."""
    found = subprocess.run(["findmnt", "-n", "-o", "SOURCE", "--nofsroot", "--target", directory],
                           capture_output=True, text=True)
    source = found.stdout.strip()
    if not source.startswith("/dev/"):
        raise NoBlockDevice(f"{directory} is not on a block device but on {source or 'nothing'}: "
                            "its reads cannot be throttled; choose another --work")
    device = os.stat(source).st_rdev
    return f"{os.major(device)}:{os.minor(device)}"
