"""The outbox on its way: delivered as often as it takes, and done only when the receipt proves it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import RecordType
from zhubi.core.model.text import clean_line
from zhubi.core.trust.receipts import Receipt, VerifiedReceipt, verify_receipt
from zhubi.core.trust.records import peek
from zhubi.core.wire.messages import RECORDS_PER_POST
from zhubi.expert.store.records import Arrival
from zhubi.expert.sync.errors import CONTRADICTED, SyncError
from zhubi.expert.sync.verifying import Unknown, expect_answer
from zhubi.locale import knows

if TYPE_CHECKING:
    from datetime import datetime

    from zhubi.core.wire.answering import OfficeAnswers
    from zhubi.core.wire.messages import ReceiptMessage, RecordResult, RecordsAnswer
    from zhubi.expert.store.store import Store
    from zhubi.expert.store.values import Office, Outgoing
    from zhubi.expert.sync.following import LogFollower
    from zhubi.expert.sync.progress import Progress, SyncReport
    from zhubi.expert.sync.verifying import Verifier

BYTES_PER_POST: Final = 16 * 1024 * 1024
_FIRST_POST: Final = 8
"""Records in the first delivery; each that arrives lets the next carry twice as many. What a cut takes is sent again,
and a way that was just cut is likely to be cut again: then little is lost, and what was proven stays proven."""

Told = Callable[[str, str, ZhubiError | None], None]
"""Told a record's digest, the step that ended (``deliver``, ``verify``), and what went wrong, None if nothing did."""

_Act = Callable[[], None]


class _Compact(Protocol):
    """Anything that has a record's compact bytes."""

    @property
    def compact(self) -> str: ...


_Sent = TypeVar("_Sent", bound=_Compact)


