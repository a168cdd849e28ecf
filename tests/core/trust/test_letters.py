"""A letter shows nothing outside its seal, and counts only as its author's own word at its place in the log."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.letters import MOST_BYTES, STEP, check_letter, open_letter, seal_letter
from zhubi.core.trust.sealing import SealingKey, seal

INSPECTOR = SealingKey.generate()


@settings(max_examples=40, deadline=None)
@given(length=st.integers(1, 6 * STEP))
def test_what_was_sealed_is_what_is_opened(length: int) -> None:
    compact = "a" * (length - 1) + "."
    assert open_letter(seal_letter(compact, [INSPECTOR.recipient]), INSPECTOR) == compact


def test_lengths_within_one_step_cannot_be_told_apart() -> None:
    # The sealing itself adds a header of varying length, whatever is inside.
    def sizes(length: int) -> set[int]:
        return {len(seal_letter("a" * length, [INSPECTOR.recipient])) // STEP for _ in range(20)}

    assert sizes(1) == sizes(STEP)
    assert min(len(seal_letter("a" * (STEP + 1), [INSPECTOR.recipient])) for _ in range(20)) >= 2 * STEP


def test_every_inspector_opens_it_and_nobody_else() -> None:
    second, other = SealingKey.generate(), SealingKey.generate()
    sealed = seal_letter("a.b.c", [INSPECTOR.recipient, second.recipient])
    assert open_letter(sealed, INSPECTOR) == open_letter(sealed, second) == "a.b.c"
    with pytest.raises(TrustError) as caught:
        open_letter(sealed, other)
    assert caught.value.kind == "trust.cannot-open"


def test_recipients_cannot_be_read_off_a_letter() -> None:
    sealed = seal_letter("a.b.c", [INSPECTOR.recipient])
    assert INSPECTOR.recipient.encode() not in sealed


@pytest.mark.parametrize("place", [0, 30, 200, 2000, -1])
def test_an_altered_letter_is_not_opened(place: int) -> None:
    sealed = bytearray(seal_letter("a.b.c", [INSPECTOR.recipient]))
    sealed[place] ^= 1
    with pytest.raises(TrustError) as caught:
        open_letter(bytes(sealed), INSPECTOR)
    assert caught.value.kind in ("trust.sealed-damaged", "trust.cannot-open")


@pytest.mark.parametrize(
    "content", [b"x", b"x" * (STEP + 1), "朱".encode() * STEP], ids=["short", "odd", "no-ascii"]
)
def test_what_is_not_padded_text_is_no_letter(content: bytes) -> None:
    sealed = seal(content, [INSPECTOR.recipient])
    with pytest.raises(TrustError) as caught:
        open_letter(sealed, INSPECTOR)
    assert caught.value.kind == "trust.letter-form"


@pytest.mark.parametrize("given", [b"", b"a record in the open." * 400, b"age-encryption.org/v1\n"])
def test_what_is_no_padded_age_file_is_not_taken_for_a_letter(given: Any) -> None:
    with pytest.raises(TrustError) as caught:
        check_letter(given)
    assert caught.value.kind == "trust.letter-form"


def test_a_letter_has_a_greatest_size() -> None:
    with pytest.raises(TrustError) as caught:
        seal_letter("a" * MOST_BYTES, [INSPECTOR.recipient])
    assert caught.value.kind == "trust.letter-form"
