"""Opening the desk: the store of this machine, ready for every act, and nothing heavy before it is needed."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk import secretplace
from zhubi.expert.desk.errors import DeskError

if TYPE_CHECKING:
    from zhubi.expert.store.store import Store

Clock = Callable[[], datetime]
OUTSIDE: Final = "outside"
"""The folder, beside the store, of what was opened outside."""


def now_utc() -> datetime:
    """This moment by this machine's clock."""
    return datetime.now(UTC)


@dataclass(slots=True, repr=False)
class Session:
    """What is remembered until the app is left: compiled forms, opened contents, what was warned of."""

    forms: dict[object, Any] = field(default_factory=dict)
    contents: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)
    rounds: dict[tuple[str, str], Any] = field(default_factory=dict)
    histories: dict[tuple[str, str, str], Any] = field(default_factory=dict)
    """The edits of each sheet that can be taken back."""
    syncs: int = 0
    """How many syncs have ended: what was remembered of records before that is read anew."""
    outside: Any = None
    """The folder of what was opened outside in this session; None before the first."""
    printed: bool = False
    """Whether something was printed, and so it was told that this lies in clear."""
    searching: Any = None
    """What is remembered for searching, and the process that writes the index; None before the first search."""
    clients: dict[str, Any] = field(default_factory=dict)
    syncing: Lock = field(default_factory=Lock)

    def __repr__(self) -> str:
        return "Session()"


@dataclass(slots=True, repr=False)
class Desk:
    """One open desk. Its functions may be called from several threads; blocking ones say so."""

    directory: Path
    store: Store
    clock: Clock
    session: Session = field(default_factory=Session)

    def close(self) -> None:
        """Leaves every sheet in order, and lets another copy of the app in."""
        if not self.store.read_only:
            with suppress(ZhubiError):
                self._sweep_evidence()
        if self.session.searching is not None:
            self.session.searching.stop()
        self.session.contents.clear()
        self.session.histories.clear()
        self.session.keys.clear()
        for _, client in self.session.clients.values():
            client.close()
        self.session.clients.clear()
        self.store.close()

    def _sweep_evidence(self) -> None:
        if self.store.evidence.reviews():
            from zhubi.expert.desk.evidence import sweep

            sweep(self)

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return "Desk()"


def default_directory() -> Path:
    """Where the user's own data is: ``ZHUBI_HOME``, else the place this system has for it."""
    chosen = os.environ.get("ZHUBI_HOME")
    if chosen:
        return Path(chosen)
    from platformdirs import user_data_path

    return user_data_path("zhubi", appauthor=False)


def is_enrolled(directory: Path | None = None) -> bool:
    """Whether this machine is enrolled with an office: cheap, nothing is opened."""
    place = secretplace.read(directory or default_directory())
    return place is not None and place.enrolled


def open_desk(
    directory: Path | None = None,
    *,
    ask_passphrase: Callable[[], str] | None = None,
    clock: Clock = now_utc,
    read_only: bool = False,
) -> Desk:
    """The desk of a directory (None: the user's own). ``read_only`` works beside another copy and changes nothing.

    ``ask_passphrase`` is called once where no keyring holds the secret. Raises ``desk.not-enrolled``,
    ``desk.passphrase-needed``, ``trust.wrong-passphrase``, ``trust.keyring-failed`` and the ``store.…`` faults.
    """
    from zhubi.expert.store.store import Store

    folder = directory or default_directory()
    place = secretplace.read(folder)
    if place is None or not place.enrolled:
        raise DeskError("desk.not-enrolled", f"nobody is enrolled in {folder}", directory=str(folder))
    secret = secretplace.secret_store(folder, place, ask_passphrase)
    desk = Desk(folder, Store.open(folder, secret, read_only=read_only), clock)
    if not read_only:
        _wipe_stale(folder / OUTSIDE)
    return desk


def _wipe_stale(outside: Path) -> None:
    """Deletes what was opened outside by a session that was killed; that it cannot is no reason not to open."""
    with suppress(OSError):
        if outside.is_dir() and any(outside.iterdir()):
            from zhubi.expert.reading.outside import OutsideFolder

            OutsideFolder(outside).wipe_stale()
