# SPDX-License-Identifier: MIT
"""What a mount lists, under which names, and where its links lead."""

import ctypes
import errno
import os
import socket
import stat

import harness

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.opendir.restype = ctypes.c_void_p
LIBC.readdir64.restype = ctypes.c_void_p
LIBC.telldir.restype = ctypes.c_long
MANY = 100_000


class DirectoryStream:
    """readdir with its positions, which Python does not show."""

    def __init__(self, path):
        self.stream = ctypes.c_void_p(LIBC.opendir(os.fsencode(path)))
        if not self.stream:
            raise OSError(ctypes.get_errno(), "opendir")

    def next(self):
        """The next name, or None at the end."""
        ctypes.set_errno(0)
        entry = LIBC.readdir64(self.stream)
        if not entry:
            if ctypes.get_errno():
                raise OSError(ctypes.get_errno(), "readdir")
            return None
        return ctypes.string_at(entry + 19)

    def rest(self):
        return list(iter(self.next, None))

    def tell(self):
        return LIBC.telldir(self.stream)

    def seek(self, position):
        LIBC.seekdir(self.stream, ctypes.c_long(position))

    def rewind(self):
        LIBC.rewinddir(self.stream)

    def close(self):
        LIBC.closedir(self.stream)


class Listing(harness.MountTestCase):
    def add_files(self, count):
        """Hard links to two pictures: ext4 allows 65,000 links to one file."""
        originals = [harness.save_picture(self.scratch / f"original{seed}.png", 4, 4, seed)
                     for seed in range(2)]
        for index in range(count):
            os.link(originals[index % 2], self.source / f"f{index:06d}.png")
        return {f"f{index:06d}.npy" for index in range(count)}

    def test_lists_a_hundred_thousand_files_once_each(self):
        wanted = self.add_files(MANY)
        mount = self.mount()
        for attempt in ("first", "repeated"):
            names = os.listdir(mount.path)
            self.assertEqual(len(names), MANY, attempt)
            self.assertEqual(set(names), wanted, attempt)
        self.assertEqual((mount / "f099999.npy").read_bytes(),
                         harness.decoded_npy(self.source / "f099999.png"))

    def test_inode_numbers_are_distinct_and_those_of_stat(self):
        self.add_files(2000)
        mount = self.mount()
        with os.scandir(mount.path) as entries:
            inodes = {entry.name: entry.inode() for entry in entries}
        self.assertEqual(len(set(inodes.values())), 2000)
        for name, inode in inodes.items():
            self.assertEqual(os.stat(mount / name).st_ino, inode, name)

    def test_inode_numbers_are_the_same_in_the_next_mount(self):
        self.add_files(200)
        first = self.mount()
        before = {name: os.stat(first / name).st_ino for name in os.listdir(first.path)}
        first.close()
        second = self.mount()
        self.assertEqual({name: os.stat(second / name).st_ino for name in reversed(before)}, before)

    def test_seekdir_returns_to_every_position(self):
        self.add_files(3000)
        stream = DirectoryStream(self.mount().path)
        self.addCleanup(stream.close)
        positions, names = [stream.tell()], []
        while (name := stream.next()) is not None:
            names.append(name)
            positions.append(stream.tell())
        self.assertEqual(len(names), 3002)  # with . and ..
        for index in (0, 1, 2, 1500, 2999, 3001, 40, 2000, 3):
            stream.seek(positions[index])
            self.assertEqual(stream.next(), names[index], index)
        stream.seek(positions[-1])
        self.assertIsNone(stream.next())
        stream.seek(positions[1234])
        self.assertEqual(stream.rest(), names[1234:])

    def test_rewinddir_starts_anew(self):
        self.add_files(500)
        stream = DirectoryStream(self.mount().path)
        self.addCleanup(stream.close)
        names = stream.rest()
        self.assertIsNone(stream.next())
        stream.rewind()
        self.assertEqual(stream.rest(), names)

    def test_listing_opens_no_file(self):
        """Names go by extension; a source file that nobody may open is listed all the same."""
        (self.source / "a.png").write_text("no picture")
        (self.source / "b.txt").write_text("text")
        mount = self.mount("--resize", "8x8")
        self.assertEqual(sorted(os.listdir(mount.path)), ["a.npy", "b.txt"])
        self.assertEqual(mount.status()["reads"], 0)

    def test_types_are_told_without_stat(self):
        harness.save_picture(self.source / "folder" / "a.png", 4, 4)
        (self.source / "link").symlink_to("folder")
        (self.source / "b.txt").write_text("text")
        with os.scandir(self.mount().path) as entries:
            kinds = {entry.name: (entry.is_dir(follow_symlinks=False), entry.is_symlink(),
                                  entry.is_file(follow_symlinks=False)) for entry in entries}
        self.assertEqual(kinds, {"folder": (True, False, False), "link": (False, True, False),
                                 "b.txt": (False, False, True)})


