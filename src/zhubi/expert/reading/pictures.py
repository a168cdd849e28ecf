"""A picture as the reading process gives it, believed only after it was looked at."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_PARTS: Final = (b"IHDR", b"IDAT", b"IEND")
_SAMPLES: Final = {0: 1, 2: 3}  # grey, and red-green-blue; both in eight bits (PNG, 11.2.2)
_PIECE: Final = 1024 * 1024


class PictureError(ValueError):
    """These bytes are no picture of the sort that our reading process makes."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as it looks: a PNG of ``width`` × ``height`` pixels, eight bits grey or colour, and nothing else in it."""

    png: bytes
    width: int
    height: int


def proven(png: bytes, width: int, height: int) -> Picture:
    """The picture. Raises PictureError.

    The child parsed hostile bytes, and this goes to decoders in our own process: so it is the plainest PNG there is,
    every part of it known, whole and as long as its size says, or it is refused.
    """
    packed = bytearray()
    header = b""
    seen = list[bytes]()
    for name, body in _chunks(png):
        if name == b"IHDR":
            header = body
        elif name == b"IDAT":
            packed += body
        if not seen or seen[-1] != name:
            seen.append(name)
    if tuple(seen) != _PARTS or len(header) != 13:
        raise PictureError("the parts of a plain PNG were expected")
    found_width, found_height, depth, colour, *rest = struct.unpack(">IIBBBBB", header)
    samples = _SAMPLES.get(colour, 0)
    if (found_width, found_height, depth, rest) != (width, height, 8, [0, 0, 0]) or not samples or width < 1:
        raise PictureError("a plain PNG of the size announced was expected")
    if _unpacked(bytes(packed), (width * samples + 1) * height) is False:
        raise PictureError("the pixels are not as many as the size says")
    return Picture(png, width, height)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not png.startswith(_SIGNATURE):
        raise PictureError("a PNG was expected")
    at = len(_SIGNATURE)
    while at < len(png):
        if at + 12 > len(png):
            raise PictureError("a part is cut short")
        size = int.from_bytes(png[at : at + 4], "big")
        name, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        check = png[at + 8 + size : at + 12 + size]
        if (
            name not in _PARTS
            or len(check) != 4
            or zlib.crc32(body, zlib.crc32(name)) != int.from_bytes(check, "big")
        ):
            raise PictureError("a part is unknown or damaged")
        yield name, body
        at += 12 + size


def _unpacked(packed: bytes, expected: int) -> bool:
    """Whether it unpacks to so many bytes and ends there; never more than a piece of it is held."""
    unpacker = zlib.decompressobj()
    found = 0
    try:
        while not unpacker.eof and found <= expected:
            piece = unpacker.decompress(packed, _PIECE)
            packed = unpacker.unconsumed_tail
            if not piece and not packed:
                break
            found += len(piece)
    except zlib.error as problem:
        raise PictureError("the pixels do not unpack") from problem
    return found == expected and unpacker.eof and not unpacker.unused_data
