"""Evidence after records: sealed files in chunks, from where the office stands, until their acceptance is proven."""

from __future__ import annotations

import time
from functools import partial
from typing import IO, TYPE_CHECKING, Final

from zhubi.core.model.errors import ZhubiError
from zhubi.core.trust.receipts import Receipt, verify_evidence
from zhubi.core.trust.records import peek
from zhubi.core.wire.errors import WireError
from zhubi.core.wire.messages import CHUNK_LIMIT
from zhubi.expert.store.records import Arrival
from zhubi.expert.sync.errors import CONTRADICTED, SyncError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from zhubi.core.wire.answering import OfficeAnswers
    from zhubi.core.wire.messages import UploadAnswer
    from zhubi.expert.store.store import Store
    from zhubi.expert.store.values import Office, SiteEvidence
    from zhubi.expert.sync.following import LogFollower
    from zhubi.expert.sync.progress import Progress, SyncReport
    from zhubi.expert.sync.verifying import Verifier

FIRST_CHUNK: Final = 256 * 1024
_GROWS_AFTER: Final = 16 * 1024 * 1024
"""Bytes without a break after which chunks become larger: on a way that breaks often, little is sent twice."""
_RECOVERS_AFTER: Final = 1024 * 1024
_SMALLEST: Final = 16 * 1024
_PATIENCE: Final = 6
"""How often in a row the way may break, or a chunk be spoilt, with nothing arriving between."""
_PAUSE: Final = 0.2
_OTHER_BYTES: Final = "vault.upload-other-bytes"
_MENDED: Final = frozenset({"api.chunk-damaged", "vault.upload-gap", _OTHER_BYTES})
"""Refusals after which sending again may help; all of it from the beginning only once."""
_NOTED_EVERY: Final = 4 * 1024 * 1024


def send_evidence(
    store: Store,
    client: OfficeAnswers,
    office: Office,
    log: LogFollower,
    verifier: Verifier,
    report: SyncReport,
    progress: Progress,
    now: datetime,
) -> None:
    """Everything that a logged review of mine names and the office has not accepted, one file after the other.

    A file that fails for itself keeps no other back; what fails on the way is raised, and the next sync goes on from
    where the office stands.
    """
    waiting = store.evidence.waiting(office.office)
    if not waiting:
        return
    done, total = 0, sum(each.size for each in waiting)
    for each in waiting:
        upload = _Upload(store, client, each, partial(_tell, progress, done, total))
        try:
            answer = upload.run()
            _prove(store, office, log, verifier, each.digest, answer, now)
            report.evidence += 1
        except ZhubiError as problem:
            if problem.kind in CONTRADICTED or (isinstance(problem, WireError) and _of_the_way(problem)):
                raise
            report.problems.append(problem)
        done += each.size
        progress("evidence", done, total)


def _tell(progress: Progress, before: int, total: int, sent: int) -> None:
    progress("evidence", before + sent, total)


def _of_the_way(problem: WireError) -> bool:
    return problem.offline or problem.status in (401, 429) or problem.status >= 500 or problem.status == 0


class _Upload:
    """One sealed file on its way to the office."""

    def __init__(
        self, store: Store, client: OfficeAnswers, wanted: SiteEvidence, told: Callable[[int], None]
    ) -> None:
        self._store = store
        self._client = client
        self._wanted = wanted
        self._told = told
        self._chunk = FIRST_CHUNK
        self._unbroken = 0
        self._failures = 0
        self._noted = 0
        self._began_anew = False

    def run(self) -> UploadAnswer:
        """Sends what is missing; the answer that says that all of it was accepted."""
        with self._store.evidence.open(self._wanted.digest) as file:
            answer = self._stand()
            while not answer.accepted:
                answer = self._step(file, answer)
        return answer

    def _step(self, file: IO[bytes], answer: UploadAnswer) -> UploadAnswer:
        """Sends the next chunk; where that failed, asks how the office stands."""
        wanted, start = self._wanted, answer.received
        if answer.size != wanted.size or start > wanted.size:
            raise SyncError(
                "sync.answer-elsewhere", "the office answered about something else", record=wanted.digest[:12]
            )
        file.seek(start)
        data = file.read(min(self._chunk, wanted.size - start))
        if start < wanted.size and not data:
            raise SyncError(
                "sync.evidence-short", f"{wanted.name} is shorter here than it was", name=wanted.name
            )
        try:
            found = self._client.upload_chunk(wanted.digest, start, data, wanted.size)
        except WireError as problem:
            return self._failed(problem)
        if found.received <= start and not found.accepted:
            return self._failed(WireError("wire.cut", "nothing of it arrived"), found)
        self._arrived(found.received, len(data))
        return found

    def _arrived(self, received: int, count: int) -> None:
        self._failures = 0
        self._unbroken += count
        if self._unbroken >= (_GROWS_AFTER if self._chunk >= FIRST_CHUNK else _RECOVERS_AFTER):
            self._chunk = min(CHUNK_LIMIT, self._chunk * 2)
            self._unbroken = 0
        if received - self._noted >= _NOTED_EVERY:
            self._noted = received
            self._store.evidence.received(self._wanted.digest, received)
        self._told(received)

    def _failed(self, problem: WireError, answer: UploadAnswer | None = None) -> UploadAnswer:
        """Tries again where that may help: the way broke, a chunk was spoilt on it, or the office stands elsewhere."""
        worth = problem.offline or problem.status in (502, 503, 504) or problem.kind in _MENDED
        self._failures += 1
        again = not (problem.kind == _OTHER_BYTES and self._began_anew)
        self._began_anew = self._began_anew or problem.kind == _OTHER_BYTES
        if not worth or not again or self._failures > _PATIENCE:
            raise problem
        # Where even the first break brought nothing through, less at once may.
        shrink = 2 if problem.offline and self._failures > 1 else 1
        self._chunk, self._unbroken = max(_SMALLEST, min(self._chunk, FIRST_CHUNK) // shrink), 0
        if problem.offline:
            time.sleep(_PAUSE * self._failures)
        return answer or self._stand()

    def _stand(self) -> UploadAnswer:
        answer = self._client.upload(self._wanted.digest)
        self._told(min(answer.received, self._wanted.size))
        return answer


def _prove(
    store: Store,
    office: Office,
    log: LogFollower,
    verifier: Verifier,
    digest: str,
    answer: UploadAnswer,
    now: datetime,
) -> None:
    """Keeps the acceptance, once log and pinned keys prove it."""
    message = answer.receipt
    if message is None:
        raise SyncError("sync.no-receipt", "accepted, but without a receipt", record=digest[:12])
    receipt = Receipt(message.proof, message.acceptance, message.staff_key)
    checkpoint, index = verify_evidence(receipt, digest, log.pins, office.root_key)
    if not verifier.is_service(peek(message.acceptance)[1]):
        raise SyncError(
            "sync.receipt-revoked", "the receipt is signed by a key that no longer acts", record=digest[:12]
        )
    log.agree(checkpoint.text)
    record = verifier.read(message.acceptance, index)
    with store.writing():
        store.records.add(office.office, (Arrival(message.acceptance, record, checkpoint.time),), now)
        store.evidence.accepted(digest, receipt, now)
