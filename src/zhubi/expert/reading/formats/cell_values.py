"""The values of spreadsheet cells as people wrote them: 62% and not 0.62, 2026-03-01 and not 46082.

A cell holds a number; only its number format (ECMA-376 Part 1, 18.8.30) says that it is a share or a day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

_DAY: Final = 86_400
_LAST_SERIAL: Final = 2_958_465  # 9999-12-31
_EPOCH_1904_OFFSET: Final = 1462
_LITERALS: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!(?:h+|m+|s+)\])[^\]]*\]', re.IGNORECASE)
# Formats that a file names by number alone; those from 27 as Chinese Excel shows them (18.8.30, zh-cn).
_BUILT_IN: Final[dict[int, str]] = (
    {9: "0%", 10: "0.00%", 17: "yyyy-mm", 22: "yyyy-mm-dd hh:mm", 46: "[h]:mm:ss"}
    | dict.fromkeys((14, 15, 16, 28, 29, 30, 31, 51, 53, 54, 58), "yyyy-mm-dd")
    | dict.fromkeys((27, 36, 50, 52, 57), "yyyy-mm")
    | dict.fromkeys((18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56), "hh:mm:ss")
)


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """What a number format means; how many decimals it shows, and how it sets them apart, is left alone."""

    percent: bool = False
    date: bool = False
    day: bool = False
    time: bool = False
    elapsed: bool = False


PLAIN: Final = NumberFormat()


def number_format(identifier: int, code: str | None = None) -> NumberFormat:
    """The meaning of the format ``identifier``, of which the file gives ``code`` unless it is a built-in one."""
    shape = (
        _LITERALS.sub("", code if code is not None else _BUILT_IN.get(identifier, "")).split(";")[0].lower()
    )
    if "general" in shape or "通用" in shape:
        return PLAIN
    time = "h" in shape or "s" in shape
    date = "y" in shape or "d" in shape or ("m" in shape and not time)
    return NumberFormat(
        percent="%" in shape,
        date=date,
        day="d" in shape or "y" not in shape,
        time=time or "[m" in shape,
        elapsed="[" in shape,
    )


def as_written(raw: str, meant: NumberFormat, since_1904: bool = False) -> str:
    """The number ``raw``, as the file stores it, as its format means it; what is no finite number stays as it is."""
    try:
        value = float(raw)
    except ValueError:
        return raw
    if not abs(value) < 1e300:
        return raw
    if meant.elapsed:
        return _elapsed(value)
    if meant.date or meant.time:
        return _moment(value, meant, since_1904) or _plain(value)
    return _plain(value * 100) + "%" if meant.percent else _plain(value)


def _plain(value: float) -> str:
    # Excel keeps 15 significant digits; the rest of a double is noise that nobody wrote.
    shortest = f"{value:.15g}"
    return format(Decimal(shortest), "f") if 1e-9 < abs(value) < 1e21 else shortest


def _elapsed(value: float) -> str:
    seconds = round(abs(value) * _DAY)
    sign = "-" if value < 0 else ""
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}" + (
        f":{seconds % 60:02}" if seconds % 60 else ""
    )


def _moment(serial: float, meant: NumberFormat, since_1904: bool) -> str:
    if since_1904:
        serial += _EPOCH_1904_OFFSET
    if not 0 <= serial < _LAST_SERIAL + 1:
        return ""
    if serial < 60 and not since_1904:
        serial += 1  # the calendar of 1900 counts a 29 February that never was
    moment = datetime(1899, 12, 30) + timedelta(seconds=min(round(serial * _DAY), _LAST_SERIAL * _DAY))  # noqa: DTZ001
    clock = f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"
    if not meant.date:
        return clock
    day = f"{moment.year:04}-{moment.month:02}" + (f"-{moment.day:02}" if meant.day else "")
    return f"{day} {clock}" if meant.time else day
