"""Small messages as text that people paste, mail and carry: whatever happens to lines, widths and surroundings.

A mark, a version and a colon, then Crockford base32 of: two bytes of length, the compressed canonical JSON, and eight
bytes of SHA-256 over the mark and both. Base32 has no marks that mail programs embellish and no case to lose; the
length tells where it ends.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
import unicodedata
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from zhubi.core.model.text import clean_text
from zhubi.core.trust.canonical import JsonObject, canonical
from zhubi.core.trust.encodings import crockford_number, from_crockford, is_crockford, to_crockford
from zhubi.core.trust.errors import TrustError

Read = TypeVar("Read")

MAX_PLAIN: Final = 32 * 1024
_COLUMNS: Final = 64
_MAX_TEXT: Final = 200_000
_SUM_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Form:
    """One sort of message: the ``mark`` it begins with, its version, and how its faults are called.

    The faults are ``trust.<kind>-malformed``: there is none, or its content is wrong; ``-incomplete``: a part is
    missing or altered; ``-version``: made by a newer Zhubi. ``name`` is what an English message calls it.
    """

    mark: str
    version: int
    kind: str
    name: str

    def malformed(self, reason: str) -> TrustError:
        """The fault of a text that is no such message."""
        return TrustError(f"trust.{self.kind}-malformed", f"this is not {self.name}: {reason}", reason=reason)

    def incomplete(self, found: int, expected: int) -> TrustError:
        """The fault of a message of which only some letters are here."""
        return TrustError(
            f"trust.{self.kind}-incomplete",
            f"{self.name} is incomplete or altered: {found} of {expected} letters, or a checksum that does not fit",
            found=found,
            expected=expected,
        )


def to_text(form: Form, content: JsonObject) -> str:
    """The message in lines of 64 columns."""
    packed = zlib.compress(canonical(content), 9)
    framed = len(packed).to_bytes(2, "big") + packed
    letters = to_crockford(framed + _sum(form, framed))
    return "\n".join(textwrap.wrap(f"{form.mark}{form.version}:{letters}", _COLUMNS, break_on_hyphens=False))


def from_text(form: Form, text: str, read: Callable[[bytes], Read]) -> Read:
    """The message in a pasted text, its JSON given to ``read``; of several faults the one of the longest attempt."""
    if len(text) > _MAX_TEXT:
        raise form.malformed("the text is too long")
    plain = unicodedata.normalize("NFKC", clean_text(text))
    words = r"\s*-\s*".join(map(re.escape, form.mark.split("-")))
    fault = form.malformed(f"it does not hold {form.mark}{form.version}: and what follows")
    longest = -1
    for start in re.finditer(rf"{words}\s*([0-9]{{1,3}})\s*:", plain, re.IGNORECASE):
        letters = _letters(plain[start.end() :])
        try:
            if int(start[1]) != form.version:
                raise _version(form, start[1])
            return read(_unpacked(form, _unframed(form, letters)))
        except TrustError as problem:
            # The text around it may speak of its mark too. What is said is about the one that holds the most.
            if len(letters) > longest:
                fault, longest = problem, len(letters)
    raise fault


def _sum(form: Form, framed: bytes) -> bytes:
    return hashlib.sha256(f"{form.mark}{form.version}:".encode() + framed).digest()[:_SUM_BYTES]


def _letters(text: str) -> str:
    """The base32 letters from the start of ``text``: wrapping, quoting and punctuation are passed over."""
    kept = []
    for character in text:
        letter = character.upper()
        if is_crockford(letter):
            kept.append(letter)
        elif character.isalnum():
            break
    return "".join(kept)


def _unframed(form: Form, letters: str) -> bytes:
    # Four letters hold 20 bits, the first 16 of which are the length.
    if len(letters) < 4:
        raise form.incomplete(len(letters), 4)
    length = crockford_number(letters[:4]) >> 4
    wanted = -(-(2 + length + _SUM_BYTES) * 8 // 5)
    if len(letters) < wanted:
        raise form.incomplete(len(letters), wanted)
    try:
        framed = from_crockford(letters[:wanted])
    except TrustError as problem:
        raise form.incomplete(len(letters), wanted) from problem
    if _sum(form, framed[:-_SUM_BYTES]) != framed[-_SUM_BYTES:]:
        raise form.incomplete(len(letters), wanted)
    return framed[2:-_SUM_BYTES]


def _unpacked(form: Form, packed: bytes) -> bytes:
    stream = zlib.decompressobj()
    try:
        plain = stream.decompress(packed, MAX_PLAIN)
    except zlib.error as problem:
        raise form.malformed("its content does not unpack") from problem
    if not stream.eof or stream.unconsumed_tail or stream.unused_data:
        raise form.malformed("its content is too large or cut short")
    return plain


def _version(form: Form, found: str) -> TrustError:
    return TrustError(
        f"trust.{form.kind}-version",
        f"{form.name} of version {found}, this app reads {form.version}",
        found=found,
    )
