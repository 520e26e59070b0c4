# SPDX-License-Identifier: MIT
"""What a regime's disk gives to plain reading, and what its cores are."""

import statistics
from dataclasses import dataclass

from . import page_cache, readers

SEED = 5


@dataclass(frozen=True)
class Capacity:
    disk_rates: list  # as measured, in bytes per second
    cores: int  # of the daemon
    all_cores: int  # the readers have the rest, or share them if there is no rest

    @property
    def disk_bytes_per_s(self):
        return statistics.median(self.disk_rates)


def disk_bytes_per_s(machine, limits, paths):
    """Of whole files, read as the daemon reads them: as many at once, from a cold page cache."""
    page_cache.drop(paths)
    with machine.make_group("disk", limits) as group:
        reading = readers.read_all(paths, machine.readers, SEED, prepare=group.enter)
        return group.read_bytes() / reading.files * reading.rate
