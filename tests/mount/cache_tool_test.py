# SPDX-License-Identifier: MIT
"""`tensorfs cache` over real mounts, and on the directories that they leave behind."""

import json
import os
import re
import signal
import subprocess

import numpy as np
from PIL import Image

import harness
import mounted

PIPELINE = ["--resize", "40", "--center-crop", "33"]
SAMPLES = 30
TENSOR_BYTES = 33 * 33 * 3
FILE_BYTES = TENSOR_BYTES + 128


def cache(command, *arguments, **keywords):
    return mounted.run_tensorfs("cache", command, *arguments, **keywords)


class CacheToolTestCase(harness.MountTestCase):
    """30 samples in three classes; every fifth is a PNG file."""

    def setUp(self):
        super().setUp()
        harness.save_classes(self.source, SAMPLES)
        self.state = self.scratch / "state"
        self.state.mkdir()
        self.store = self.state / "store"

    def mount_cached(self, *options):
        return self.mount(*PIPELINE, "--cache-limit", "16MiB", *options, state=self.state)

    def ask(self, command, *arguments):
        """The answer as JSON of a command that succeeds."""
        result = cache(command, *arguments, "--json")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return json.loads(result.stdout)

    def warm(self, mount):
        self.assertEqual(self.ask("warm", mount.path, mount.path)["failed"], 0)

    def fill_store(self):
        """Leaves a store with 30 samples as final:raw, and a cache with as many tensors."""
        with self.mount_cached("--policy", "fixed:final:raw") as mount:
            done = mounted.run_tensorfs("policy", "materialize", mount.path)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.warm(mount)

    def assert_refused(self, result, status, *texts):
        self.assertEqual((result.returncode, result.stdout), (status, ""))
        self.assertTrue(result.stderr.startswith("tensorfs: "), result.stderr)
        for text in texts:
            self.assertIn(str(text), result.stderr)


class Warming(CacheToolTestCase):
    def test_reads_hit_what_was_warmed(self):
        with self.mount_cached("--io", "direct") as mount:
            job = self.ask("warm", mount.path, "class0", mount.path / "class1/1.npy")
            self.assertEqual((job["state"], job["done"], job["skipped"]), ("done", 11, 0))
            self.assertEqual(job["bytes"], 11 * FILE_BYTES)
            self.assertEqual(self.ask("warm", mount.path, "class0")["skipped"], 10)
            for path in (mount.path / "class0").iterdir():
                path.read_bytes()
            (mount.path / "class1/1.npy").read_bytes()
            stats = self.ask("stats", mount.path)["cache"]
            self.assertEqual((stats["hits"], stats["misses"], stats["hit_rate"]), (11, 0, 1))
            sources = [*(self.source / "class0").iterdir(), self.source / "class1/1.jpg"]
            self.assertEqual(stats["saved_source_bytes"],
                             sum(path.stat().st_size for path in sources))

    def test_paths_come_from_standard_input_and_from_the_source(self):
        with self.mount_cached() as mount:
            lines = f"class0/0.npy\n{self.source}/class1/1.jpg\nclass2/2.jpg\n"
            result = cache("warm", mount.path, "-", "--json", input=lines)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(json.loads(result.stdout)["done"], 3)

    def test_it_fills_the_cache_up_to_its_limit_and_says_what_had_no_room(self):
        for index in range(120):
            image = Image.fromarray(harness.picture(300, 300, seed=index))
            image.save(self.source / f"large{index}.jpg", quality=60)
        with self.mount("--cache-limit", "8MiB", state=self.state) as mount:
            result = cache("warm", mount.path, mount.path)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertIn("found no room: the cache is at its limit", result.stdout)
            stats = self.ask("stats", mount.path)["cache"]
            self.assertGreater(stats["live_bytes"], 5 << 20)
            self.assertLessEqual(stats["used_bytes"], 8 << 20)

    def test_what_cannot_be_loaded_is_named(self):
        (self.source / "broken.jpg").write_bytes(b"\xff\xd8\xff and no more")
        with self.mount_cached() as mount:
            result = cache("warm", mount.path, mount.path)
            self.assertEqual(result.returncode, 1)
            self.assertIn(f"{SAMPLES} tensors loaded", result.stdout)
            self.assertIn("tensorfs: broken.jpg: ", result.stderr)
            nothing = cache("warm", mount.path, "class0/nothing.npy")
            self.assert_refused(nothing, 1, mount.path, "class0/nothing.npy: no such file")
            self.assert_refused(cache("warm", mount.path, ""), 2, "PATH is empty")

    def test_it_needs_a_mount_with_a_cache(self):
        with self.mount(*PIPELINE, state=self.state) as mount:
            self.assert_refused(cache("warm", mount.path, mount.path), 1, mount.path,
                                "no tensor cache", "--cache-limit")
        self.assert_refused(cache("warm", self.store, "class0"), 1, "not a tensorfs mountpoint")


