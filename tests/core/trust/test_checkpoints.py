"""Checkpoints: a real one of a public log, and each way in which one is not believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from zhubi.core.trust.checkpoints import Checkpoint, LogSigner, PinnedLog, make_checkpoint, read_checkpoint
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.merkle import empty_root
from zhubi.core.trust.notes import NoteKey, PlainSigner, sign_note

# A checkpoint of a public Certificate Transparency log, with a witness's timestamped cosignature.
PUBLIC_LOG = PinnedLog(
    "arche2025h1.staging.ct.transparency.dev",
    "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f",
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
)
PUBLIC_CHECKPOINT = """\
arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIg\
IpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei5\
9RA23oHP7Ry1k3ZFWwQ=
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0D\
rAWfBw==
"""


def kind(text, pins):
    with pytest.raises(TrustError) as caught:
        read_checkpoint(text, pins)
    return caught.value.kind


def signed(log, body):
    """A note over any body at all, with both of the log's signatures."""
    return sign_note(body, [log.signer, log.cosigner.at(1_780_000_000)])


def test_a_public_logs_cosigned_checkpoint_is_read():
    found = read_checkpoint(PUBLIC_CHECKPOINT, PUBLIC_LOG)
    assert (found.origin, found.size, found.time) == (PUBLIC_LOG.origin, 1432088532, 1779573024)
    assert found.root.hex().startswith("53b58cef")
    assert found.text == PUBLIC_CHECKPOINT


def test_what_is_made_is_read(log):
    for size, time in ((0, 0), (1, 1_780_000_000), (7, 2**40)):
        found = log.grow(size).checkpoint(size, time)
        assert (found.origin, found.size, found.time) == (log.signer.name, size, time)
        assert found.root == (log.node(0, 0) if size == 1 else found.root)
    assert log.text(0).startswith(f"{log.signer.name}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— ")


def test_both_signatures_are_required(log, new_log):
    text = log.grow(3).text()
    first, second = text.splitlines()[-2:]
    assert kind(text.replace(first + "\n", ""), log.pins) == "trust.checkpoint-unsigned"
    assert kind(text.replace(second + "\n", ""), log.pins) == "trust.checkpoint-unsigned"
    other = new_log(log.signer.name)
    assert kind(text, replace(log.pins, log_key=other.pins.log_key)) == "trust.checkpoint-unsigned"
    assert kind(text, replace(log.pins, cosigner_key=other.pins.cosigner_key)) == "trust.checkpoint-unsigned"


def test_a_changed_number_or_time_is_not_believed(log, flip):
    text = log.grow(3).text()
    assert kind(text.replace("\n3\n", "\n4\n"), log.pins) == "trust.checkpoint-unsigned"
    data = text.encode()
    # The time stands in the eight bytes after the key id of the last line.
    line = data.rindex(b" ") + 1
    for place in range(line + 6, line + 16):
        altered = flip(data, place).decode()
        assert kind(altered, log.pins) in ("trust.checkpoint-unsigned", "trust.checkpoint-malformed")


@pytest.mark.parametrize(
    "change",
    [
        lambda o, s, r: f"{o}\n0{s}\n{r}\n",
        lambda o, s, r: f"{o}\n+{s}\n{r}\n",
        lambda o, s, r: f"{o}\n-{s}\n{r}\n",
        lambda o, s, r: f"{o}\n{s} \n{r}\n",
        lambda o, s, r: f"{o}\n٣\n{r}\n",
        lambda o, s, r: f"{o}\n{2**62 + 1}\n{r}\n",
        lambda o, s, r: f"{o}\n{s}\n{r}extra\n",
        lambda o, s, r: f"{o}\n{s}\n{r[:-1]}\n",
        lambda o, s, r: f"{o}\n{s}\n{r[:-2]}{chr(ord(r[-2]) + 1)}=\n",
        lambda o, s, r: f"{o}\n{s}\nAAAA\n",
        lambda o, s, r: f"{o}\n{s}\n{r}\nextension\n",
        lambda o, s, r: f"{o}\n{s}\n",
        lambda o, s, r: f"\n{s}\n{r}\n",
        lambda o, s, r: f"{o}\n\n{s}\n{r}\n",
    ],
)
def test_a_checkpoint_has_one_spelling_even_when_signed(change, log):
    origin, size, root = log.grow(3).text().split("\n")[:3]
    assert kind(signed(log, change(origin, size, root)), log.pins) == "trust.checkpoint-malformed"


@pytest.mark.parametrize("text", ["", "\n", "x", "x\n\n", "x\n\n— y z\n", "\x00"])
def test_what_is_no_note_is_malformed(text, log):
    assert kind(text, log.pins) == "trust.checkpoint-malformed"


def test_the_origin_is_pinned(log, new_log):
    other = new_log("other.example/log")
    pins = replace(log.pins, origin=other.signer.name)
    assert kind(log.text(), pins) == "trust.wrong-origin"
    # The pinned log signs a body that names another.
    body = Checkpoint("other.example/log", 0, empty_root()).body
    assert kind(signed(log, body), log.pins) == "trust.wrong-origin"
    with pytest.raises(TrustError) as caught:
        make_checkpoint("other.example/log", 0, empty_root(), log.signer, log.cosigner, 0)
    assert caught.value.kind == "trust.wrong-origin"


def test_pins_must_be_of_their_sort(log):
    swapped = PinnedLog(log.pins.origin, log.pins.cosigner_key, log.pins.log_key)
    assert kind(log.text(), swapped) == "trust.bad-verifier-key"
    assert kind(log.text(), replace(log.pins, log_key="nonsense")) == "trust.bad-verifier-key"


def test_a_log_key_cannot_stand_in_for_the_cosigner(log):
    # The log's own key, used as if it were the cosigner's, has another id and another message.
    plain = PlainSigner(log.cosigner.name, log.cosigner.key)
    note = sign_note(Checkpoint(log.signer.name, 0, empty_root()).body, [log.signer, plain])
    assert kind(note, log.pins) == "trust.checkpoint-unsigned"


@pytest.mark.parametrize(
    ("size", "root", "time"),
    [(-1, bytes(32), 0), (2**62 + 1, bytes(32), 0), (1, bytes(31), 0), (1, bytes(32), -1)],
)
def test_what_makes_no_checkpoint_is_not_signed(size, root, time, log):
    with pytest.raises(TrustError) as caught:
        make_checkpoint(log.signer.name, size, root, log.signer, log.cosigner, time)
    assert caught.value.kind == "trust.checkpoint-malformed"


def test_verifier_keys_are_what_the_signers_pin():
    key = SigningKey.generate()
    assert NoteKey.parse(LogSigner("a.example/log", key).verifier_key).public == key.public
