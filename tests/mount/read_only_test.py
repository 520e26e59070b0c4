# SPDX-License-Identifier: MIT
"""Every call that would write fails with EROFS, and the source stays as it was."""

import ctypes
import errno
import os
import stat

import harness

LIBC = ctypes.CDLL(None, use_errno=True)
AT_FDCWD = -100
RENAME_EXCHANGE = 2


def rename_exchange(first, second):
    if LIBC.renameat2(AT_FDCWD, os.fsencode(first), AT_FDCWD, os.fsencode(second),
                      RENAME_EXCHANGE) != 0:
        raise OSError(ctypes.get_errno(), "renameat2")


def snapshot(root):
    """Everything about a tree that a write could change, access times apart."""
    rows = []
    for folder, _, files in os.walk(root):
        for name in [".", *files]:
            path = os.path.join(folder, name)
            info = os.lstat(path)
            content = open(path, "rb").read() if stat.S_ISREG(info.st_mode) else b""
            rows.append((path, info.st_mode, info.st_uid, info.st_gid, info.st_size,
                         info.st_mtime_ns, info.st_ctime_ns, info.st_nlink, content))
    return sorted(rows)


class ReadOnly(harness.MountTestCase):
    def setUp(self):
        super().setUp()
        harness.save_picture(self.source / "a.png", 20, 10)
        (self.source / "labels.json").write_text("{}")
        (self.source / "folder").mkdir()
        (self.source / "link").symlink_to("labels.json")
        self.before = snapshot(self.source)

    def refuses_writing(self, mount, name):
        """The calls on an existing file or directory."""
        path = mount / name
        calls = [
            ("chmod", os.chmod, path, 0o600), ("chown", os.chown, path, 1, 1),
            ("chown to nobody new", os.chown, path, -1, -1),
            ("utime", os.utime, path), ("utime with times", os.utime, path, (1, 1)),
            ("setxattr", os.setxattr, path, "user.note", b"x"),
            ("setxattr of ours", os.setxattr, path, "user.tensorfs.form", b"x"),
            ("removexattr", os.removexattr, path, "user.note"),
            ("rename", os.rename, path, mount / "new"),
            ("rename over", os.rename, mount / "labels.json", path),
            ("exchange", rename_exchange, path, mount / "link"),
        ]
        for call, function, *arguments in calls:
            with self.subTest(call=call, name=name):
                if call == "rename over" and path == mount / "labels.json":
                    continue  # renaming a file to itself does nothing, successfully
                self.assert_errno(errno.EROFS, function, *arguments)

    def refuses_writing_a_file(self, mount, name):
        path = mount / name
        for flags in (os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_APPEND, os.O_WRONLY | os.O_TRUNC,
                      os.O_RDONLY | os.O_TRUNC, os.O_RDWR | os.O_CREAT, os.O_WRONLY | os.O_DIRECT):
            with self.subTest(name=name, flags=oct(flags)):
                self.assert_errno(errno.EROFS, os.open, path, flags)
        for call, function, *arguments in [("truncate", os.truncate, path, 0),
                                           ("truncate longer", os.truncate, path, 10**6),
                                           ("unlink", os.unlink, path),
                                           ("link", os.link, path, mount / "new")]:
            with self.subTest(call=call, name=name):
                self.assert_errno(errno.EROFS, function, *arguments)

    def refuses_creating(self, mount, folder):
        new = folder / "new"
        calls = [
            ("create", os.open, new, os.O_CREAT | os.O_WRONLY),
            ("create for reading", os.open, new, os.O_CREAT | os.O_RDONLY),
            ("create exclusively", os.open, new, os.O_CREAT | os.O_EXCL | os.O_RDWR),
            ("temporary file", os.open, folder, os.O_TMPFILE | os.O_RDWR),
            ("mkdir", os.mkdir, new), ("symlink", os.symlink, "target", new),
            ("mkfifo", os.mkfifo, new), ("mknod", os.mknod, new, stat.S_IFREG | 0o600),
            ("link", os.link, mount / "labels.json", new),
        ]
        for call, function, *arguments in calls:
            with self.subTest(call=call, folder=folder.name):
                self.assert_errno(errno.EROFS, function, *arguments)

    def refuses_by_descriptor(self, mount, name):
        """A descriptor opened for reading does not allow more."""
        descriptor = os.open(mount / name, os.O_RDONLY)
        self.addCleanup(os.close, descriptor)
        for call, wanted, function, *arguments in [
                ("fchmod", errno.EROFS, os.fchmod, descriptor, 0o777),
                ("fchown", errno.EROFS, os.fchown, descriptor, 1, 1),
                ("futimens", errno.EROFS, os.utime, descriptor, (1, 1)),
                ("fsetxattr", errno.EROFS, os.setxattr, descriptor, "user.note", b"x"),
                ("ftruncate", errno.EINVAL, os.ftruncate, descriptor, 0),
                ("fallocate", errno.EBADF, os.posix_fallocate, descriptor, 0, 10),
                ("pwrite", errno.EBADF, os.pwrite, descriptor, b"x", 0)]:
            with self.subTest(call=call, name=name):
                self.assert_errno(wanted, function, *arguments)

    def everything_is_refused(self, *options):
        mount = self.mount(*options)
        for name in ("a.npy", "labels.json"):
            self.refuses_writing(mount, name)
            self.refuses_writing_a_file(mount, name)
            self.refuses_by_descriptor(mount, name)
        self.refuses_writing(mount, "folder")
        self.assert_errno(errno.EROFS, os.rmdir, mount / "folder")
        self.refuses_creating(mount, mount.path)
        self.refuses_creating(mount, mount / "folder")
        self.assertFalse(os.access(mount / "a.npy", os.W_OK))
        self.assertEqual(snapshot(self.source), self.before)

    def test_refuses_every_write(self):
        self.everything_is_refused()

    def test_refuses_every_write_in_direct_mode(self):
        self.everything_is_refused("--io", "direct")

    def test_shows_no_write_permission(self):
        mount = self.mount()
        for name in ("a.npy", "labels.json", "folder", "."):
            self.assertEqual(os.stat(mount / name).st_mode & 0o222, 0, name)

    def test_is_listed_as_read_only(self):
        mount = self.mount()
        self.assertTrue(os.statvfs(mount.path).f_flag & os.ST_RDONLY)

    def test_reading_everything_leaves_the_source_as_it_was(self):
        mount = self.mount()
        snapshot(mount.path)
        self.assertEqual(snapshot(self.source), self.before)


if __name__ == "__main__":
    harness.main()
