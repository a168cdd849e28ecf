"""Pictures: their format and size. What they show has no text layer; the system's viewer opens them."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from PIL import Image, UnidentifiedImageError

from zhubi.expert.reading.document import Event, Kind, ReadingState, Started
from zhubi.expert.reading.formats.pages import RefusalError, Request, make_page

# By the first bytes of each: only the one plug-in is loaded, and only its parser sees the bytes.
_FORMATS: Final = (
    (b"\x89PNG", "PNG", "PngImagePlugin"),
    (b"\xff\xd8", "JPEG", "JpegImagePlugin"),
    (b"GIF8", "GIF", "GifImagePlugin"),
    (b"II*\0", "TIFF", "TiffImagePlugin"),
    (b"MM\0*", "TIFF", "TiffImagePlugin"),
    (b"RIFF", "WEBP", "WebPImagePlugin"),
    (b"BM", "BMP", "BmpImagePlugin"),
)


def read(data: bytes, request: Request) -> Iterator[Event | Kind]:
    """One page without text, named by format and size. Raises RefusalError: DAMAGED, or TOO_LARGE by its pixels."""
    yield "image"
    name, plug_in = next((name, plug_in) for start, name, plug_in in _FORMATS if data.startswith(start))
    importlib.import_module(f"PIL.{plug_in}")
    Image.MAX_IMAGE_PIXELS = None  # the limit below is ours, and judged before anything is decoded
    try:
        with Image.open(BytesIO(data), formats=(name,)) as picture:
            width, height = picture.size
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise RefusalError(ReadingState.DAMAGED) from error
    if width * height > request.limits.image_pixels:
        raise RefusalError(ReadingState.TOO_LARGE, "pixels")
    yield Started("image", 1)
    yield make_page(1, f"{name} {width} x {height}", "", request.limits)
