# SPDX-License-Identifier: MIT
"""A bad sample is an error of that sample alone: EIO with its reason; Pillow decides what is bad."""

import errno
import os
import warnings

import broken
import harness

BUDGET = 64 << 20
# Beyond the budget: 16 request buffers of 1 MiB, the program with its libraries (20 MiB), thread
# stacks and what malloc's arenas keep.
ALLOWANCE = 80 << 20


def decoded_or_none(path):
    """What Pillow makes of the file; None if it refuses."""
    try:
        return harness.decoded_npy(path)
    except Exception:  # Pillow refuses with many types
        return None


class Hostile(harness.MountTestCase):
    def add(self, name, data):
        (self.source / name).write_bytes(data)

    def add_good(self):
        self.good = harness.decoded_npy(harness.save_picture(self.source / "good.png", 50, 40))

    def assert_good_goes_on(self, mount):
        self.assertEqual((mount / "good.npy").read_bytes(), self.good)

    def refuses(self, mount, name):
        """EIO at reading, by every way to ask why."""
        self.assertGreater(os.stat(mount / name).st_size, 0)
        before = mount.status()["sample_errors"]
        self.assert_errno(errno.EIO, (mount / name).read_bytes)
        self.assertGreater(mount.status()["sample_errors"], before)
        reason = os.getxattr(mount / name, "user.tensorfs.error").decode()
        self.assertTrue(reason)
        lines = [line for line in mount.log().splitlines() if name.rsplit(".", 1)[0] in line]
        self.assertTrue(any(reason in line for line in lines), f"{reason!r} not in {lines}")

    def as_pillow_does(self, files, *options):
        """Each file is read as Pillow reads it, or refused where Pillow refuses it."""
        self.add_good()
        wanted = {}
        for name, data in files.items():
            self.add(name, data)
            wanted[name] = decoded_or_none(self.source / name)
        self.assertIn(None, wanted.values(), "no file is bad enough to test anything")
        mount = self.mount(*options)
        for name, data in wanted.items():
            with self.subTest(name=name):
                path = mount / (name.rsplit(".", 1)[0] + ".npy")
                if data is None:
                    self.assert_errno(errno.EIO, path.read_bytes)
                else:
                    self.assertEqual(os.stat(path).st_size, len(data))
                    self.assertEqual(path.read_bytes(), data)
        self.assert_good_goes_on(mount)

    def test_truncated_baseline_jpeg(self):
        parts = broken.truncations(broken.encoded("JPEG"), 60)
        self.as_pillow_does({f"t{len(part):05d}.jpg": part for part in parts})

    def test_truncated_progressive_jpeg(self):
        parts = broken.truncations(broken.encoded("JPEG", progressive=True), 60)
        self.as_pillow_does({f"t{len(part):05d}.jpg": part for part in parts})

    def test_truncated_png(self):
        parts = broken.truncations(broken.encoded("PNG"), 60)
        self.as_pillow_does({f"t{len(part):05d}.png": part for part in parts})

    def test_flipped_bits_in_a_baseline_jpeg(self):
        copies = broken.bit_flips(broken.encoded("JPEG"), 300)
        self.as_pillow_does({f"b{index}.jpg": copy for index, copy in enumerate(copies)})

    def test_flipped_bits_in_a_progressive_jpeg(self):
        copies = broken.bit_flips(broken.encoded("JPEG", progressive=True), 300)
        self.as_pillow_does({f"b{index}.jpg": copy for index, copy in enumerate(copies)})

    def test_flipped_bits_in_a_png(self):
        copies = broken.bit_flips(broken.encoded("PNG"), 300)
        self.as_pillow_does({f"b{index}.png": copy for index, copy in enumerate(copies)})

    def test_tells_why_a_sample_was_refused(self):
        self.add_good()
        self.add("truncated.jpg", broken.encoded("JPEG")[:1500])
        self.add("empty.jpg", b"")
        self.add("text.png", b"this is no picture\n" * 10)
        self.add("huge.png", broken.huge_png())
        mount = self.mount()
        for name in ("truncated.npy", "empty.npy", "text.npy", "huge.npy"):
            with self.subTest(name=name):
                self.refuses(mount, name)
        self.assert_good_goes_on(mount)
        self.assert_errno(errno.ENODATA, os.getxattr, mount / "good.npy", "user.tensorfs.error")

    def test_refuses_again_at_each_read(self):
        self.add("bad.jpg", broken.encoded("JPEG")[:1500])
        mount = self.mount()
        for _ in range(3):
            self.assert_errno(errno.EIO, (mount / "bad.npy").read_bytes)

    def test_recovers_when_the_file_is_repaired(self):
        self.add("a.png", broken.encoded("PNG")[:1500])
        mount = self.mount("--attr-timeout", "0")
        self.assert_errno(errno.EIO, (mount / "a.npy").read_bytes)
        self.add("a.png", broken.encoded("PNG"))
        self.assertEqual((mount / "a.npy").read_bytes(), harness.decoded_npy(self.source / "a.png"))

    def test_truncation_below_the_crop_is_still_refused(self):
        """What the crop does not need may not be decoded, but Pillow would refuse the file."""
        self.add_good()
        data = broken.encoded("JPEG", 400, 2000)
        self.add("cut.jpg", data[:len(data) * 9 // 10])
        mount = self.mount("--resize", "64", "--center-crop", "64")
        self.assert_errno(errno.EIO, (mount / "cut.npy").read_bytes)

    def stays_within_its_budget(self, name, data):
        self.add_good()
        self.add(name, data)
        refused = decoded_or_none(self.source / name) is None
        mount = self.mount("--memory-limit", "64MiB")
        path = mount / (name.rsplit(".", 1)[0] + ".npy")
        if refused:
            self.refuses(mount, path.name)
        else:
            self.assertEqual(path.read_bytes(), harness.decoded_npy(self.source / name))
        self.assert_good_goes_on(mount)
        self.assertLess(mount.memory_bytes(), BUDGET + ALLOWANCE)

    def test_png_of_65500_by_65500(self):
        self.stays_within_its_budget("huge.png", broken.huge_png())

    def test_jpeg_of_65500_by_65500(self):
        self.stays_within_its_budget("huge.jpg", broken.huge_jpeg())

    def test_png_text_bomb(self):
        self.stays_within_its_budget("bomb.png", broken.text_bomb())

    def test_png_pixel_bomb(self):
        self.stays_within_its_budget("bomb.png", broken.pixel_bomb())

    def test_png_chunk_longer_than_the_file(self):
        self.stays_within_its_budget("long.png", broken.long_chunk())

    def test_a_bad_sample_does_not_stop_a_whole_tree_from_being_read(self):
        self.add_good()
        for index in range(20):
            self.add(f"bad{index}.jpg", b"\xff\xd8\xff" + bytes(index))
        mount = self.mount()
        refused = 0
        for name in os.listdir(mount.path):
            try:
                self.assertEqual((mount / name).read_bytes(), self.good)
            except OSError as error:
                self.assertEqual(error.errno, errno.EIO)
                refused += 1
        self.assertEqual(refused, 20)


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # Pillow's about the bombs
    harness.main()
