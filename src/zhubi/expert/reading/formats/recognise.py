"""What a document is, by its content: its name is a claim by whoever sent it."""

from __future__ import annotations

from typing import Final

from zhubi.expert.reading.document import ReadingState
from zhubi.expert.reading.formats.pages import RefusalError

_PDF_HEADER_WITHIN: Final = 1024  # where readers in use look for %PDF-
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_COMPOUND: Final = (
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # MS-CFB: old Office files, and new ones under a password
)
_ENCRYPTED_PACKAGE: Final = "EncryptedPackage".encode("utf-16-le")
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")


def recognise(data: bytes) -> str:
    """The module of this room that reads the bytes: ``pdf``, ``package``, ``image`` or ``text``.

    Raises RefusalError: EMPTY for no bytes at all, ENCRYPTED for an Office file under a password, UNSUPPORTED for an
    old Office file. ``package`` and ``text`` look closer themselves.
    """
    if not data:
        raise RefusalError(ReadingState.EMPTY)
    if b"%PDF-" in data[:_PDF_HEADER_WITHIN]:
        return "pdf"
    if data.startswith(_ZIP):
        return "package"
    if data.startswith(_COMPOUND):
        if _ENCRYPTED_PACKAGE in data:
            raise RefusalError(ReadingState.ENCRYPTED)
        raise RefusalError(ReadingState.UNSUPPORTED, "old-office")
    if data.startswith(_PICTURES) or _is_webp(data) or _is_bitmap(data):
        return "image"
    return "text"


def _is_webp(data: bytes) -> bool:
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def _is_bitmap(data: bytes) -> bool:
    # "BM" alone could begin a text; the four reserved bytes of a real header are zero.
    return data[:2] == b"BM" and data[6:10] == b"\0\0\0\0"
