#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What tests/bench/regimes makes of its measurements, on made-up ones: nothing is mounted."""

import sys
import tempfile
import unittest
import xml.dom.minidom
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "mount")]

import numpy as np  # noqa: E402  (found through the line above)
from regime import adaptive, bound, changes, pictures, readers, tables  # noqa: E402
from regime.capacity import Capacity  # noqa: E402
from regime.cgroups import Limits  # noqa: E402
from regime.daemons import Epoch  # noqa: E402
from regime.regime import RegimeResult  # noqa: E402
from regime.turns import Turn, Turns  # noqa: E402
from regime.workloads import WORKLOADS  # noqa: E402


def epoch(rate, files=400, begin_s=0.0):
    ends = [(number + 1) / rate for number in range(files)]
    reading = readers.Reading(files, 2, ends[-1], 0.1, begin_s, ends)
    return Epoch(reading, 1.0, 10**6, 0.0)


def adaptive_epoch(rate, moved=0.0):
    return adaptive.AdaptiveEpoch(epoch(rate), {"source:original": 400}, moved)


class Bound(unittest.TestCase):
    def test_of_one_form_is_its_scarcest_resource(self):
        costs = np.array([[[0.5, 0.1, 0.2]]] * 10)
        self.assertAlmostEqual(bound.best_rate(costs), 2.0, places=3)

    def test_of_two_opposite_forms_is_twice_either(self):
        costs = np.array([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]] * 7)
        self.assertAlmostEqual(bound.best_rate(costs), 2.0, places=3)

    def test_leaves_out_forms_that_a_sample_cannot_take(self):
        costs = np.array([[[1.0, 1.0, 1.0], [np.inf] * 3], [[1.0, 1.0, 1.0], [0.5, 0.5, 0.5]]])
        self.assertAlmostEqual(bound.best_rate(costs), 2 / 1.5, places=3)

    def test_is_that_of_the_best_mixture(self):
        chance = np.random.default_rng(3)
        forms = chance.uniform(0.1, 1.0, (2, 3))
        shares = np.linspace(0, 1, 2001)[:, np.newaxis]
        best = 1 / (shares * forms[0] + (1 - shares) * forms[1]).max(axis=1).min()
        self.assertAlmostEqual(bound.best_rate(np.stack([forms] * 5)) / best, 1.0, places=3)


class Rates(unittest.TestCase):
    def test_what_a_throttle_lets_pass_at_first_does_not_count(self):
        ends = [0.01] * 100 + [(number + 1) / 100 for number in range(200)]
        reading = readers.Reading(300, 2, ends[-1], 0.0, 0.0, ends)
        self.assertAlmostEqual(reading.rate, 100, delta=1)

    def test_few_files_are_just_counted(self):
        reading = readers.Reading(3, 2, 1.5, 0.0, 0.0, [1.4, 1.45, 1.5])
        self.assertEqual(reading.rate, 2.0)


class Settling(unittest.TestCase):
    def test_counts_from_the_first_epoch_that_stays_near_the_final_rate(self):
        epochs = [adaptive_epoch(rate) for rate in (50, 100, 70, 98, 104, 100)]
        self.assertEqual(adaptive.epochs_until_settled(epochs, 100), 4)

    def test_moves_after_an_epoch_mean_that_it_had_not_settled(self):
        epochs = [adaptive_epoch(100), adaptive_epoch(100, moved=0.2), adaptive_epoch(100)]
        self.assertEqual(adaptive.epochs_until_settled(epochs, 100), 2)

    def test_never_if_the_last_epoch_is_off(self):
        self.assertIsNone(adaptive.epochs_until_settled([adaptive_epoch(80)], 100))

    def test_is_calm_only_without_moves(self):
        self.assertTrue(adaptive.is_calm([adaptive_epoch(100)] * adaptive.CALM_EPOCHS))
        self.assertFalse(adaptive.is_calm([adaptive_epoch(100, moved=0.1)] * adaptive.CALM_EPOCHS))


class Changes(unittest.TestCase):
    def phase(self, *rates):
        return changes.Phase(Limits(25, 2), 100.0, [adaptive_epoch(rate) for rate in rates])

    def test_back_is_where_a_whole_epoch_near_the_bound_begins(self):
        self.assertEqual(self.phase(95, 95).epochs_until_back(), 0)
        self.assertAlmostEqual(self.phase(40, 95, 95).epochs_until_back(), 1.0, delta=0.2)
        self.assertIsNone(self.phase(40, 60).epochs_until_back())

    def test_loss_is_against_the_paused_turns_around(self):
        reading = epoch(100, files=400, begin_s=10.0).reading
        # At half its rate from the first second to the third.
        slow = [end if end < 1 else end + min(end - 1, 1) for end in reading.ends]
        reading = readers.Reading(400, 2, slow[-1], 0.0, 10.0, slow)
        turns = Turns(None)
        turns.turns = [Turn(10, True, 0), Turn(11, False, 0), Turn(13, True, 5), Turn(14, False, 5)]
        self.assertAlmostEqual(turns.losses(reading)[0], 0.5, delta=0.02)

    def test_every_phase_changes_the_load(self):
        steps = changes.phases(2)
        self.assertEqual(len(steps), 6)
        self.assertTrue(all(old != new for old, new in zip(steps, steps[1:])))


class Reports(unittest.TestCase):
    def setUp(self):
        self.workload = WORKLOADS["d"]
        self.results = []
        for limits in (Limits(10, 1), Limits(None, 1)):
            result = RegimeResult("d", limits, Capacity([1e7], 1, 2), {})
            result.fixed = {form: [epoch(12345)] for form in self.workload.forms}
            result.settled = [adaptive_epoch(23456)]
            result.bound, result.plan = 34567.0, {"bound_samples_per_s": 34567.0}
            self.results.append(result)

    def test_the_widest_table_fits_100_columns(self):
        for line in tables.of_workload(self.workload, self.results).splitlines():
            self.assertLessEqual(len(line), 100, line)

    def test_pictures_are_well_formed(self):
        phases = [changes.Phase(Limits(25, 2), 100.0, [adaptive_epoch(90)] * 3)]
        change = changes.ChangeResult("d", 400, phases)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "picture.svg"
            for draw, results in ((pictures.draw_regimes, self.results),
                                  (pictures.draw_changes, [change])):
                draw(path, WORKLOADS, results)
                document = xml.dom.minidom.parse(str(path))
                self.assertGreater(len(document.getElementsByTagName("polyline")), 1)


if __name__ == "__main__":
    unittest.main()
