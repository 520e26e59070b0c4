# SPDX-License-Identifier: MIT
"""A source that changes under the mount: right bytes or an error, never a mixture."""

import errno
import os
import shutil

import harness


def replace(path, made):
    """Puts another picture in the file's place at once, with a time of its own."""
    earlier = os.stat(path).st_mtime_ns
    os.utime(made, ns=(earlier + 10**9, earlier + 10**9))
    os.rename(made, path)


class ChangingSource(harness.MountTestCase):
    def add(self, name, width, height, seed):
        return harness.decoded_npy(harness.save_picture(self.source / name, width, height, seed))

    def change(self, name, width, height, seed):
        made = harness.save_picture(self.scratch / name, width, height, seed)
        wanted = harness.decoded_npy(made)
        replace(self.source / name, made)
        return wanted

    def test_a_file_that_vanishes_after_stat_is_an_error(self):
        for options in ((), ("--attr-timeout", "0"), ("--io", "direct")):
            with self.subTest(options=options):
                self.add("a.png", 300, 200, 0)
                self.add("b.png", 10, 10, 1)
                mount = self.mount(*options)
                self.assertGreater(os.stat(mount / "a.npy").st_size, 0)
                os.unlink(self.source / "a.png")
                self.assert_errno({errno.ENOENT, errno.EIO, errno.ESTALE},
                                  (mount / "a.npy").read_bytes)
                self.assertEqual((mount / "b.npy").read_bytes(),
                                 harness.decoded_npy(self.source / "b.png"))
                mount.close()

    def test_a_file_that_vanishes_after_open_is_an_error_or_whole(self):
        for options in (("--attr-timeout", "0"), ("--io", "direct")):
            with self.subTest(options=options):
                wanted = self.add("a.png", 300, 200, 0)
                mount = self.mount(*options)
                with open(mount / "a.npy", "rb", buffering=0) as file:
                    os.unlink(self.source / "a.png")
                    try:
                        self.assertEqual(file.read(), wanted)
                    except OSError as error:
                        self.assertIn(error.errno, (errno.ENOENT, errno.EIO, errno.ESTALE))
                mount.close()

    def test_a_vanished_file_is_gone_after_the_timeout(self):
        self.add("a.png", 30, 20, 0)
        mount = self.mount("--attr-timeout", "0")
        (mount / "a.npy").read_bytes()
        os.unlink(self.source / "a.png")
        self.assert_errno(errno.ENOENT, os.stat, mount / "a.npy")
        self.assertEqual(os.listdir(mount.path), [])

    def test_a_new_file_is_seen_after_the_timeout(self):
        mount = self.mount("--attr-timeout", "0")
        self.assertEqual(os.listdir(mount.path), [])
        self.assert_errno(errno.ENOENT, os.stat, mount / "a.npy")
        wanted = self.add("a.png", 30, 20, 0)
        self.assertEqual(os.listdir(mount.path), ["a.npy"])
        self.assertEqual((mount / "a.npy").read_bytes(), wanted)

    def test_new_bytes_of_the_same_size_are_seen_after_the_timeout(self):
        for options in ((), ("--io", "direct"), ("--page-cache", "off")):
            with self.subTest(options=options):
                before = self.add("a.png", 300, 200, 0)
                mount = self.mount("--attr-timeout", "0", *options)
                self.assertEqual((mount / "a.npy").read_bytes(), before)
                after = self.change("a.png", 300, 200, 1)
                self.assertNotEqual(after, before)
                self.assertEqual((mount / "a.npy").read_bytes(), after)
                mount.close()

    def test_bytes_written_in_place_are_seen_after_the_timeout(self):
        self.add("a.png", 300, 200, 0)
        mount = self.mount("--attr-timeout", "0")
        (mount / "a.npy").read_bytes()
        made = harness.save_picture(self.scratch / "a.png", 300, 200, 1)
        earlier = os.stat(self.source / "a.png").st_mtime_ns
        shutil.copyfile(made, self.source / "a.png")
        os.utime(self.source / "a.png", ns=(earlier + 10**9, earlier + 10**9))
        self.assertEqual((mount / "a.npy").read_bytes(), harness.decoded_npy(made))

    def test_another_size_is_seen_after_the_timeout(self):
        for width, height in ((31, 17), (900, 700)):
            with self.subTest(width=width):
                self.add("a.png", 300, 200, 0)
                mount = self.mount("--attr-timeout", "0")
                (mount / "a.npy").read_bytes()
                after = self.change("a.png", width, height, 1)
                self.assertEqual(os.stat(mount / "a.npy").st_size, len(after))
                self.assertEqual((mount / "a.npy").read_bytes(), after)
                mount.close()

    def test_a_change_of_size_while_open_gives_no_mixture(self):
        for width, height in ((150, 100), (600, 400)):
            for options in (("--attr-timeout", "0"), ("--attr-timeout", "60"), ("--io", "direct")):
                with self.subTest(width=width, options=options):
                    before = self.add("a.png", 300, 200, 0)
                    mount = self.mount(*options)
                    os.stat(mount / "a.npy")
                    with open(mount / "a.npy", "rb", buffering=0) as file:
                        after = self.change("a.png", width, height, 1)
                        self.is_whole_or_refused(file, (before, after))
                    mount.close()

    def is_whole_or_refused(self, file, versions):
        try:
            data = file.read()
        except OSError as error:
            self.assertIn(error.errno, (errno.EIO, errno.ESTALE))
        else:
            self.assertIn(data, versions)

    def test_pass_through_files_change_too(self):
        path = self.source / "labels.txt"
        path.write_text("before")
        mount = self.mount("--attr-timeout", "0")
        self.assertEqual((mount / "labels.txt").read_text(), "before")
        path.write_text("after, and longer")
        self.assertEqual((mount / "labels.txt").read_text(), "after, and longer")

    def test_a_sample_that_becomes_a_directory(self):
        self.add("a.png", 30, 20, 0)
        mount = self.mount("--attr-timeout", "0")
        (mount / "a.npy").read_bytes()
        os.unlink(self.source / "a.png")
        harness.save_picture(self.source / "a.png" / "b.png", 5, 5)
        self.assertEqual(os.listdir(mount.path), ["a.png"])
        self.assertEqual(os.listdir(mount / "a.png"), ["b.npy"])


if __name__ == "__main__":
    harness.main()
