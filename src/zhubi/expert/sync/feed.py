"""What became visible to me: page by page, each record verified and found in the log before it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import Seen
from zhubi.core.trust.records import record_digest
from zhubi.expert.store.records import Arrival
from zhubi.expert.sync.errors import SyncError
from zhubi.expert.sync.following import LogFollower
from zhubi.expert.sync.progress import Progress, SyncReport
from zhubi.expert.sync.verifying import Unknown, Verifier

if TYPE_CHECKING:
    from datetime import datetime

    from zhubi.core.wire.answering import OfficeAnswers
    from zhubi.core.wire.messages import FeedItem, FeedPage
    from zhubi.expert.store.store import Store

PAGE: Final = 500
_READ_TO: Final = "sync.read-to:"


def read_to(store: Store, office: str) -> Seen | None:
    """The checkpoint up to which everything visible to me is here; None before the first feed was read to its end.

    Not the newest one that is known: a delivery brings that too, and with it nothing of what others did meanwhile.
    """
    found = store.settings.get(_READ_TO + office)
    return None if found is None else Seen.model_validate(found)


def receive_feed(
    store: Store,
    client: OfficeAnswers,
    office: str,
    log: LogFollower,
    verifier: Verifier,
    report: SyncReport,
    progress: Progress,
    now: datetime,
) -> None:
    """Everything new, one transaction a page together with the cursor that says where to go on.

    A record that does not verify stops the feed before it: what came earlier is kept, the cursor stands there, and
    ``sync.bad-record`` is raised. The faults of ``LogFollower.advance`` and of the wire.
    """
    cursor = store.log.cursor(office) or ""
    while True:
        page = client.feed(cursor, PAGE)
        reading = log.agree(page.checkpoint)
        arrivals, reached, fault = _verified(page, log, verifier, report)
        if fault is None:
            reached = page.next
        with store.writing():
            report.received += len(store.records.add(office, arrivals, now))
            if reached and reached != cursor:
                store.log.move_cursor(office, reached)
            if fault is None and not page.more:
                seen = Seen(size=reading.size, root=reading.root.hex(), time=reading.time)
                store.settings.set(_READ_TO + office, seen.model_dump(mode="json"))
        if fault is not None:
            if fault.details.get("reason") == "trust.unknown-key":
                # The record that states the key may have been kept from us: everything is asked for once more.
                store.log.move_cursor(office, "")
            raise fault
        progress("feed", report.received, log.current.size if log.current else 0)
        if not page.more:
            return
        if _place(page.next) <= _place(cursor):
            raise SyncError("sync.feed-stuck", "the office's feed does not move on")
        cursor = page.next


def _place(cursor: str) -> tuple[int, int]:
    at, _, position = (cursor or "0.0").partition(".")
    return int(at), int(position)


def _verified(
    page: FeedPage, log: LogFollower, verifier: Verifier, report: SyncReport
) -> tuple[list[Arrival], str, ZhubiError | None]:
    """The page's records as far as they verify, the cursor behind the last of them, and what stopped there."""
    arrivals: list[Arrival] = []
    reached = ""
    for item in page.items:
        try:
            arrivals.append(_arrival(item, log, verifier))
        except Unknown:
            report.skipped += 1
        except ZhubiError as problem:
            return arrivals, reached, problem
        reached = f"{item.at}.{item.position}"
    return arrivals, reached, None


def _arrival(item: FeedItem, log: LogFollower, verifier: Verifier) -> Arrival:
    # First the place, then the signer's right: what a record teaches about keys counts from its place on.
    log.check_leaf(item.index, record_digest(item.record))
    record = verifier.read(item.record, item.index)
    assert log.current is not None
    return Arrival(item.record, record, min(item.logged_at, log.current.time), item.at)
