"""Keeping the search index in step with what may be read: who is missing is read, who may not be read is taken out."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk.forms import form_of
from zhubi.expert.desk.ownwords import OwnWords
from zhubi.expert.desk.searchviews import IndexState
from zhubi.expert.store.search import Readable
from zhubi.locale import language

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.reading.indexing import Indexing, Job

_DAMAGED: Final = "store.search-damaged"
_MOST_REPAIRS: Final = 2


@dataclass(frozen=True, slots=True)
class Places:
    """What may be searched, by blob and by dossier (office and id)."""

    by_blob: dict[str, Readable]
    by_dossier: dict[tuple[str, str], Readable]


class Searching:
    """What a session remembers for searching, and the process that writes the index. Calls may come from any thread."""

    def __init__(self) -> None:
        self.own_words = OwnWords()
        self._lock = threading.RLock()
        self._indexing: Indexing | None = None
        self._keeping_up = False
        self._again = False
        self._repairs = 0
        self._readable: tuple[int, tuple[Readable, ...]] = (-1, ())
        self._counted: tuple[object, dict[str, int]] = (None, {})

    def __repr__(self) -> str:
        return "Searching()"

    # What may be searched

    def readable(self, desk: Desk) -> tuple[Readable, ...]:
        """Every blob that may be read now, in the order of the desk."""
        state = desk.store.search.state
        with self._lock:
            if self._readable[0] != state or desk.store.read_only:
                self._readable = (state, desk.store.search.readable(now=desk.clock()))
            return self._readable[1]

    def places(self, desk: Desk, round: str | None) -> Places:
        """What may be read of one round, or of all: of two rounds with the same material the first on the desk."""
        by_blob: dict[str, Readable] = {}
        by_dossier: dict[tuple[str, str], Readable] = {}
        for each in self.readable(desk):
            if round in (None, each.round):
                by_blob.setdefault(each.blob, each)
                by_dossier.setdefault((each.office, each.dossier), each)
        return Places(by_blob, by_dossier)

    def state(self, desk: Desk) -> IndexState:
        """How much of that is in the index."""
        wanted = {each.blob for each in self.readable(desk)}
        known = self._known(desk)
        here = wanted & known.keys()
        indexing = self._indexing
        return IndexState(
            len(here), len(wanted), sum(known[each] for each in here), desk.store.search.bytes_used(),
            indexing is not None and indexing.running,
        )  # fmt: skip

    def _known(self, desk: Desk) -> dict[str, int]:
        try:
            reader = desk.store.search.reader()
            if reader is None:
                return {}
            indexing = self._indexing
            stand = (id(reader), indexing.done if indexing is not None else -1, indexing is None)
            with self._lock:
                if self._counted[0] != stand or desk.store.read_only:
                    self._counted = (stand, reader.documents())
                return self._counted[1]
        except ZhubiError as problem:
            if problem.kind == _DAMAGED:
                self.damaged(desk)
            return {}

    # Writing the index

    def begin(self, desk: Desk) -> None:
        """From now on the index follows what may be read."""
        self._keeping_up = True
        self.follow(desk)

    def follow(self, desk: Desk) -> None:
        """Starts writing what is missing, where anything is and ``begin`` was called; blocks no longer than to look."""
        # That it cannot be written is no reason to stop anything else: the state says what is missing.
        with self._lock, suppress(ZhubiError):
            if not self._keeping_up or desk.store.read_only:
                return
            if self._writing():
                self._again = True
                return
            known = self._known(desk)
            readable = self.readable(desk)
            wanted = {each.blob for each in readable}
            # Looking may have found it damaged, and then it is being written by now.
            if not self._writing() and wanted != known.keys():
                self._start(desk, readable, wanted, known)

    def _writing(self) -> bool:
        return self._indexing is not None

    def _start(
        self, desk: Desk, readable: Sequence[Readable], wanted: set[str], known: dict[str, int]
    ) -> None:
        from zhubi.expert.reading.indexing import Indexing

        path, key = desk.store.search.location()
        self._again = False
        self._indexing = Indexing(
            path, key, wanted, _jobs(desk, readable, known.keys()), lambda fault: self._ended(desk, fault)
        )

    def _ended(self, desk: Desk, fault: str) -> None:
        with self._lock:
            self._indexing = None
            self._counted = (None, {})
            again, self._again = self._again, False
            if fault == _DAMAGED and self._repairs < _MOST_REPAIRS:
                self._repairs += 1
                desk.store.search.remove()
                again = True
            if again:
                self.follow(desk)

    def damaged(self, desk: Desk) -> None:
        """The index was found damaged: it is thrown away, and written anew where the index is kept up."""
        with self._lock:
            if desk.store.read_only or self._indexing is not None:
                return  # who writes it finds the same, and ends
            desk.store.search.remove()
            self.follow(desk)

    def wait(self, seconds: float) -> bool:
        """Waits at most so long for the index to be written; whether nothing is being written."""
        indexing = self._indexing
        return indexing is None or indexing.wait(seconds)

    def stop(self) -> bool:
        """Ends the writing until ``begin``; whether the index was kept up until now."""
        with self._lock:
            kept_up = self._keeping_up
            self._keeping_up = self._again = False
            indexing, self._indexing = self._indexing, None
        if indexing is not None:
            indexing.stop()
        return kept_up


@contextmanager
def paused(desk: Desk) -> Iterator[None]:
    """Nothing is written while the block runs; afterwards the index is made of what is left."""
    mine = searching(desk)
    kept_up = mine.stop()
    try:
        yield
    finally:
        if kept_up:
            mine.begin(desk)


def searching(desk: Desk) -> Searching:
    """What this session remembers for searching."""
    if desk.session.searching is None:
        desk.session.searching = Searching()
    found = desk.session.searching
    assert isinstance(found, Searching)
    return found


def _jobs(desk: Desk, readable: Sequence[Readable], known: Any) -> Iterator[Job]:
    """Each dossier version of which something is missing; one that cannot be opened keeps no other back."""
    from zhubi.expert.desk.sealed import identity_of, released
    from zhubi.expert.desk.views import ReviewKey
    from zhubi.expert.reading.indexing import Job

    by_dossier: dict[tuple[str, str, str], list[str]] = {}
    for each in readable:
        by_dossier.setdefault((each.office, each.round, each.dossier), []).append(each.blob)
    given: set[str] = set()
    for (office, round, dossier), blobs in by_dossier.items():
        if given.union(known).issuperset(blobs):
            continue
        given.update(blobs)
        key = ReviewKey(office, round, dossier)
        try:
            view = desk.store.assignments.view(key, now=desk.clock())
            if view is None:
                continue
            version, release = released(desk, key, view)
            identity = identity_of(desk, office, version, release)
            content = version.body.manifest.content.digest  # type: ignore[union-attr]
            files = {blob: str(desk.store.blobs.file(blob)) for blob in blobs}
            yield Job(dossier, content, files, _fact_words(desk, key), identity.text)
        except ZhubiError:
            continue


def _fact_words(desk: Desk, key: Any) -> dict[str, Any]:
    """What the rules call the facts, in the language in use; nothing where they are not here yet."""
    try:
        kind = form_of(desk, key.office, key.round).kind
    except ZhubiError:
        return {}
    tongue = language()
    return {
        rule.id: {
            "name": rule.name.said(tongue),
            "choices": {choice.id: choice.name.said(tongue) for choice in rule.choices},
        }
        for rule in kind.facts
    }