class Getting(CacheToolTestCase):
    def test_the_file_is_the_mounts_own(self):
        with self.mount_cached() as mount:
            self.warm(mount)
            wanted = (mount.path / "class1/1.npy").read_bytes()
            output = self.scratch / "out.npy"
            for name in [mount.path / "class1/1.npy", "class1/1.npy", "class1/1.jpg",
                         self.source / "class1/1.jpg"]:
                with self.subTest(name=name):
                    result = cache("get", mount.path, name, "-o", output)
                    self.assertEqual((result.returncode, result.stderr), (0, ""))
                    self.assertEqual(output.read_bytes(), wanted)
                    output.unlink()
            self.assertEqual(self.ask("stats", mount.path)["cache"]["hits"], 1, "get is no read")
        result = cache("get", self.store, "class1/1.npy", "-o", output)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(output.read_bytes(), wanted)

    def test_every_presented_format_gives_npy(self):
        with self.mount(*PIPELINE) as plain:
            wanted = np.load(plain.path / "class0/0.npy")
        for presented in ["raw", "safetensors", "ppm", "bmp"]:
            with self.subTest(presented=presented):
                with self.mount_cached("--present", presented) as mount:
                    self.warm(mount)
                    output = self.scratch / f"{presented}.npy"
                    result = cache("get", mount.path, f"class0/0.{presented}", "-o", output)
                    self.assertEqual((result.returncode, result.stderr), (0, ""))
                    np.testing.assert_array_equal(np.load(output), wanted)
                    self.assertEqual(cache("evict", mount.path, "--all").returncode, 0)
                    cache("warm", mount.path, "class1")
                result = cache("get", self.store, "class1/1.jpg", "-o", output)
                self.assert_refused(result, 1, "class1/1.jpg", "another format than npy")

    def test_bfloat16_has_no_npy(self):
        with self.mount_cached("--dtype", "bfloat16", "--present", "raw") as mount:
            self.warm(mount)
            self.assert_refused(cache("get", mount.path, "class0/0.raw", "-o", "/dev/null"), 1,
                                "bfloat16")

    def test_what_is_not_there_is_named(self):
        with self.mount_cached() as mount:
            self.assert_refused(cache("get", mount.path, "class1/1.npy"), 1, "class1/1.jpg",
                                "not in the cache")
            self.assert_refused(cache("get", mount.path, "class1"), 1, "class1",
                                "not one sample's path")
            self.warm(mount)
            self.assert_refused(
                cache("get", mount.path, "class1/1.npy", "-o", self.scratch / "no/file"), 1,
                self.scratch / "no/file", "No such file or directory")
        self.assert_refused(cache("get", self.store, "class1/2.npy"), 1, self.store,
                            "class1/2.npy: not in the cache")

    def test_a_tensor_is_not_written_to_a_terminal(self):
        with self.mount_cached() as mount:
            self.warm(mount)
            command = f"{mounted.binary()} cache get {mount.path} class1/1.npy"
            result = subprocess.run(["script", "-qec", command, "/dev/null"], capture_output=True,
                                    text=True, stdin=subprocess.DEVNULL, timeout=60)
            self.assertEqual(result.returncode, 1)
            self.assertIn("not written to a terminal", result.stdout)


