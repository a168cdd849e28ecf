"""Bringing the store and one office together, phase by phase; whatever ends it leaves both consistent."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from zhubi.core.model.errors import ZhubiError
from zhubi.core.wire.errors import WireError
from zhubi.expert.sync.blobs import receive_blobs
from zhubi.expert.sync.delivery import Delivery, Told
from zhubi.expert.sync.errors import CONTRADICTED
from zhubi.expert.sync.feed import receive_feed
from zhubi.expert.sync.following import LogFollower
from zhubi.expert.sync.letters import send_letters
from zhubi.expert.sync.progress import Progress, SyncReport, silent
from zhubi.expert.sync.unsealing import receive_releases, receive_rulebooks
from zhubi.expert.sync.uploading import send_evidence
from zhubi.expert.sync.verifying import Verifier

if TYPE_CHECKING:
    from datetime import datetime

    from zhubi.core.wire.client import OfficeClient
    from zhubi.expert.store.store import Store
    from zhubi.expert.store.values import Office

_ETAG: Final = "sync.etag:"
_ENDS_ALL: Final = CONTRADICTED | {"wire.unauthorised", "wire.tls", "wire.rate-limited"}


def synchronise(
    store: Store,
    client: OfficeClient,
    office: Office,
    *,
    now: datetime,
    progress: Progress = silent,
    told: Told | None = None,
) -> SyncReport:
    """One whole sync. Problems are in the report, never raised; what came before one is kept.

    Nothing is transferred when nothing changed: one conditional request. A log that contradicts what was seen before
    stops everything with this office; evidence of it is kept. The result is noted with the office in the store.
    """
    report = SyncReport()
    run = _Run(store, client, office, report, now, progress, told)
    run.phase(run.meet)
    for phase in (
        run.feed,
        run.outbox,
        run.feed_again,
        run.receipts,
        run.rulebooks,
        run.letters,
        run.evidence,
    ):
        if not run.ended:
            run.phase(phase)
    if not run.ended:
        run.materials()
    run.settle()
    return report


def deliver(
    store: Store,
    client: OfficeClient,
    office: Office,
    *,
    now: datetime,
    progress: Progress = silent,
    told: Told | None = None,
) -> SyncReport:
    """Only what is signed and waits, then its evidence: delivered, and proven. Otherwise as ``synchronise``."""
    report = SyncReport()
    run = _Run(store, client, office, report, now, progress, told)
    run.phase(run.outbox)
    if not run.ended:
        run.phase(run.evidence)
    run.settle()
    return report


class _Run:
    """One sync under way."""

    def __init__(
        self,
        store: Store,
        client: OfficeClient,
        office: Office,
        report: SyncReport,
        now: datetime,
        progress: Progress,
        told: Told | None,
    ) -> None:
        self._store = store
        self._client = client
        self._office = office
        self._report = report
        self._now = now
        self._progress = progress
        self._told = told
        self._log = LogFollower(store, client, office, now)
        self._verifier = Verifier(store, office)
        self._etag = ""
        self._news = False
        self.ended = False

    def phase(self, act: Callable[[], None]) -> None:
        """One phase; a problem is noted, and ends the sync when nothing after it could go better."""
        try:
            act()
        except ZhubiError as problem:
            self._report.problems.append(problem)
            offline = isinstance(problem, WireError) and problem.offline
            self.ended = offline or problem.kind in _ENDS_ALL or problem.kind.startswith("store.")

    def meet(self) -> None:
        """The newest checkpoint, when there is a newer one."""
        self._progress("checkpoint", 0, 1)
        known = self._store.settings.get(_ETAG + self._office.office, "")
        answer = self._client.checkpoint(known if isinstance(known, str) else "")
        if answer is not None:
            self._log.advance(answer.text)
            self._etag, self._news = answer.etag, True
        self._progress("checkpoint", 1, 1)

    def feed(self) -> None:
        """What became visible, when the log grew."""
        if self._news:
            receive_feed(
                self._store, self._client, self._office.office, self._log, self._verifier, self._report,
                self._progress, self._now,
            )  # fmt: skip
            self._store.settings.set(_ETAG + self._office.office, self._etag)
            self._news = False

    def outbox(self) -> None:
        """What is signed here."""
        if self._store.outbox.unsent(self._office.office):
            self._delivery().send(self._progress)

    def feed_again(self) -> None:
        """A commitment just delivered makes cards visible: they come in this sync, not in the next."""
        if self._report.proven:
            self.meet()
            self.feed()

    def receipts(self) -> None:
        """Receipts of what another device sent."""
        self._delivery().fetch_receipts(self._progress)

    def evidence(self) -> None:
        """Evidence after records: what a logged review names."""
        send_evidence(
            self._store, self._client, self._office, self._log, self._verifier, self._report, self._progress,
            self._now,
        )  # fmt: skip

    def letters(self) -> None:
        """What is sealed for the inspectors: never beside signed records, whose author the log would tell."""
        if not self._report.sent:
            send_letters(self._store, self._client, self._office.office, self._log, self._report, self._now)

    def materials(self) -> None:
        """Keys and sealed files: what entitles to one entitles to the other, so neither waits."""
        with ThreadPoolExecutor(1, thread_name_prefix="zhubi-keys") as beside:
            keys = beside.submit(self.phase, self.releases)
            self.phase(self.blobs)
            keys.result()

    def releases(self) -> None:
        """Keys that the log entitles to."""
        receive_releases(
            self._store, self._client, self._office, self._log, self._verifier, self._report, self._progress,
            self._now,
        )  # fmt: skip

    def rulebooks(self) -> None:
        """Rules that are pinned and not here."""
        receive_rulebooks(self._store, self._client, self._office.office, self._report, self._progress)

    def blobs(self) -> None:
        """Sealed content and attachments."""
        receive_blobs(self._store, self._client, self._office.office, self._report, self._progress)

    def settle(self) -> None:
        """Notes how it went."""
        try:
            self._log.settle()
            if self._report.problems:
                first = self._report.problems[0]
                self._store.offices.failed(self._office.office, first.kind, dict(first.details))
            else:
                self._store.offices.synced(self._office.office, self._now)
        except ZhubiError as problem:
            self._report.problems.append(problem)

    def _delivery(self) -> Delivery:
        return Delivery(
            self._store,
            self._client,
            self._office,
            self._log,
            self._verifier,
            self._report,
            self._now,
            self._told,
        )
