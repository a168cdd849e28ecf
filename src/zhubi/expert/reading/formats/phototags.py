"""What a photograph says beside its picture: when it was taken, which way is up; and where, which is taken out.

Nothing of the picture itself is decoded or changed. What is kept is listed, and everything else goes: a note that
nobody knows of cannot give a place away. Formats: JPEG (JIF, Exif 2.32), PNG (3rd edition), WebP (RFC 9649), HEIF
(ISO/IEC 23008-12), where the notes are overwritten in place.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

_ORIENTATION: Final = 0x0112
_CHANGED: Final = 0x0132
_EXIF: Final = 0x8769
_TAKEN: Final = 0x9003
_GPS: Final = 0x8825
_MOMENT: Final = re.compile(r"^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_PLACE_IN_XMP: Final = (b"GPSLatitude", b"GPSLongitude", b"Iptc4xmpCore:Location", b"photoshop:City")
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT: Final = frozenset(
    {
        b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP", b"bKGD",
        b"hIST", b"pHYs", b"sPLT", b"tIME", b"acTL", b"fcTL", b"fdAT",
    }
)  # fmt: skip
_HEIF_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif"})
_VP8X_NOTES: Final = 0x08 | 0x04  # that there is Exif, that there is XMP


class PhotoError(ValueError):
    """The bytes are not built as their format is, so that nobody can say what they give away."""


@dataclass(slots=True)
class Photo:
    """The file without its notes. ``taken_at`` is the camera's clock, ``located`` whether a place was noted."""

    taken_at: str = ""
    located: bool = False
    orientation: int = 1
    parts: list[bytes] = field(default_factory=list)

    def note(self, tiff: bytes) -> None:
        """Takes from Exif what is kept of it; from Exif that cannot be read, nothing."""
        from PIL import Image

        exif = Image.Exif()
        try:
            exif.load(b"Exif\0\0" + tiff)
            inner: dict[int, Any] = dict(exif.get_ifd(_EXIF))
            self.located = self.located or _GPS in exif
            self.taken_at = self.taken_at or _moment(inner.get(_TAKEN)) or _moment(exif.get(_CHANGED))
            turned = exif.get(_ORIENTATION)
        except Exception:  # noqa: BLE001 - hostile notes are no notes, and they go in any case
            return
        if isinstance(turned, int) and 1 < turned <= 8:
            self.orientation = turned

    def fresh(self) -> bytes:
        """Exif of our own, as TIFF: the time and which way is up, and no more; empty where there is neither."""
        if not self.taken_at and self.orientation == 1:
            return b""
        moment = self.taken_at.replace("-", ":").replace("T", " ").encode() + b"\0" if self.taken_at else b""
        # One directory: which way is up, and when it was taken, whose twenty bytes stand behind it.
        entries = [struct.pack(">HHIHxx", _ORIENTATION, 3, 1, self.orientation)]
        if moment:
            entries.append(struct.pack(">HHII", _CHANGED, 2, len(moment), 8 + 2 + 24 + 4))
        directory = struct.pack(">H", len(entries)) + b"".join(entries) + bytes(4)
        return b"MM\0*" + struct.pack(">I", 8) + directory + moment


def is_photo(head: bytes) -> bool:
    """Whether a file that begins so is of a format whose notes are taken out; ``head`` is 12 bytes or more."""
    return (
        head.startswith((b"\xff\xd8\xff", _PNG))
        or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")
        or (head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS)
    )


def without_notes(data: bytes) -> Photo:
    """The photograph without what its camera noted of place and owner. Raises PhotoError."""
    photo = Photo()
    try:
        if data.startswith(b"\xff\xd8\xff"):
            _jpeg(data, photo)
        elif data.startswith(_PNG):
            _png(data, photo)
        elif data[:4] == b"RIFF":
            _webp(data, photo)
        else:
            _heif(data, photo)
    except (IndexError, struct.error) as problem:
        raise PhotoError("cut short") from problem
    return photo


