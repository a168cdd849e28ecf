"""Randomness, identifiers and codes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from pydantic import TypeAdapter

from zhubi.core.model.values import Uuid
from zhubi.core.trust import chance

NOW = datetime(2026, 7, 3, 10, 0, 0, 123_000, tzinfo=UTC)


def test_a_uuid7_holds_its_moment_and_is_unlike_any_other():
    made = [chance.uuid7(NOW) for _ in range(200)]
    assert len(set(made)) == 200
    for each in made:
        found = UUID(each)
        assert (found.version, found.variant) == (7, "specified in RFC 4122")
        assert found.int >> 80 == int(NOW.timestamp() * 1000)
        TypeAdapter(Uuid).validate_python(each)


def test_uuid7s_sort_by_time():
    moments = [NOW + timedelta(milliseconds=step) for step in range(50)]
    made = [chance.uuid7(moment) for moment in moments]
    assert made == sorted(made)


def test_lengths_and_alphabets():
    assert len(chance.random_bytes(32)) == 32
    assert len(chance.nonce()) == 32 and set(chance.nonce()) <= set("0123456789abcdef")
    codes = {chance.short_code(16) for _ in range(100)}
    assert len(codes) == 100
    assert {len(code) for code in codes} == {26}
    assert not set("".join(codes)) & set("ILOU")
