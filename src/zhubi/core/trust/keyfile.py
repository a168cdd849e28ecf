"""The one file of a device: its keys, wrapped under the secret in the keyring and, for signing, under the PIN as well.

The store key, the transport key and the sealing key open with the secret alone, so that sync runs by itself. The
signing key opens with HKDF(Argon2id(PIN) ‖ secret): unlocking proves the PIN by opening it.
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from typing import Final

from zhubi.core.trust.canonical import JsonObject, canonical, parse_object
from zhubi.core.trust.chance import random_bytes
from zhubi.core.trust.encodings import to_base64url
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.sealing import SealingKey
from zhubi.core.trust.wrapping import (
    KEY_BYTES,
    SALT_BYTES,
    ArgonCost,
    damaged,
    derive,
    folded,
    from_file,
    raw,
    to_file,
    unwrap,
    wrap,
)

DEVICE_FORM: Final = "zhubi-device/1"
SECRET_FORM: Final = "zhubi-secret/1"  # noqa: S105 - the name of a form
PIN_LENGTH: Final = (6, 64)
PASSPHRASE_LENGTH: Final = (12, 1024)


@dataclass(frozen=True, slots=True, repr=False)
class DeviceKeys:
    """What a device uses without asking: the key of its store (32 bytes), and its transport and sealing keys."""

    store_key: bytes
    transport: SigningKey
    sealing: SealingKey

    def __repr__(self) -> str:
        return "DeviceKeys()"


def _form(words: str, bounds: tuple[int, int], kind: str, name: str) -> str:
    plain = folded(words)
    least, most = bounds
    if not least <= len(plain) <= most or any(unicodedata.category(c) in ("Cc", "Cs") for c in plain):
        raise TrustError(
            kind, f"a {name} has {least} to {most} characters, this has {len(plain)}", least=least, most=most
        )
    return plain


def check_pin_form(pin: str) -> str:
    """The PIN as it is used (NFKC), when it has 6 to 64 characters and none of them a control: ``trust.pin-form``."""
    return _form(pin, PIN_LENGTH, "trust.pin-form", "PIN")


def check_passphrase_form(passphrase: str) -> str:
    """The passphrase as it is used (NFKC), when it has 12 characters or more: ``trust.passphrase-form``."""
    return _form(passphrase, PASSPHRASE_LENGTH, "trust.passphrase-form", "passphrase")


def _check_secret(secret: bytes) -> None:
    if len(secret) != KEY_BYTES:
        raise _wrong_secret()


def _wrong_secret() -> TrustError:
    return TrustError("trust.wrong-secret", "this device's secret does not belong to this key file")


def create_keyfile(
    secret: bytes, pin: str, signing: SigningKey, device: DeviceKeys, argon: ArgonCost | None = None
) -> bytes:
    """The bytes of a device's key file. ``secret`` is 32 bytes; ``trust.pin-form``, ``trust.wrong-secret``."""
    _check_secret(secret)
    words = check_pin_form(pin)
    cost = argon or ArgonCost()
    salt, pin_salt = random_bytes(SALT_BYTES), random_bytes(SALT_BYTES)
    context = _context(salt, pin_salt, cost)
    keys: JsonObject = {
        "sealing": device.sealing.text,
        "store": to_base64url(device.store_key),
        "transport": to_base64url(device.transport.seed),
    }
    body: JsonObject = {
        **context,
        "check": to_base64url(derive(secret, salt, "check")),
        "device": wrap(derive(secret, salt, "device"), canonical(keys), {**context, "part": "device"}),
        "signing": wrap(
            _signing_key(secret, words, pin_salt, cost), signing.seed, {**context, "part": "signing"}
        ),
    }
    return to_file(DEVICE_FORM, body)


def _context(salt: bytes, pin_salt: bytes, cost: ArgonCost) -> JsonObject:
    return {"argon": cost.as_json(), "pin_salt": to_base64url(pin_salt), "salt": to_base64url(salt)}


