"""Bytes as text: one spelling each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.trust.encodings import (
    from_base64,
    from_base64url,
    from_crockford,
    to_base64,
    to_base64url,
    to_crockford,
)
from zhubi.core.trust.errors import TrustError


@given(st.binary(max_size=80))
def test_every_encoding_reads_back(data):
    assert from_base64url(to_base64url(data)) == data
    assert from_base64(to_base64(data)) == data
    assert from_crockford(to_crockford(data)) == data
    assert from_crockford(to_crockford(data).lower().replace("0", "o").replace("1", "l")) == data


@pytest.mark.parametrize("text", ["A", "AB", "AA==", "AA+A", "AA A", "AAAA\n", "é", "AAAAA"])
def test_base64url_has_one_spelling(text):
    with pytest.raises(TrustError, match=r"base64url"):
        from_base64url(text)


@pytest.mark.parametrize("text", ["A", "AA", "AB==", "AA=", "AA-_", "AA==\n", " AA==", "é", "AA==AA=="])
def test_base64_has_one_spelling(text):
    with pytest.raises(TrustError, match=r"base64"):
        from_base64(text)


@pytest.mark.parametrize("text", ["0", "U0", "01", "00Z", "*0"])
def test_crockford_refuses_foreign_letters_and_stray_bits(text):
    with pytest.raises(TrustError):
        from_crockford(text)
