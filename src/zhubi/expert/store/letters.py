"""Letters to the inspectors: ciphertext that waits to be delivered, then the proof that it was.

Nothing here says what a letter is about, and nobody on this machine can open one. What is being written lies in a file
of its own, sealed to this device, so that no backup of the database holds it; it is deleted when the letter is signed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from zhubi.expert.store.database import Connection, Database
from zhubi.expert.store.errors import fault_of_file
from zhubi.expert.store.values import from_micros, to_micros

_FOLDER: Final = "letters"
_MOST_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """One letter. ``size`` in bytes of ciphertext; ``delivered_at`` and ``proof`` (tlog-proof) once the log has it.

    ``copied``: whether its author kept a copy that this device can open.
    """

    digest: str
    office: str
    size: int
    made_at: datetime
    delivered_at: datetime | None
    proof: str | None
    copied: bool


class Letters:
    """The room of letters."""

    def __init__(self, database: Database, directory: Path) -> None:
        self._database = database
        self._folder = directory / _FOLDER

    def put(self, office: str, digest: str, sealed: bytes, own_copy: bytes | None, now: datetime) -> None:
        """Keeps a letter until it is delivered, and the copy of it that its author asked for."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO sealed_letters (digest, office, sealed, size, made_at, own_copy)"
                " VALUES (?,?,?,?,?,?)",
                (digest, office, sealed, len(sealed), to_micros(now), own_copy),
            )

    def waiting(self, office: str) -> tuple[tuple[str, bytes], ...]:
        """The digest and ciphertext of each letter that has no proof yet, in the order they were signed."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT digest, sealed FROM sealed_letters WHERE office = ? AND proof IS NULL"
                " ORDER BY made_at, digest",
                (office,),
            ).fetchall()
        return tuple((row[0], bytes(row[1])) for row in found)

    def delivered(self, digest: str, proof: str, now: datetime) -> None:
        """The log has it, as this proof, which was verified, shows."""
        with self._database.writing() as connection:
            connection.execute(
                "UPDATE sealed_letters SET delivered_at = ?, proof = ? WHERE digest = ? AND proof IS NULL",
                (to_micros(now), proof, digest),
            )

    def all(self) -> tuple[KeptLetter, ...]:
        """Every letter of this machine, the newest first."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT digest, office, size, made_at, delivered_at, proof, own_copy IS NOT NULL"
                " FROM sealed_letters ORDER BY made_at DESC, digest"
            ).fetchall()
        return tuple(
            KeptLetter(
                row[0], row[1], row[2], from_micros(row[3]), None if row[4] is None else from_micros(row[4]),
                row[5], bool(row[6]),
            )
            for row in found
        )  # fmt: skip

    def copy(self, digest: str) -> bytes | None:
        """The copy, sealed to this device, that the author of a letter kept; None where there is none."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT own_copy FROM sealed_letters WHERE digest = ?", (digest,)
            ).fetchone()
        return None if found is None or found[0] is None else bytes(found[0])

    # What is being written

    def keep_draft(self, office: str, sealed: bytes) -> None:
        """Keeps what is being written to an office's inspectors, in place of what was; durable when it returns."""
        from zhubi.core.trust.errors import TrustError
        from zhubi.core.trust.privatefile import write_private

        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(self._draft(office), sealed)
        except OSError as problem:
            raise fault_of_file(problem, directory=str(self._folder.parent)) from problem
        except TrustError as problem:
            if isinstance(problem.__cause__, OSError):
                raise fault_of_file(problem.__cause__, directory=str(self._folder.parent)) from problem
            raise

    def draft(self, office: str) -> bytes | None:
        """What is being written to an office's inspectors, sealed as it was kept."""
        from zhubi.core.trust.privatefile import read_private

        return read_private(self._draft(office), _MOST_BYTES)

    def drop_draft(self, office: str) -> None:
        """Deletes what was being written; nothing happens when there is none."""
        from zhubi.core.trust.privatefile import remove_private

        if self._draft(office).exists():
            remove_private(self._draft(office))

    def _draft(self, office: str) -> Path:
        return self._folder / f"{hashlib.sha256(office.encode()).hexdigest()[:24]}.age"


def leave_receipts(connection: Connection, office: str) -> None:
    """Inside a purge: copies go, and of what was delivered only digest, times and proof stay."""
    connection.execute("UPDATE sealed_letters SET own_copy = NULL WHERE office = ?", (office,))
    connection.execute(
        "UPDATE sealed_letters SET sealed = x'' WHERE office = ? AND proof IS NOT NULL", (office,)
    )