def _signing_key(secret: bytes, words: str, pin_salt: bytes, cost: ArgonCost) -> bytes:
    return derive(cost.stretch(words, pin_salt) + secret, pin_salt, "signing")


@dataclass(frozen=True, slots=True)
class _Opened:
    """A key file whose secret fits, not yet unwrapped."""

    body: JsonObject
    salt: bytes
    pin_salt: bytes
    cost: ArgonCost

    def context(self, part: str) -> JsonObject:
        return {**_context(self.salt, self.pin_salt, self.cost), "part": part}


def _open(data: bytes, secret: bytes) -> _Opened:
    body = from_file(DEVICE_FORM, data)
    salt, pin_salt = raw(body.get("salt"), SALT_BYTES), raw(body.get("pin_salt"), SALT_BYTES)
    cost = ArgonCost.from_json(body.get("argon"))
    _check_secret(secret)
    # 256 bits of HKDF over a 256-bit secret tell nothing of it, and tell a wrong secret from a wrong PIN.
    if not hmac.compare_digest(derive(secret, salt, "check"), raw(body.get("check"), KEY_BYTES)):
        raise _wrong_secret()
    return _Opened(body, salt, pin_salt, cost)


def open_device(data: bytes, secret: bytes) -> DeviceKeys:
    """The keys that need no PIN; ``trust.wrong-secret``, ``trust.keyfile-damaged``, ``trust.keyfile-version``."""
    opened = _open(data, secret)
    content = unwrap(
        derive(secret, opened.salt, "device"), opened.body.get("device"), opened.context("device")
    )
    if content is None:
        raise damaged("its device part does not open")
    keys = parse_object(content, max_bytes=1000, max_depth=2)
    return DeviceKeys(
        raw(keys.get("store"), KEY_BYTES),
        SigningKey.from_seed(raw(keys.get("transport"), KEY_BYTES)),
        SealingKey.from_text(str(keys.get("sealing"))),
    )


def open_signing(data: bytes, secret: bytes, pin: str) -> SigningKey:
    """The signing key; ``trust.wrong-pin``, and the faults of ``open_device``."""
    opened = _open(data, secret)
    words = folded(pin)
    content = None
    if len(words) <= PIN_LENGTH[1]:
        key = _signing_key(secret, words, opened.pin_salt, opened.cost)
        content = unwrap(key, opened.body.get("signing"), opened.context("signing"))
    if content is None:
        raise TrustError("trust.wrong-pin", "this is not the PIN that was chosen on this machine")
    return SigningKey.from_seed(content)


def wrap_secret(secret: bytes, passphrase: str, argon: ArgonCost | None = None) -> bytes:
    """The device's secret under a passphrase, for a machine without a keyring that works; ``trust.passphrase-form``."""
    _check_secret(secret)
    words = check_passphrase_form(passphrase)
    cost, salt = argon or ArgonCost(), random_bytes(SALT_BYTES)
    context: JsonObject = {"argon": cost.as_json(), "salt": to_base64url(salt)}
    key = derive(cost.stretch(words, salt), salt, "secret")
    return to_file(SECRET_FORM, {**context, "secret": wrap(key, secret, context)})


def unwrap_secret(data: bytes, passphrase: str) -> bytes:
    """The 32-byte secret; ``trust.wrong-passphrase``, ``trust.keyfile-damaged``, ``trust.keyfile-version``."""
    body = from_file(SECRET_FORM, data)
    cost, salt = ArgonCost.from_json(body.get("argon")), raw(body.get("salt"), SALT_BYTES)
    words = folded(passphrase)
    content = None
    if len(words) <= PASSPHRASE_LENGTH[1]:
        context: JsonObject = {"argon": cost.as_json(), "salt": to_base64url(salt)}
        content = unwrap(derive(cost.stretch(words, salt), salt, "secret"), body.get("secret"), context)
    if content is None:
        raise TrustError(
            "trust.wrong-passphrase", "this is not the passphrase that was chosen on this machine"
        )
    if len(content) != KEY_BYTES:
        raise damaged("its secret has another length")
    return content
