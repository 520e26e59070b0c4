# SPDX-License-Identifier: MIT
"""A presented file is the same bytes by whatever call it is read."""

import ctypes
import errno
import mmap
import os
import socket
import struct
import subprocess
import threading

import harness

LIBC = ctypes.CDLL(None, use_errno=True)
AT_FDCWD = -100
AT_STATX_FORCE_SYNC = 0x2000
STATX_BASIC_STATS = 0x7FF
FAR = 1 << 62


class Reads:
    """The tests; the classes below run them in both I/O modes, over the sizes that matter."""

    options = ()

    def setUp(self):
        super().setUp()
        sources = {"large": (600, 500), "small": (5, 3), "pages": (64, 21)}
        self.wanted = {}
        for stem, (width, height) in sources.items():
            path = harness.save_picture(self.source / f"{stem}.png", width, height)
            self.wanted[stem + ".npy"] = harness.decoded_npy(path)
        self.wanted["labels.bin"] = os.urandom(300_001)
        (self.source / "labels.bin").write_bytes(self.wanted["labels.bin"])
        self.mounted = self.mount(*self.options)

    def files(self):
        """Opens every file in turn and yields its descriptor with the bytes it must hold."""
        for name, wanted in self.wanted.items():
            descriptor = os.open(self.mounted / name, os.O_RDONLY)
            try:
                with self.subTest(name=name):
                    yield descriptor, wanted
            finally:
                os.close(descriptor)

    def test_whole_file(self):
        for name, wanted in self.wanted.items():
            self.assertEqual((self.mounted / name).read_bytes(), wanted, name)

    def test_size_is_exact_at_the_first_stat(self):
        for name, wanted in self.wanted.items():
            self.assertEqual(os.stat(self.mounted / name).st_size, len(wanted), name)

    def test_reads_nothing_at_and_past_the_end(self):
        for descriptor, wanted in self.files():
            for offset in (len(wanted), len(wanted) + 1, len(wanted) + 4096, 1 << 40, FAR):
                self.assertEqual(os.pread(descriptor, 10, offset), b"", offset)
            self.assertEqual(os.pread(descriptor, 4096, len(wanted) - 1), wanted[-1:])

    def test_refuses_negative_offsets(self):
        for descriptor, _ in self.files():
            self.assert_errno(errno.EINVAL, os.pread, descriptor, 10, -1)
            self.assert_errno(errno.EINVAL, os.lseek, descriptor, -1, os.SEEK_SET)

    def test_reads_at_odd_offsets_and_sizes(self):
        for descriptor, wanted in self.files():
            for offset in (0, 1, 127, 128, 129, 4095, 4096, 4097, 131_071, 131_073):
                for size in (1, 7, 511, 4097, 131_073, 1 << 20):
                    self.assertEqual(os.pread(descriptor, size, offset),
                                     wanted[offset:offset + size], (offset, size))

    def test_reads_backwards(self):
        for descriptor, wanted in self.files():
            step = 9973
            pieces = [os.pread(descriptor, step, offset)
                      for offset in reversed(range(0, len(wanted), step))]
            self.assertEqual(b"".join(reversed(pieces)), wanted)

    def test_seeks_to_the_end_to_data_and_to_holes(self):
        for descriptor, wanted in self.files():
            self.assertEqual(os.lseek(descriptor, 0, os.SEEK_END), len(wanted))
            self.assertEqual(os.lseek(descriptor, -1, os.SEEK_END), len(wanted) - 1)
            self.assertEqual(os.read(descriptor, 10), wanted[-1:])
            self.assertEqual(os.lseek(descriptor, 0, os.SEEK_DATA), 0)
            self.assertEqual(os.lseek(descriptor, 0, os.SEEK_HOLE), len(wanted))
            self.assert_errno(errno.ENXIO, os.lseek, descriptor, len(wanted), os.SEEK_DATA)
            self.assertEqual(os.lseek(descriptor, FAR, os.SEEK_SET), FAR)
            self.assertEqual(os.read(descriptor, 10), b"")

    def test_statx_agrees_with_stat(self):
        for name, wanted in self.wanted.items():
            buffer = ctypes.create_string_buffer(256)
            for flags in (0, AT_STATX_FORCE_SYNC):
                status = LIBC.statx(AT_FDCWD, os.fsencode(self.mounted / name), flags,
                                    STATX_BASIC_STATS, buffer)
                self.assertEqual(status, 0, os.strerror(ctypes.get_errno()))
                inode, size = struct.unpack_from("<QQ", buffer.raw, 32)
                info = os.stat(self.mounted / name)
                self.assertEqual((inode, size), (info.st_ino, len(wanted)))

    def test_shows_the_source_files_time_owner_and_block_size(self):
        for name, source in [("large.npy", "large.png"), ("labels.bin", "labels.bin")]:
            shown, real = os.stat(self.mounted / name), os.stat(self.source / source)
            self.assertEqual((shown.st_mtime_ns, shown.st_uid, shown.st_gid),
                             (real.st_mtime_ns, real.st_uid, real.st_gid))
            self.assertEqual(shown.st_blksize, 4096)

    def test_dd_with_odd_block_sizes(self):
        for name, wanted in self.wanted.items():
            for block, skip in ((1013, 0), (7, len(wanted) // 14), (65_537, 1), (99_991, 0)):
                command = ["dd", f"if={self.mounted / name}", f"bs={block}", f"skip={skip}"]
                result = subprocess.run(command, capture_output=True, check=True)
                self.assertEqual(result.stdout, wanted[block * skip:], (name, block, skip))

    def test_o_direct(self):
        for name, wanted in self.wanted.items():
            descriptor = os.open(self.mounted / name, os.O_RDONLY | os.O_DIRECT)
            self.addCleanup(os.close, descriptor)
            buffer = mmap.mmap(-1, len(wanted) + 4096)  # O_DIRECT wants a page-aligned buffer
            for offset in (0, 4096, 131_072):
                count = os.preadv(descriptor, [buffer], offset)
                self.assertEqual(buffer[:count], wanted[offset:], (name, offset))

    def test_sendfile_to_a_socket(self):
        for descriptor, wanted in self.files():
            here, there = socket.socketpair()
            received = bytearray()
            reader = threading.Thread(target=receive_all, args=(there, received))
            reader.start()
            offset = 0
            while count := os.sendfile(here.fileno(), descriptor, offset, len(wanted) + 1):
                offset += count
            here.close()
            reader.join()
            there.close()
            self.assertEqual(bytes(received), wanted)

    def test_splice_to_a_pipe(self):
        for descriptor, wanted in self.files():
            outlet, inlet = os.pipe()
            received = bytearray()
            while count := os.splice(descriptor, inlet, 65_536):
                received += os.read(outlet, count)
            os.close(outlet)
            os.close(inlet)
            self.assertEqual(bytes(received), wanted)

    def test_private_mapping(self):
        for descriptor, wanted in self.files():
            with mmap.mmap(descriptor, 0, mmap.MAP_PRIVATE, mmap.PROT_READ) as mapping:
                self.assertEqual(mapping[:], wanted)

    def test_writing_to_a_private_mapping_changes_nothing_else(self):
        for descriptor, wanted in self.files():
            with mmap.mmap(descriptor, 0, mmap.MAP_PRIVATE,
                           mmap.PROT_READ | mmap.PROT_WRITE) as mapping:
                mapping[0] = (mapping[0] + 1) % 256
            self.assertEqual(os.pread(descriptor, len(wanted), 0), wanted)

    def test_refuses_a_writable_shared_mapping(self):
        for descriptor, _ in self.files():
            self.assert_errno({errno.EACCES, errno.ENODEV}, mmap.mmap, descriptor, 0,
                              mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)

    def test_reads_after_readahead_and_every_advice(self):
        for descriptor, wanted in self.files():
            LIBC.readahead(descriptor, ctypes.c_int64(0), ctypes.c_size_t(len(wanted)))
            for advice in (os.POSIX_FADV_SEQUENTIAL, os.POSIX_FADV_WILLNEED, os.POSIX_FADV_RANDOM,
                           os.POSIX_FADV_NOREUSE, os.POSIX_FADV_DONTNEED):
                os.posix_fadvise(descriptor, 0, 0, advice)
                self.assertEqual(os.pread(descriptor, len(wanted), 0), wanted, advice)

    def test_sixteen_readers_of_one_file(self):
        for name, wanted in self.wanted.items():
            barrier = threading.Barrier(16)
            results = [None] * 16

            def read(index, path=self.mounted / name):
                barrier.wait()
                results[index] = read_in_blocks(path, 3001 + 512 * index)

            threads = [threading.Thread(target=read, args=(index,)) for index in range(16)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            for result in results:
                self.assertEqual(result, wanted, name)

    def test_tells_that_a_file_is_no_terminal(self):
        for descriptor, _ in self.files():
            self.assertFalse(os.isatty(descriptor))


def receive_all(connection, received):
    while data := connection.recv(1 << 16):
        received += data


def read_in_blocks(path, block):
    with open(path, "rb", buffering=0) as file:
        pieces = []
        while data := file.read(block):
            pieces.append(data)
        return b"".join(pieces)


class BufferedReads(Reads, harness.MountTestCase):
    def test_shared_mapping(self):
        for descriptor, wanted in self.files():
            with mmap.mmap(descriptor, 0, mmap.MAP_SHARED, mmap.PROT_READ) as mapping:
                self.assertEqual(mapping[:], wanted)

    def test_second_read_comes_from_the_page_cache(self):
        self.assertEqual((self.mounted / "large.npy").read_bytes(), self.wanted["large.npy"])
        before = self.mounted.status()["reads"]
        self.assertGreater(before, 0)
        self.assertEqual((self.mounted / "large.npy").read_bytes(), self.wanted["large.npy"])
        self.assertEqual(self.mounted.status()["reads"], before)


class DirectReads(Reads, harness.MountTestCase):
    options = ("--io", "direct")

    def test_second_read_is_answered_by_the_daemon(self):
        self.assertEqual((self.mounted / "large.npy").read_bytes(), self.wanted["large.npy"])
        before = self.mounted.status()["reads"]
        self.assertEqual((self.mounted / "large.npy").read_bytes(), self.wanted["large.npy"])
        self.assertGreater(self.mounted.status()["reads"], before)


class UncachedReads(Reads, harness.MountTestCase):
    options = ("--page-cache", "off")


if __name__ == "__main__":
    harness.main()
