"""Following a log: each checkpoint must continue the one before; what the log holds is proven by its tiles."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from zhubi.core.trust.checkpoints import CosignedCheckpoint, PinnedLog, read_checkpoint
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.merkle import leaf_hash
from zhubi.core.trust.tiles import TreeReader, check_extends
from zhubi.expert.sync.errors import SyncError, bad_record

if TYPE_CHECKING:
    from zhubi.core.wire.answering import OfficeAnswers
    from zhubi.expert.store.store import Store
    from zhubi.expert.store.values import Office

_CONTRADICTIONS: Final = {
    "trust.log-forked": "sync.log-forked",
    "trust.log-rewritten": "sync.log-rewritten",
    "trust.log-shrank": "sync.log-shrank",
}


class LogFollower:
    """One office's log as this machine has seen it, from the newest checkpoint kept here onward."""

    def __init__(self, store: Store, client: OfficeAnswers, office: Office, now: datetime) -> None:
        self._store = store
        self._client = client
        self._office = office.office
        self._now = now
        self.pins = PinnedLog(office.office, office.log_key, office.cosigner_key)
        self._fresh_tiles: dict[str, bytes] = {}
        self._agreed: set[tuple[int, bytes]] = set()
        kept = store.log.checkpoint(office.office)
        self.current: CosignedCheckpoint | None = None
        self._reader: TreeReader | None = None
        if kept is not None:
            self.current = read_checkpoint(kept.text, self.pins)
            self._reader = TreeReader(self.current, self._fetch)

    def advance(self, text: str) -> CosignedCheckpoint:
        """Takes the log's newest checkpoint: verified, shown to continue the one kept, then kept itself.

        ``sync.log-forked``, ``sync.log-rewritten``, ``sync.log-shrank``: the two contradict each other; both are
        kept as evidence. The faults of ``read_checkpoint``, and ``trust.tile-damaged``.
        """
        found = read_checkpoint(text, self.pins)
        if self.current is not None and (found.size, found.root) == (self.current.size, self.current.root):
            return self.current
        try:
            reader = self._extending(found)
        except TrustError as problem:
            if problem.kind not in _CONTRADICTIONS:
                raise
            raise self._contradiction(problem.kind, found) from problem
        self._keep(found, reader)
        return found

    def agree(self, text: str) -> CosignedCheckpoint:
        """Takes a checkpoint that came with something else: older ones must be a part of the log, newer continue it."""
        found = read_checkpoint(text, self.pins)
        if self.current is None or found.size > self.current.size:
            return self.advance(text)
        if (found.size, found.root) == (self.current.size, self.current.root):
            return found
        if (found.size, found.root) not in self._agreed:
            if self._read().root_at(found.size) != found.root:
                raise self._contradiction("trust.log-forked", found)
            self._agreed.add((found.size, found.root))
        return found

    def check_leaf(self, index: int, digest: str) -> None:
        """Returns when the log holds this record at this place; ``sync.bad-record``."""
        if self.current is None or index >= self.current.size:
            raise bad_record(digest, "the log does not reach it yet")
        if self._read().leaf(index) != leaf_hash(bytes.fromhex(digest)):
            raise bad_record(digest, "the log holds something else in its place")

    def settle(self) -> None:
        """Keeps the complete tiles that were authenticated, so that they are not asked for again."""
        if self._fresh_tiles:
            self._store.log.keep_tiles(self._office, self._fresh_tiles)
            self._fresh_tiles = {}

    def _extending(self, found: CosignedCheckpoint) -> TreeReader:
        try:
            return check_extends(self.current, found, self._fetch)
        except TrustError as problem:
            if problem.kind != "trust.tile-damaged":
                raise
            # It may be ours that are damaged: once more, with nothing but what the office gives.
            self._store.log.forget_tiles(self._office)
            self._fresh_tiles = {}
            return check_extends(self.current, found, self._fetch)

    def _keep(self, found: CosignedCheckpoint, reader: TreeReader) -> None:
        self._store.log.advance(
            self._office, found.text, size=found.size, root=found.root.hex(), time=found.time, now=self._now
        )
        self.current, self._reader = found, reader

    def _read(self) -> TreeReader:
        assert self._reader is not None
        return self._reader

    def _fetch(self, path: str) -> bytes:
        complete = ".p/" not in path
        if complete:
            known = self._fresh_tiles.get(path) or self._store.log.tile(self._office, path)
            if known is not None:
                return known
        found = self._client.tile(path)
        if complete:
            self._fresh_tiles[path] = found
        return found

    def _contradiction(self, kind: str, found: CosignedCheckpoint) -> SyncError:
        assert self.current is not None
        self._store.log.keep_evidence(self._office, kind, self.current.text, found.text, self._now)
        return SyncError(
            _CONTRADICTIONS[kind],
            f"the log of {found.size} entries contradicts the one of {self.current.size} seen before",
            old=self.current.size,
            new=found.size,
        )
