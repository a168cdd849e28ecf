"""Pictures as they look: made smaller while they are decoded where their format can, and turned upright."""

from __future__ import annotations

from typing import Final

from PIL import Image

from zhubi.expert.reading.formats.drawing import NoPictureError
from zhubi.expert.reading.formats.image import ON_ITS_SIDE, UPRIGHT, open_image, orientation
from zhubi.expert.reading.formats.pages import RefusalError
from zhubi.expert.reading.limits import Limits

_BYTES: Final = {
    "1": 1,
    "L": 1,
    "P": 1,
}  # of a pixel as it is held while it is made smaller; four in all others


class Opened:
    """A picture, decoded anew whenever it is asked for: the sizes asked for differ, and it is too large to keep."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._data = data
        self._limits = limits

    def draw(self, number: int, width: int, height: int) -> Image.Image:
        """The first picture of the file, never larger than it is. Raises NoPictureError, and MemoryError."""
        if number != 1:
            raise NoPictureError("none")
        try:
            with open_image(self._data, self._limits) as opened:
                turned = orientation(opened)
                box = (height, width) if turned in ON_ITS_SIDE else (width, height)
                if opened.format == "JPEG":
                    # Never smaller than asked for, and a sixty-fourth of the memory at best.
                    opened.draft(None, box)
                if opened.width * opened.height * _BYTES.get(opened.mode, 4) > self._limits.decoded_bytes:
                    raise NoPictureError("large")
                picture = _plain(opened)
        except RefusalError as refusal:
            raise NoPictureError("large" if refusal.detail == "pixels" else "damaged") from refusal
        except (OSError, SyntaxError, ValueError) as error:
            raise NoPictureError("damaged") from error
        scale = min(1.0, box[0] / picture.width, box[1] / picture.height)
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        if size != picture.size:
            picture = picture.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
        method = UPRIGHT.get(turned)
        return picture if method is None else picture.transpose(method)


def _plain(opened: Image.Image) -> Image.Image:
    """Grey or colour; what is transparent is paper."""
    if opened.mode in ("L", "RGB"):
        opened.load()
        return opened
    if opened.mode == "1":
        return opened.convert("L")
    if opened.mode.startswith(("I", "F")):  # sixteen bits of grey, in one spelling or another
        return opened.point(lambda value: value / 256).convert("L")
    if opened.has_transparency_data:
        shown = opened.convert("RGBA")
        paper = Image.new("RGBA", shown.size, "white")
        paper.alpha_composite(shown)
        return paper.convert("RGB")
    return opened.convert("RGB")