class Listing(CacheToolTestCase):
    def test_the_hottest_come_first_with_their_forms(self):
        with self.mount_cached("--policy", "fixed:source:jpeg-crop", "--io", "direct") as mount:
            self.warm(mount)
            for path, reads in [("class0/0.npy", 3), ("class1/1.npy", 2)]:
                for _ in range(reads):
                    (mount.path / path).read_bytes()
            done = mounted.run_tensorfs("policy", "materialize", mount.path)
            self.assertEqual(done.returncode, 0, done.stderr)
            answer = self.ask("list", mount.path, "--limit", "2")
            self.assertEqual(answer["total"], SAMPLES)
            first, second = answer["entries"]
            self.assertEqual((first["path"], first["reads"]), ("class0/0.png", 3))
            self.assertEqual((second["path"], second["reads"]), ("class1/1.jpg", 2))
            self.assertEqual((first["form"], second["form"]),
                             ("source:original", "source:jpeg-crop"))
            self.assertEqual(first["bytes"], FILE_BYTES)
            self.assertGreater(first["saved_cpu_s"], 0)
            table = cache("list", mount.path).stdout.splitlines()
            self.assertEqual(len(table), 22)
            self.assertLessEqual(max(map(len, table)), 100)
        at_rest = self.ask("list", self.store, "--limit", "1")["entries"]
        self.assertEqual((at_rest[0]["path"], at_rest[0]["reads"]), ("class0/0.png", 3))

    def test_without_a_cache_there_is_nothing_to_list(self):
        with self.mount(*PIPELINE, state=self.state) as mount:
            self.assert_refused(cache("list", mount.path), 1, "no tensor cache")
            self.assertIsNone(self.ask("stats", mount.path)["cache"])
        self.assert_refused(cache("list", self.store), 1, self.store, "no tensor cache")
        self.assert_refused(cache("list", self.store, "--limit", "0"), 2, "--limit")


class Evicting(CacheToolTestCase):
    def test_by_path_directory_and_pattern(self):
        with self.mount_cached() as mount:
            self.warm(mount)
            for paths, count in [(["class1/1.npy"], 1), ([mount.path / "class1/4.npy"], 1),
                                 (["class0/*"], 10), (["class2"], 10), (["*.png", "*.jpg"], 8)]:
                with self.subTest(paths=paths):
                    evicted = self.ask("evict", mount.path, *paths)
                    self.assertEqual(evicted["cache"],
                                     {"entries": count, "bytes": count * FILE_BYTES})
                    self.assertEqual(evicted["unused_paths"], [])
                    self.assertIsNone(evicted["sample_store"])
            self.assertEqual(self.ask("stats", mount.path)["cache"]["entries"], 0)
            unused = cache("evict", mount.path, "class9/*")
            self.assertEqual(unused.returncode, 0)
            self.assertIn("class9/*: nothing of it is there", unused.stderr)

    def test_everything_and_from_the_store_too(self):
        self.fill_store()
        evicted = self.ask("evict", self.store, "class1/*.npy", "--store")
        self.assertEqual(evicted["cache"], {"entries": 10, "bytes": 10 * FILE_BYTES})
        self.assertEqual(evicted["sample_store"], {"samples": 10, "bytes": 10 * TENSOR_BYTES})
        self.assertEqual(self.ask("evict", self.store, "--all", "--store")["cache"]["entries"], 20)
        stats = self.ask("stats", self.store)
        self.assertEqual((stats["cache"]["entries"], stats["sample_store"]["samples"]), (0, 0))

    def test_what_to_evict_is_given_once(self):
        self.assert_refused(cache("evict", self.source), 2, "--all")
        self.assert_refused(cache("evict", self.source, "--all", "x"), 2, "--all")


