"""Pictures of pages: which kinds have them, and the plain PNG that leaves this process."""

from __future__ import annotations

import importlib
import math
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final, Protocol

from zhubi.expert.reading.limits import Limits

if TYPE_CHECKING:
    from PIL import Image

_ROOMS: Final = {"pdf": "pdf_pictures", "image": "image_pictures"}
_FAST: Final = 1  # zlib's level: the picture goes no further than the next process
_ATTEMPTS: Final = 4


class NoPictureError(Exception):
    """There is no picture of this page: ``reason`` is a slug that says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Pictures(Protocol):
    """A document that shows how its pages look."""

    def draw(self, number: int, width: int, height: int) -> Image.Image:
        """Page ``number``, from 1, grey or in colour, as large as fits into so many pixels. Raises NoPictureError."""
        ...


@dataclass(frozen=True, slots=True)
class Made:
    """A PNG and its size in pixels."""

    png: bytes
    width: int
    height: int


def open_pictures(reader: str, data: bytes, limits: Limits) -> Pictures:
    """The pictures of a document, by the module that reads its text. Raises NoPictureError: ``none`` for that kind."""
    room = _ROOMS.get(reader)
    if room is None:
        raise NoPictureError("none")
    opened: Pictures = importlib.import_module(f"zhubi.expert.reading.formats.{room}").Opened(data, limits)
    return opened


def fit(picture: Image.Image, limits: Limits) -> Made:
    """The picture as a PNG of at most ``picture_bytes``, made smaller until it is. Raises NoPictureError, ``large``."""
    importlib.import_module("PIL.PngImagePlugin")
    for _ in range(_ATTEMPTS):
        packed = BytesIO()
        picture.save(packed, "PNG", compress_level=_FAST)
        png = packed.getvalue()
        if len(png) <= limits.picture_bytes:
            return Made(png, picture.width, picture.height)
        smaller = 0.9 * math.sqrt(limits.picture_bytes / len(png))
        picture = picture.resize(
            (max(1, int(picture.width * smaller)), max(1, int(picture.height * smaller)))
        )
    raise NoPictureError("large")