class Names(harness.MountTestCase):
    def add(self, name, seed=0):
        """A picture under a name of arbitrary bytes; returns what a mount must show for it."""
        made = harness.save_picture(self.scratch / "made.png", 6 + seed, 5, seed)
        with open(os.path.join(os.fsencode(self.source), name), "wb") as file:
            file.write(made.read_bytes())
        return harness.decoded_npy(made)

    def shown(self, mount):
        return sorted(os.listdir(os.fsencode(mount.path)))

    def read(self, mount, name):
        with open(os.path.join(os.fsencode(mount.path), name), "rb") as file:
            return file.read()

    def test_keeps_bytes_that_are_not_utf8(self):
        stems = [b"\xff\xfe", b"caf\xe9", b"new\nline", b"sp ace", b"\xc3(", "grün".encode(), b"-x",
                 b"*?[", b"'\"\\", b"a.b.c", b"a..b", b"\x01\x7f"]
        wanted = {stem + b".npy": self.add(stem + b".png", seed)
                  for seed, stem in enumerate(stems)}
        mount = self.mount()
        self.assertEqual(self.shown(mount), sorted(wanted))
        for name, data in wanted.items():
            self.assertEqual(self.read(mount, name), data, name)

    def test_goes_by_extension_in_any_case(self):
        for name in (b"a.PNG", b"b.Png", b"c.png"):
            self.add(name)
        self.assertEqual(self.shown(self.mount()), [b"a.npy", b"b.npy", b"c.npy"])

    def test_decodes_by_content_not_by_name(self):
        wanted = self.add(b"really-png.jpg")
        self.assertEqual(self.read(self.mount(), b"really-png.npy"), wanted)

    def test_keeps_whole_names_where_stems_collide(self):
        first, second = self.add(b"x.png", 1), self.add(b"x.JPG", 2)
        third = self.add(b"y.png", 3)
        mount = self.mount()
        self.assertEqual(self.shown(mount), [b"x.JPG.npy", b"x.png.npy", b"y.npy"])
        self.assertEqual(self.read(mount, b"x.png.npy"), first)
        self.assertEqual(self.read(mount, b"x.JPG.npy"), second)
        self.assertEqual(self.read(mount, b"y.npy"), third)
        self.assertFalse(os.path.exists(mount / "x.npy"))

    def test_a_file_of_the_source_keeps_its_name_against_a_sample(self):
        wanted = self.add(b"x.png")
        (self.source / "x.npy").write_bytes(b"already here")
        mount = self.mount()
        self.assertEqual(self.shown(mount), [b"x.npy", b"x.png.npy"])
        self.assertEqual(self.read(mount, b"x.npy"), b"already here")
        self.assertEqual(self.read(mount, b"x.png.npy"), wanted)

    def test_a_directory_keeps_its_name_against_a_sample(self):
        wanted = self.add(b"x.png")
        (self.source / "x.npy").mkdir()
        mount = self.mount()
        self.assertEqual(self.shown(mount), [b"x.npy", b"x.png.npy"])
        self.assertTrue(os.path.isdir(mount / "x.npy"))
        self.assertEqual(self.read(mount, b"x.png.npy"), wanted)

    def test_source_names_of_samples_do_not_exist(self):
        self.add(b"x.png")
        mount = self.mount()
        self.assert_errno(errno.ENOENT, os.stat, mount / "x.png")
        self.assert_errno(errno.ENOENT, os.stat, mount / "x")
        self.assert_errno(errno.ENOENT, os.stat, mount / "x.png.npy")

    def test_presents_the_longest_source_name(self):
        stem = b"n" * 251
        wanted = self.add(stem + b".png")
        mount = self.mount()
        self.assertEqual(self.shown(mount), [stem + b".npy"])
        self.assertEqual(self.read(mount, stem + b".npy"), wanted)

    def test_a_directory_named_as_an_image_is_a_directory(self):
        harness.save_picture(self.source / "x.jpg" / "inner.png", 5, 5)
        mount = self.mount()
        self.assertEqual(self.shown(mount), [b"x.jpg"])
        self.assertEqual((mount / "x.jpg" / "inner.npy").read_bytes(),
                         harness.decoded_npy(self.source / "x.jpg" / "inner.png"))

    def test_other_files_pass_through(self):
        contents = {"labels.json": b'{"x": 1}', "empty": b"", "a.txt": os.urandom(70_000),
                    "archive.tar.gz": b"\x1f\x8b", "png": b"no extension", ".png": b"no stem"}
        for name, data in contents.items():
            (self.source / name).write_bytes(data)
        mount = self.mount()
        self.assertEqual(sorted(os.listdir(mount.path)), sorted(contents))
        for name, data in contents.items():
            self.assertEqual((mount / name).read_bytes(), data, name)
            self.assertEqual(os.stat(mount / name).st_size, len(data), name)

    def test_hidden_files_are_no_samples(self):
        """Programs leave things like ._x.jpg that are no pictures."""
        self.add(b".hidden.png")
        (self.source / "._x.jpg").write_bytes(b"resource fork")
        mount = self.mount()
        self.assertEqual(self.shown(mount), [b"._x.jpg", b".hidden.png"])
        self.assertEqual((mount / "._x.jpg").read_bytes(), b"resource fork")

    def test_keeps_names_when_asked(self):
        self.add(b"x.png")
        self.add(b"x.JPEG")
        for shape in ("npy", "ppm", "bmp"):
            mount = self.mount("--present", shape, "--names", "keep")
            self.assertEqual(self.shown(mount), [b"x.JPEG", b"x.png"])
            mount.close()

    def test_names_follow_the_presented_format(self):
        self.add(b"x.png")
        for shape in ("npy", "raw", "safetensors", "ppm", "bmp"):
            mount = self.mount("--present", shape)
            self.assertEqual(self.shown(mount), [b"x." + shape.encode()])
            mount.close()

    def test_special_files_are_neither_opened_nor_waited_for(self):
        wanted = self.add(b"real.png")
        os.mkfifo(self.source / "pipe.png")
        os.mkfifo(self.source / "pipe")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(os.fspath(self.source / "socket.jpg"))
            mount = self.mount()
            for entry in os.scandir(mount.path):
                mode = os.stat(entry.path, follow_symlinks=False).st_mode
                self.assertEqual(stat.S_ISREG(mode), entry.name == "real.npy", entry.name)
        self.assertEqual(self.read(mount, b"real.npy"), wanted)


