"""Where in a TOML file a key or a value stands, so that a fault can be pointed at.

The standard parser tells values, not places. This scanner walks a text that it has already accepted, and only when
there is a fault to show.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from typing import Final

Path = tuple[str | int, ...]

_BLANK: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_STRING: Final = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'', re.DOTALL
)
_SCALAR: Final = re.compile(r"[^,\]}\n#]+")


@dataclass(frozen=True, slots=True)
class Place:
    """A line and column, counted from 1."""

    line: int
    column: int


class Places:
    """The places of every key and value of one TOML text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._keys: dict[Path, int] = {}
        self._values: dict[Path, int] = {}
        self._counts: dict[Path, int] = {}
        self._at = 0
        self._table: Path = ()
        self._walk()

    def of(self, path: Path) -> Place:
        """Where the value at ``path`` stands; for what is not written, the nearest thing around it."""
        for end in range(len(path), 0, -1):
            offset = self._values.get(path[:end], self._keys.get(path[:end]))
            if offset is not None:
                return self._place(offset)
        return Place(1, 1)

    def of_key(self, path: Path) -> Place:
        """Where the key at ``path`` is written; for what is not written, the nearest thing around it."""
        offset = self._keys.get(path)
        return self.of(path) if offset is None else self._place(offset)

    def inside(self, path: Path, line: int, column: int) -> Place:
        """Where line and column inside the text value at ``path`` stand in the file.

        Exact for values written without escapes, which is how conditions are written.
        """
        offset = self._values.get(path)
        if offset is None:
            return self.of(path)
        start = self._place(offset)
        opening = 3 if self._text.startswith(("'''", '"""'), offset) else 1
        # A line break straight after three quotes is not part of the value.
        skipped = (
            1 if opening == 3 and self._text[offset + 3 : offset + 5].lstrip("\r").startswith("\n") else 0
        )
        if line == 1 and not skipped:
            return Place(start.line, start.column + opening + column - 1)
        return Place(start.line + line - 1 + skipped, column)

    def _place(self, offset: int) -> Place:
        before = self._text[:offset]
        return Place(before.count("\n") + 1, offset - before.rfind("\n"))

    def _walk(self) -> None:
        while True:
            self._skip(_BLANK)
            if self._at >= len(self._text):
                return
            if self._text[self._at] == "[":
                self._header()
            else:
                self._pair(self._table)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        found = pattern.match(self._text, self._at)
        if found is not None:
            self._at = found.end()

    def _header(self) -> None:
        start = self._at
        is_array = self._text.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        keys = self._dotted()
        self._at += 2 if is_array else 1
        path: Path = ()
        for key in keys[:-1]:
            path = self._last((*path, key))
        path = (*path, keys[-1])
        if is_array:
            self._keys.setdefault(path, start)
            count = self._counts.get(path, 0)
            self._counts[path] = count + 1
            path = (*path, count)
        else:
            path = self._last(path)
        self._keys[path] = start
        self._table = path

    def _last(self, path: Path) -> Path:
        count = self._counts.get(path)
        return path if count is None else (*path, count - 1)

    def _dotted(self) -> list[str]:
        keys: list[str] = []
        while True:
            self._skip(_SPACE)
            found = _BARE_KEY.match(self._text, self._at) or _STRING.match(self._text, self._at)
            if found is None:  # the parser accepted the text, so this is the end of what we understand
                self._at = len(self._text)
                return [*keys, ""]
            self._at = found.end()
            keys.append(_unquoted(found[0]))
            self._skip(_SPACE)
            if self._text[self._at : self._at + 1] != ".":
                return keys
            self._at += 1

    def _pair(self, table: Path) -> None:
        start = self._at
        path = (*table, *self._dotted())
        self._keys[path] = start
        self._at += 1
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: Path) -> None:
        self._values[path] = self._at
        opening = self._text[self._at : self._at + 1]
        if opening == "[":
            self._series(path, "]")
        elif opening == "{":
            self._series(path, "}")
        else:
            found = _STRING.match(self._text, self._at) or _SCALAR.match(self._text, self._at)
            self._at = found.end() if found else len(self._text)

    def _series(self, path: Path, closing: str) -> None:
        self._at += 1
        index = 0
        while True:
            self._skip(_BLANK)
            character = self._text[self._at : self._at + 1]
            if character == closing or not character:
                self._at += 1
                return
            if character == ",":
                self._at += 1
            elif closing == "]":
                self._value((*path, index))
                index += 1
            else:
                self._pair(path)


def _unquoted(key: str) -> str:
    if key[0] not in "\"'":
        return key
    return next(iter(tomllib.loads(f"{key} = 0")))


def excerpt(text: str, place: Place, width: int = 100) -> str:
    """The line at a place, numbered, with a caret under the column; long lines are cut around it.

    Wide characters count two cells, so that the caret stands under what it means on a terminal.
    """
    lines = text.split("\n")
    if not 1 <= place.line <= len(lines):
        return ""
    # A file may hold what a terminal would obey; it is shown as a question mark, one for one.
    line = "".join(each if each.isprintable() else "?" for each in lines[place.line - 1].replace("\t", " "))
    start = max(0, place.column - 1 - width * 3 // 4)
    shown = line[start : start + width]
    before = shown[: place.column - 1 - start]
    cells = sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in before)
    number = str(place.line)
    return f"{number} | {shown}\n{' ' * len(number)} | {' ' * cells}^"
