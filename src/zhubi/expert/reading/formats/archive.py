"""The zip that a docx or xlsx is, opened only after its directory was judged, and unpacked no further than allowed."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Final

from zhubi.expert.reading.document import Kind, ReadingState
from zhubi.expert.reading.formats import markup
from zhubi.expert.reading.formats.pages import RefusalError
from zhubi.expert.reading.limits import Limits

_CHUNK: Final = 65_536
_RATIO_MATTERS_FROM: Final = 1024 * 1024
_DIRECTORY_ENTRY: Final = b"PK\x01\x02"
_CONTENT_TYPES: Final = "[Content_Types].xml"
_MAIN_PARTS: Final[tuple[tuple[str, Kind, str], ...]] = (
    ("wordprocessingml", "docx", "word/document.xml"),
    ("ms-word", "docx", "word/document.xml"),
    ("spreadsheetml", "xlsx", "xl/workbook.xml"),
    ("ms-excel.sheet.macroenabled", "xlsx", "xl/workbook.xml"),
)


class Archive:
    """An opened package: its parts by name, the bytes unpacked from it counted against one allowance.

    Raises RefusalError: DAMAGED, or TOO_LARGE as ``zip`` where the directory, or what really comes out of a
    part whatever the directory claims, goes beyond the limits; ENCRYPTED for a part under a password.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        # Counted before zipfile makes an object of every entry; only a directory that is one long list gets this far.
        if data.count(_DIRECTORY_ENTRY) > limits.zip_entries:
            raise RefusalError(ReadingState.TOO_LARGE, "zip")
        try:
            self._zip = zipfile.ZipFile(BytesIO(data))
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as error:
            raise RefusalError(ReadingState.DAMAGED) from error
        self._room = limits.markup_bytes
        entries = self._zip.infolist()
        self._parts = {entry.filename.lstrip("/").casefold(): entry for entry in entries}
        if sum(entry.file_size for entry in entries) > limits.zip_bytes:
            raise RefusalError(ReadingState.TOO_LARGE, "zip")
        for entry in entries:
            if entry.file_size > max(_RATIO_MATTERS_FROM, entry.compress_size * limits.zip_ratio):
                raise RefusalError(ReadingState.TOO_LARGE, "zip")

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._parts

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of one part, piece by piece. Raises RefusalError, DAMAGED, where there is no such part."""
        entry = self._parts.get(name.casefold())
        if entry is None:
            raise RefusalError(ReadingState.DAMAGED)
        if entry.flag_bits & 0x1:
            raise RefusalError(ReadingState.ENCRYPTED)
        try:
            with self._zip.open(entry) as part:
                while chunk := part.read(_CHUNK):
                    self._room -= len(chunk)
                    if self._room < 0:
                        raise RefusalError(ReadingState.TOO_LARGE, "zip")
                    yield chunk
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as error:
            raise RefusalError(ReadingState.DAMAGED) from error

    def parse(self, name: str, listener: markup.Listener) -> None:
        """Tell ``listener`` of the elements of one part."""
        markup.parse(self.chunks(name), listener)

    def main_part(self) -> tuple[Kind, str]:
        """What the package is and the name of its main part. Raises RefusalError, UNSUPPORTED, for other packages."""
        if _CONTENT_TYPES not in self:
            raise RefusalError(ReadingState.UNSUPPORTED, "package")
        types = _ContentTypes()
        self.parse(_CONTENT_TYPES, types)
        for content_type, part in types.main:
            for mark, kind, usual in _MAIN_PARTS:
                if mark in content_type:
                    return kind, part or usual
        raise RefusalError(ReadingState.UNSUPPORTED, "package")

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """What ``part`` refers to inside the package: the identifier → the last word of the type, the part's name."""
        folder, name = posixpath.split(part)
        source = posixpath.join(folder, "_rels", f"{name}.rels")
        found = _Relations()
        if source in self:
            self.parse(source, found)
        return {
            identifier: (
                kind,
                posixpath.normpath(posixpath.join(folder, target)) if target[0] != "/" else target[1:],
            )
            for identifier, kind, target in found.internal
        }


class _ContentTypes:
    def __init__(self) -> None:
        self.main: list[tuple[str, str]] = []

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        content_type = attributes.get("ContentType", "").casefold()
        if content_type.endswith(".main+xml"):
            self.main.append((content_type, attributes.get("PartName", "").lstrip("/")))

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass


class _Relations:
    def __init__(self) -> None:
        self.internal: list[tuple[str, str, str]] = []

    def begin(self, name: str, attributes: Mapping[str, str]) -> None:
        target = attributes.get("Target", "")
        if name == "Relationship" and target and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            self.internal.append((attributes.get("Id", ""), kind, target))

    def end(self, name: str) -> None:
        pass

    def text(self, text: str) -> None:
        pass