class Verifying(CacheToolTestCase):
    def damage(self, pattern):
        """Flips a byte in the middle of each of the files."""
        paths = sorted(self.store.glob(pattern))
        self.assertTrue(paths, pattern)
        for path in paths:
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 0x40
            path.write_bytes(data)

    def test_all_is_sound(self):
        self.fill_store()
        at_rest = self.ask("verify", self.store)
        self.assertEqual((at_rest["done"], at_rest["failed"]), (2 * SAMPLES, 0))
        self.assertEqual(at_rest["bytes"], SAMPLES * (TENSOR_BYTES + FILE_BYTES))
        with self.mount_cached() as mount:
            self.assertEqual(self.ask("verify", mount.path)["done"], 2 * SAMPLES)
            self.assertEqual(self.ask("verify", "--deep", mount.path)["done"], 3 * SAMPLES)
        self.assert_refused(cache("verify", "--deep", self.store), 1, self.store, "needs a mount")

    def assert_damage_is_found(self, place, text, most=1):
        """A flipped byte makes one record bad; in the cache all that share its block."""
        result = cache("verify", place)
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"{2 * SAMPLES} records checked", result.stdout)
        bad = int(re.search(r": (\d+) are bad", result.stdout)[1])
        self.assertIn(bad, range(1, most + 1))
        self.assertRegex(result.stderr, rf"tensorfs: class\d/\d+\.(jpg|png): {text}")
        again = cache("verify", place)
        if place == self.store:
            self.assertEqual((again.returncode, again.stdout), (1, result.stdout), "all stays")
        else:
            self.assertEqual((again.returncode, again.stderr), (0, ""), "the bad one is dropped")
            self.assertIn(f"{2 * SAMPLES - bad} records checked", again.stdout)

    def test_a_damaged_segment_is_found_at_rest_and_under_a_mount(self):
        self.fill_store()
        self.damage("segments/*")
        self.assert_damage_is_found(self.store, "in the sample store: .*/segments/")
        self.assertEqual(cache("evict", self.store, "--all", "--store").returncode, 0)
        self.fill_store()
        with self.mount_cached() as mount:
            newest = max(self.store.glob("segments/*"), key=lambda path: path.stat().st_mtime_ns)
            self.damage("segments/" + newest.name)
            self.assert_damage_is_found(mount.path, "in the sample store: .*/segments/")

    def test_a_damaged_table_of_the_cache_is_found(self):
        self.fill_store()
        largest = max(self.store.glob("cache/db/*.sst"), key=lambda path: path.stat().st_size)
        self.damage("cache/db/" + largest.name)
        self.assert_damage_is_found(self.store, "was damaged in the cache", most=2)

    def test_what_cannot_be_read_at_all_is_told_and_a_mount_starts_it_over(self):
        self.fill_store()
        (self.store / "catalog/CURRENT").write_bytes(b"garbage")
        for command in [["stats"], ["list"], ["verify"], ["evict", "class0"]]:
            result = cache(command[0], self.store, *command[1:])
            self.assertEqual(result.returncode, 1)
            self.assertIn(f"{self.store}/catalog: ", result.stderr)
        self.assertEqual(len(list(self.store.glob("segments/*"))), 1)
        with self.mount_cached() as mount:
            stats = self.ask("stats", mount.path)
            self.assertEqual(stats["sample_store"]["catalogs_replaced"], 1)
            self.assertEqual(stats["cache"]["entries"], SAMPLES)

    @harness.needs_root
    def test_a_directory_that_cannot_be_written_can_be_read(self):
        self.fill_store()
        subprocess.run(["mount", "--bind", self.store, self.store], check=True)
        self.addCleanup(subprocess.run, ["umount", self.store], check=True)
        subprocess.run(["mount", "-o", "remount,bind,ro", self.store], check=True)
        self.assertEqual(self.ask("stats", self.store)["cache"]["entries"], SAMPLES)
        self.assertEqual(self.ask("verify", self.store)["done"], 2 * SAMPLES)
        self.assert_refused(cache("evict", self.store, "class0"), 1, "Read-only file system")

    def test_deep_finds_nothing_wrong_in_little_memory(self):
        """Each sample needs most of the budget, and all cores work on one at a time."""
        for index in range(12):
            harness.save_picture(self.source / f"large/{index}.png", 320, 300, seed=index)
        with self.mount(state=self.state) as mount:  # encoding needs more than decoding does
            self.assertEqual(mounted.run_tensorfs("policy", "materialize", mount.path, "--form",
                                                  "final:zstd-1").returncode, 0)
        with self.mount("--memory-limit", "1MiB", state=self.state) as mount:
            result = cache("verify", "--deep", mount.path)
            self.assertEqual(result.returncode, 0, result.stderr)


