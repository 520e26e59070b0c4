# SPDX-License-Identifier: MIT
"""The memory limit holds however many readers there are, and readers get right bytes under it."""

import errno
import hashlib
import os
import threading
import unittest

import harness
import mounted

LIMIT = 64 << 20
# What is not tensors in flight: the program with its libraries (20 MiB), the stacks and first pages of
# the threads that wait, and freed memory that the allocator keeps for the next tensor.
ALLOWANCE = 80 << 20
READERS = 64
PICTURES = 24


def digest(path):
    """Reads as many programs do, 64 KiB at a time."""
    result = hashlib.blake2b()
    with open(path, "rb", buffering=0) as file:
        while block := file.read(1 << 16):
            result.update(block)
    return result.digest()


@unittest.skipIf(os.environ.get("TENSORFS_SANITIZE"), "a sanitizer's own memory is not bounded")
class Memory(harness.MountTestCase):
    def add_pictures(self):
        """Each tensor is 9 MB: at most six fit in the limit at once."""
        wanted = {}
        for index in range(PICTURES):
            path = harness.save_picture(self.source / f"p{index}.jpg", 2000, 1500, index, quality=80,
                                        progressive=index % 4 == 3)
            wanted[f"p{index}.npy"] = hashlib.blake2b(harness.decoded_npy(path)).digest()
        return wanted

    def read_by_many(self, mount, wanted):
        """Every reader reads a quarter of the pictures, each in an order of its own."""
        failures = []
        names = sorted(wanted)

        def read(reader):
            for step in range(PICTURES // 4):
                name = names[(reader * 7 + step * 5) % PICTURES]
                try:
                    if digest(mount / name) != wanted[name]:
                        failures.append(f"{name}: wrong bytes")
                except OSError as error:
                    failures.append(str(error))

        threads = [threading.Thread(target=read, args=(reader,)) for reader in range(READERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return failures

    def holds_for_many_readers(self, *options):
        wanted = self.add_pictures()
        mount = self.mount("--memory-limit", "64MiB", *options)
        self.assertEqual(self.read_by_many(mount, wanted), [])
        self.assertLess(mount.memory_bytes(), LIMIT + ALLOWANCE)

    def test_limit_holds_with_64_readers_of_large_images(self):
        self.holds_for_many_readers()

    def test_limit_holds_with_64_readers_in_direct_mode(self):
        self.holds_for_many_readers("--io", "direct")

    def test_limit_holds_with_64_threads(self):
        self.holds_for_many_readers("--threads", "64", "--decode-threads", "8")

    def test_limit_holds_for_what_the_cache_has(self):
        wanted = self.add_pictures()
        state = self.new_state()
        with self.mount("--cache-limit", "512MiB", state=state) as mount:
            warmed = mounted.run_tensorfs("cache", "warm", mount.path, mount.path)
            self.assertEqual(warmed.returncode, 0, warmed.stderr)
        mount = self.mount("--cache-limit", "512MiB", "--memory-limit", "24MiB", "--threads", "64",
                           state=state)
        self.assertEqual(self.read_by_many(mount, wanted), [])
        self.assertLess(mount.memory_bytes(), (24 << 20) + ALLOWANCE)

    def test_a_sample_larger_than_the_limit_is_refused(self):
        harness.save_picture(self.source / "large.jpg", 2000, 1500)
        small = harness.decoded_npy(harness.save_picture(self.source / "small.jpg", 100, 80))
        mount = self.mount("--memory-limit", "4MiB")
        self.assert_errno({errno.EIO, errno.ENOMEM, errno.EFBIG}, (mount / "large.npy").read_bytes)
        self.assertTrue(os.getxattr(mount / "large.npy", "user.tensorfs.error"))
        self.assertEqual((mount / "small.npy").read_bytes(), small)

    def test_a_large_pass_through_file_needs_no_memory(self):
        with open(self.source / "archive.bin", "wb") as file:
            file.truncate(1 << 30)
        mount = self.mount("--memory-limit", "64MiB")
        with open(mount / "archive.bin", "rb", buffering=0) as file:
            total = 0
            while block := file.read(1 << 22):
                total += len(block)
        self.assertEqual(total, 1 << 30)
        self.assertLess(mount.memory_bytes(), LIMIT + ALLOWANCE)


if __name__ == "__main__":
    harness.main()
