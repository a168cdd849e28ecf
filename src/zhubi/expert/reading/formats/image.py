"""Pictures: their format and their size as they are seen upright. What they show has no text layer."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from PIL import Image, UnidentifiedImageError

from zhubi.expert.reading.document import Event, Kind, ReadingState, Started
from zhubi.expert.reading.formats.pages import RefusalError, Request, make_page
from zhubi.expert.reading.limits import Limits

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


# What brings a picture upright, by the orientation that its camera noted (EXIF, tag 274).
UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ON_ITS_SIDE: Final = (5, 6, 7, 8)
_ORIENTATION: Final = 274


def read(data: bytes, request: Request) -> Iterator[Event | Kind]:
    """One page without text, named by format and size. Raises RefusalError: DAMAGED, or TOO_LARGE by its pixels."""
    yield "image"
    with open_image(data, request.limits) as picture:
        name, (width, height) = picture.format, picture.size
        if orientation(picture) in ON_ITS_SIDE:
            width, height = height, width
    yield Started("image", 1)
    yield make_page(1, f"{name} {width} x {height}", "", request.limits)


def open_image(data: bytes, limits: Limits) -> Image.Image:
    """The picture, its header read and nothing decoded. Raises RefusalError: DAMAGED, or TOO_LARGE by its pixels."""
    name, plug_in = next((name, plug_in) for start, name, plug_in in _FORMATS if data.startswith(start))
    importlib.import_module(f"PIL.{plug_in}")
    Image.MAX_IMAGE_PIXELS = None  # the limit below is ours, and judged before anything is decoded
    try:
        picture = Image.open(BytesIO(data), formats=(name,))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise RefusalError(ReadingState.DAMAGED) from error
    if picture.width * picture.height > limits.image_pixels:
        raise RefusalError(ReadingState.TOO_LARGE, "pixels")
    return picture


def orientation(picture: Image.Image) -> int:
    """How the picture still has to be turned, as EXIF counts from 1 (not at all) to 8; 1 where nonsense is noted."""
    # Pillow turns a TIFF by itself; and to look for a note that a PNG has not, it would decode all of it.
    if picture.format == "TIFF" or (picture.format == "PNG" and "exif" not in picture.info):
        return 1
    try:
        noted = picture.getexif().get(_ORIENTATION)
    except Exception:  # noqa: BLE001 - a hostile note about a picture is no note
        return 1
    return noted if noted in UPRIGHT else 1
