"""Signed notes: the examples of the specification and of Go's note package, and notes that must be refused."""

from __future__ import annotations

import struct

import pytest

from zhubi.core.trust.checkpoints import Cosigner
from zhubi.core.trust.encodings import from_base64, to_base64
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.notes import COSIGNATURE, NoteKey, PlainSigner, cosigned_message, open_note, sign_note

EXAMPLE_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
EXAMPLE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1E"
    "RYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
NEUMANN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_SECRET = "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
NEUMANN_TEXT = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
)
NEUMANN_NOTE = (
    NEUMANN_TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def kind(note, *keys):
    with pytest.raises(TrustError) as caught:
        open_note(note, keys)
    return caught.value.kind


@pytest.fixture
def signer():
    return PlainSigner("office.example", SigningKey.generate())


def test_the_specifications_example_opens():
    key = NoteKey.parse(EXAMPLE_KEY)
    note = open_note(EXAMPLE, [key])
    assert note.text == "This is an example message.\n"
    assert [(found.key, found.time) for found in note.signatures] == [(key, None)]


def test_gos_example_opens_and_is_signed_byte_for_byte():
    key = SigningKey.from_seed(from_base64(NEUMANN_SECRET)[1:])
    signer = PlainSigner("PeterNeumann", key)
    assert signer.note_key.text == NEUMANN_KEY
    assert sign_note(NEUMANN_TEXT, [signer]) == NEUMANN_NOTE
    assert open_note(NEUMANN_NOTE, [NoteKey.parse(NEUMANN_KEY)]).text == NEUMANN_TEXT


@pytest.mark.parametrize(
    "text",
    [
        EXAMPLE_KEY,
        NEUMANN_KEY,
        "TEST+7997405c+AQcC+FTVKf0jlTdHDY3rbevmnKxxPjigCXlVtGe6RIr6",
        "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    ],
)
def test_published_verifier_keys_read_back(text):
    assert NoteKey.parse(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+12345678",
        EXAMPLE_KEY.replace("530d903a", "530d903b"),
        EXAMPLE_KEY.replace("530d903a", "530D903A"),
        EXAMPLE_KEY.replace("example.com/foo", "example.com/bar"),
        EXAMPLE_KEY + "=",
        EXAMPLE_KEY[:-4],
        "a b" + EXAMPLE_KEY[15:],
        "+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        "rekor.example+12345678+AwEB",
    ],
)
def test_what_is_no_verifier_key_is_refused(text):
    with pytest.raises(TrustError) as caught:
        NoteKey.parse(text)
    assert caught.value.kind == "trust.bad-verifier-key"


def test_a_text_may_hold_blank_lines_and_several_sign(signer):
    other = PlainSigner("witness.example", SigningKey.generate())
    text = "第一行\n\n\n第四行\n"
    note = open_note(sign_note(text, [signer, other]), [other.note_key, signer.note_key])
    assert note.text == text
    assert note.by(signer.note_key) is not None and note.by(other.note_key) is not None


def test_unknown_signatures_are_passed_over_and_known_ones_must_fit(signer):
    other = PlainSigner("witness.example", SigningKey.generate())
    note = sign_note("text\n", [other, signer])
    assert len(open_note(note, [signer.note_key]).signatures) == 1
    # The same name with another key is unknown; the same name and id with a wrong signature is a fault.
    namesake = PlainSigner(signer.name, SigningKey.generate())
    assert len(open_note(sign_note("text\n", [namesake, signer]), [signer.note_key]).signatures) == 1
    assert kind(note, namesake.note_key) == "trust.note-unsigned"
    assert kind(note.replace("text", "test", 1), signer.note_key) == "trust.note-bad-signature"
    forged = signer.note_key.key_id + namesake.sign_note("text\n")
    assert (
        kind(f"text\n\n— {signer.name} {to_base64(forged)}\n", signer.note_key) == "trust.note-bad-signature"
    )


def test_a_key_that_signs_twice_is_heard_once(signer):
    cosigner = Cosigner("clock.example", signer.key)
    note = sign_note("text\n", [cosigner.at(7), cosigner.at(9)])
    assert [found.time for found in open_note(note, [cosigner.at(0).note_key]).signatures] == [7]


def test_a_time_beyond_the_specifications_is_no_time(signer):
    cosigner = Cosigner("clock.example", signer.key)
    key = cosigner.at(0).note_key
    for time, fits in ((2**63 - 1, True), (2**63, False)):
        signature = struct.pack(">Q", time) + signer.key.sign(cosigned_message("text\n", time))
        note = f"text\n\n— clock.example {to_base64(key.key_id + signature)}\n"
        if fits:
            assert open_note(note, [key]).signatures[0].time == time
        else:
            assert kind(note, key) == "trust.note-bad-signature"


def test_a_key_is_for_one_algorithm():
    key = SigningKey.generate()
    plain, cosigner = PlainSigner("x.example", key), Cosigner("x.example", key)
    assert plain.note_key.key_id != NoteKey.parse(cosigner.verifier_key).key_id
    assert kind(sign_note("text\n", [plain]), NoteKey.parse(cosigner.verifier_key)) == "trust.note-unsigned"
    # A plain signature under the cosigner's id is no cosignature.
    forged = NoteKey("x.example", COSIGNATURE, key.public).key_id + plain.sign_note("text\n")
    note = f"text\n\n— x.example {to_base64(forged)}\n"
    assert kind(note, NoteKey.parse(cosigner.verifier_key)) == "trust.note-bad-signature"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda n: "",
        lambda n: n[:-1],
        lambda n: n + "\n",
        lambda n: n + "trailing\n",
        lambda n: n.replace("\n\n", "\n"),
        lambda n: n.replace("text", "te\tt", 1),
        lambda n: n.replace("text", "te\x00t", 1),
        lambda n: n.replace("\n", "\r\n"),
        lambda n: n.replace("— ", "- "),
        lambda n: n.replace("— office.example ", "— office.example  "),
        lambda n: n.replace("office.example", "office+example"),
        lambda n: n.replace("— office.example ", "—  "),
        lambda n: n[:-2] + "*\n",
        lambda n: "text\n\n— office.example AAAA\n",
        lambda n: n + "— x.example AAAAAAAA\n" * 40,
        lambda n: "a" * 200_000 + n,
    ],
)
def test_malformed_notes_are_refused(spoil, signer):
    assert kind(spoil(sign_note("text\n", [signer])), signer.note_key) == "trust.malformed-note"


@pytest.mark.parametrize("text", ["no newline", "tab\there\n", "bell\x07\n"])
def test_texts_that_cannot_be_signed(text, signer):
    with pytest.raises(TrustError) as caught:
        sign_note(text, [signer])
    assert caught.value.kind == "trust.malformed-note"


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u3000b", "a\nb"])
def test_names_that_cannot_sign(name):
    with pytest.raises(TrustError) as caught:
        NoteKey(name, 1, SigningKey.generate().public)
    assert caught.value.kind == "trust.bad-key-name"


def test_a_signer_shows_no_key(signer):
    assert "SigningKey" not in repr(signer) and signer.key.public not in repr(signer)