class Links(harness.MountTestCase):
    def setUp(self):
        super().setUp()
        self.wanted = harness.decoded_npy(
            harness.save_picture(self.source / "folder" / "real.png", 9, 8))
        (self.source / "labels.txt").write_text("labels")
        self.outside = self.scratch / "outside"
        harness.save_picture(self.outside / "secret.png", 4, 4)
        (self.outside / "secret.txt").write_text("secret")

    def link(self, name, target):
        (self.source / name).symlink_to(target)

    def test_links_inside_the_tree_work(self):
        self.link("by-name.txt", "labels.txt")
        self.link("by-folder", "folder")
        self.link("folder/up.txt", "../labels.txt")
        self.link("chain", "by-folder")
        self.link("absolute", self.source / "folder")
        mount = self.mount()
        self.assertEqual((mount / "by-name.txt").read_text(), "labels")
        self.assertEqual((mount / "folder" / "up.txt").read_text(), "labels")
        for name in ("by-folder", "chain", "absolute"):
            self.assertEqual((mount / name / "real.npy").read_bytes(), self.wanted, name)

    def test_absolute_links_stay_inside_the_mount(self):
        self.link("absolute", self.source / "folder")
        mount = self.mount()
        self.assertTrue(os.path.realpath(mount / "absolute").startswith(os.fspath(mount.path)))

    def test_a_link_to_a_sample_is_that_sample(self):
        self.link("link.png", "folder/real.png")
        self.link("folder/other.png", self.source / "folder" / "real.png")
        mount = self.mount()
        self.assertEqual((mount / "link.npy").read_bytes(), self.wanted)
        self.assertEqual((mount / "folder" / "other.npy").read_bytes(), self.wanted)
        self.assertEqual(os.stat(mount / "link.npy").st_size, len(self.wanted))

    def test_links_out_of_the_tree_are_refused(self):
        self.link("file", self.outside / "secret.txt")
        self.link("folder-link", self.outside)
        self.link("dots", "../outside/secret.txt")
        self.link("sample.png", self.outside / "secret.png")
        self.link("through", "folder/../../outside/secret.txt")
        mount = self.mount()
        for name in ("file", "folder-link/secret.txt", "dots", "sample.png", "through"):
            self.assert_errno(errno.EACCES, open, mount / name, "rb")
        self.assert_errno({errno.EACCES, errno.ENOENT}, open, mount / "sample.npy", "rb")
        self.assertEqual(len(os.listdir(mount.path)), 7)  # listed they are

    def test_links_out_of_the_tree_work_when_allowed(self):
        self.link("file", self.outside / "secret.txt")
        self.link("dots", "../outside/secret.txt")
        self.link("folder-link", self.outside)
        self.link("sample.png", self.outside / "secret.png")
        mount = self.mount("--follow-outside-links")
        self.assertEqual((mount / "sample.npy").read_bytes(),
                         harness.decoded_npy(self.outside / "secret.png"))
        self.assertEqual((mount / "file").read_text(), "secret")
        self.assertEqual((mount / "dots").read_text(), "secret")
        self.assertEqual((mount / "folder-link" / "secret.txt").read_text(), "secret")

    def test_a_link_through_a_folder_that_leads_out_is_refused(self):
        self.link("exit", self.outside)
        self.link("by-exit.txt", "exit/secret.txt")
        mount = self.mount()
        self.assert_errno(errno.EACCES, open, mount / "by-exit.txt", "rb")

    def test_dangling_links_are_listed_and_lead_nowhere(self):
        self.link("dangling.txt", "nothing")
        mount = self.mount()
        self.assertIn("dangling.txt", os.listdir(mount.path))
        self.assertTrue(os.path.islink(mount / "dangling.txt"))
        self.assert_errno(errno.ENOENT, open, mount / "dangling.txt", "rb")

    def test_loops_end(self):
        self.link("one", "two")
        self.link("two", "one")
        self.link("folder/self", ".")
        mount = self.mount()
        self.assert_errno(errno.ELOOP, open, mount / "one", "rb")
        self.assertEqual((mount / "folder/self/self/self/real.npy").read_bytes(), self.wanted)


if __name__ == "__main__":
    harness.main()
