"""Pictures in the terminal: whether it can show them, asked once, and the sequences that draw one.

The library that encodes them asks the terminal when it is imported, and reads the answer from the keyboard: so it is
imported only when the first picture is wanted, and while the app does not listen. What it would write by itself is
written by the app instead, which alone may write to the terminal.
"""

from __future__ import annotations

import io
import os
import re
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from rich.console import Console
from rich.segment import Segment

if TYPE_CHECKING:
    from textual.app import App

Way = Literal["kitty", "sixel"]
VARIABLE: Final = "ZHUBI_PICTURES"
"""The environment variable that says how to draw, where asking the terminal goes wrong: kitty, sixel or none."""
_CELL: Final = (10, 20)
_CHUNK: Final = 4096
_COLOURS: Final = 16
"""A VT340, and xterm as one, has no more colour registers: one more colour would repaint what is drawn already."""
_COLOUR: Final = re.compile(r"#(\d+)(;2;\d+;\d+;\d+)")
_MOST_CELLS: Final = 290
"""Kitty's placeholders number rows and columns up to 297."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The size of a cell in pixels."""

    width: int
    height: int


def chosen(environment: Mapping[str, str] = os.environ) -> Way | Literal["none"] | None:
    """What the person chose by the environment; None where they chose nothing."""
    value = environment.get(VARIABLE, "").strip().lower()
    return value if value in ("kitty", "sixel", "none") else None  # type: ignore[return-value]


def ask_terminal() -> Way | None:
    """Asks the terminal. Only while nobody else reads from it; may take some tenths of a second."""
    from PIL import Image
    from textual_image import renderable

    # Drawing anything makes the library ask for the size of a cell, which it does not ask for again.
    _rendered(renderable.SixelImage(Image.new("L", (1, 1)), width=1, height=1), 1, 1)
    if renderable.Image is renderable.SixelImage:
        return "sixel"
    return "kitty" if renderable.Image is renderable.TGPImage else None


def write(app: App[Any], sequences: str) -> None:
    """Hands sequences to the terminal in the order of everything else that is drawn."""
    driver = app._driver
    if driver is not None and not app.is_headless:
        driver.write(sequences)


def cell_size() -> Cell:
    """The size of a cell, as the terminal tells the system; that of a VT340 where it tells nothing."""
    try:
        import fcntl
        import struct
        import termios

        packed = fcntl.ioctl(sys.__stdout__ or 1, termios.TIOCGWINSZ, bytes(8))
        rows, columns, width, height = struct.unpack("HHHH", packed)
        if width >= columns > 0 and height >= rows > 0:
            return Cell(width // columns, height // rows)
    except (ImportError, OSError, ValueError):
        pass
    return Cell(*_CELL)


def _rendered(renderable: object, columns: int, rows: int) -> list[Segment]:
    console = Console(
        file=io.StringIO(), width=columns, height=rows, force_terminal=True, color_system="truecolor"
    )
    return list(console.render(renderable, console.options.update(width=columns, height=rows)))  # type: ignore[arg-type]


def sixel(png: bytes, top: int, columns: int, rows: int, cell: Cell) -> str:
    """The Sixel sequence of the part of a picture that begins ``top`` rows down; takes tenths of a second."""
    from PIL import Image
    from textual_image.renderable import SixelImage

    with Image.open(io.BytesIO(png), formats=("PNG",)) as whole:
        part = whole.convert("RGB").crop(
            (0, top * cell.height, columns * cell.width, min(whole.height, (top + rows) * cell.height))
        )
    rows = max(1, -(-part.height // cell.height))
    part = part.quantize(_COLOURS, dither=Image.Dither.NONE).convert("RGB")
    segments = _rendered(SixelImage(part, width=columns, height=rows), columns, rows)
    return _colours_first(next(each.text for each in segments if each.text.startswith("\x1bP")))


def _colours_first(sequence: str) -> str:
    """The same picture with its colours defined before anything is drawn.

    xterm repaints what was drawn before a colour that it meets later.
    """
    head = re.match(r'\x1bP[0-9;]*q(?:"[0-9;]*)?', sequence)
    if head is None:
        return sequence
    body = sequence[head.end() :]
    colours = dict(_COLOUR.findall(body))
    defined = "".join(f"#{number}{colour}" for number, colour in colours.items())
    return head.group() + defined + _COLOUR.sub(r"#\1", body)


def kitty_rows(number: int, columns: int, rows: int) -> list[list[Segment]]:
    """The placeholder cells of a picture, row by row; the terminal draws the picture where they stand."""
    from PIL import Image
    from textual_image.renderable import TGPImage

    columns, rows = min(columns, _MOST_CELLS), min(rows, _MOST_CELLS)
    image = TGPImage(Image.new("L", (1, 1)), width=columns, height=rows)
    image.terminal_image_id = number  # what it has a number for, it does not send by itself
    return [
        [Segment(each.text.rstrip("\n"), each.style)]
        for each in _rendered(image, columns, rows)
        if each.text.strip("\n")
    ]


def kitty_send(number: int, png: bytes, columns: int, rows: int) -> str:
    """The sequences that hand a picture to the terminal, to be drawn over ``columns`` × ``rows`` placeholder cells."""
    data = b64encode(png).decode()
    parts = [data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK)]
    sent = [
        f"\x1b_Gi={number},f=100,q=2,m={0 if place == len(parts) - 1 else 1};{part}\x1b\\"
        for place, part in enumerate(parts)
    ]
    columns, rows = min(columns, _MOST_CELLS), min(rows, _MOST_CELLS)
    return "".join(sent) + f"\x1b_Ga=p,U=1,i={number},c={columns},r={rows},q=2\x1b\\"


def kitty_forget(number: int) -> str:
    """The sequence that takes a picture out of the terminal."""
    return f"\x1b_Ga=d,d=I,i={number},q=2\x1b\\"
