# SPDX-License-Identifier: MIT
"""Decoding PNGs must give Pillow's pixels, and refuse what Pillow refuses."""
import itertools
import struct
import zlib

import codec_tool
import png_maker
from codec_tool import Options
from png_maker import (DEPTHS, GREY, GREY_ALPHA, PALETTE, RGB, RGBA, chunk, fctl, idats, ihdr, png,
                       random_rows)


class DecodePngTest(codec_tool.DecodeTestCase):
    def picture(self, colour, depth, size, *extra, interlaced=False, sizes=(1 << 30,)):
        rows = random_rows(self.rng, size, colour, depth, interlaced)
        return png(ihdr(size, colour, depth, interlaced), *extra, idats(zlib.compress(rows), sizes))

    def test_every_colour_depth_and_interlace(self):
        for colour, depths in DEPTHS.items():
            for depth in depths:
                for interlaced in (False, True):
                    for _ in range(4 * Options.rounds):
                        size = self.rng.randint(1, 40), self.rng.randint(1, 40)
                        palette = chunk(b"PLTE", self.rng.randbytes(3 * self.rng.randint(0, 256)))
                        extra = [palette] if colour == PALETTE else []
                        data = self.picture(colour, depth, size, *extra, interlaced=interlaced,
                                            sizes=(self.rng.randint(1, 200), 0))
                        label = f"colour {colour} depth {depth} interlaced {interlaced} {size}"
                        self.assertTrue(self.check(data, label), label)

    def test_every_damage_to_small_pictures(self):
        """Each byte changed, dropped or the last: accepted and refused as Pillow does."""
        accepted = refused = 0
        for colour, depth, interlaced in ((RGB, 8, False), (PALETTE, 2, True), (GREY, 16, False)):
            palette = [chunk(b"PLTE", bytes(range(12)))] if colour == PALETTE else []
            data = self.picture(colour, depth, (9, 7), *palette, chunk(b"tEXt", b"a\0b"),
                                interlaced=interlaced, sizes=(60, 0, 5))
            data += b"behind"
            for i in range(len(data)):
                flipped = bytearray(data)
                flipped[i] ^= 1 << self.rng.randrange(8)
                for damaged in (data[:i], bytes(flipped), data[:i] + data[i + 1:]):
                    good = self.check(damaged, f"{colour} byte {i}", windows=0)
                    accepted, refused = accepted + good, refused + (not good)
        self.assertGreater(accepted, 20)
        self.assertGreater(refused, 200)

    def test_damaged_image_data_behind_right_checksums(self):
        """Bytes of the zlib stream changed or cut, in chunks of all sizes."""
        for _ in range(150 * Options.rounds):
            colour = self.rng.choice((RGB, GREY, RGBA))
            size = self.rng.randint(1, 30), self.rng.randint(1, 30)
            interlaced = self.rng.random() < 0.3
            rows = random_rows(self.rng, size, colour, 8, interlaced)
            if self.rng.random() < 0.5:
                rows = bytes(b & 3 for b in rows)
            stream = bytearray(zlib.compress(rows, self.rng.choice((0, 1, 9))))
            for _ in range(self.rng.choice((0, 1, 1, 3))):
                stream[self.rng.randrange(len(stream))] ^= 1 << self.rng.randrange(8)
            if self.rng.random() < 0.5:
                del stream[self.rng.randrange(len(stream)):]
            sizes = (self.rng.choice((1, 3, 50, 1 << 30)), self.rng.randint(1, 60))
            self.check(png(ihdr(size, colour, 8, interlaced), idats(bytes(stream), sizes)), str(size))

    def test_image_data_that_ends_early_or_late(self):
        for rows in range(0, 12):
            for interlaced in (False, True):
                data = random_rows(self.rng, (5, 12), PALETTE, 8, interlaced)[:rows * 6]
                palette = chunk(b"PLTE", self.rng.randbytes(300))
                for extra in (b"", b"\0" * 50):
                    stream = zlib.compress(data + extra)
                    self.check(png(ihdr((5, 12), PALETTE, 8, interlaced), palette, idats(stream)),
                               f"{rows} rows {interlaced}")

    def test_chunks_that_pillow_finds_fault_with(self):
        deflated_bomb = zlib.compress(bytes((1 << 20) + 1))
        deflated_limit = zlib.compress(bytes(1 << 20))
        payloads = {
            b"iCCP": [b"", b"x", b"x\0", b"x\0\0", b"x\0\0" + zlib.compress(b"p"), b"x\0\1bad",
                      b"x\0\0" + deflated_bomb, b"x\0\0" + deflated_limit, b"x\0\0" + deflated_bomb[:400]],
            b"gAMA": [b"", b"abc", b"abcd", b"abcde"],
            b"cHRM": [b"", b"abc", b"abcd" * 8, b"abcd" * 8 + b"a"],
            b"sRGB": [b"", b"\0", b"\1\2"],
            b"pHYs": [b"", bytes(8), bytes(9), bytes(10)],
            b"tEXt": [b"", b"\0", b"key", b"key\0value", b"\0value", b"key\0\0\0"],
            b"zTXt": [b"", b"\0", b"key", b"key\0", b"key\0\0", b"key\0\1", b"key\0\0bad",
                      b"key\0\0" + zlib.compress(b"text"), b"key\0\0" + deflated_bomb,
                      b"key\0\0" + deflated_limit, b"key\0\0" + zlib.compress(b"text")[:-5]],
            b"iTXt": [b"", b"key", b"key\0", b"key\0\0", b"key\0\0\0", b"key\0\0\0\0\0text",
                      b"key\0\1\0\0\0" + zlib.compress(b"text"), b"key\0\1\0\0\0" + deflated_bomb,
                      b"key\0\1\1\0\0" + deflated_bomb, b"key\0\1\0\0\0bad", b"key\0\0\0\0\0\xff"],
            b"eXIf": [b"", b"II"],
            b"acTL": [b"", bytes(7), bytes(8), struct.pack(">II", 1, 0), struct.pack(">II", 2, 0),
                      struct.pack(">II", 0x80000001, 0)],
            b"fcTL": [b"", bytes(25)],
            b"fdAT": [b"", bytes(3), bytes(4), bytes(8)],
            b"tRNS": [b"", b"\0", b"\0\1", b"\0\1\0\2\0", b"\0\1\0\2\0\3", b"\xff\0\xff", b"\xff\0\n",
                      b"\n", bytes(300)],
            b"PLTE": [b"", b"a", bytes(range(200)), bytes(768), bytes(770), bytes(771)],
            b"IHDR": [b"", bytes(12), struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 1, 0)],
            b"IDAT": [b"", b"more"],
            b"DDAT": [b"", b"more"],
            b"unKN": [b"", b"anything"],
            b"a_9Z": [b"?"],
            b"b d!": [b""],
            b"\xe9abc": [b""],
        }
        for name, alternatives in payloads.items():
            for payload in alternatives:
                for colour, depth in ((RGB, 8), (GREY, 8), (GREY, 1), (GREY, 16), (PALETTE, 8),
                                      (GREY_ALPHA, 8), (RGBA, 16)):
                    start = ihdr((4, 3), colour, depth)
                    rows = random_rows(self.rng, (4, 3), colour, depth)
                    data = idats(zlib.compress(rows))
                    palette = chunk(b"PLTE", bytes(range(60)))
                    odd, wrong = chunk(name, payload), chunk(name, payload, 5)
                    for parts in ((start, odd, data), (start, palette, odd, data),
                                  (start, palette, data, odd), (odd, start, data),
                                  (start, palette, wrong, data), (start, palette, data, wrong)):
                        label = f"{name} {payload[:20]} {colour} {depth}"
                        self.check(png(*parts), label, windows=0)
                    self.check((png_maker.SIGNATURE + start + palette + data + odd)[:-6], name, 0)

    def test_of_several_headers_the_last_holds(self):
        kinds = ((RGB, 8), (GREY, 1), (GREY, 16), (PALETTE, 4), (PALETTE, 8), (RGBA, 8))
        unknown = (RGB, 3)
        read = 0
        for first, last in itertools.product(kinds, (*kinds, unknown)):
            for sizes in (((4, 3), (4, 3)), ((9, 1), (4, 3)), ((4, 3), (9, 7))):
                for interlaced in itertools.product((False, True), repeat=2):
                    headers = [ihdr(size, *kind, interlace) for size, kind, interlace
                               in zip(sizes, (first, last), interlaced)]
                    kind = first if last == unknown else last
                    rows = random_rows(self.rng, sizes[1], *kind, any(interlaced))
                    data = (chunk(b"PLTE", self.rng.randbytes(768)), idats(zlib.compress(rows)))
                    read += self.check(png(*headers, *data), f"{first} {last} {sizes}")
        self.assertGreater(read, 400)

    def test_text_named_like_what_pillow_remembers(self):
        for keyword in (b"transparency", b"bbox", b"interlace", b"default_image", b"gamma", b"exif"):
            for value in (b"", b"1"):
                for colour in (RGB, GREY, PALETTE, RGBA):
                    text = chunk(b"tEXt", keyword + b"\0" + value)
                    palette = chunk(b"PLTE", bytes(range(60)))
                    rows = idats(zlib.compress(random_rows(self.rng, (9, 9), colour, 8)))
                    start = ihdr((9, 9), colour, 8)
                    self.check(png(start, palette, text, rows), str(keyword))
                    self.check(png(start, palette, rows, text), str(keyword))
                    self.check(png(start, palette, text, chunk(b"tRNS", bytes(6)), rows), str(keyword))

    def test_animations(self):
        actl = chunk(b"acTL", struct.pack(">II", 2, 0))
        for rect in ((8, 6, 0, 0), (4, 3, 0, 0), (4, 3, 2, 3), (0, 6, 0, 0), (0, 6, 3, 0), (8, 0, 0, 0),
                     (8, 6, 1, 0), (1, 1, 7, 5)):
            for interlaced in (False, True):
                for colour in (RGB, PALETTE):
                    palette = chunk(b"PLTE", self.rng.randbytes(768))
                    start = ihdr((8, 6), colour, 8, interlaced) + palette
                    part = zlib.compress(
                        random_rows(self.rng, rect[:2], colour, 8, interlaced) or b"\0")
                    whole = zlib.compress(random_rows(self.rng, (8, 6), colour, 8, interlaced))
                    first, second = fctl(0, *rect), fctl(1, *rect)
                    frame = chunk(b"fdAT", struct.pack(">I", 1) + part)
                    halves = (chunk(b"fdAT", struct.pack(">I", 1) + part[:9])
                              + chunk(b"fdAT", struct.pack(">I", 2) + part[9:]))
                    later = chunk(b"fdAT", struct.pack(">I", 2) + part)
                    wrong = chunk(b"fdAT", struct.pack(">I", 9) + part)
                    for parts in (
                        (actl, first, idats(part)), (actl, idats(whole), first, frame),
                        (first, idats(part)), (actl, first, frame), (actl, first, halves),
                        (actl, first, idats(part), second, later), (actl, first, wrong),
                        (actl, first, idats(part), second, wrong), (first, idats(part), wrong),
                        (first, idats(part), second, later), (actl, actl, first, idats(part)),
                        (actl, second, idats(whole)), (actl, idats(whole), second, frame),
                        (actl, first, first, idats(part)), (frame, idats(whole)),
                    ):
                        self.check(png(start, *parts), f"{rect} {interlaced}")


if __name__ == "__main__":
    codec_tool.main(default_rounds=3)
