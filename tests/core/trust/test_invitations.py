"""Invitations: what mail, chat and typing do to them, and what must not pass."""

from __future__ import annotations

import hashlib
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhubi.core.trust.canonical import canonical
from zhubi.core.trust.checkpoints import Cosigner, LogSigner
from zhubi.core.trust.encodings import to_crockford
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.invitations import (
    Invitation,
    code_hash,
    decode_invitation,
    describe_key,
    encode_invitation,
    is_loopback,
)
from zhubi.core.trust.keys import SigningKey

ORIGIN = "office.example/log"
FIELDS = {
    "url": "https://review.office.example:8443",
    "origin": ORIGIN,
    "log_key": LogSigner(ORIGIN, SigningKey.generate()).verifier_key,
    "cosigner_key": Cosigner(f"{ORIGIN}/clock", SigningKey.generate()).verifier_key,
    "root_key": SigningKey.generate().public,
    "tls_anchor": "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
    "code": "7K3MQ2V9X4T6B8D1F5H0JNPRSW",
    "person": "019f0000-0000-7000-8000-000000000001",
    "name": "王芳",
    "unit": "浙江大学医学院附属第一医院",
    "organiser": "重庆市大足区科学技术局",
    "expires_at": "2026-07-31T16:00:00Z",
    "record": "ab" * 32,
}
INVITATION = Invitation(**FIELDS)
TEXT = encode_invitation(INVITATION)


def kind(text):
    with pytest.raises(TrustError) as caught:
        decode_invitation(text)
    return caught.value.kind


def framed(content: object) -> str:
    """An invitation around any content at all, with a checksum that fits."""
    packed = content if isinstance(content, bytes) else zlib.compress(canonical(content))
    whole = len(packed).to_bytes(2, "big") + packed
    return "zhubi1:" + to_crockford(whole + hashlib.sha256(b"zhubi1:" + whole).digest()[:8])


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if 0x21 <= ord(c) <= 0x7E else c for c in text)


def test_an_invitation_is_short_lines_of_letters_and_digits():
    lines = TEXT.split("\n")
    assert lines[0].startswith("zhubi1:")
    assert all(len(line) == 64 for line in lines[:-1]) and 0 < len(lines[-1]) <= 64
    assert "".join(lines)[7:].isalnum()
    assert decode_invitation(TEXT) == INVITATION


