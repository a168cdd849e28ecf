"""The device's key file: what opens it, what does not, and what each failure is called."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhubi.core.trust.canonical import canonical, digest_of
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keyfile import (
    DeviceKeys,
    check_passphrase_form,
    check_pin_form,
    create_keyfile,
    open_device,
    open_signing,
    unwrap_secret,
    wrap_secret,
)
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.sealing import SealingKey
from zhubi.core.trust.wrapping import ArgonCost

SECRET = bytes(range(32))
OTHER_SECRET = bytes(32)
PIN = "258 朱笔x"
QUICK = ArgonCost(memory_kib=8 * 1024, passes=1)
SIGNING = SigningKey.generate()
DEVICE = DeviceKeys(b"k" * 32, SigningKey.generate(), SealingKey.generate())
FILE = create_keyfile(SECRET, PIN, SIGNING, DEVICE, QUICK)
WRAPPED = wrap_secret(SECRET, "correct horse battery", QUICK)


def kind(act, *arguments):
    with pytest.raises(TrustError) as caught:
        act(*arguments)
    return caught.value.kind


def resealed(**changes: object) -> bytes:
    """The file with members changed and its digest made to fit, as an attacker would."""
    whole = {**json.loads(FILE), **changes}
    whole.pop("sum")
    whole = {name: value for name, value in whole.items() if value is not None}
    return canonical({**whole, "sum": digest_of(whole)}) + b"\n"


def test_the_secret_opens_the_device_and_the_pin_the_signing_key():
    device = open_device(FILE, SECRET)
    assert (device.store_key, device.transport.seed) == (DEVICE.store_key, DEVICE.transport.seed)
    assert device.sealing.text == DEVICE.sealing.text
    assert open_signing(FILE, SECRET, PIN).seed == SIGNING.seed


def test_a_pin_is_the_same_in_full_width():
    assert open_signing(FILE, SECRET, "２５８\u3000朱笔ｘ").seed == SIGNING.seed


@pytest.mark.parametrize("pin", ["", "258 朱笔", "258 朱笔X", "x" * 64, "x" * 100_000])
def test_another_pin_does_not_open_it(pin):
    assert kind(open_signing, FILE, SECRET, pin) == "trust.wrong-pin"


@pytest.mark.parametrize("secret", [OTHER_SECRET, b"", SECRET[:-1], SECRET + b"x"])
def test_another_secret_does_not_open_it(secret):
    assert kind(open_device, FILE, secret) == "trust.wrong-secret"
    assert kind(open_signing, FILE, secret, PIN) == "trust.wrong-secret"


@given(st.integers(min_value=0, max_value=len(FILE) - 1), st.integers(min_value=0, max_value=7))
@settings(max_examples=200)
def test_any_changed_bit_is_called_damage(place, bit):
    altered = FILE[:place] + bytes([FILE[place] ^ (1 << bit)]) + FILE[place + 1 :]
    assert kind(open_device, altered, SECRET) in ("trust.keyfile-damaged", "trust.keyfile-version")
    assert kind(open_signing, altered, SECRET, PIN) in ("trust.keyfile-damaged", "trust.keyfile-version")


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"\xff", FILE[:-1], FILE + b"\n", FILE[:100], b"{" * 1000, b" " * 99_999],
    ids=["empty", "object", "list", "byte", "cut", "longer", "beginning", "open", "blank"],
)
def test_other_files_are_called_damaged(data):
    assert kind(open_device, data, SECRET) == "trust.keyfile-damaged"


def test_a_file_of_another_form_is_named():
    assert kind(open_device, resealed(form="zhubi-device/2"), SECRET) == "trust.keyfile-version"
    assert kind(open_device, WRAPPED, SECRET) == "trust.keyfile-version"
    assert kind(unwrap_secret, FILE, "correct horse battery") == "trust.keyfile-version"


@pytest.mark.parametrize("part", ["salt", "pin_salt", "argon", "check", "device"])
def test_a_missing_part_is_damage(part):
    for value in (None, 7, "", "AAAA", {}, "*"):
        assert kind(open_device, resealed(**{part: value}), SECRET) == "trust.keyfile-damaged"


@pytest.mark.parametrize(
    "argon",
    [
        {"memory_kib": 2**40, "passes": 3, "lanes": 1},
        {"memory_kib": 8192, "passes": 10**9, "lanes": 1},
        {"memory_kib": 1024, "passes": 1, "lanes": 1},
        {"memory_kib": 8192, "passes": 0, "lanes": 1},
        {"memory_kib": 8192, "passes": 1, "lanes": 64},
        {"memory_kib": True, "passes": 1, "lanes": 1},
        {"memory_kib": "8192", "passes": 1, "lanes": 1},
        {"memory_kib": 8192, "passes": 1},
    ],
)
def test_a_cost_out_of_bounds_is_never_paid(argon):
    assert kind(open_signing, resealed(argon=argon), SECRET, PIN) == "trust.keyfile-damaged"
    if set(argon) == {"memory_kib", "passes", "lanes"} and all(type(n) is int for n in argon.values()):
        with pytest.raises(TrustError) as caught:
            ArgonCost(**argon)
        assert caught.value.kind == "trust.argon-cost"


def test_a_changed_cost_or_salt_is_not_believed():
    # The cost is bound to what it wraps: lowering it in the file opens nothing.
    dearer = {"memory_kib": 8192, "passes": 2, "lanes": 1}
    assert kind(open_device, resealed(argon=dearer), SECRET) == "trust.keyfile-damaged"
    assert kind(open_signing, resealed(argon=dearer), SECRET, PIN) == "trust.wrong-pin"


def test_parts_of_two_files_do_not_mix():
    other = json.loads(create_keyfile(SECRET, PIN, SigningKey.generate(), DEVICE, QUICK))
    assert kind(open_signing, resealed(signing=other["signing"]), SECRET, PIN) == "trust.wrong-pin"
    assert kind(open_device, resealed(device=other["device"]), SECRET) == "trust.keyfile-damaged"
    swapped = resealed(device=json.loads(FILE)["signing"])
    assert kind(open_device, swapped, SECRET) == "trust.keyfile-damaged"


def test_no_secret_stands_in_the_file():
    text = FILE.decode()
    for secret in (SECRET, SIGNING.seed, DEVICE.store_key, DEVICE.transport.seed):
        assert secret not in FILE and secret.hex() not in text
    assert DEVICE.sealing.text not in text and PIN not in text
    again = create_keyfile(SECRET, PIN, SIGNING, DEVICE, QUICK)
    mine, yours = json.loads(FILE), json.loads(again)
    assert all(mine[part] != yours[part] for part in ("salt", "pin_salt", "check", "device", "signing"))


def test_the_default_cost_is_no_less_than_the_recommended_one():
    cost = ArgonCost()
    assert (cost.memory_kib, cost.passes, cost.lanes) == (65536, 3, 1)
    assert json.loads(create_keyfile(SECRET, PIN, SIGNING, DEVICE))["argon"]["memory_kib"] == 65536


def test_argon2id_is_the_reference_implementations():
    # A vector of the reference implementation's own test: version 0x13, two passes, 64 MiB, one lane.
    stretched = ArgonCost(memory_kib=65536, passes=2, lanes=1).stretch("password", b"somesalt")
    assert stretched.hex() == "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"


@pytest.mark.parametrize("pin", ["", "12345", "x" * 65, "123\x00456", "12345\n6", "ﬁ" * 40, "12345\ud800"])
def test_pins_of_another_form_are_refused(pin):
    assert kind(check_pin_form, pin) == "trust.pin-form"
    assert kind(create_keyfile, SECRET, pin, SIGNING, DEVICE, QUICK) == "trust.pin-form"


def test_a_pin_is_folded():
    assert check_pin_form("１２３４５６") == "123456"
    assert check_pin_form("六个字符正好") == "六个字符正好"


def test_a_passphrase_wraps_the_secret_where_no_keyring_works():
    assert unwrap_secret(WRAPPED, "correct horse battery") == SECRET
    assert unwrap_secret(WRAPPED, "ｃｏｒｒｅｃｔ　horse battery") == SECRET
    for wrong in ("", "correct horse batterY", "x" * 5000):
        assert kind(unwrap_secret, WRAPPED, wrong) == "trust.wrong-passphrase"


@pytest.mark.parametrize("passphrase", ["", "elevenchars", "x" * 1025, "with\tcontrol character"])
def test_passphrases_of_another_form_are_refused(passphrase):
    assert kind(check_passphrase_form, passphrase) == "trust.passphrase-form"
    assert kind(wrap_secret, SECRET, passphrase, QUICK) == "trust.passphrase-form"


@given(st.integers(min_value=0, max_value=len(WRAPPED) - 1))
@settings(max_examples=50)
def test_a_wrapped_secret_with_any_changed_bit_is_damaged(place):
    altered = WRAPPED[:place] + bytes([WRAPPED[place] ^ 4]) + WRAPPED[place + 1 :]
    found = kind(unwrap_secret, altered, "correct horse battery")
    assert found in ("trust.keyfile-damaged", "trust.keyfile-version")


def test_a_secret_has_32_bytes():
    assert kind(create_keyfile, b"short", PIN, SIGNING, DEVICE, QUICK) == "trust.wrong-secret"
    assert kind(wrap_secret, b"short", "correct horse battery", QUICK) == "trust.wrong-secret"


def test_device_keys_show_nothing():
    shown = repr(DEVICE) + str(DEVICE)
    assert shown == "DeviceKeys()" * 2


def test_errors_hold_no_secret():
    for act, arguments in (
        (open_signing, (FILE, SECRET, "wrong pin 9")),
        (open_device, (FILE, OTHER_SECRET)),
        (create_keyfile, (SECRET, "9", SIGNING, DEVICE, QUICK)),
        (unwrap_secret, (WRAPPED, "wrong passphrase 9")),
    ):
        with pytest.raises(TrustError) as caught:
            act(*arguments)
        said = f"{caught.value} {dict(caught.value.details)}"
        assert "wrong pin" not in said and "wrong passphrase" not in said and SECRET.hex() not in said
