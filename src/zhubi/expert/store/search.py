"""What may be searched: the sealed blobs whose key is here, and the index of them beside the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from zhubi.expert.store.database import Connection, Database, remove_database
from zhubi.expert.store.storefile import read_store_file
from zhubi.expert.store.values import AssignmentKey

if TYPE_CHECKING:
    from zhubi.expert.store.searchindex import SearchReader

_INDEXES: Final = "search-*.db"
# What these stages have of the material is not, or no longer, for this person's eyes.
_CLOSED_TO_ME: Final = "'commit', 'card-waiting', 'declare', 'awaiting', 'sealed', 'recused', 'declined', 'replaced', 'withdrawn', 'void', 'purged'"  # noqa: E501
_READABLE: Final = (
    "SELECT r.office, r.round, a.dossier, a.code, a.title, v.digest, v.size, v.place, a.position"
    " FROM assignments a JOIN rounds r ON r.id = a.round JOIN version_blobs v ON v.version = {version}"
    " JOIN blobs b ON b.digest = v.digest"
    f" WHERE a.stage NOT IN ({_CLOSED_TO_ME})"
)
_NEWEST: Final = _READABLE.format(version="a.version") + " AND a.unsealed ORDER BY a.position, v.place"
_OLDER: Final = _READABLE.format(version="?4") + (
    " AND r.office = ?1 AND r.round = ?2 AND a.dossier = ?3 ORDER BY v.place"
)
_BEHIND: Final = (
    "SELECT r.office, r.round, a.dossier FROM assignments a JOIN rounds r ON r.id = a.round"
    f" WHERE NOT a.unsealed AND ' ' || a.flags || ' ' LIKE '% new-version %' AND a.stage NOT IN ({_CLOSED_TO_ME})"
    " ORDER BY a.position"
)


@dataclass(frozen=True, slots=True)
class Readable:
    """A sealed blob that is here whole and that this person may read; ``place`` 0 is the content's, then attachments.

    ``code`` and ``title`` are those of the project on its newest card, ``position`` is its place on the desk.
    """

    office: str
    round: str
    dossier: str
    code: str
    title: str
    blob: str
    size: int
    place: int
    position: int

    @property
    def key(self) -> AssignmentKey:
        """The assignment by which it may be read."""
        return AssignmentKey(self.office, self.round, self.dossier)


class Search:
    """The room of what is searched. The index is derived: whoever finds it missing or damaged has it made anew."""

    def __init__(self, database: Database, directory: Path, secret: bytes) -> None:
        self._database = database
        self._directory = directory
        self._secret = secret
        self._lock = Lock()
        self._reader: SearchReader | None = None

    def __repr__(self) -> str:
        return "Search()"

    @property
    def state(self) -> int:
        """Grows with every write of this process to the store."""
        return self._database.commits

    def readable(self, *, now: datetime) -> tuple[Readable, ...]:
        """Every blob that may be searched, in the order of the desk; one that two rounds need, once for each."""
        with self._database.reading() as connection:
            found = [Readable(*row) for row in connection.execute(_NEWEST)]
            behind = connection.execute(_BEHIND).fetchall()
            for office, round, dossier in behind:
                found += _of_older(connection, AssignmentKey(office, round, dossier), now)
        return tuple(found)

    def location(self) -> tuple[Path, bytes]:
        """Where the index belongs, and its 32-byte key; both change when the store's own key does."""
        file = read_store_file(self._directory, self._secret)
        return self._directory / file.search_index, file.search_key(self._secret)

    def reader(self) -> SearchReader | None:
        """The index, for reading; None while there is none. ``store.search-damaged``."""
        from zhubi.expert.store.searchindex import SearchReader

        path, key = self.location()
        with self._lock:
            if self._reader is not None and not self._reader.stands(path):
                self._reader.close()
                self._reader = None
            if self._reader is None and path.exists():
                self._reader = SearchReader(path, key)
            return self._reader

    def remove(self) -> None:
        """Deletes the index, whatever state it is in."""
        self.close()
        remove_indexes(self._directory)

    def close(self) -> None:
        """Lets go of the file."""
        with self._lock:
            if self._reader is not None:
                self._reader.close()
                self._reader = None

    def bytes_used(self) -> int:
        """Bytes on disk of the index."""
        return sum(_size(path) for path in self._directory.glob(_INDEXES + "*"))


def _of_older(connection: Connection, key: AssignmentKey, now: datetime) -> Iterator[Readable]:
    """The blobs of the version that the newest key here opens, where a newer version still waits for its key."""
    from zhubi.core.model.records import DossierBody, KeyReleaseBody
    from zhubi.expert.store.derivation import matters, round_state, view_of

    state = round_state(connection, key.office, key.round)
    matter = None if state is None else next(matters(connection, state, [key.dossier]), None)
    view = None if state is None or matter is None else view_of(state, key.dossier, matter[1], now)
    if view is None or matter is None or view.release is None:
        return
    release = view.release.body
    assert isinstance(release, KeyReleaseBody)
    for record in matter[1].records:
        if isinstance(record.body, DossierBody) and record.body.manifest_digest == release.manifest_digest:
            bindings = (key.office, key.round, key.dossier, record.digest)
            yield from (Readable(*row) for row in connection.execute(_OLDER, bindings))
            return


def remove_indexes(directory: Path, *, but: str = "") -> None:
    """Deletes the search indexes of a directory, but the one of this name; the faults of ``remove_database``."""
    for path in directory.glob(_INDEXES):
        if path.name != but:
            remove_database(path)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
