"""The letters of printed forms: a shipped Chinese font, and the system's where a character is rarer than it knows.

A character that no font has is an error that names it: on paper a blank would be a loss that nobody sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final

from zhubi.core.papers.errors import PapersError

FOLDER: Final = Path(__file__).parent / "fonts"
SHIPPED: Final = "Zhubi Song"
"""A subset of Noto Serif CJK SC (SIL Open Font License): GB 2312 and 通用规范汉字表, 9,422 characters."""
_SHOWN: Final = 20


def families_for(text: str, *, system_fonts: bool = True) -> tuple[str, ...]:
    """The font families that together have every character, the shipped one first.

    ``papers.missing-glyph`` names the characters that none of them has.
    """
    wanted = {ord(each) for each in text if not each.isspace()}
    missing = wanted - _shipped()
    families = [SHIPPED]
    if missing and system_fonts:
        for family, known in _system():
            if missing & known:
                families.append(family)
                missing -= known
            if not missing:
                break
    if missing:
        found = " ".join(f"{chr(each)} (U+{each:04X})" for each in sorted(missing)[:_SHOWN])
        raise PapersError(
            "papers.missing-glyph", f"no font here has {found}", found=found, count=len(missing)
        )
    return tuple(families)


@lru_cache(maxsize=1)
def _shipped() -> frozenset[int]:
    return _characters(FOLDER / "ZhubiSong.otf", 0)


@lru_cache(maxsize=1)
def _system() -> tuple[tuple[str, frozenset[int]], ...]:
    """The system's upright regular fonts, those that say they are Chinese first; read once a run."""
    import typst

    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=False).fonts()
    upright = [each for each in fonts if each.style == "normal" and each.weight == 400 and each.path]
    ordered = sorted(upright, key=lambda each: (not _chinese(each.family), each.family))
    return tuple(_read((each.family, Path(each.path or ""), each.index) for each in ordered))


def _chinese(family: str) -> bool:
    return any(mark in family for mark in ("CJK SC", "Song", "Sun", "Hei", "Kai", "Fang", "Han"))


def _read(fonts: Iterable[tuple[str, Path, int]]) -> Iterator[tuple[str, frozenset[int]]]:
    from fontTools.ttLib import TTLibError

    for family, path, index in fonts:
        try:
            yield family, _characters(path, index)
        except (TTLibError, OSError, KeyError):
            continue  # a font that cannot be read is no font


def _characters(path: Path, index: int) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(path, fontNumber=index, lazy=True) as font:
        return frozenset(font.getBestCmap() or ())
