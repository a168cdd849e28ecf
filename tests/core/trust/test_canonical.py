"""Canonical JSON: the vectors of RFC 8785, and what is refused."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.trust.canonical import canonical, digest_of, parse_json, parse_object, sha256_hex
from zhubi.core.trust.errors import TrustError

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
    | st.text(st.characters(exclude_categories=("Cs",))),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=("Cs",))), inner, max_size=4)
    ),
    max_leaves=30,
)


def kind(act, *arguments, **named):
    with pytest.raises(TrustError) as caught:
        act(*arguments, **named)
    return caught.value.kind


def test_keys_are_ordered_by_utf16_units_as_in_rfc_8785_section_3_2_3():
    value = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    order = [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]
    assert list(json.loads(canonical(value)).values()) == order


def test_strings_are_written_as_in_rfc_8785_section_3_2_2():
    text = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\u002f"
    assert canonical({"string": text, "literals": [None, True, False]}) == bytes.fromhex(
        "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c22737472696e67223a22e282ac24"
        "5c75303030665c6e4127425c225c5c5c5c5c222f227d"
    )


def test_structures_of_the_jcs_reference_suite():
    value = {"1": {"f": {"f": "hi", "F": 5}, "\n": 56}, "10": {}, "": "empty", "a": {}, "111": [{}], "A": {}}
    expected = '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{}],"A":{},"a":{}}'
    assert canonical(value) == expected.encode()


@given(VALUES)
def test_what_is_written_reads_back_and_has_one_spelling(value):
    data = canonical(value)
    assert parse_json(data) == value
    assert canonical(parse_json(data)) == data
    assert canonical(parse_json(json.dumps(value).encode())) == data


@given(st.dictionaries(st.text(st.characters(codec="ascii")), VALUES, max_size=4) | VALUES)
def test_every_value_is_written_as_the_reference_writes_it(value):
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        [float("nan")],
        {"a": {"b": 0.5}},
        2**53,
        -(2**53),
        {1: "x"},
        "\ud800",
        {"\udfff": 1},
        b"x",
        {1, 2},
    ],
)
def test_what_has_no_canonical_form_is_refused(value):
    assert kind(canonical, value) == "trust.not-canonical"


def test_a_value_nested_without_end_is_refused():
    endless: list[object] = []
    endless.append(endless)
    assert kind(canonical, endless) == "trust.not-canonical"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "trust.json-malformed"),
        (b"{", "trust.json-malformed"),
        (b'{"a":1}x', "trust.json-malformed"),
        (b'"\xff"', "trust.json-malformed"),
        (b"\xef\xbb\xbf{}", "trust.json-malformed"),
        (b'"a\nb"', "trust.json-malformed"),
        (rb'"\ud800"', "trust.json-malformed"),
        (rb'{"\udc00":1}', "trust.json-malformed"),
        (b"]" * 100, "trust.json-malformed"),
        (b'{"a":1,"b":2,"a":3}', "trust.json-duplicate-key"),
        (rb'{"a":1,"\u0061":3}', "trust.json-duplicate-key"),
        (b'{"a":1.5}', "trust.json-float"),
        (b"1e3", "trust.json-float"),
        (b"NaN", "trust.json-float"),
        (b"-Infinity", "trust.json-float"),
        (b"9007199254740992", "trust.json-integer"),
        (b"9" * 5000, "trust.json-integer"),
        (b"[" * 33 + b"]" * 33, "trust.json-too-deep"),
        (b"[" * 500_000, "trust.json-too-deep"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "trust.json-too-deep"),
        (b'"' + b"a" * 1_000_000 + b'"', "trust.json-too-large"),
    ],
)
def test_each_fault_of_foreign_json_has_its_name(data, expected):
    assert kind(parse_json, data) == expected


def test_brackets_inside_strings_are_not_depth():
    assert parse_json(b'["' + b"[{" * 100 + rb'\"[\\"]') == ["[{" * 100 + '"[\\']


def test_quotes_without_end_are_refused_without_trying_forever():
    assert kind(parse_json, b'"\\' * 400_000 + b"[" * 50) == "trust.json-malformed"


def test_limits_are_the_callers():
    assert parse_json(b"[[[1]]]", max_depth=3) == [[[1]]]
    assert kind(parse_json, b"[[[1]]]", max_depth=2) == "trust.json-too-deep"
    assert kind(parse_json, b"[1]", max_bytes=2) == "trust.json-too-large"


def test_an_object_was_expected():
    assert parse_object(b'{"a":1}') == {"a": 1}
    assert kind(parse_object, b"[1]") == "trust.json-malformed"


def test_digests():
    assert sha256_hex(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest_of({"b": 1, "a": 2}) == sha256_hex(b'{"a":2,"b":1}')
