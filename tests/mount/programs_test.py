# SPDX-License-Identifier: MIT
"""Everyday programs over a mount agree with each other about every byte."""

import hashlib
import os
import shutil
import subprocess
import tarfile
import unittest

import harness


def needs(program):
    return unittest.skipUnless(shutil.which(program), f"{program} is not installed")


def tree(root):
    """Relative path → contents, of a tree's files; links as their targets."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in folders + files:
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, root)
            if os.path.islink(path):
                found[relative] = os.readlink(path)
            elif os.path.isdir(path):
                found[relative] = None
            else:
                with open(path, "rb") as file:
                    found[relative] = file.read()
    return found


class Programs(harness.MountTestCase):
    def setUp(self):
        super().setUp()
        self.wanted = {"labels.json": b'{"cat": 0}', "link": "cat"}
        for name in ("cat", "dog", "empty folder"):
            (self.source / name).mkdir()
            self.wanted[name] = None
        for seed, stem in enumerate(("cat/cat0", "cat/cat1", "dog/dog 0", "dog/grün")):
            path = harness.save_picture(self.source / f"{stem}.png", 200 + 31 * seed, 150, seed)
            self.wanted[f"{stem}.npy"] = harness.decoded_npy(path)
        (self.source / "labels.json").write_bytes(self.wanted["labels.json"])
        (self.source / "link").symlink_to("cat")
        (self.source / "also.png").symlink_to("dog/dog 0.png")
        self.wanted["also.npy"] = self.wanted["dog/dog 0.npy"]
        self.mounted = self.mount()

    def run_program(self, *command, **keywords):
        return subprocess.run(command, check=True, capture_output=True, **keywords).stdout

    def test_a_walk_finds_the_whole_tree(self):
        self.assertEqual(tree(self.mounted.path), self.wanted)

    def test_cp_copies_the_tree_with_its_times(self):
        copy = self.scratch / "copy"
        self.run_program("cp", "-a", self.mounted.path, copy)
        self.assertEqual(tree(copy), self.wanted)
        self.assertEqual(os.stat(copy / "cat/cat1.npy").st_mtime_ns,
                         os.stat(self.source / "cat/cat1.png").st_mtime_ns)
        self.run_program("chmod", "-R", "u+w", copy)

    @needs("tar")
    def test_tar_archives_the_tree(self):
        archive = self.scratch / "archive.tar"
        self.run_program("tar", "-C", self.mounted.path, "-cf", archive, ".")
        with tarfile.open(archive) as file:
            files = {os.path.normpath(member.name): file.extractfile(member).read()
                     for member in file if member.isfile()}
        self.assertEqual(files, {name: data for name, data in self.wanted.items()
                                 if isinstance(data, bytes)})

    @needs("rsync")
    def test_rsync_copies_and_then_finds_nothing_to_do(self):
        copy = self.scratch / "copy"
        command = ["rsync", "-a", "--chmod=Fu+w", "--itemize-changes", f"{self.mounted.path}/", copy]
        self.assertTrue(self.run_program(*command))
        self.assertEqual(tree(copy), self.wanted)
        self.assertEqual(self.run_program(*command, "--checksum"), b"")

    def test_find_lists_every_entry_with_its_size(self):
        output = self.run_program("find", self.mounted.path, "-mindepth", "1", "-type", "f",
                                  "-printf", "%P\\0%s\\0")
        fields = os.fsdecode(output).split("\0")[:-1]
        found = dict(zip(fields[::2], map(int, fields[1::2])))
        self.assertEqual(found, {name: len(data) for name, data in self.wanted.items()
                                 if isinstance(data, bytes)})

    def test_md5sum_verifies_the_tree(self):
        lines = [f"{hashlib.md5(data).hexdigest()}  {name}\n"
                 for name, data in self.wanted.items() if isinstance(data, bytes)]
        self.run_program("md5sum", "--check", "--strict", input="".join(lines).encode(),
                         cwd=self.mounted.path)

    def test_du_counts_what_stat_tells(self):
        apparent = self.run_program("du", "-sb", self.mounted / "cat").split()[0]
        folder = os.stat(self.mounted / "cat").st_size
        sizes = sum(len(data) for name, data in self.wanted.items()
                    if name.startswith("cat/"))
        self.assertEqual(int(apparent), folder + sizes)

    def test_cat_of_everything(self):
        names = [name for name, data in self.wanted.items() if isinstance(data, bytes)]
        self.assertEqual(self.run_program("cat", *names, cwd=self.mounted.path),
                         b"".join(self.wanted[name] for name in names))


if __name__ == "__main__":
    harness.main()
