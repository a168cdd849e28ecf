"""PDF pages as they look, through PDFium. No script of a document runs: this build of PDFium has no engine for it."""

from __future__ import annotations

import math
from contextlib import closing

import pypdfium2 as pdfium
from PIL import Image

from zhubi.expert.reading.formats.blank_font import use_system_fonts
from zhubi.expert.reading.formats.drawing import NoPictureError
from zhubi.expert.reading.limits import Limits


class Opened:
    """A document open for its pictures, as long as this process lives."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        # Reading the text did without the system's fonts; a picture needs them where the document embeds none.
        use_system_fonts()
        try:
            self._document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as error:
            raise NoPictureError("damaged") from error
        self._pages = min(len(self._document), limits.pages)

    def draw(self, number: int, width: int, height: int) -> Image.Image:
        """A page with its stamps and notes. Raises NoPictureError."""
        if not 1 <= number <= self._pages:
            raise NoPictureError("none")
        try:
            with closing(self._document[number - 1]) as page:
                wide, high = page.get_size()
                if not (math.isfinite(wide) and math.isfinite(high) and wide > 0 and high > 0):
                    raise NoPictureError("damaged")
                scale = min(width / wide, height / high)
                if math.ceil(wide * scale) > width + 1 or math.ceil(high * scale) > height + 1:
                    raise NoPictureError("large")
                with closing(page.render(scale=scale, rev_byteorder=True)) as bitmap:
                    picture: Image.Image = bitmap.to_pil().copy()
        except pdfium.PdfiumError as error:
            raise NoPictureError("damaged") from error
        picture = picture if picture.mode in ("L", "RGB") else picture.convert("RGB")
        # Rounding up may have given it one pixel too many.
        return picture.crop((0, 0, min(picture.width, width), min(picture.height, height)))
