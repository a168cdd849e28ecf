"""Synchronising with every office this machine is enrolled with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.views import SyncProgress, SyncReport
from zhubi.locale import explain

if TYPE_CHECKING:
    from zhubi.core.wire.client import OfficeClient
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.values import Office
    from zhubi.expert.sync import progress as told

Progress = Callable[[SyncProgress], None]


def sync(desk: Desk, progress: Progress | None = None) -> SyncReport:
    """One sync with every office, one after the other; blocking. Problems are in the report as a sentence.

    Raises ``desk.sync-running`` when one is under way already.
    """
    from zhubi.expert.sync.synchronising import synchronise

    def one(office: Office, client: OfficeClient) -> told.SyncReport:
        return synchronise(
            desk.store, client, office, now=desk.clock(), progress=_told(office.office, progress)
        )

    return summed(each_office(desk, one))


def each_office(desk: Desk, act: Callable[[Office, OfficeClient], told.SyncReport]) -> list[told.SyncReport]:
    """Does something with every office over its client, while nothing else does. ``desk.sync-running``."""
    from zhubi.expert.sync.progress import SyncReport as Brought

    if not desk.session.syncing.acquire(blocking=False):
        raise DeskError("desk.sync-running", "a sync is under way")
    try:
        reports = []
        for office in desk.store.offices.all():
            try:
                client = _client(desk, office)
                reports.append(act(office, client))
                if not desk.store.read_only:
                    desk.store.settings.set(f"clock.skew:{office.office}", client.skew())
            except ZhubiError as problem:
                reports.append(Brought(problems=[problem]))
        reports.append(_without_ended(desk))
        return reports
    finally:
        desk.session.syncs += 1
        desk.session.syncing.release()
        if desk.session.searching is not None:
            desk.session.searching.follow(desk)


def _without_ended(desk: Desk) -> told.SyncReport:
    """What the end of a round asks for, as soon as it is known here: its material goes."""
    from zhubi.expert.desk.purge import delete_ended
    from zhubi.expert.sync.progress import SyncReport as Brought

    report = Brought()
    if not desk.store.read_only:
        try:
            delete_ended(desk)
        except ZhubiError as problem:
            report.problems.append(problem)
    return report


def _client(desk: Desk, office: Office) -> OfficeClient:
    """The client of an office, kept for the session: signing in for every sync would be most of a sync's work."""
    from zhubi.core.wire.client import OfficeClient
    from zhubi.core.wire.identity import TransportIdentity

    reached_by = (office.url, office.tls_anchor, office.device)
    kept = desk.session.clients.get(office.office)
    if kept is not None and kept[0] == reached_by:
        found: OfficeClient = kept[1]
        return found
    if kept is not None:
        kept[1].close()
    identity = TransportIdentity(desk.store.vaults.open(office.office).transport, office.office)
    client = OfficeClient(office.url, office.tls_anchor, identity, clock=desk.clock)
    desk.session.clients[office.office] = (reached_by, client)
    return client


def summed(reports: list[told.SyncReport]) -> SyncReport:
    """Several reports as one; the first problem of the first office that has one."""
    problem = next((each.problems[0] for each in reports if each.problems), None)
    return SyncReport(
        changed=any(each.changed for each in reports),
        received=sum(each.received + each.releases + each.rulebooks for each in reports),
        sent=sum(each.sent for each in reports),
        proven=sum(each.proven for each in reports),
        refused=sum(each.refused for each in reports),
        waiting=sum(each.waiting for each in reports),
        blobs=sum(each.blobs for each in reports),
        blob_bytes=sum(each.blob_bytes for each in reports),
        problem="" if problem is None else explain(problem),
        problem_kind="" if problem is None else problem.kind,
    )


def _told(office: str, progress: Progress | None) -> told.Progress:
    from zhubi.expert.sync.progress import silent

    if progress is None:
        return silent
    tell = progress

    def relay(phase: told.Phase, done: int, total: int) -> None:
        tell(SyncProgress(office, phase, done, total))

    return relay