def _moment(noted: object) -> str:
    found = _MOMENT.match(noted) if isinstance(noted, str) else None
    if found is None:
        return ""
    year, month, day, hour, minute, second = found.groups()
    sound = "01" <= month <= "12" and "01" <= day <= "31" and hour < "24" and minute < "60" and second < "60"
    return f"{year}-{month}-{day}T{hour}:{minute}:{second}" if sound and year > "1900" else ""


def _jpeg(data: bytes, photo: Photo) -> None:
    photo.parts.append(data[:2])
    at = 2
    while True:
        if data[at] != 0xFF:
            raise PhotoError("a marker was expected")
        while data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if marker == 0xD9:
            photo.parts.append(b"\xff\xd9")  # what comes after the end is no part of the picture
            break
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end > len(data) or end < at + 4:
            raise PhotoError("a segment is cut short")
        body = data[at + 4 : end]
        if _jpeg_kept(marker, body, photo):
            photo.parts.append(data[at:end])
        at = end
        if marker == 0xDA:
            at = _scan_end(data, end)
            photo.parts.append(data[end:at])
    if tiff := photo.fresh():
        body = b"Exif\0\0" + tiff
        photo.parts.insert(1, b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body)


def _jpeg_kept(marker: int, body: bytes, photo: Photo) -> bool:
    """Whether a segment belongs to the picture; from those that do not, what is kept is noted."""
    if marker == 0xE1 and body.startswith(b"Exif\0"):
        photo.note(body[6:])
    elif marker == 0xE1:
        photo.located = photo.located or any(each in body for each in _PLACE_IN_XMP)
    if 0xE0 <= marker <= 0xEF:
        return body.startswith((b"JFIF\0", b"ICC_PROFILE\0", b"Adobe"))
    return marker != 0xFE


def _scan_end(data: bytes, at: int) -> int:
    """Where the marker behind the coded picture stands; at the end of a file that was cut off there."""
    while (at := data.find(b"\xff", at)) != -1 and at + 1 < len(data):
        if data[at + 1] == 0 or 0xD0 <= data[at + 1] <= 0xD7:
            at += 2
        elif data[at + 1] == 0xFF:
            at += 1
        else:
            return at
    raise PhotoError("it has no end")


def _png(data: bytes, photo: Photo) -> None:
    photo.parts.append(_PNG)
    at = len(_PNG)
    name = b""
    while name != b"IEND":
        (size,) = struct.unpack_from(">I", data, at)
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        if len(body) != size:
            raise PhotoError("a part is cut short")
        if name == b"eXIf":
            photo.note(body)
        elif name in (b"tEXt", b"iTXt", b"zTXt"):
            photo.located = photo.located or any(each in body for each in _PLACE_IN_XMP)
        elif name in _PNG_KEPT:
            photo.parts.append(data[at : at + 12 + size])
        at += 12 + size
    if tiff := photo.fresh():
        sealed = b"eXIf" + tiff
        photo.parts.insert(-1, struct.pack(">I", len(tiff)) + sealed + struct.pack(">I", zlib.crc32(sealed)))


