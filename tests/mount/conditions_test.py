# SPDX-License-Identifier: MIT
"""What goes wrong with the store under a mount: reads stay right, it is logged once and counted."""

import shutil
import subprocess
import time

import harness
import mounted

SAMPLES = 30
# The store keeps everything; nothing is read from the kernel's cache.
OPTIONS = ["--resize", "40", "--center-crop", "33", "--policy", "fixed:final:raw", "--io", "direct"]


class Conditions(harness.MountTestCase):
    def setUp(self):
        super().setUp()
        harness.save_classes(self.source, SAMPLES)
        self.state = self.scratch / "state"
        self.state.mkdir()
        with self.mount_kept() as mount:
            self.expected = self.read_all(mount)
            self.wait_until(lambda: mount.status()["sample_store"]["samples"] == SAMPLES)
        self.assertEqual(len(self.expected), SAMPLES)

    def mount_kept(self):
        return self.mount(*OPTIONS, state=self.state)

    def read_all(self, mount):
        return {str(path.relative_to(mount.path)): path.read_bytes()
                for path in sorted(mount.path.rglob("*.npy"))}

    def wait_until(self, condition):
        for _ in range(1200):
            if condition():
                return
            time.sleep(0.1)
        self.fail("it never came to that")

    def told_of_store(self, mount):
        return [line for line in mount.log().splitlines() if " store: " in line]

    def assert_told_once(self, mount, text):
        self.wait_until(lambda: any(text in line for line in self.told_of_store(mount)))
        time.sleep(2.5)  # conditions are looked at each second
        self.assertEqual(len(self.told_of_store(mount)), 1, mount.log())

    def test_damaged_records(self):
        (self.state / "log").unlink()
        for segment in (self.state / "store").glob("segments/*"):
            data = bytearray(segment.read_bytes())
            for offset in range(100, len(data), 500):
                data[offset] ^= 4
            segment.write_bytes(data)
        with self.mount_kept() as mount:
            for _ in range(2):
                self.assertEqual(self.read_all(mount), self.expected)
            self.assert_told_once(mount, "damaged bytes were found")
            stats = mounted.run_tensorfs("cache", "stats", mount.path).stdout
            self.assertRegex(stats, rf"failures +{SAMPLES} damaged")

    def test_a_damaged_catalog(self):
        (self.state / "log").unlink()
        for manifest in (self.state / "store").glob("catalog/MANIFEST*"):
            manifest.write_bytes(b"no manifest")
        with self.mount_kept() as mount:
            self.assertEqual(self.read_all(mount), self.expected)
            self.assert_told_once(mount, "catalog was damaged")

    def test_a_deleted_directory(self):
        (self.state / "log").unlink()
        with self.mount_kept() as mount:
            shutil.rmtree(self.state / "store")
            self.assert_told_once(mount, "deleted or replaced")
            self.assertEqual(self.read_all(mount), self.expected)
            self.assertFalse((self.state / "store").exists())
            subprocess.run(["fusermount3", "-u", mount.path], check=True)


if __name__ == "__main__":
    harness.main()