class Delivery:
    """Brings records of this machine to their office, and their receipts back."""

    def __init__(
        self,
        store: Store,
        client: OfficeAnswers,
        office: Office,
        log: LogFollower,
        verifier: Verifier,
        report: SyncReport,
        now: datetime,
        told: Told | None = None,
    ) -> None:
        self._store = store
        self._client = client
        self._office = office
        self._log = log
        self._verifier = verifier
        self._report = report
        self._now = now
        self._told = told or (lambda digest, step, problem: None)

    def send(self, progress: Progress, only: Container[str] | None = None) -> None:
        """Everything in the outbox, in the order it was signed. A record that fails keeps no other back.

        ``only`` those digests, where they are given.

        Raises what stops all of it: faults of the wire, and a log that contradicts itself. The last fault of a single
        record is kept beside it in the outbox.
        """
        pending = [
            each
            for each in self._store.outbox.pending(self._office.office)
            if only is None or each.digest in only
        ]
        done = 0
        for batch in _batches(pending):
            answer = self._deliver(batch)
            self._report.sent += len(batch)
            judged = [
                (each, self._judged(each, result)) for each, result in zip(batch, answer.results, strict=True)
            ]
            with self._store.writing():
                for _, verdict in judged:
                    verdict.keep()
            for each, verdict in judged:
                self._tell(each.digest, verdict)
            done += len(batch)
            progress("outbox", done, len(pending))

    def fetch_receipts(self, progress: Progress, only: Container[str] | None = None) -> None:
        """The receipts of my records that the log holds and that were sent by another device, or got none then.

        The same record again is answered with its receipt, hundreds at a time.
        """
        unproven = self._store.receipts.unproven(self._office.office)
        wanted = [digest for digest in unproven if only is None or digest in only]
        found = [kept for digest in wanted if (kept := self._store.records.get(digest)) is not None]
        done = 0
        for batch in _batches(found):
            answer = self._deliver(batch)
            proven = []
            for kept, result in zip(batch, answer.results, strict=True):
                if result.digest != kept.digest or result.receipt is None:
                    raise SyncError(
                        "sync.no-receipt", "logged, but without a receipt", record=kept.digest[:12]
                    )
                proven.append(self._proven(kept.digest, kept.compact, result.receipt, kept.logged_at))
            with self._store.writing():
                for verdict in proven:
                    verdict.keep()
            done += len(batch)
            progress("receipts", done, len(found))

    def _deliver(self, batch: Sequence[_Compact]) -> RecordsAnswer:
        answer = self._client.submit([each.compact for each in batch])
        self._log.agree(answer.checkpoint)
        return answer

    def _judged(self, outgoing: Outgoing, result: RecordResult) -> _Verdict:
        """What to keep of a result. Nothing is written here: verifying may have to ask the office for tiles."""
        try:
            if result.digest != outgoing.digest:
                raise _elsewhere(outgoing.digest)
            return self._verdict(outgoing, result)
        except ZhubiError as problem:
            if problem.kind in CONTRADICTED:
                raise
            fault = problem

            def keep() -> None:
                self._store.outbox.problem(outgoing.digest, fault.kind, dict(fault.details))
                self._report.problems.append(fault)

            return _Verdict(keep, result.status == "logged", fault)

    def _verdict(self, outgoing: Outgoing, result: RecordResult) -> _Verdict:
        digest = outgoing.digest
        if result.status == "logged":
            if result.receipt is None:
                raise SyncError("sync.no-receipt", "logged, but without a receipt", record=digest[:12])
            return self._proven(digest, outgoing.compact, result.receipt, result.logged_at)
        if result.status == "waiting" and result.waiting_for is not None:
            return self._waiting(digest, result.waiting_for)
        if result.status == "conflict":
            return self._conflict(digest)
        return self._refused(outgoing, result)

    def _waiting(self, digest: str, waiting_for: str) -> _Verdict:
        def keep() -> None:
            self._store.outbox.waiting(digest, waiting_for)
            self._report.waiting += 1

        held = SyncError("sync.waiting", f"the office waits for {waiting_for}", record=waiting_for[:12])
        return _Verdict(keep, False, held)

    def _conflict(self, digest: str) -> _Verdict:
        fault = SyncError(
            "sync.conflict", "the office holds another record under this id", record=digest[:12]
        )

        def keep() -> None:
            self._store.outbox.conflicted(digest)
            self._report.conflicts += 1
            self._report.problems.append(fault)

        return _Verdict(keep, False, fault)

    def _proven(self, digest: str, compact: str, message: ReceiptMessage, logged_at: int | None) -> _Verdict:
        receipt = Receipt(message.proof, message.acceptance, message.staff_key)
        verified = verify_receipt(receipt, compact, self._log.pins, self._office.root_key)
        self._check_service(message.acceptance, digest)
        # A proof leads to a checkpoint: it must be one of the log that everything else here stands in.
        self._log.agree(verified.checkpoint.text)

        def keep() -> None:
            self._store.receipts.put(
                digest,
                receipt,
                code=verified.code,
                index=verified.index,
                logged_at=_log_time(verified, logged_at),
                now=self._now,
            )
            self._report.proven += 1

        return _Verdict(keep, True, None)

    def _tell(self, digest: str, verdict: _Verdict) -> None:
        if verdict.delivered:
            self._told(digest, "deliver", None)
        self._told(digest, "verify" if verdict.delivered else "deliver", verdict.fault)

    def _check_service(self, acceptance: str, digest: str) -> None:
        _, kid = peek(acceptance)
        if not self._verifier.is_service(kid):
            raise SyncError(
                "sync.receipt-revoked",
                "the receipt is signed by a key that no longer acts",
                record=digest[:12],
            )

    def _refused(self, outgoing: Outgoing, result: RecordResult) -> _Verdict:
        if result.refusal is None:
            # Nobody signed this refusal, so it ends nothing: the record stays, and is sent again.
            raise SyncError(
                "sync.refusal-unsigned", "refused, but nobody signed that", record=outgoing.digest[:12]
            )
        why = reason_of(result)
        try:
            record = self._verifier.read(result.refusal, None)
        except Unknown as problem:
            raise why from problem
        expect_answer(record, RecordType.REFUSAL, outgoing.digest, "record")
        arrival = Arrival(result.refusal, record)

        def keep() -> None:
            self._store.outbox.refused(outgoing.digest, arrival, self._now)
            self._report.refused += 1

        return _Verdict(keep, False, why)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What became of one record: how to keep that, whether it arrived, and what to say against it."""

    keep: _Act
    delivered: bool
    fault: ZhubiError | None


def _elsewhere(digest: str) -> SyncError:
    return SyncError("sync.answer-elsewhere", "the office answered about something else", record=digest[:12])


def reason_of(result: RecordResult) -> SyncError:
    """Why the office says no, as an error whose sentence people know."""
    # What stands beside the signed refusal is foreign text: cleaned, and only where there is a sentence for it.
    kind = result.kind if result.kind and knows(result.kind) else "sync.refused"
    details = {
        name: clean_line(value, 300)
        for name, value in result.details.items()
        if name.isidentifier() and name not in ("kind", "message", "self")
    }
    return SyncError(kind, f"refused: {kind}", **details)


def _log_time(verified: VerifiedReceipt, claimed: int | None) -> int:
    proven = verified.checkpoint.time
    return proven if claimed is None else min(claimed, proven)


def _batches(pending: Sequence[_Sent]) -> Iterator[list[_Sent]]:
    batch: list[_Sent] = []
    size, most = 0, _FIRST_POST
    for each in pending:
        if batch and (len(batch) == most or size + len(each.compact) > BYTES_PER_POST):
            yield batch
            batch, size, most = [], 0, min(2 * most, RECORDS_PER_POST)
        batch.append(each)
        size += len(each.compact)
    if batch:
        yield batch
