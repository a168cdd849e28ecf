"""Sealed blobs: several at once, each from where it broke off, none kept whose digest does not fit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event, Lock
from typing import TYPE_CHECKING, Final

from zhubi.core.model.errors import ZhubiError
from zhubi.core.wire.errors import WireError
from zhubi.expert.store.errors import StoreError

if TYPE_CHECKING:
    from zhubi.core.wire.answering import OfficeAnswers
    from zhubi.expert.store.blobs import Incoming
    from zhubi.expert.store.store import Store
    from zhubi.expert.store.values import BlobWanted
    from zhubi.expert.sync.progress import Progress, SyncReport

AT_ONCE: Final = 4
_TOLD_EVERY: Final = 512 * 1024


class _Transfer:
    """Counts what has come, for all threads together."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._lock = Lock()
        self._progress = progress
        self._total = total
        self._done = 0
        self._told = 0
        self.stopped = Event()

    def came(self, size: int, *, at_once: bool = False) -> None:
        """``size`` more bytes are here."""
        with self._lock:
            self._done += size
            if at_once or self._done - self._told >= _TOLD_EVERY:
                self._told = self._done
                self._progress("blobs", self._done, self._total)


def receive_blobs(
    store: Store, client: OfficeAnswers, office: str, report: SyncReport, progress: Progress
) -> None:
    """Every blob of a version that may be unsealed here and is not whole.

    One that is altered or not given keeps no other back; when the way itself fails, all stop and keep what they have.
    """
    wanted = store.blobs.wanted(office)
    if not wanted:
        return
    transfer = _Transfer(sum(each.size for each in wanted), progress)
    fatal: ZhubiError | None = None
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="zhubi-blob") as pool:
        tasks = [pool.submit(_receive, store, client, each, transfer) for each in wanted]
        try:
            wait(tasks)
        except BaseException:
            # Told to stop: what is under way ends at its next piece, and stays resumable.
            transfer.stopped.set()
            raise
    for each, task in zip(wanted, tasks, strict=True):
        problem = task.exception()
        if isinstance(problem, ZhubiError):
            fatal = fatal or problem
        elif problem is not None:
            raise problem
        else:
            fault = task.result()
            if fault is not None:
                report.problems.append(fault)
            elif store.blobs.have(each.digest):
                report.blobs += 1
                report.blob_bytes += each.size
    if fatal is not None:
        raise fatal


def _receive(
    store: Store, client: OfficeAnswers, wanted: BlobWanted, transfer: _Transfer
) -> ZhubiError | None:
    """One blob; gives what is wrong with this one alone, raises what is wrong with the way or the disk."""
    if transfer.stopped.is_set():
        return None
    try:
        _transfer(store, client, wanted, transfer)
    except ZhubiError as problem:
        if isinstance(problem, WireError) and not problem.offline and problem.kind != "wire.unauthorised":
            return problem
        if problem.kind in ("store.blob-mismatch", "store.blob-too-large"):
            return problem
        transfer.stopped.set()
        raise
    return None


def _transfer(store: Store, client: OfficeAnswers, wanted: BlobWanted, transfer: _Transfer) -> None:
    with store.blobs.receive(wanted.digest, wanted.size) as incoming:
        transfer.came(incoming.offset)
        resumed = incoming.offset > 0
        if not _receive_rest(client, wanted, incoming, transfer):
            return
        try:
            incoming.finish()
        except StoreError as problem:
            if problem.kind != "store.blob-mismatch" or not resumed:
                raise
            # What an earlier attempt left may be what is wrong: once more, from the first byte.
            if not _receive_rest(client, wanted, incoming, transfer):
                return
            incoming.finish()
    transfer.came(0, at_once=True)


def _receive_rest(client: OfficeAnswers, wanted: BlobWanted, incoming: Incoming, transfer: _Transfer) -> bool:
    """Everything from where it stands; False when all were told to stop."""
    if incoming.offset < wanted.size:
        for piece in client.blob(wanted.digest, wanted.size, incoming.offset):
            incoming.write(piece)
            transfer.came(len(piece))
            if transfer.stopped.is_set():
                return False
    return True
