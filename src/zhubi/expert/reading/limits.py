"""How much of this machine a foreign document may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reading may take and give; beyond any of these it ends with a state that says so.

    ``seconds`` is the time until all its text was given, ``picture_seconds`` that of every picture asked for
    afterwards or meanwhile; ``memory_bytes`` the address space of the child process. Linux enforces all of them. macOS
    does not enforce the address space, and Windows no limit of its own: there the deadlines, the checks made before
    parsing, and the limits on what comes out hold, and no others.
    """

    seconds: float = 20.0
    picture_seconds: float = 8.0
    memory_bytes: int = 512 * _MIB
    input_bytes: int = 100 * _MIB
    output_characters: int = 5_000_000
    page_characters: int = 1_000_000
    pages: int = 2000
    outline_entries: int = 2000
    zip_entries: int = 10_000
    zip_bytes: int = 256 * _MIB  # of all the parts of a package, pictures too, as its directory claims
    markup_bytes: int = 96 * _MIB  # of the parts that are parsed, as they really unpack
    zip_ratio: int = 500  # unpacked to packed, of one part larger than a mebibyte
    table_cells: int = 200_000  # of all sheets together, empty cells between full ones included
    image_pixels: int = 200_000_000
    decoded_bytes: int = 192 * _MIB  # of a picture as it is held to be made smaller
    picture_side: int = 4000  # pixels, of a picture that is given
    picture_bytes: int = 4 * _MIB  # of the same, as PNG


DEFAULT: Final = Limits()
