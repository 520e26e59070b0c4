# SPDX-License-Identifier: MIT
"""Decoding JPEGs must give Pillow's pixels, and refuse what Pillow refuses."""
import itertools
import struct

import numpy as np

import codec_tool
from codec_tool import CHANNELS, CMYK, GREY, RGB, YCC, YCCK, Options
from jpeg_parts import EOI, SOI, segment, split_at_scan, tiff

SAMPLINGS = {
    GREY: [(), (2, 2), (1, 2)],
    RGB: [()],
    YCC: [
        (1, 1, 1, 1, 1, 1),  # 4:4:4
        (2, 1, 1, 1, 1, 1),  # 4:2:2
        (2, 2, 1, 1, 1, 1),  # 4:2:0
        (1, 2, 1, 1, 1, 1),  # 4:4:0
        (4, 1, 1, 1, 1, 1),  # 4:1:1
        (4, 2, 1, 1, 1, 1),  # 4:1:0
        (2, 2, 2, 1, 1, 2),
        (2, 2, 1, 2, 2, 1),
        (1, 1, 2, 2, 1, 1),
        (1, 4, 1, 1, 1, 2),
    ],
    CMYK: [(), (2, 2, 1, 1, 1, 1, 2, 2)],
    YCCK: [(), (2, 2, 1, 1, 1, 1, 2, 2), (2, 1, 1, 1, 1, 1, 2, 1)],
}


