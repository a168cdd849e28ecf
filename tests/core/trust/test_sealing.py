"""Sealing: what the standard age tool writes and reads, and damage of every sort."""

from __future__ import annotations

import io
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.sealing import SealingKey, seal, seal_stream, unseal, unseal_stream

needs_age = pytest.mark.skipif(shutil.which("age") is None, reason="the age tool is not installed")
KEY = SealingKey.generate()
SEALED = seal(b"content of a dossier", [KEY.recipient])


def kind(act, *arguments):
    with pytest.raises(TrustError) as caught:
        act(*arguments)
    return caught.value.kind


@given(st.binary(max_size=2000))
@settings(max_examples=30)
def test_what_is_sealed_opens(data):
    sealed = seal(data, [KEY.recipient])
    assert sealed.startswith(b"age-encryption.org/v1\n-> X25519 ")
    assert unseal(sealed, KEY) == data


def test_each_recipient_can_open_and_nobody_else():
    other, stranger = SealingKey.generate(), SealingKey.generate()
    sealed = seal("材料".encode(), [KEY.recipient, other.recipient])
    assert unseal(sealed, KEY) == unseal(sealed, other) == "材料".encode()
    assert kind(unseal, sealed, stranger) == "trust.cannot-open"


def test_a_key_reads_back_from_its_text():
    assert SealingKey.from_text(KEY.text).recipient == KEY.recipient
    for text in ("", "AGE-SECRET-KEY-1", KEY.text[:-1], KEY.recipient):
        assert kind(SealingKey.from_text, text) == "trust.bad-key"


@pytest.mark.parametrize("recipients", [[], [""], ["age1xyz"], [KEY.text], [KEY.recipient, "someone"]])
def test_nothing_is_sealed_to_nobody(recipients):
    with pytest.raises(TrustError) as caught:
        seal(b"x", recipients)
    assert caught.value.kind == "trust.bad-recipient"
    assert KEY.text not in str(caught.value) and KEY.text not in str(caught.value.details)


@given(st.data())
@settings(max_examples=60)
def test_no_bit_can_be_changed(data):
    sealed = SEALED
    place = data.draw(st.integers(min_value=0, max_value=len(sealed) - 1))
    bit = 1 << data.draw(st.integers(min_value=0, max_value=7))
    altered = sealed[:place] + bytes([sealed[place] ^ bit]) + sealed[place + 1 :]
    assert kind(unseal, altered, KEY) in ("trust.sealed-damaged", "trust.cannot-open")


@pytest.mark.parametrize(
    "spoil", [lambda s: b"", lambda s: s[:30], lambda s: s[:-1], lambda s: s + b"x", lambda s: b"PK" + s]
)
def test_cut_or_lengthened_seals_are_damaged(spoil):
    assert kind(unseal, spoil(seal(b"content", [KEY.recipient])), KEY) == "trust.sealed-damaged"


def test_streams_seal_and_open_large_files():
    data = bytes(range(256)) * 4000
    sealed, opened = io.BytesIO(), io.BytesIO()
    seal_stream(io.BytesIO(data), sealed, [KEY.recipient])
    assert len(sealed.getvalue()) > len(data)
    unseal_stream(io.BytesIO(sealed.getvalue()), opened, KEY)
    assert opened.getvalue() == data


def test_damage_in_the_middle_of_a_stream_is_found(flip):
    sealed = seal(bytes(300_000), [KEY.recipient])
    for altered in (flip(sealed, 150_000), sealed[:200_000], sealed[:-1]):
        opened = io.BytesIO()
        assert kind(unseal_stream, io.BytesIO(altered), opened, KEY) == "trust.sealed-damaged"
        assert len(opened.getvalue()) < 300_000
    stranger = SealingKey.generate()
    assert kind(unseal_stream, io.BytesIO(sealed), io.BytesIO(), stranger) == "trust.cannot-open"


class Failing(io.BytesIO):
    """A stream on a disk that fails."""

    def read(self, size=-1):
        raise OSError(5, "Input/output error")

    def write(self, data):
        raise OSError(28, "No space left on device")


def test_faults_of_the_disk_keep_their_own_name():
    sealed = seal(bytes(300_000), [KEY.recipient])
    for act, number in (
        (lambda: seal_stream(Failing(), io.BytesIO(), [KEY.recipient]), 5),
        (lambda: seal_stream(io.BytesIO(bytes(300_000)), Failing(), [KEY.recipient]), 28),
        (lambda: unseal_stream(Failing(), io.BytesIO(), KEY), 5),
        (lambda: unseal_stream(io.BytesIO(sealed), Failing(), KEY), 28),
    ):
        with pytest.raises(OSError) as caught:
            act()
        assert caught.value.errno == number


@needs_age
def test_the_age_tool_opens_what_we_seal(tmp_path):
    (tmp_path / "key.txt").write_text(KEY.text + "\n")
    (tmp_path / "sealed").write_bytes(seal("项目申报书".encode(), [KEY.recipient]))
    done = subprocess.run(
        ["age", "-d", "-i", "key.txt", "sealed"], cwd=tmp_path, capture_output=True, check=True
    )
    assert done.stdout.decode() == "项目申报书"


@needs_age
def test_we_open_what_the_age_tool_seals():
    for armour in ([], ["-a"]):
        done = subprocess.run(
            ["age", *armour, "-r", KEY.recipient], input=b"content", capture_output=True, check=True
        )
        assert unseal(done.stdout, KEY) == b"content"


def test_a_key_shows_nothing_of_itself():
    assert KEY.text not in repr(KEY) + str(KEY) + repr([KEY])
    assert not hasattr(KEY, "__dict__")
