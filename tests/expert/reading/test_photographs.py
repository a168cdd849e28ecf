"""Photographs: when they were taken stays, where they were taken goes, and not a pixel changes."""

from __future__ import annotations

import struct
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from zhubi.expert.reading.errors import ReadingError
from zhubi.expert.reading.formats.phototags import PhotoError, is_photo, without_notes
from zhubi.expert.reading.photographs import cleaned

TAKEN = "2026:07:03 10:15:42"
XMP = b'<x:xmpmeta><rdf:Description exif:GPSLatitude="29,42.5N" photoshop:City="Dazu"/></x:xmpmeta>'


def noted() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "某相机", "某型号"
    exif[0x0112] = 6
    exif.get_ifd(0x8769)[0x9003] = TAKEN
    exif.get_ifd(0x8769)[0x927C] = b"MAKERNOTE-29.7061"
    exif.get_ifd(0x8825).update({1: "N", 2: (29.0, 42.0, 21.96), 3: "E", 4: (105.0, 43.0, 2.0)})
    return exif


@cache
def photograph(form: str) -> bytes:
    picture = Image.effect_noise((64, 48), 40).convert("RGB")
    out = BytesIO()
    more: dict[str, Any] = {"exif": noted()}
    if form in ("JPEG", "WEBP"):
        more["xmp"] = XMP
    picture.save(out, form, **more)
    return out.getvalue()


def pixels(data: bytes) -> bytes:
    with Image.open(BytesIO(data)) as picture:
        return picture.convert("RGB").tobytes()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_the_place_goes_and_the_time_stays(form: str) -> None:
    before = photograph(form)
    assert is_photo(before[:12])
    found = cleaned(before, "照片")
    assert (found.taken_at, found.located) == ("2026-07-03T10:15:42", True)
    assert pixels(found.data) == pixels(before)
    for trace in (b"GPS", b"MAKERNOTE", b"Dazu", "某相机".encode(), b"29,42"):
        assert trace not in found.data
    with Image.open(BytesIO(found.data)) as picture:
        exif = picture.getexif()
        assert 0x8825 not in exif
        if form != "WEBP" or exif:
            assert (exif[0x0112], exif[0x0132]) == (6, TAKEN)


def test_what_follows_the_end_of_a_picture_goes_too() -> None:
    before = photograph("JPEG") + photograph("JPEG")
    assert len(without_notes(before).parts[-1]) == 2
    assert b"GPS" not in cleaned(before, "照片").data


def test_what_says_nothing_comes_out_as_it_was() -> None:
    out = BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    assert cleaned(out.getvalue(), "图").data == out.getvalue()
    assert cleaned(out.getvalue(), "图").located is False


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def heif(note: bytes, xmp: bytes = b"") -> bytes:
    """A file of the form that telephones write, as far as its notes go."""
    head = box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    items = [(1, b"Exif", bytes(4) + note), (2, b"mime", xmp)]
    entries = b"".join(
        box(b"infe", struct.pack(">B3xHH4s", 2, item, 0, kind) + b"\0application/rdf+xml\0\0")
        for item, kind, _ in items
    )
    iinf = box(b"iinf", struct.pack(">B3xH", 0, len(items)) + entries)

    def meta(first: int) -> bytes:
        at, places = first, b""
        for item, _, body in items:
            places += struct.pack(">HHHII", item, 0, 1, at, len(body))
            at += len(body)
        iloc = box(b"iloc", struct.pack(">B3xBBH", 0, 0x44, 0, len(items)) + places)
        return box(b"meta", bytes(4) + iinf + iloc)

    return (
        head
        + meta(len(head) + len(meta(0)) + 8)
        + box(b"mdat", b"".join(body for _, _, body in items) + b"pixels")
    )


def test_heif_is_overwritten_where_it_notes() -> None:
    tiff = noted().tobytes().removeprefix(b"Exif\0\0")
    before = heif(tiff, XMP)
    found = cleaned(before, "照片.heic")
    assert (found.taken_at, found.located) == ("2026-07-03T10:15:42", True)
    assert len(found.data) == len(before)
    assert found.data.endswith(b"pixels")
    for trace in (b"MAKERNOTE", b"Dazu", b"GPS", tiff[8:40]):
        assert trace not in found.data


@pytest.mark.parametrize(
    "data", [b"\xff\xd8\xff\xe1\xff\xff", b"\x89PNG\r\n\x1a\n\0\0\0\xffIHDR", heif(b"x")[:60]]
)
def test_what_cannot_be_looked_through_is_said_to_keep_its_place(data: bytes) -> None:
    with pytest.raises(ReadingError) as caught:
        cleaned(data, "照片.jpg")
    assert caught.value.kind == "reading.location-stays"


@settings(max_examples=300, deadline=None)
@given(data=st.data(), form=st.sampled_from(["JPEG", "PNG", "HEIF"]))
def test_damaged_photographs_end_in_a_photograph_or_in_that_one_fault(data: Any, form: str) -> None:
    whole = heif(noted().tobytes(), XMP) if form == "HEIF" else photograph(form)
    broken = bytearray(whole)
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), max_size=4)):
        broken[at] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(12, len(whole)))
    if not is_photo(bytes(broken[:12])):
        return
    try:
        photo = without_notes(bytes(broken[:end]))
    except PhotoError:
        return
    assert sum(map(len, photo.parts)) <= len(whole) + 200
