# SPDX-License-Identifier: MIT
"""A policy that is paused and resumed in turn while a mount is read, so that the two can be
compared on much the same mixture of forms."""

import bisect
import statistics
import subprocess
import time
from dataclasses import dataclass

import mounted

TURN_S = 0.7


@dataclass(frozen=True)
class Turn:
    begin_s: float  # by the monotonic clock
    paused: bool
    converted: int  # samples until then


class Turns:
    def __init__(self, mount):
        self.mount = mount
        self.turns = []

    def can_pause(self):
        return mounted.run_tensorfs("policy", "resume", self.mount.path).returncode == 0

    def take(self, stop):
        """Pauses and resumes until `stop` is set; the policy goes on then."""
        paused = True
        while not stop.is_set():
            self._begin(paused)
            paused = not paused
            stop.wait(TURN_S)
        self._begin(False)

    def _begin(self, paused):
        subprocess.run([mounted.binary(), "policy", "pause" if paused else "resume",
                        self.mount.path], check=True, capture_output=True)
        converted = self.mount.status()["migration"]["converted"]
        self.turns.append(Turn(time.monotonic(), paused, converted))

    def losses(self, reading):
        """Of throughput, for each turn in which samples moved, against the paused ones around."""
        turns = self.turns
        rates = [_rate(reading, turn.begin_s, after.begin_s)
                 for turn, after in zip(turns, turns[1:])]
        moved = [after.converted - turn.converted for turn, after in zip(turns, turns[1:])]
        found = []
        for number in range(1, len(rates) - 1):
            around = statistics.fmean([rates[number - 1], rates[number + 1]])
            if not turns[number].paused and moved[number] > 0 and around > 0:
                found.append(1 - rates[number] / around)
        return found


def _rate(reading, first_s, last_s):
    first, last = (bisect.bisect(reading.ends, second - reading.begin_s)
                   for second in (first_s, last_s))
    return (last - first) / (last_s - first_s)
