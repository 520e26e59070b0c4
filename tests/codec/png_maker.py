# SPDX-License-Identifier: MIT
"""Writes PNGs chunk by chunk, also such as Pillow does not write."""
import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
DEPTHS = {
    GREY: (1, 2, 4, 8, 16), RGB: (8, 16), PALETTE: (1, 2, 4, 8), GREY_ALPHA: (8, 16), RGBA: (8, 16),
}
PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
          (0, 1, 1, 2))


def chunk(name, payload=b"", checksum=None):
    if checksum is None:
        checksum = zlib.crc32(name + payload)
    return struct.pack(">I", len(payload)) + name + payload + struct.pack(">I", checksum)


def ihdr(size, colour, depth, interlaced=False):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, interlaced))


def fctl(sequence, width, height, left, top):
    return chunk(b"fcTL", struct.pack(">IIIIIHHBB", sequence, width, height, left, top, 1, 10, 0, 0))


def row_bytes(width, colour, depth):
    return (width * CHANNELS[colour] * depth + 7) // 8


def random_rows(rng, size, colour, depth, interlaced=False, filters=(0, 1, 2, 3, 4)):
    """Rows of random bytes behind random filter types: any bytes are a valid picture."""
    width, height = size
    if not interlaced:
        shapes = [(width, height)]
    else:
        shapes = [((width - x + dx - 1) // dx, (height - y + dy - 1) // dy)
                  for x, y, dx, dy in PASSES]
    rows = []
    for columns, count in shapes:
        for _ in range(count if columns else 0):
            rows.append(bytes([rng.choice(filters)])
                        + rng.randbytes(row_bytes(columns, colour, depth)))
    return b"".join(rows)


def idats(data, sizes=(1 << 30,)):
    """IDAT chunks of the given sizes in turn."""
    chunks = []
    while data:
        for size in sizes:
            chunks.append(chunk(b"IDAT", data[:size]))
            data = data[size:]
    return b"".join(chunks)


def png(*chunks):
    return SIGNATURE + b"".join(chunks) + chunk(b"IEND")
