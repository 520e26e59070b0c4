#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes colourful PNG images in class folders, with nothing but Python's own library."""

import pathlib
import struct
import sys
import zlib

CLASSES = {"dawn": (255, 140, 60), "forest": (40, 160, 80), "sea": (40, 110, 220)}
SIZES = [(500, 375), (375, 500), (640, 427)]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def gradient(width, height, colour):
    """RGB rows, from the colour at the top left to its opposite at the bottom right."""
    rows = []
    for y in range(height):
        row = bytearray(b"\0")  # PNG's filter type: none
        for x in range(width):
            share = (x / width + y / height) / 2
            row += bytes(round(c * (1 - share) + (255 - c) * share) for c in colour)
        rows.append(bytes(row))
    return b"".join(rows)


def png(width, height, colour):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(gradient(width, height, colour))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels)
            + chunk(b"IEND", b""))


def main(target):
    for name, colour in CLASSES.items():
        folder = target / name
        folder.mkdir(parents=True, exist_ok=True)
        for number, (width, height) in enumerate(SIZES, 1):
            path = folder / f"{number:03}.png"
            if not path.exists():
                path.write_bytes(png(width, height, colour))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
