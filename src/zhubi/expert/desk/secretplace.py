"""Where this machine's one secret is kept: ``place.json`` says which keyring entry, or that a passphrase is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zhubi.expert.desk.errors import DeskError

if TYPE_CHECKING:
    from zhubi.core.trust.secretstore import SecretStore

NAME: Final = "place.json"
_FORM: Final = "zhubi-place/1"
_SECRET_FILE: Final = "secret.json"  # noqa: S105 - the name of a file
_SERVICE: Final = "zhubi"
_LIMIT: Final = 4096


@dataclass(frozen=True, slots=True)
class Place:
    """``account`` of the keyring entry, empty for a passphrase. ``enrolled``: whether an enrolment was finished."""

    account: str
    enrolled: bool


def read(directory: Path) -> Place | None:
    """The place; None where there is none. ``desk.place-damaged``."""
    try:
        with (directory / NAME).open("rb") as file:
            found = json.loads(file.read(_LIMIT))
        if found["form"] != _FORM:
            raise ValueError
        return Place(str(found["account"]), found["enrolled"] is True)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as problem:
        raise DeskError(
            "desk.place-damaged", f"{NAME} cannot be read", path=str(directory / NAME)
        ) from problem


def write(directory: Path, place: Place) -> None:
    """Keeps the place, atomically; ``trust.cannot-write``."""
    from zhubi.core.trust.privatefile import write_private

    body = {"account": place.account, "enrolled": place.enrolled, "form": _FORM}
    write_private(directory / NAME, (json.dumps(body, sort_keys=True) + "\n").encode())


def new_place(passphrase: str | None) -> Place:
    """Where a new secret goes: the keyring when it works, else under the passphrase; ``desk.passphrase-needed``."""
    from zhubi.core.trust.chance import nonce
    from zhubi.core.trust.secretstore import keyring_works

    if passphrase is not None:
        return Place("", False)
    if not keyring_works():
        raise _needed()
    return Place(nonce(), False)


def secret_store(directory: Path, place: Place, ask: Callable[[], str] | None) -> SecretStore:
    """The secret at a place; ``desk.passphrase-needed`` when it takes a passphrase and nobody can be asked."""
    from zhubi.core.trust.secretstore import KeyringSecret, PassphraseSecret

    if place.account:
        return KeyringSecret(_SERVICE, place.account)
    if ask is None:
        raise _needed()
    return PassphraseSecret(directory / _SECRET_FILE, ask)


def _needed() -> DeskError:
    return DeskError("desk.passphrase-needed", "no keyring works here, so a passphrase is needed")
