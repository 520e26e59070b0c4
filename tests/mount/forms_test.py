# SPDX-License-Identifier: MIT
"""Samples kept in other forms, over a real mount: the bytes never change, whatever happens."""

import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import threading
import time

import numpy as np
from PIL import Image

import harness
import mounted

PIPELINE = ["--resize", "40", "--center-crop", "33"]
FORMS = ["source:jpeg-crop", "decode:planar-zstd", "decode:zstd-5", "resize:png", "resize:raw",
         "final:zstd", "final:planar-zstd", "final:raw"]
SAMPLES = 30


def read_all(root):
    return {path.relative_to(root): path.read_bytes() for path in sorted(root.rglob("*.npy"))}


class FormsTestCase(harness.MountTestCase):
    def setUp(self):
        super().setUp()
        harness.save_classes(self.source, SAMPLES)
        self.store = self.scratch / "store"
        self.store.mkdir()
        with self.mount(*PIPELINE) as mount:
            self.expected = read_all(mount.path)
        self.assertEqual(len(self.expected), SAMPLES)

    def mount_store(self, *options):
        return self.mount(*PIPELINE, *options, state=self.store)

    def wait_until(self, mount, condition):
        """Conversion goes on in the background; how long it takes is not the matter here."""
        for _ in range(600):
            status = mount.status()
            if condition(status):
                return status
            time.sleep(0.1)
        self.fail(f"it never came to that: {status}")

    def count_of(self, status, form):
        return sum(entry["samples"] for entry in status["forms"] if entry["form"] == form)

    def assert_all_right(self, mount):
        got = read_all(mount.path)
        self.assertEqual(got.keys(), self.expected.keys())
        wrong = [str(name) for name in got if got[name] != self.expected[name]]
        self.assertEqual(wrong, [])


class FixedForm(FormsTestCase):
    def test_every_form_gives_the_same_bytes_while_it_is_made_and_after(self):
        for form in FORMS:
            with self.subTest(form=form):
                with self.mount_store("--policy", f"fixed:{form}") as mount:
                    self.assert_all_right(mount)
                    status = self.wait_until(mount, lambda now: now["migration"]["waiting"] == 0)
                    pngs = SAMPLES // 5 if form == "source:jpeg-crop" else 0
                    unsuited = status["migration"]["unsuited"]
                    self.assertEqual(unsuited, pngs)
                    self.assertEqual(status["migration"]["mismatches"], 0)
                    self.assertEqual(status["migration"]["converted"], SAMPLES - unsuited)
                with self.mount_store() as mount:
                    self.assert_all_right(mount)
                    status = mount.status()
                    self.assertEqual(self.count_of(status, form), SAMPLES - pngs)
                    self.assertGreaterEqual(status["origins"]["store"]["samples"], SAMPLES - pngs)

    def test_attributes_tell_the_form_and_its_bytes(self):
        with self.mount_store("--policy", "fixed:final:raw") as mount:
            self.assert_all_right(mount)
            self.wait_until(mount, lambda now: self.count_of(now, "final:raw") == SAMPLES)
            path = mount.path / "class1/1.npy"
            self.assertEqual(os.getxattr(path, "user.tensorfs.form"), b"final:raw")
            self.assertEqual(os.getxattr(path, "user.tensorfs.stored_bytes"), b"3267")
            self.assertEqual(os.getxattr(path, "user.tensorfs.source"), b"class1/1.jpg")

    def test_going_back_to_the_original_gives_the_store_up(self):
        with self.mount_store("--policy", "fixed:final:raw") as mount:
            self.assert_all_right(mount)
            self.wait_until(mount, lambda now: self.count_of(now, "final:raw") == SAMPLES)
        with self.mount_store("--policy", "fixed:source:original") as mount:
            self.assert_all_right(mount)
            self.wait_until(mount, lambda now: now["sample_store"]["samples"] == 0)

    def test_another_pipeline_on_the_same_store_gets_its_own_bytes(self):
        with self.mount_store("--policy", "fixed:final:raw") as mount:
            self.assert_all_right(mount)
            self.wait_until(mount, lambda now: self.count_of(now, "final:raw") == SAMPLES)
        with self.mount("--resize", "50", "--center-crop", "33") as plain:
            wanted = read_all(plain.path)
        with self.mount("--resize", "50", "--center-crop", "33", state=self.store) as mount:
            self.assertEqual(read_all(mount.path), wanted)

    def test_a_changed_source_is_served_anew(self):
        options = ["--policy", "fixed:final:raw", "--cache-limit", "16MiB", "--attr-timeout", "0"]
        with self.mount_store(*options) as mount:
            self.assert_all_right(mount)
            self.wait_until(mount, lambda now: self.count_of(now, "final:raw") == SAMPLES)
            Image.fromarray(harness.picture(200, 150, seed=99)).save(self.source / "class1/1.jpg")
            changed = (mount.path / "class1/1.npy").read_bytes()
            self.assertNotEqual(changed, self.expected[next(
                name for name in self.expected if str(name) == "class1/1.npy")])
        with self.mount(*PIPELINE) as plain:
            self.assertEqual((plain.path / "class1/1.npy").read_bytes(), changed)

    def test_a_file_in_anothers_place_is_noticed_though_size_and_time_agree(self):
        first, second = self.source / "class1/1.jpg", self.source / "class1/4.jpg"
        size = max(first.stat().st_size, second.stat().st_size)
        for path in [first, second]:
            path.write_bytes(path.read_bytes().ljust(size, b"\0"))
            os.utime(path, (1, 1))
        names = ["1.npy", "4.npy"]
        options = ["--resize", "64", "--policy", "fixed:final:raw", "--cache-limit", "16MiB",
                   "--attr-timeout", "0"]
        with self.mount(*options, state=self.store) as mount:
            before = [(mount.path / "class1" / name).read_bytes() for name in names]
            self.wait_until(mount, lambda now: self.count_of(now, "final:raw") == 2)
            other = self.source / "other"
            first.rename(other)
            second.rename(first)
            other.rename(second)
            after = [(mount.path / "class1" / name).read_bytes() for name in names]
        self.assertNotEqual(before[0], before[1])
        self.assertEqual(after, before[::-1])

    def test_bad_forms_are_refused_before_anything_is_mounted(self):
        for policy in ["fixed:final:gzip", "fixed:nowhere:raw", "fixed:final", "best",
                       "fixed:final:shuffle-zstd"]:
            with self.subTest(policy=policy):
                result = mounted.run_tensorfs("mount", self.source, self.new_mountpoint(),
                                              *PIPELINE, "--policy", policy)
                self.assertEqual(result.returncode, 2)
                self.assertIn("--policy", result.stderr)


