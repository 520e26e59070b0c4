# SPDX-License-Identifier: MIT
"""Cuts JPEGs into their segments and makes new ones, also such as no encoder writes."""
import struct

SOI, EOI, SOS = b"\xff\xd8", b"\xff\xd9", 0xDA


def segment(marker, payload=b"", length=None):
    length = len(payload) + 2 if length is None else length
    return bytes([0xFF, marker]) + struct.pack(">H", length) + payload


def split_at_scan(data):
    """What stands before the first scan (SOI left out), and the rest."""
    offset = 2
    while data[offset + 1] != SOS:
        offset += 2 + struct.unpack(">H", data[offset + 2:offset + 4])[0]
    return data[2:offset], data[offset:]


def tiff(entries, order="<", mark=b"II*\0", offset=8, behind=b"", count=None):
    """A TIFF block of one directory; entries are (tag, type, count, 4 bytes)."""
    body = struct.pack(order + "H", len(entries) if count is None else count)
    for tag, kind, items, value in entries:
        body += struct.pack(order + "HHL", tag, kind, items) + value
    return mark + struct.pack(order + "L", offset) + body + bytes(4) + behind
