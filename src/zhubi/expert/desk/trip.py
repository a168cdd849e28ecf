"""出发检查: what is on board for work without a network, what is missing, and fetching it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import DossierBody, KeyReleaseBody, StaffKeyBody
from zhubi.expert.desk import indexing, overview, unlock, words
from zhubi.expert.desk.commit import commitment
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import form_of
from zhubi.expert.desk.synchronise import sync
from zhubi.expert.desk.views import ReviewKey
from zhubi.locale import explain, say

if TYPE_CHECKING:
    from zhubi.core.model.dossier import BlobRef
    from zhubi.core.rules.lifecycle import AssignmentView
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.synchronise import Progress
    from zhubi.expert.desk.views import RoundRow, Row, SyncReport
    from zhubi.expert.store.values import Office

State = Literal["ok", "lacking", "note"]
ROOM_FOR_EVIDENCE: Final = 1024**3
"""Bytes that should be free beside what is still to come: photographs and scans of a visit."""
_SYNCED_WITHIN: Final = timedelta(hours=24)
_SKEW_MATTERS: Final = 300
_INDEX_SECONDS: Final = 60.0
_ASIDE: Final = frozenset({"recused", "declined", "replaced", "withdrawn", "void", "closed", "purged"})
_OPENED: Final = frozenset(
    {
        "ready",
        "drafting",
        "complete",
        "signed",
        "submitted",
        "returned",
        "refused",
        "overdue",
        "late",
        "disputed",
    }
)


@dataclass(frozen=True, slots=True)
class TripLine:
    """One thing a trip needs. ``lacking`` keeps from going, ``note`` does not; ``todo`` says what to do about it."""

    id: str
    state: State
    name: str
    sentence: str
    todo: str = ""


@dataclass(frozen=True, slots=True)
class TripProject:
    """One project: its draft so far, and what it lacks, each with what to do."""

    key: ReviewKey
    code: str
    title: str
    draft: str
    lacks: tuple[tuple[str, str], ...]
    missing_bytes: int = 0


@dataclass(frozen=True, slots=True)
class TripCheck:
    """What a trip needs, round by round and for this machine. ``sentence``: 可以出发, or how much is lacking."""

    projects: tuple[TripProject, ...]
    lines: tuple[TripLine, ...]
    lacking: int
    sentence: str

    @property
    def ready(self) -> bool:
        """Whether nothing is lacking."""
        return self.lacking == 0


def check(desk: Desk, round: str | None = None) -> TripCheck:
    """What one round needs, or all that are open: nothing is changed, nobody is asked. ``desk.unknown-round``."""
    now = desk.clock()
    rounds = [
        each for each in overview.rounds(desk) if each.round == round or (round is None and not each.ended)
    ]
    if round is not None and not rounds:
        raise DeskError("desk.unknown-round", f"no round {round} is known here", round=round)
    projects = tuple(
        _project(desk, each, row)
        for each in rounds
        for row in overview.rows(desk, each.round, 0, overview.row_count(desk, each.round))
        if row.stage not in _ASIDE
    )
    wanted = sum(each.missing_bytes for each in projects)
    lines = (
        *(line for each in rounds for line in _of_round(desk, each)),
        *_of_machine(desk, now, wanted),
    )
    lacking = sum(bool(each.lacks) for each in projects) + sum(each.state == "lacking" for each in lines)
    if not projects:
        sentence = say("trip.nothing")
    else:
        sentence = (
            say("trip.ready", count=len(projects)) if not lacking else say("trip.lacking", count=lacking)
        )
    return TripCheck(projects, lines, lacking if projects else max(1, lacking), sentence)


def fetch(
    desk: Desk, progress: Progress | None = None, *, index_seconds: float = _INDEX_SECONDS
) -> SyncReport:
    """Gets what is missing: one sync with everything that is sealed, then the search index; blocking.

    The faults of ``sync``; problems on the way are in its report.
    """
    if not desk.store.read_only:
        _forget_lost(desk)
    report = sync(desk, progress)
    if not desk.store.read_only:
        searching = indexing.searching(desk)
        searching.begin(desk)
        ends = time.monotonic() + index_seconds
        while not searching.state(desk).whole and time.monotonic() < ends:
            if searching.wait(0.2) and not searching.state(desk).working:
                break
    return report


def _forget_lost(desk: Desk) -> None:
    """Sealed files that were here and are gone, or too short, are wanted again."""
    for office in desk.store.offices.all():
        for dossier in desk.store.records.by_type(office.office, ["dossier"]):
            body = dossier.record.body
            for blob in body.manifest.blobs() if isinstance(body, DossierBody) else ():
                if desk.store.blobs.have(blob.digest) and not _is_here(desk, blob):
                    desk.store.blobs.refuse(blob.digest)


# A project


def _project(desk: Desk, round: RoundRow, row: Row) -> TripProject:
    lacks: list[tuple[str, str]] = []
    missing = 0
    view = desk.store.assignments.view(row.key, now=desk.clock())
    if row.stage in ("commit", "card-waiting", "declare", "awaiting", "sealed"):
        # Of a round that is not committed to, the round says so, once.
        if row.stage != "commit":
            lacks.append((say(f"trip.stage-{row.stage}"), say(f"trip.todo-{row.stage}")))
    elif "redeclare" in row.flags:
        lacks.append((say("trip.redeclare"), say("trip.todo-declare")))
    if row.stage in _OPENED and view is not None:
        if not _unsealed(view):
            lacks.append((say("trip.stage-sealed"), say("trip.todo-sealed")))
        count, missing = _blobs_missing(desk, view)
        if count:
            lacks.append((say("trip.blobs", count=count, size=_size(missing)), say("trip.todo-fetch")))
    return TripProject(row.key, row.code, row.title, _draft(row), tuple(lacks), missing)


def _unsealed(view: AssignmentView) -> bool:
    current = view.current.body if view.current is not None else None
    release = view.release.body if view.release is not None else None
    return (
        isinstance(current, DossierBody)
        and isinstance(release, KeyReleaseBody)
        and release.manifest_digest == current.manifest_digest
    )


def _blobs_missing(desk: Desk, view: AssignmentView) -> tuple[int, int]:
    """How many sealed files of the newest version are not whole here, and the bytes still to come."""
    body = view.current.body if view.current is not None else None
    if not isinstance(body, DossierBody):
        return 0, 0
    absent = [each for each in body.manifest.blobs() if not _is_here(desk, each)]
    return len(absent), sum(each.size for each in absent)


def _is_here(desk: Desk, blob: BlobRef) -> bool:
    """Whether a sealed file lies here in its full length: what the store notes, and what the disk says."""
    try:
        size = desk.store.blobs.file(blob.digest).stat().st_size
    except OSError:
        return False
    return size == blob.size and desk.store.blobs.have(blob.digest)


def _draft(row: Row) -> str:
    if row.stage == "drafting" and row.missing:
        return say("trip.draft-missing", count=row.missing)
    return say(f"desk.stage.{row.stage}")


# A round


def _of_round(desk: Desk, round: RoundRow) -> Iterator[TripLine]:
    try:
        form_of(desk, round.office, round.round)
    except ZhubiError as problem:
        yield TripLine("rules", "lacking", round.title, explain(problem), say("trip.todo-fetch"))
        return
    signed = commitment(desk, round.round)
    if signed.signed_at is None:
        yield TripLine(
            "commitment", "lacking", round.title, say("trip.not-committed"), say("trip.todo-commit")
        )
    elif not signed.proven:
        yield TripLine(
            "commitment", "lacking", round.title, say("trip.commitment-unsent"), say("trip.todo-fetch")
        )
    else:
        closing = words.closing_text(round.closes_at, desk.clock())
        yield TripLine("commitment", "ok", round.title, say("trip.round-ok", closing=closing))


# This machine


def _of_machine(desk: Desk, now: datetime, wanted: int) -> Iterator[TripLine]:
    yield _disk(desk, wanted)
    for office in desk.store.offices.all():
        yield _clock(desk, office, now)
        yield _keys(desk, office)
        yield _office_key(desk, office)
        yield _synced(office, now)
    unsent = desk.store.outbox.unsent()
    if unsent:
        yield TripLine(
            "outbox",
            "note",
            say("trip.name-outbox"),
            say("trip.unsent", count=unsent),
            say("trip.todo-fetch"),
        )
    state = indexing.searching(desk).state(desk)
    whole = state.whole
    yield TripLine(
        "index", "ok" if whole else "note", say("trip.name-index"),
        say("trip.index", done=state.done, total=state.total), "" if whole else say("trip.todo-index"),
    )  # fmt: skip


def _disk(desk: Desk, wanted: int) -> TripLine:
    free = shutil.disk_usage(desk.directory).free
    needed = wanted + ROOM_FOR_EVIDENCE
    sentence = say("trip.disk", free=_size(free), needed=_size(needed))
    if free >= needed:
        return TripLine("disk", "ok", say("trip.name-disk"), sentence)
    return TripLine("disk", "lacking", say("trip.name-disk"), sentence, say("trip.todo-disk"))


def _clock(desk: Desk, office: Office, now: datetime) -> TripLine:
    """What is signed without a network has only this machine's word for its time: it must not be far from the log's."""
    name = say("trip.name-clock")
    checkpoint = desk.store.log.checkpoint(office.office)
    found = desk.store.settings.get(f"clock.skew:{office.office}", 0)
    skew = abs(found) if isinstance(found, int) else 0
    behind = int(checkpoint.time - now.timestamp()) if checkpoint is not None else 0
    worst = max(skew, behind)
    if checkpoint is None:
        return TripLine("clock", "note", name, say("trip.clock-unknown"), say("trip.todo-fetch"))
    at = datetime.fromtimestamp(checkpoint.time, UTC).astimezone()
    if worst > _SKEW_MATTERS:
        return TripLine(
            "clock", "lacking", name, say("trip.clock-off", minutes=worst // 60), say("trip.todo-clock")
        )
    return TripLine("clock", "ok", name, say("trip.clock-ok", at=f"{at:%m-%d %H:%M}"))


def _keys(desk: Desk, office: Office) -> TripLine:
    name = say("trip.name-keys")
    try:
        desk.store.vaults.open(office.office)
    except ZhubiError as problem:
        return TripLine("keys", "lacking", name, explain(problem), say("trip.todo-keys"))
    seconds = unlock.wait_seconds(desk)
    if seconds:
        return TripLine("keys", "note", name, say("trip.pin-wait", seconds=seconds))
    return TripLine("keys", "ok", name, say("trip.keys-ok"))


def _office_key(desk: Desk, office: Office) -> TripLine:
    """Evidence is sealed the moment it is added, to a key that must be here for that."""
    name = say("trip.name-evidence")
    for each in desk.store.records.by_type(office.office, ["staff-key"]):
        body = each.record.body
        if isinstance(body, StaffKeyBody) and body.role == "service" and body.sealing is not None:
            return TripLine("evidence", "ok", name, say("trip.evidence-ok"))
    return TripLine("evidence", "lacking", name, say("trip.evidence-lacking"), say("trip.todo-fetch"))


def _synced(office: Office, now: datetime) -> TripLine:
    name = say("trip.name-sync")
    if office.synced_at is None:
        return TripLine("sync", "lacking", name, say("trip.never-synced"), say("trip.todo-fetch"))
    sentence = say("trip.synced", at=f"{office.synced_at.astimezone():%m-%d %H:%M}")
    if now - office.synced_at > _SYNCED_WITHIN:
        return TripLine("sync", "lacking", name, sentence, say("trip.todo-fetch"))
    return TripLine("sync", "ok", name, sentence)


def _size(count: int) -> str:
    if count >= 1024**3:
        return f"{count / 1024**3:.1f} GiB"
    return f"{max(1, round(count / 1024**2))} MiB" if count else "0"