@pytest.mark.parametrize(
    "mail",
    [
        lambda t: t.replace("\n", ""),
        lambda t: t.replace("\n", "\r\n"),
        lambda t: t.replace("\n", "\n> "),
        lambda t: "> > " + t.replace("\n", "\n> > "),
        lambda t: "\n".join(t.replace("\n", "")[n : n + 17] for n in range(0, 2000, 17)),
        lambda t: t.lower(),
        lambda t: t.upper(),
        full_width,
        lambda t: full_width(t.replace("\n", "\u3000")),
        lambda t: f"王老师您好：\n\n邀请如下，请整段复制：\n\n{t}\n\n此致\n敬礼 zhubi",
        lambda t: f"请粘贴以 zhubi1: 开头的文字\n{t}谢谢",
        lambda t: f"“{t}”",
        lambda t: f"```\n{t}\n```",
        lambda t: t.replace("0", "O"),
        lambda t: "zhubi1:" + t[7:].replace("1", "I"),
        lambda t: "zhubi1:" + t[7:].replace("1", "l"),
        lambda t: "\ufeff" + "\u200b".join(t),
        lambda t: t.replace("zhubi1:", "zhubi1：\n"),
        lambda t: t.replace("zhubi1:", "Zhubi 1 : "),
        lambda t: t + "\n\n" + t,
        lambda t: t[: len(t) // 2] + "\n\n" + t,
        lambda t: t.replace("\n", "-\n-"),
    ],
)
def test_what_mail_and_chat_do_is_undone(mail):
    assert decode_invitation(mail(TEXT)) == INVITATION


@given(
    st.lists(st.sampled_from(" \t\n>|*\u3000\u00a0\u200b-“”"), max_size=30), st.randoms(use_true_random=False)
)
@settings(max_examples=50)
def test_any_wrapping_is_undone(marks, chance):
    letters = list(TEXT)
    for mark in marks:
        letters.insert(chance.randint(7, len(letters)), mark)
    assert decode_invitation("".join(letters)) == INVITATION


@given(st.integers(min_value=7, max_value=len(TEXT) - 1), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_no_letter_can_be_changed(place, letter):
    if TEXT[place] not in (letter, "\n"):
        altered = TEXT[:place] + letter + TEXT[place + 1 :]
        assert kind(altered) == "trust.invitation-incomplete"


@given(st.integers(min_value=0, max_value=len(TEXT) - 2))
def test_a_part_is_not_the_whole(length):
    expected = "trust.invitation-malformed" if length < 7 else "trust.invitation-incomplete"
    assert kind(TEXT[:length]) == expected


def test_a_missing_line_says_how_much_is_missing():
    lines = TEXT.split("\n")
    with pytest.raises(TrustError) as caught:
        decode_invitation("\n".join(lines[:3] + lines[4:]))
    details = caught.value.details
    assert details["expected"] == len(TEXT.replace("\n", "")) - 7
    assert details["found"] == int(details["expected"]) - 64


def test_of_several_faults_the_one_of_the_longest_text_is_told():
    cut = TEXT[: len(TEXT) // 2]
    for text in (
        f"请粘贴以 zhubi1: 开头的文字\n{cut}",
        f"{cut}\n（以 zhubi1: 开头）",
        f"{cut}\n zhubi2: 开头",
    ):
        with pytest.raises(TrustError) as caught:
            decode_invitation(text)
        assert caught.value.kind == "trust.invitation-incomplete"
        assert caught.value.details["expected"] == len(TEXT.replace("\n", "")) - 7


def test_the_longest_invitation_that_can_be_made_can_be_read():
    lines = dict.fromkeys(("name", "unit", "organiser"), "字" * 500)
    longest = Invitation(**{**FIELDS, **lines, "tls_anchor": "x" * 8000})
    assert decode_invitation(encode_invitation(longest)) == longest


@pytest.mark.parametrize("text", ["", "   ", "hello", "https://office.example", "zhubi:ABC", "x" * 300_000])
def test_no_invitation_at_all(text):
    assert kind(text) == "trust.invitation-malformed"


def test_an_invitation_of_a_newer_app_is_named():
    assert kind(TEXT.replace("zhubi1:", "zhubi2:")) == "trust.invitation-version"


@pytest.mark.parametrize(
    "content",
    [
        b"not compressed",
        zlib.compress(canonical(FIELDS)) + b"more",
        zlib.compress(b" " * 60_000_000, 9)[:65_000],
        zlib.compress(b"0" * 40_000),
        zlib.compress(b"[" * 32_000),
        zlib.compress(b"{"),
        {},
        {**FIELDS, "more": 1},
        {**FIELDS, "url": "http://office.example"},
        {**FIELDS, "url": "https://user:pass@office.example"},
        {**FIELDS, "url": "ftp://office.example"},
        {**FIELDS, "url": "https://"},
        {**FIELDS, "url": "https://[::1"},
        {**FIELDS, "url": "javascript:alert(1)"},
        {**FIELDS, "name": "王\x1b[31m芳"},
        {**FIELDS, "name": "王\u202e芳"},
        {**FIELDS, "unit": "a\nb"},
        {**FIELDS, "origin": "other.example/log"},
        {**FIELDS, "log_key": FIELDS["cosigner_key"]},
        {**FIELDS, "cosigner_key": "nonsense"},
        {**FIELDS, "root_key": "short"},
        {**FIELDS, "code": "tooshort"},
        {**FIELDS, "person": "1"},
        {**FIELDS, "expires_at": "tomorrow"},
        {**FIELDS, "record": "AB" * 32},
        {**FIELDS, "tls_anchor": "\x1b]0;x\x07"},
        {key: value for key, value in FIELDS.items() if key != "code"},
    ],
)
def test_content_that_is_wrong_though_whole_is_malformed(content):
    assert kind(framed(content)) == "trust.invitation-malformed"


@pytest.mark.parametrize("url", ["http://127.0.0.1:8123", "http://[::1]:8123", "http://localhost:8123"])
def test_plain_http_is_for_this_machine_only(url):
    assert decode_invitation(framed({**FIELDS, "url": url})).url == url


@pytest.mark.parametrize(
    "host", ["127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "0.0.0.0", "::"]
)
def test_what_only_looks_like_this_machine_is_not(host):
    assert not is_loopback(host)


def test_the_code_is_not_shown():
    assert FIELDS["code"] not in repr(INVITATION)


def test_pins_are_the_invitations_own():
    assert INVITATION.pins.origin == ORIGIN
    assert INVITATION.pins.log_key == FIELDS["log_key"]


def test_a_key_in_words():
    words = describe_key(FIELDS["root_key"])
    assert len(words.split(" ")) == 6 and all(len(group) == 4 for group in words.split(" "))
    assert describe_key("abc") == "ba78 16bf 8f01 cfea 4141 40de"


def test_a_code_is_the_same_however_typed():
    code = "7K3MQ2V9X4T6B8D1F5H0"
    assert len(code_hash(code)) == 64
    for typed in (code.lower(), "7K3M-Q2V9 X4T6-B8DI F5HO", "７Ｋ３ＭQ2V9X4T6B8Dl F5H0\n"):
        assert code_hash(typed) == code_hash(code)
    assert code_hash(code[:-1] + "1") != code_hash(code)