def make_pixels(rng, size, channels):
    """Gradients with edges and some noise: every upsampling filter has something to do."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    planes = []
    for _ in range(channels):
        a, b, c = (rng.uniform(-9, 9) for _ in range(3))
        wave = 127 + 80 * np.sin(a * x / 40 + b * y / 40 + c) + 60 * ((x // 7 + y // 5) % 2)
        planes.append(wave)
    noise = np.random.default_rng(rng.randrange(2**32)).normal(0, 12, (height, width, channels))
    return np.clip(np.stack(planes, axis=2) + noise, 0, 255).astype(np.uint8).tobytes()


class DecodeJpegTest(codec_tool.DecodeTestCase):
    def make(self, rng, size, colours, **kind):
        pixels = make_pixels(rng, size, CHANNELS[colours])
        return self.tool.encode_jpeg(pixels, size, colours, **kind)

    def test_every_kind_and_random_windows(self):
        rng = self.rng
        modes = [
            {}, {"progressive": True}, {"arithmetic": True}, {"restart_rows": 1},
            {"separate_scans": True}, {"progressive": True, "arithmetic": True},
            {"progressive": True, "restart_rows": 2},
        ]
        for colours, samplings in SAMPLINGS.items():
            for sampling, mode in itertools.product(samplings, modes):
                for _ in range(Options.rounds):
                    size = rng.randint(1, 140), rng.randint(1, 140)
                    quality = rng.choice([30, 75, 95])
                    data = self.make(rng, size, colours, sampling=sampling, quality=quality, **mode)
                    label = f"{colours} {sampling} {mode} {size}"
                    self.assertTrue(self.check(data, label, 12), label)

    def test_files_of_several_blocks(self):
        """Pillow feeds libjpeg 64 KiB at a time; arithmetic codes that cross that, it refuses."""
        rng = self.rng
        read = 0
        for _ in range(4 * Options.rounds):
            colours = rng.choice((GREY, YCC, YCC, CMYK))
            size = rng.randint(350, 600), rng.randint(350, 600)
            mode = rng.choice(({}, {"progressive": True}, {"restart_rows": 1}, {"arithmetic": True}))
            data = self.make(rng, size, colours, quality=95, **mode)
            self.assertGreater(len(data), 65536)
            read += self.check(data, f"{colours} {mode} {size}", 12)
        self.assertGreater(read, Options.rounds)

    def small_files(self, rng):
        kinds = [
            (YCC, {"sampling": (2, 2, 1, 1, 1, 1)}), (YCC, {"progressive": True}),
            (GREY, {"restart_rows": 1}), (YCC, {"arithmetic": True}), (CMYK, {}),
            (YCC, {"separate_scans": True, "sampling": (2, 1, 1, 1, 1, 1)}),
            (YCC, {"progressive": True, "arithmetic": True}),
        ]
        for colours, kind in kinds:
            data = self.make(rng, (37, 29), colours, quality=60, **kind)
            yield f"{colours} {kind}", data
            yield f"{colours} {kind} with bytes behind", data + b"behind\xff\xc0\xff\xd9"

    def test_files_that_end_anywhere(self):
        rng = self.rng
        for label, data in self.small_files(rng):
            read = sum(self.check(data[:end], f"{label}, first {end} bytes", 1)
                       for end in range(len(data) + 1))
            self.assertGreater(read, 0)
            self.assertLess(read, 60)

    def test_files_with_any_byte_damaged(self):
        rng = self.rng
        read = refused = 0
        for label, data in self.small_files(rng):
            for i in range(len(data)):
                damaged = bytearray(data)
                damaged[i] = rng.choice((0x00, 0xFF, 0xD9, 0xD0, damaged[i] ^ 1 << rng.randrange(8)))
                good = self.check(bytes(damaged), f"{label}, byte {i}", 2)
                read, refused = read + good, refused + (not good)
        self.assertGreater(read, 1000)
        self.assertGreater(refused, 1000)

    def test_files_with_several_damages(self):
        rng = self.rng
        for label, data in self.small_files(rng):
            header = len(data) - len(split_at_scan(data)[1])
            for _ in range(100 * Options.rounds):
                damaged = bytearray(data)
                for _ in range(rng.randint(1, 6)):
                    damaged[rng.randrange(header, len(data))] = rng.choice((0, 0xFF, rng.randrange(256)))
                if rng.random() < 0.3:
                    at = rng.randrange(header, len(data))
                    damaged[at:at] = bytes([0xFF, rng.choice((0xD3, 0xD9, 0xC4, 0x01, 0xE1, 0xDA))])
                self.check(bytes(damaged), label, 2)

    def test_markers_behind_the_picture(self):
        """Pillow looks at them only as far as it has read: up to a multiple of 64 KiB."""
        rng = self.rng
        small = self.make(rng, (40, 40), YCC)[:-2]
        large = self.make(rng, (420, 400), YCC, quality=95)[:-2]
        self.assertGreater(len(large), 65536)
        thirds = (b"", b"\xff\xd9", b"\xff\xff\xd9", b"\xff", b"\xff\x00", b"\xff\xd0\xff\xd9",
                  b"\xff\x01", b"\xff\x02", b"\xff\xf7", b"\xff\xd8", segment(0xE1, b"app"),
                  segment(0xC4, b"bad"), segment(0xDC, b"\0\0"), segment(0xDA, b"\1\1\0\0\77\0"),
                  segment(0xE5, b"", 60000), segment(0xC0, b"\x08\0\1\0\1\1\1\x11\0"))
        for start in (small, large):
            for parts in itertools.product(thirds, (b"", bytes(70000)), thirds):
                self.check(start + b"".join(parts), f"{len(start)} {parts[0]} {parts[2]}", 1)

    def test_segments_that_pillow_finds_fault_with(self):
        rng = self.rng
        data = self.make(rng, (20, 20), YCC)
        tables, scan = split_at_scan(data)
        unit, resolution = (0x128, 3, 1, b"\2\0\0\0"), 0x11A
        exif = b"Exif\0\0"
        payloads = {
            0xE0: [b"JFIF", b"JFIF\0\1", b"JFIF\0\1\1", b"JFIF\0\1\1\1\0\1\0\1\0\0", b"JFXX"],
            0xE2: [b"ICC_PROFILE\0", b"ICC_PROFILE\0\1", b"ICC_PROFILE\0\1\1", b"FPXR\0"],
            0xED: [b"Photoshop 3.0\0" + tail for tail in (
                b"", b"8BI", b"8BIM", b"8BIM\3", b"8BIM\3\xed", b"8BIM\3\xed\0", b"8BIM\3\xed\0\0",
                b"8BIM\3\xed\0\0\0\0\0\1", b"8BIM\4\4\0\0\0\0\0\1a\08BIM\1\1",
                b"8BIM\4\4\5abcde\0\0\0\1a\08BIM\1\1")],
            0xEE: [b"Adobe", b"Adobe\0", b"Adobe\0d", b"Adobe\0d\0\0\0\0\0", b"Adobe\0d\0\0\0\0\2",
                   b"Adobe\0d\0\0\0\0\1"],
            0xE1: [b"Exif\0", exif, exif + b"II*\0", exif + b"II*\0\x08\0\0", exif + b"XX*\0\x08\0\0\0",
                   b"Exif\0\1II*\0"]
            + [exif + tiff([unit, (resolution, kind, count, value)], *order)
               for order in (("<", b"II*\0"), (">", b"MM\0*"), ("<", b"II\0*"), (">", b"MM\0+"),
                             ("<", b"II+\0"))
               for kind in range(1, 18)
               for count in (0, 1, 2, 5)
               for value in (b"7\0\0\0", b"\0\0\0\0", b"72\0\0", b"\x08\0\0\0")],
            0xDB: [b"", b"\0" + bytes(63), b"\0" + bytes(64), b"\x10" + bytes(127), b"\x12" + b"\1" * 128],
            0xFE: [b"", b"comment"], 0xDD: [b"\0\1", b"\0"], 0xC4: [b"bad"], 0xC8: [b"", b"x"],
            0xDC: [b""], 0xDE: [b"", b"\x08\0\x14\0\x14\3" + bytes(9)], 0xDF: [b"\1"], 0xF3: [b""],
            0x01: [b""], 0x7F: [b""], 0xD0: [b""], 0xD8: [b""], 0xD9: [b""], 0x00: [b"x"],
        }
        read = 0
        for marker, alternatives in payloads.items():
            for payload in alternatives:
                odd = segment(marker, payload)
                label = f"{marker:x} {payload!r}"
                read += self.check(SOI + odd + tables + scan, label, 0)
                self.check(SOI + tables + odd + scan, label, 0)
                self.check(SOI + odd + odd + tables + scan, label, 0)
            for length in (0, 1, 2, 3, 65535):
                self.check(SOI + segment(marker, b"", length) + tables + scan, f"{marker:x}", 0)
        self.assertGreater(read, 100)

    def test_several_pictures_in_one_file(self):
        rng = self.rng
        data = self.make(rng, (20, 20), YCC)
        tables, scan = split_at_scan(data)
        entry = struct.pack("<LLLHH", 0x030000, len(data), 0, 0, 0)
        foreign = struct.pack("<LLLHH", 0x01030000, len(data), 0, 0, 0)
        for order, mark in (("<", b"II*\0"), (">", b"MM\0*"), (">", b"MM*\0"), ("<", b"II+\0")):
            for kind, count in itertools.product((1, 3, 4, 5, 7, 16), (0, 1, 2, 3, 1 << 31)):
                for entries in (entry, entry * 2, entry * 3, entry + foreign, foreign + entry, b"short"):
                    for entry_kind in (1, 2, 7, 4):
                        size = len(entries) // (4 if entry_kind == 4 else 1)
                        directory = [(0xB001, kind, 1, struct.pack(order + "L", count)),
                                     (0xB002, entry_kind, size, struct.pack(order + "L", 38))]
                        block = tiff(directory, order, mark, behind=entries)
                        self.check(SOI + segment(0xE2, b"MPF\0" + block) + tables + scan + data,
                                   f"{mark} {kind} {count} {entry_kind} {entries!r}", 0)

    def test_scans_that_were_left_out(self):
        """An unfinished progressive picture is smoothed across blocks."""
        rng = self.rng
        smoothed = 0
        for colours, sampling in ((YCC, (2, 2, 1, 1, 1, 1)), (GREY, ()), (YCC, (1, 1, 1, 1, 1, 1))):
            for _ in range(2 * Options.rounds):
                size = rng.randint(20, 150), rng.randint(20, 150)
                data = self.make(rng, size, colours, sampling=sampling, progressive=True)
                scans = [i for i in range(len(data) - 1) if data[i:i + 2] == b"\xff\xda"]
                for end in scans[1:]:
                    smoothed += self.check(data[:end] + EOI, f"{colours} {sampling} {size}", 8)
        self.assertGreater(smoothed, 20)


if __name__ == "__main__":
    codec_tool.main(default_rounds=3)
