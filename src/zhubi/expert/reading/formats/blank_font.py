"""A font of one square, in place of the system's fonts while only the text of a PDF is read.

PDFium asks a font for the room every character takes, and drops what takes none; where a document embeds no font it
would load the system's, anew for every page: twenty times as long, and different on every machine. The square has the
room of any Chinese character, and what the character is, the document says itself.
"""

from __future__ import annotations

import ctypes
import struct
from typing import Any, Final

import pypdfium2.raw as raw

_EM: Final = 1000
_LEFT, _BOTTOM, _RIGHT, _TOP = 40, -80, 960, 840
_THE_FONT: Final = 1


def use_blank_font() -> None:
    """From now on, documents that are opened find this font and no other of the system's."""
    raw.FPDF_SetSystemFontInfo(_HANDLER)


def use_system_fonts() -> None:
    """From now on, documents that are opened find the fonts of this system, for their pictures."""
    raw.FPDF_SetSystemFontInfo(raw.FPDF_GetDefaultSystemFontInfo())


def square_font() -> bytes:
    """The font, as TrueType (ISO/IEC 14496-22): one shape, which stands for every character."""
    points = ((_LEFT, _BOTTOM), (_LEFT, _TOP), (_RIGHT, _TOP), (_RIGHT, _BOTTOM))
    outline = struct.pack(">hhhhhHH", 1, _LEFT, _BOTTOM, _RIGHT, _TOP, len(points) - 1, 0) + b"\1" * len(
        points
    )
    for axis in (0, 1):
        at = 0
        for point in points:
            outline += struct.pack(">h", point[axis] - at)
            at = point[axis]
    outline += bytes(-len(outline) % 4)
    box = (_LEFT, _BOTTOM, _RIGHT, _TOP)
    limits = (2, len(points), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0)
    tables = {
        # Format 13: every character from the first that shows to the last there is, one glyph.
        b"cmap": struct.pack(">HHHHL", 0, 1, 3, 10, 12)
        + struct.pack(">HHLLLLLL", 13, 0, 28, 0, 1, 0x21, 0x10FFFF, 1),
        b"glyf": outline * 2,
        b"head": struct.pack(
            ">LLLLHHqqhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 0, _EM, 0, 0, *box, 0, 8, 2, 1, 0
        ),
        b"hhea": struct.pack(
            ">LhhhHhhhhhh8xhH", 0x10000, 880, -120, 0, _EM, _LEFT, _EM - _RIGHT, _RIGHT, 1, 0, 0, 0, 2
        ),
        b"hmtx": struct.pack(">HhHh", _EM, _LEFT, _EM, _LEFT),
        b"loca": struct.pack(">LLL", 0, len(outline), 2 * len(outline)),
        b"maxp": struct.pack(">L14H", 0x10000, *limits),
        b"post": struct.pack(">LLhhLLLLL", 0x30000, 0, 0, 0, 0, 0, 0, 0, 0),
    }
    made = struct.pack(">LHHHH", 0x10000, len(tables), 128, 3, len(tables) * 16 - 128)
    bodies, at = b"", len(made) + 16 * len(tables)
    for name, body in tables.items():
        made += name + struct.pack(">LLL", 0, at + len(bodies), len(body))
        bodies += body + bytes(-len(body) % 4)
    return made + bodies


_DATA: Final = square_font()
_FUNCTIONS: Final = dict(raw.FPDF_SYSFONTINFO._fields_)


def _map_font(*_asked: Any) -> int:
    return _THE_FONT


def _get_font_data(_self: Any, _font: Any, table: int, buffer: Any, size: int) -> int:
    if table != 0:
        return 0
    if buffer and size >= len(_DATA):
        ctypes.memmove(buffer, _DATA, len(_DATA))
    return len(_DATA)


def _delete_font(_self: Any, _font: Any) -> None:
    """Nothing was made for it."""


_HANDLER: Final = raw.FPDF_SYSFONTINFO(
    version=1,
    MapFont=_FUNCTIONS["MapFont"](_map_font),
    GetFontData=_FUNCTIONS["GetFontData"](_get_font_data),
    DeleteFont=_FUNCTIONS["DeleteFont"](_delete_font),
)
