"""Sealed letters: taken from whoever brings them without a note of who that is, and opened by the inspectors alone.

The sealing keys of the staff rest wrapped under the office's key, like every other secret of this office: who has both
its key file and its database can open what the inspectors can.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import RecordType, StaffKeyBody
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import thumbprint
from zhubi.core.trust.letters import Letter, check_letter, open_letter, read_letter
from zhubi.core.trust.receipts import receipt_code
from zhubi.core.trust.sealing import SealingKey
from zhubi.office.ledger.leaves import letters_in
from zhubi.office.ledger.ledger import Reading
from zhubi.office.vault.errors import VaultError
from zhubi.office.vault.keeper import Keeper
from zhubi.office.vault.secrets import load_sealing_key

_ROLE: Final = "inspector"


@dataclass(frozen=True, slots=True)
class SealedLetter:
    """A letter as an inspector finds it. ``letter`` None: ``fault`` says why it cannot be read or does not count.

    ``logged_at`` in Unix seconds; ``size`` in bytes of ciphertext; ``same_as`` is the index of an earlier letter
    around the same record.
    """

    index: int
    digest: str
    code: str
    logged_at: int | None
    size: int
    letter: Letter | None
    fault: ZhubiError | None = None
    same_as: int | None = None


def take_letter(office: Keeper, sealed: bytes) -> tuple[str, str]:
    """Keeps a letter as a leaf of the log, once however often it comes; gives its digest and the proof of it.

    ``trust.letter-form``.
    """
    check_letter(sealed)
    with office.ledger.writing() as writing:
        digest = writing.append_letter(sealed)
    with office.ledger.reading() as reading:
        proof = reading.proof(digest)
    if proof is None:
        raise VaultError("vault.letter-unproven", "no checkpoint holds the letter yet", digest=digest)
    return digest, proof


def read_letters(office: Keeper, person: str) -> list[SealedLetter]:
    """Every letter in log order, opened by the sealing keys of this inspector; ``vault.letters-closed`` for others.

    ``person`` is the id of someone on the staff, whose key as an inspector acts now.
    """
    with office.ledger.reading() as reading:
        keys = _keys(office, reading, person)
        found: list[SealedLetter] = []
        first: dict[str, int] = {}
        for index, digest, sealed in letters_in(reading.conn):
            letter, fault = _opened(reading, keys, sealed, office.ledger.origin, index)
            same = first.setdefault(letter.digest, index) if letter is not None else index
            found.append(
                SealedLetter(
                    index, digest, receipt_code(digest), reading.logged_at(index), len(sealed), letter, fault,
                    same if same != index else None,
                )
            )  # fmt: skip
    return found


def _opened(
    reading: Reading, keys: list[SealingKey], sealed: bytes, origin: str, index: int
) -> tuple[Letter | None, ZhubiError | None]:
    fault: ZhubiError | None = None
    for key in keys:
        try:
            compact = open_letter(sealed, key)
        except TrustError as problem:
            fault = problem
            if problem.kind == "trust.cannot-open":
                continue
            break
        try:
            return read_letter(compact, reading.registry(), origin, index), None
        except TrustError as problem:
            return None, problem
    return None, fault


def _keys(office: Keeper, reading: Reading, person: str) -> list[SealingKey]:
    """The sealing keys a person has had as an inspector, the newest first."""
    registry = reading.registry()
    acting = registry.staff()
    if not any(each.person == person and each.role == _ROLE for each in acting):
        known = [each for each in acting if each.person == person]
        names = "、".join(dict.fromkeys(each.name for each in acting if each.role == _ROLE))
        raise VaultError(
            "vault.letters-closed",
            "letters are sealed to the inspectors alone",
            name=known[-1].name if known else person,
            inspectors=names or "--",
        )
    kids = [
        thumbprint(each.body.signing)
        for each in reading.by_type(RecordType.STAFF_KEY)
        if isinstance(each.body, StaffKeyBody) and each.body.person == person and each.body.role == _ROLE
    ]
    return [load_sealing_key(reading.conn, office.secrets, kid) for kid in reversed(kids)]
