"""From a sealed file into the reading process: proven before a page of it is seen."""

from __future__ import annotations

import hashlib
import io

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.core.trust.sealing import SealingKey, seal
from zhubi.expert.reading.document import Page
from zhubi.expert.reading.opened import AttachmentReading
from zhubi.expert.reading.unsealing import pour_unsealed

KEY = SealingKey.generate()
TEXT = ("正文\n" * 60_000).encode()


def pages_of(sealed: bytes, *, plain: str, size: int) -> tuple[list[Page], str]:
    """The pages that were given, and the kind of what was raised."""
    seen: list[Page] = []

    def pour(sink) -> None:
        pour_unsealed(io.BytesIO(sealed), sink, KEY, plain=plain, plain_size=size)

    with AttachmentReading(pour, "正文.txt") as reading:
        try:
            seen += [event for event in reading.events() if isinstance(event, Page)]
        except ZhubiError as fault:
            assert reading.no_picture(1) == ""
            return seen, fault.kind
    return seen, ""


def test_what_is_as_recorded_is_read():
    pages, fault = pages_of(
        seal(TEXT, [KEY.recipient]), plain=hashlib.sha256(TEXT).hexdigest(), size=len(TEXT)
    )
    assert fault == ""
    assert "".join(page.text for page in pages).count("正文") == 60_000


@pytest.mark.parametrize(
    ("sealed", "size", "kind"),
    [
        (TEXT[:-1] + b"x", len(TEXT), "reading.other-content"),
        (TEXT[:-3], len(TEXT), "reading.other-content"),
        (TEXT + b"more", len(TEXT), "reading.other-content"),
        (TEXT, len(TEXT) - 1, "reading.other-content"),
        (b"", len(TEXT), "reading.other-content"),
    ],
    ids=["other", "shorter", "longer", "than-recorded", "nothing"],
)
def test_of_what_is_not_as_recorded_no_page_is_seen(sealed, size, kind):
    recorded = hashlib.sha256(TEXT).hexdigest()
    assert pages_of(seal(sealed, [KEY.recipient]), plain=recorded, size=size) == ([], kind)


def test_of_a_seal_that_is_damaged_at_its_very_end_no_page_is_seen():
    sealed = seal(TEXT, [KEY.recipient])
    altered = sealed[:-1] + bytes([sealed[-1] ^ 1])
    recorded = hashlib.sha256(TEXT).hexdigest()
    assert pages_of(altered, plain=recorded, size=len(TEXT)) == ([], "trust.sealed-damaged")