def _webp(data: bytes, photo: Photo) -> None:
    at, kept = 12, list[tuple[bytes, bytes]]()
    while at + 8 <= len(data):
        name = data[at : at + 4]
        (size,) = struct.unpack_from("<I", data, at + 4)
        body = data[at + 8 : at + 8 + size]
        if len(body) != size:
            raise PhotoError("a part is cut short")
        if name == b"EXIF":
            photo.note(body.removeprefix(b"Exif\0\0"))
        elif name == b"XMP ":
            photo.located = photo.located or any(each in body for each in _PLACE_IN_XMP)
        elif name in (b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"):
            kept.append((name, body))
        at += 8 + size + size % 2
    tiff = photo.fresh() if kept and kept[0][0] == b"VP8X" else b""
    if kept and kept[0][0] == b"VP8X":
        flags = kept[0][1][0] & ~_VP8X_NOTES | (0x08 if tiff else 0)
        kept[0] = (b"VP8X", bytes([flags]) + kept[0][1][1:])
    if tiff:
        kept.append((b"EXIF", tiff))
    body = b"".join(name + struct.pack("<I", len(each)) + each + bytes(len(each) % 2) for name, each in kept)
    photo.parts.append(b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body)


# HEIF: the places of the notes are listed in the file's ``meta`` box, and they are overwritten where they stand.


def _heif(data: bytes, photo: Photo) -> None:
    meta = next((place for name, place in _boxes(data, 0, len(data)) if name == b"meta"), None)
    if meta is None:
        raise PhotoError("no list of its parts")
    boxes = dict(_boxes(data, meta[0] + 4, meta[1]))
    notes = dict(_heif_notes(data, boxes[b"iinf"])) if b"iinf" in boxes else {}
    if notes and b"iloc" not in boxes:
        raise PhotoError("no list of places")
    places = dict(_heif_places(data, boxes[b"iloc"], boxes.get(b"idat"))) if notes else {}
    changed = bytearray(data)
    for item, kind in notes.items():
        if item not in places:
            raise PhotoError("a note without a place")
        start, size = places[item]
        body = data[start : start + size]
        if len(body) != size:
            raise PhotoError("a note is cut short")
        blank = bytes(size)
        if kind == b"Exif":
            photo.note(body[4 + int.from_bytes(body[:4], "big") :])
            ours = bytes(4) + photo.fresh()
            blank = ours + bytes(size - len(ours)) if 4 < len(ours) <= size else blank
        else:
            photo.located = photo.located or any(each in body for each in _PLACE_IN_XMP)
            blank = b" " * size
        changed[start : start + size] = blank
    photo.parts.append(bytes(changed))


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, tuple[int, int]]]:
    while at + 8 <= end:
        size, name = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, at + 8)
            head = 16
        size = size or end - at
        if size < head or at + size > end:
            raise PhotoError("a box is cut short")
        yield name, (at + head, at + size)
        at += size


def _heif_notes(data: bytes, place: tuple[int, int]) -> Iterator[tuple[int, bytes]]:
    first = place[0] + (6 if data[place[0]] == 0 else 8)
    for name, (at, _) in _boxes(data, first, place[1]):
        version = data[at]
        if name != b"infe" or version < 2:
            continue
        item = int.from_bytes(data[at + 4 : at + (6 if version == 2 else 8)], "big")
        kind = data[at + (8 if version == 2 else 10) :][:4]
        if kind in (b"Exif", b"mime"):
            yield item, kind


def _heif_places(
    data: bytes, place: tuple[int, int], inner: tuple[int, int] | None
) -> Iterator[tuple[int, tuple[int, int]]]:
    at = place[0]
    version, sizes, more = data[at], data[at + 4], data[at + 5]
    offset_size, length_size, base_size = sizes >> 4, sizes & 15, more >> 4
    index_size = more & 15 if version in (1, 2) else 0
    wide = 4 if version == 2 else 2
    at += 6

    def number(size: int) -> int:
        nonlocal at
        at += size
        if at > place[1]:
            raise PhotoError("the list of places is cut short")
        return int.from_bytes(data[at - size : at], "big")

    for _ in range(number(wide)):
        item = number(wide)
        method = number(2) & 15 if version in (1, 2) else 0
        number(2)
        base = number(base_size)
        extents = []
        for _ in range(number(2)):
            number(index_size)
            extents.append((base + number(offset_size), number(length_size)))
        shift = inner[0] if method == 1 and inner is not None else 0
        if len(extents) == 1 and method in (0, 1):
            yield item, (extents[0][0] + shift, extents[0][1])
