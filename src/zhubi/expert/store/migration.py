"""The schema, one numbered SQL file a version: applied in order, each whole or not at all, after a backup."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from zhubi.expert.store.database import Database
from zhubi.expert.store.errors import StoreError, fault_of_file

BACKUPS: Final = "backups"
_DAILY: Final = "daily"
_DAY_SECONDS: Final = 86_400
_SCHEMA: Final = Path(__file__).parent / "schema"


@dataclass(frozen=True, slots=True)
class Step:
    """What leads from the version before to ``version``."""

    version: int
    sql: str


def steps() -> tuple[Step, ...]:
    """All steps from the first release on."""
    return tuple(
        Step(int(path.stem), path.read_text(encoding="utf-8")) for path in sorted(_SCHEMA.glob("*.sql"))
    )


def known_version() -> int:
    """The newest version this program knows."""
    return max(int(path.stem) for path in _SCHEMA.glob("*.sql"))


def version_of(database: Database) -> int:
    """The version a database is at; 0 when it is empty."""
    with database.reading() as connection:
        return int(connection.pragma("user_version"))


def check_version(found: int, known: int) -> None:
    """``store.newer-schema`` when the database was written by a program newer than this one."""
    if found > known:
        raise StoreError(
            "store.newer-schema",
            f"the store is at version {found}, this program knows {known}",
            found=str(found),
            known=str(known),
        )


def migrate(database: Database, plan: Sequence[Step] | None = None) -> None:
    """Brings a database to the newest version; it stays as it was when a step fails.

    A database that holds something is backed up first. ``store.newer-schema``, ``store.disk-full``.
    """
    found = version_of(database)
    known = known_version() if plan is None else max(step.version for step in plan)
    check_version(found, known)
    if found == known:
        return
    if found:
        back_up(database, f"v{found}")
    for step in plan or steps():
        if step.version > found:
            with database.writing() as connection:
                connection.execute(step.sql)
                connection.pragma("user_version", step.version)


def back_up(database: Database, mark: str) -> Path:
    """A copy of the whole database under the same key, in place of a former one of this mark, whole or not at all.

    ``store.disk-full``; ``store.damaged`` leaves the former one.
    """
    folder = database.path.parent / BACKUPS
    target = folder / f"{database.path.stem}-{mark}.db"
    draft = target.with_suffix(".new")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        draft.unlink(missing_ok=True)
        try:
            database.copy_to(draft)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as problem:
        raise fault_of_file(problem, directory=str(folder.parent)) from problem
    return target


def back_up_daily(database: Database) -> None:
    """Makes the backup of the day, unless there is one; the faults of ``back_up``."""
    target = database.path.parent / BACKUPS / f"{database.path.stem}-{_DAILY}.db"
    # Either way round: a clock that was years off must not end all backups.
    if target.exists() and abs(time.time() - target.stat().st_mtime) < _DAY_SECONDS:
        return
    back_up(database, _DAILY)


def newest_backup(database: Path) -> str:
    """The newest backup of this database file, as a path from its directory; empty when there is none."""
    found = sorted(
        (database.parent / BACKUPS).glob(f"{database.stem}-*.db"), key=lambda path: path.stat().st_mtime
    )
    return f"{BACKUPS}/{found[-1].name}" if found else ""