class Limits(FormsTestCase):
    def kept_bytes(self):
        total = 0
        for part in ["segments", "catalog"]:
            for folder, _, names in os.walk(self.store / "store" / part):
                for name in names:
                    with contextlib.suppress(FileNotFoundError):  # gone meanwhile
                        total += os.lstat(os.path.join(folder, name)).st_size
        return total

    def test_the_store_stays_below_its_limit_and_reads_go_on(self):
        limit = 4 << 20
        with self.mount("--store-limit", str(limit), "--policy", "fixed:final:raw",
                        "--attr-timeout", "0", "--resize", "512", state=self.store) as mount:
            for _ in range(3):
                for path in sorted(mount.path.rglob("*.npy")):
                    np.load(path)
                    self.assertLessEqual(self.kept_bytes(), limit)
            self.assertGreater(self.kept_bytes(), limit // 2)
            status = mount.status()
            self.assertGreater(status["sample_store"]["puts_refused"], 0)
            self.assertGreater(status["sample_store"]["samples"], 0)


    def test_what_is_gone_makes_room_for_what_is_there(self):
        options = ["--store-limit", str(4 << 20), "--policy", "fixed:final:raw", "--resize", "200",
                   "--io", "direct"]
        with self.mount(*options, state=self.store) as mount:
            read_all(mount.path)
            self.wait_until(mount, lambda now: now["sample_store"]["puts_refused"] > 0 and
                            now["sample_store"]["samples"] > SAMPLES // 3)
        for folder in sorted(self.source.iterdir()):
            folder.rename(folder.with_name("new" + folder.name))
        with self.mount(*options, state=self.store) as mount:
            def are_kept_of_those_there():
                read_all(mount.path)
                paths = sorted(mount.path.rglob("*.npy"))
                forms = [os.getxattr(path, "user.tensorfs.form") for path in paths]
                return forms.count(b"final:raw") > len(paths) // 3
            for _ in range(600):
                if are_kept_of_those_there():
                    break
                time.sleep(0.1)
            else:
                self.fail(f"there is no room: {mount.status()['sample_store']}")

    def test_deep_verification_drops_what_is_gone(self):
        with self.mount_store("--policy", "fixed:final:raw") as mount:
            self.assert_all_right(mount)
            self.wait_until(mount, lambda now: self.count_of(now, "final:raw") == SAMPLES)
            shutil.rmtree(self.source / "class1")
            result = mounted.run_tensorfs("cache", "verify", "--deep", mount.path)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.wait_until(mount, lambda now: self.count_of(now, "final:raw") == SAMPLES * 2 // 3)


class Materialize(FormsTestCase):
    def materialize(self, mount, *arguments):
        return mounted.run_tensorfs("policy", "materialize", mount.path, *arguments)

    def test_converts_all_that_is_named_and_passes_over_what_is_done(self):
        with self.mount_store() as mount:
            first = self.materialize(mount, mount.path / "class1", "--form", "final:raw", "--json")
            self.assertEqual(first.returncode, 0, first.stderr)
            self.assertEqual(json.loads(first.stdout)["done"], SAMPLES // 3)
            second = json.loads(self.materialize(mount, "--form", "final:raw", "--json").stdout)
            self.assertEqual((second["done"], second["skipped"]),
                             (SAMPLES - SAMPLES // 3, SAMPLES // 3))
            self.assert_all_right(mount)
            self.assertEqual(mount.status()["origins"]["store"]["samples"], SAMPLES)

    def test_counts_what_cannot_take_the_form_and_what_is_broken(self):
        (self.source / "class0/broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
        with self.mount_store() as mount:
            result = self.materialize(mount, "--form", "source:jpeg-crop")
            self.assertEqual(result.returncode, 1)
            self.assertIn(f"{SAMPLES // 5} cannot take it, 1 failed", result.stdout)
            self.assertIn("class0/broken.jpg", result.stderr)

    def test_tells_what_is_wrong_with_the_request(self):
        with self.mount_store() as mount:
            for arguments, message in [(["--form", "final:gzip"], "no encoding"),
                                       ([], "give --form"),
                                       (["nowhere", "--form", "final:raw"], "no such file"),
                                       (["/etc", "--form", "final:raw"], "not in the mount")]:
                with self.subTest(arguments=arguments):
                    result = self.materialize(mount, *arguments)
                    self.assertEqual(result.returncode, 1)
                    self.assertIn(message, result.stderr)


class Killed(FormsTestCase):
    """kill -9 at random moments of a mount that converts, caches and drops all the while."""

    ROUNDS = 50

    def test_everything_opens_and_every_byte_is_right_afterwards(self):
        seed = random.randrange(1 << 30)
        chance = random.Random(seed)
        hits = 0
        for round_number in range(self.ROUNDS):
            form = chance.choice(FORMS)
            with self.subTest(seed=seed, round=round_number, form=form):
                mount = self.mount_store("--policy", f"fixed:{form}", "--cache-limit", "16MiB",
                                         "--page-cache", "off")
                stop = threading.Event()
                wrong = []
                reader = threading.Thread(target=self.read_until, args=(mount, stop, wrong))
                reader.start()
                job = subprocess.Popen([mounted.binary(), "policy", "materialize", mount.path,
                                        "--form", chance.choice(FORMS)],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                time.sleep(chance.uniform(0.0, 0.25))
                hits += self.wait_for_work(mount)
                os.kill(mount.pid, signal.SIGKILL)
                stop.set()
                reader.join()
                job.wait()
                mounted.run_tensorfs("umount", "--lazy", mount.path)
                self.assertEqual(wrong, [])
                with self.mount_store() as again:
                    self.assert_all_right(again)
        self.assertGreater(hits, self.ROUNDS / 2, "most kills hit no work that was going on")

    def wait_for_work(self, mount):
        """Returns as soon as its threads use the CPU; whether they do within a second."""
        def used_ns():
            total = 0
            for task in pathlib.Path(f"/proc/{mount.pid}/task").iterdir():
                with contextlib.suppress(OSError):  # the thread has ended
                    total += int((task / "schedstat").read_text(encoding="ascii").split()[0])
            return total
        before = used_ns()
        deadline = time.monotonic() + 1
        while time.monotonic() < deadline:
            time.sleep(0.001)
            if used_ns() > before + 100_000:
                return True
        return False

    def read_until(self, mount, stop, wrong):
        while not stop.is_set():
            for name, expected in self.expected.items():
                try:
                    if (mount.path / name).read_bytes() != expected:
                        wrong.append(str(name))
                except OSError:
                    return


if __name__ == "__main__":
    harness.main()
