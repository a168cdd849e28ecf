"""Records: one form, checked by three programs that know nothing of each other."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import OKPKey

from zhubi.core.trust.canonical import canonical, sha256_hex
from zhubi.core.trust.encodings import from_base64url, to_base64url
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.records import MAX_COMPACT, is_unsigned, peek, read, record_digest, sign, unsigned

KEY = SigningKey.from_seed(bytes(range(32)))
KNOWN = {KEY.kid: KEY.public}.get
SAID = {"type": "review", "body": {"words": "同意立项，经费核减 3 万元", "points": 88}}


def kind(compact, known=KNOWN, **named):
    with pytest.raises(TrustError) as caught:
        read(compact, known, **named)
    return caught.value.kind


def built(header: bytes, payload: bytes, key: SigningKey = KEY) -> str:
    """A JWS over exactly these bytes, however wrong."""
    content = f"{to_base64url(header)}.{to_base64url(payload)}"
    return f"{content}.{to_base64url(key.sign(content.encode()))}"


def header(**changes: object) -> bytes:
    members: dict[str, object] = {"alg": "Ed25519", "kid": KEY.kid, "typ": "zhubi-record+json", **changes}
    return canonical({name: value for name, value in members.items() if value is not None})


def test_a_record_has_exactly_one_form():
    compact = sign(SAID, KEY)
    assert compact == built(header(), canonical(SAID))
    assert from_base64url(compact.split(".")[0]) == (
        b'{"alg":"Ed25519","kid":"' + KEY.kid.encode() + b'","typ":"zhubi-record+json"}'
    )
    assert sign(SAID, KEY) == compact
    assert record_digest(compact) == sha256_hex(compact.encode())


def test_what_was_signed_is_read_back():
    compact = sign(SAID, KEY)
    assert read(compact, KNOWN) == (SAID, KEY.kid)
    assert peek(compact) == (SAID, KEY.kid)


def test_an_independent_jose_library_verifies_a_record():
    public = OKPKey.import_key({"kty": "OKP", "crv": "Ed25519", "x": KEY.public})
    found = jws.deserialize_compact(sign(SAID, KEY), public, algorithms=["Ed25519"])
    assert json.loads(found.payload) == SAID
    assert found.headers()["alg"] == "Ed25519"  # RFC 9864, not the polymorphic EdDSA
    assert public.thumbprint() == KEY.kid


def test_a_record_of_an_independent_jose_library_is_read():
    private = OKPKey.import_key(
        {"kty": "OKP", "crv": "Ed25519", "x": KEY.public, "d": to_base64url(KEY.seed)}
    )
    members = {"alg": "Ed25519", "kid": KEY.kid, "typ": "zhubi-record+json"}
    compact = jws.serialize_compact(members, canonical(SAID), private, algorithms=["Ed25519"])
    assert read(compact, KNOWN) == (SAID, KEY.kid)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_openssl_verifies_a_record(tmp_path):
    head, payload, signature = sign(SAID, KEY).split(".")
    # RFC 8410: the twelve bytes that make a raw Ed25519 key a SubjectPublicKeyInfo.
    (tmp_path / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + from_base64url(KEY.public))
    (tmp_path / "said").write_bytes(f"{head}.{payload}".encode())
    (tmp_path / "signature").write_bytes(from_base64url(signature))
    command = "openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey key.der -in said -sigfile signature"
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Verified Successfully" in done.stdout
    (tmp_path / "said").write_bytes(f"{head}.{payload}x".encode())
    assert subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_keys_come_from_the_reader_alone():
    assert kind(sign(SAID, SigningKey.generate())) == "trust.unknown-key"
    other = SigningKey.generate()
    assert kind(sign(SAID, KEY), {KEY.kid: other.public}.get) == "trust.unknown-key"
    # A key the message brings along is not even a known member.
    jwk = {"kty": "OKP", "crv": "Ed25519", "x": KEY.public}
    assert kind(built(header(jwk=jwk), canonical(SAID))) == "trust.malformed-record"


def test_someone_elses_signature_under_a_known_name_is_refused():
    forged = built(header(), canonical(SAID), SigningKey.generate())
    assert kind(forged) == "trust.bad-signature"


@pytest.mark.parametrize("alg", ["EdDSA", "none", "HS256", "ES256", "ed25519", "Ed448", None, 7])
def test_only_one_algorithm_is_accepted(alg):
    assert kind(built(header(alg=alg), canonical(SAID))) == "trust.wrong-algorithm"


@pytest.mark.parametrize(
    "typ", ["JWT", "zhubi-record", "ZHUBI-RECORD+JSON", "application/zhubi-record+json", None]
)
def test_only_the_expected_type_is_accepted(typ):
    assert kind(built(header(typ=typ), canonical(SAID))) == "trust.wrong-type"


def test_types_are_not_exchanged():
    compact = sign(SAID, KEY, typ="zhubi-possession+json")
    assert kind(compact) == "trust.wrong-type"
    assert read(compact, KNOWN, typ="zhubi-possession+json") == (SAID, KEY.kid)


@pytest.mark.parametrize(
    "changes",
    [
        {"crit": ["exp"]},
        {"b64": False},
        {"cty": "json"},
        {"jku": "https://x.example"},
        {"kid": None},
        {"kid": 5},
    ],
)
def test_foreign_header_members_are_refused(changes):
    assert kind(built(header(**changes), canonical(SAID))) == "trust.malformed-record"


@pytest.mark.parametrize(
    "raw",
    [
        header() + b" ",
        b'{"kid":"' + KEY.kid.encode() + b'","alg":"Ed25519","typ":"zhubi-record+json"}',
        header()[:-1] + b',"typ":"zhubi-record+json"}',
        b"[]",
        b"{",
        b"\xff",
        b"",
    ],
)
def test_a_header_has_one_spelling(raw):
    assert kind(built(raw, canonical(SAID))) == "trust.malformed-record"


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b'{"b":1,"a":2}', "trust.not-canonical"),
        (b'{"a": 1}', "trust.not-canonical"),
        (b'{"a":"\\u0041"}', "trust.not-canonical"),
        (b'{"a":-0}', "trust.not-canonical"),
        (b'{"a":1}\n', "trust.not-canonical"),
        (b'{"a":1.0}', "trust.json-float"),
        (b'{"a":1,"a":1}', "trust.json-duplicate-key"),
        (b"[]", "trust.json-malformed"),
        (b"", "trust.json-malformed"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "trust.json-too-deep"),
    ],
)
def test_content_in_another_spelling_is_refused_though_signed(payload, expected):
    compact = built(header(), payload)
    assert kind(compact) == expected
    with pytest.raises(TrustError):
        peek(compact)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda c: "",
        lambda c: c + ".",
        lambda c: c.replace(".", "..", 1),
        lambda c: c.rpartition(".")[0],
        lambda c: c.rpartition(".")[0] + ".",
        lambda c: c + "=",
        lambda c: " " + c,
        lambda c: c + "\n",
        lambda c: c[:-4],
        lambda c: c[:-1] + chr(ord(c[-1]) + 1),
        lambda c: "记录" + c,
    ],
)
def test_a_damaged_record_is_refused(spoil):
    with pytest.raises(TrustError):
        read(spoil(sign(SAID, KEY)), KNOWN)


@given(st.integers(min_value=0), st.characters(codec="ascii"))
def test_no_character_can_be_changed(place, character):
    compact = sign(SAID, KEY)
    place %= len(compact)
    altered = compact[:place] + character + compact[place + 1 :]
    if altered != compact:
        with pytest.raises(TrustError):
            read(altered, KNOWN)


def test_long_records_pass_and_longer_ones_do_not():
    long = {"words": "字" * 200_000}
    assert read(sign(long, KEY), KNOWN)[0] == long
    assert len(sign(long, KEY)) > 128_000
    with pytest.raises(TrustError) as caught:
        sign({"words": "a" * MAX_COMPACT}, KEY)
    assert caught.value.kind == "trust.record-too-large"
    assert kind("a" * (MAX_COMPACT + 1)) == "trust.record-too-large"


def test_a_payload_without_canonical_form_is_not_signed():
    with pytest.raises(TrustError) as caught:
        sign({"share": 0.3}, KEY)
    assert caught.value.kind == "trust.not-canonical"


def test_peek_checks_no_signature_and_says_so():
    forged = built(header(), canonical(SAID), SigningKey.generate())
    assert peek(forged) == (SAID, KEY.kid)
    assert "unverified" in (peek.__doc__ or "")


def test_a_record_that_nobody_signed_shows_what_it_would_say_and_is_never_read() -> None:
    key = SigningKey.generate()
    compact = unsigned({"type": "review"}, key.kid)
    assert is_unsigned(compact) and not is_unsigned(sign({"type": "review"}, key))
    assert peek(compact) == ({"type": "review"}, key.kid)
    with pytest.raises(TrustError) as caught:
        read(compact, {key.kid: key.public}.get)
    assert caught.value.kind == "trust.bad-signature"