class Interrupting(CacheToolTestCase):
    def test_an_interrupted_job_ends_and_what_it_did_stays(self):
        for index in range(60):
            harness.save_picture(self.source / f"large/{index}.jpg", 1500, 1500, seed=index)
        with self.mount("--cache-limit", "1GiB", "--decode-threads", "1",
                        state=self.state) as mount:
            process = subprocess.Popen([mounted.binary(), "cache", "warm", mount.path, mount.path],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            while not mount.status()["cache"]["admitted"]:
                self.assertIsNone(process.poll())
            busy = cache("verify", mount.path)
            self.assert_refused(busy, 1, "another job is running: warm")
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
            self.assertEqual((process.returncode, err), (1, "tensorfs: interrupted\n"))
            loaded = int(re.match(r"(\d+) tensors loaded", out)[1])
            self.assertIn(loaded, range(1, SAMPLES + 60))
            self.assertEqual(self.ask("warm", mount.path, mount.path)["skipped"], loaded)


class Places(CacheToolTestCase):
    def test_a_directory_in_use_names_its_process(self):
        with self.mount_cached() as mount:
            for place in [self.store, self.store / "cache"]:
                self.assert_refused(cache("stats", place), 1, place, f"process {mount.pid}",
                                    "give its mountpoint")

    def test_what_is_no_place_is_named(self):
        for command in ["stats", "list", "verify"]:
            self.assert_refused(cache(command, self.source), 1, self.source,
                                "neither a tensorfs mountpoint nor")
            self.assert_refused(cache(command, self.scratch / "none"), 1, self.scratch / "none")
        self.assertEqual(list(self.source.glob("lock")), [], "nothing is written there")

    def test_stats_of_directories_at_rest(self):
        self.fill_store()
        stats = self.ask("stats", self.store)
        self.assertTrue(stats["at_rest"])
        self.assertEqual(stats["cache"]["entries"], SAMPLES)
        store = stats["sample_store"]
        self.assertEqual((store["samples"], store["segments"]), (SAMPLES, 1))
        self.assertEqual(store["forms"], [{"form": "stage-3:raw", "samples": SAMPLES,
                                           "bytes": SAMPLES * TENSOR_BYTES}])
        alone = self.ask("stats", self.store / "cache")
        self.assertIsNone(alone["sample_store"])
        self.assertEqual(alone["cache"]["entries"], SAMPLES)
        with self.mount_cached() as mount:
            table = cache("stats", mount.path).stdout
            self.assertIn("final:raw 30", table)
            self.assertLessEqual(max(map(len, table.splitlines())), 100)
            self.assertEqual(self.ask("stats", mount.path)["cache"]["entries"], SAMPLES,
                             "looking has cost nothing")


if __name__ == "__main__":
    harness.main()
