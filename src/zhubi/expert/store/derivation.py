"""Rounds and assignments as rows, made anew from records, receipts and drafts in the transaction that changed them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from zhubi.expert.store.database import Connection
from zhubi.expert.store.evidence import accepted_among, evidence_of
from zhubi.expert.store.records import record_of
from zhubi.expert.store.touched import Touched
from zhubi.expert.store.values import to_micros

if TYPE_CHECKING:
    from zhubi.core.model.records import Record
    from zhubi.core.rules.heads import Heads
    from zhubi.core.rules.lifecycle import AssignmentView, RoundView

BEFORE_ALL: Final = datetime(1, 1, 1, tzinfo=UTC)
"""No round is closed at this moment: the stage that is stored knows no clock."""

_ROUND_TYPES: Final = ("round", "round-change")
_NOT_READ: Final = "'acceptance'"  # what it says, the receipt says
_COLUMNS: Final = (
    "agenda", "code", "title", "units", "stage", "role", "seat", "tags", "score_text", "missing", "receipt_code",
    "flags", "may_unseal", "unsealed", "committed", "review", "manifest", "version",
)  # fmt: skip
_UPSERT: Final = (
    f"INSERT INTO assignments (round, dossier, {', '.join(_COLUMNS)}) VALUES (?, ?, {', '.join('?' * len(_COLUMNS))})"
    f" ON CONFLICT (round, dossier) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _COLUMNS)}"
)


@dataclass(frozen=True, slots=True)
class RoundState:
    """A round's records, and what every assignment of it needs of them."""

    office: str
    view: RoundView
    person: str
    devices: frozenset[str]
    records: tuple[Record, ...]
    commitments: Heads
    proven: frozenset[str]
    logged_at: Mapping[str, int]
    steps_a_point: int
    basis: str
    """Everything but the closing time that the assignments of a round have in common, in one comparable text."""

    @property
    def closes_at(self) -> int:
        """Closing, in microseconds since 1970."""
        return to_micros(self.view.closes_at)


@dataclass(frozen=True, slots=True)
class DraftState:
    """What is known of a draft without its sheet."""

    missing: int
    score_text: str
    signed_as: str | None


@dataclass(frozen=True, slots=True)
class MatterState:
    """One dossier's records in a round, and the receipts and the draft that belong to them."""

    records: tuple[Record, ...]
    codes: Mapping[str, str]
    logged_at: Mapping[str, int]
    draft: DraftState | None
    accepted: frozenset[str] = frozenset()
    """The evidence, of that which the reviews name, whose acceptance the log holds."""


def refresh(connection: Connection, touched: Touched) -> None:
    """Makes anew the derived rows of what was touched; a row whose records are gone goes too."""
    if not touched:
        return
    parts = _spread(connection, touched)
    moved = False
    for office, round_id in sorted(touched.rounds | parts.keys()):
        state = round_state(connection, office, round_id)
        if state is None:
            continue
        number, before = _write_round(connection, state)
        only = _concerned(connection, state, number, before, parts.get((office, round_id), set()))
        changed = _write_matters(connection, state, number, only)
        moved |= changed or before is None or before.closes_at != state.closes_at
    if moved:
        _number(connection)


def _spread(connection: Connection, touched: Touched) -> dict[tuple[str, str], set[str]]:
    """The dossiers touched in each round."""
    parts: dict[tuple[str, str], set[str]] = {}
    everywhere: dict[str, set[str]] = {}
    for office, round_id, dossier in touched.dossiers:
        if round_id is None:
            everywhere.setdefault(office, set()).add(dossier)
        else:
            parts.setdefault((office, round_id), set()).add(dossier)
    for office, dossiers in everywhere.items():
        rows = connection.execute(
            "SELECT DISTINCT r.round, s.dossier FROM json_each(?) AS j"
            " CROSS JOIN record_subjects s ON s.dossier = j.value CROSS JOIN records r ON r.id = s.record"
            " WHERE r.office = ? AND r.type = 'assignment' AND r.round IS NOT NULL",
            (json.dumps(sorted(dossiers)), office),
        )
        for round_id, dossier in rows:
            parts.setdefault((office, round_id), set()).add(dossier)
    return parts


@dataclass(frozen=True, slots=True)
class _Before:
    """A round's row before this transaction."""

    closes_at: int
    basis: str


def _concerned(
    connection: Connection, state: RoundState, number: int, before: _Before | None, touched: set[str]
) -> list[str] | None:
    """The dossiers whose rows may have changed; None for all of the round."""
    if before is None or before.basis != state.basis:
        return None
    if before.closes_at == state.closes_at:
        return sorted(touched)
    # What is stored knows no clock, so that a new closing matters to those alone that may have come late.
    reviewed = connection.execute(
        "SELECT dossier FROM assignments WHERE round = ? AND review IS NOT NULL", (number,)
    )
    return sorted(touched.union(row[0] for row in reviewed))


def round_state(connection: Connection, office: str, round_id: str) -> RoundState | None:
    """A round as its records leave it; None before its ``round`` record is here, or for an office not known."""
    from zhubi.core.rules.lifecycle import commitment_of, round_view

    me = connection.execute("SELECT person, device FROM offices WHERE office = ?", (office,)).fetchone()
    rows = connection.execute(
        "SELECT r.digest, r.kid, r.compact, r.log_index, r.logged_at, p.code FROM records r"
        " LEFT JOIN receipts p ON p.digest = r.digest"
        f" WHERE r.office = ? AND r.round = ? AND r.subjects = '[]' AND r.type <> {_NOT_READ}"
        " AND r.compact IS NOT NULL",
        (office, round_id),
    ).fetchall()
    records = tuple(record_of(row[0], row[1], row[2], row[3]) for row in rows)
    view = round_view(records)
    if me is None or view is None:
        return None
    steps = connection.execute(
        "SELECT steps_a_point FROM rulebook_kinds WHERE digest = ? AND kind = ?", (view.rulebook, view.kind)
    ).fetchone()
    steps = 0 if steps is None else int(steps[0])
    said = sorted((each.digest, each.index) for each in records if each.type.value not in _ROUND_TYPES)
    return RoundState(
        office, view, me[0], frozenset({me[1]}), records, commitment_of(records, me[0]),
        frozenset(row[0] for row in rows if row[5] is not None),
        {row[0]: row[4] for row in rows if row[4] is not None},
        steps, json.dumps([*me, view.ended, steps, said]),
    )  # fmt: skip


def _write_round(connection: Connection, state: RoundState) -> tuple[int, _Before | None]:
    """The round's row number, and its row as it was."""
    from zhubi.core.model.values import parse_instant

    view, commitment = state.view, state.commitments.one
    committed_at = None
    if commitment is not None:
        logged_at = state.logged_at.get(commitment.digest)
        claimed = to_micros(parse_instant(commitment.payload.made_at))
        committed_at = claimed if logged_at is None else logged_at * 1_000_000
    before = connection.execute(
        "SELECT closes_at, basis FROM rounds WHERE office = ? AND round = ?", (state.office, view.round)
    ).fetchone()
    number = connection.execute(
        "INSERT INTO rounds (office, round, title, kind, rulebook, organiser, opens_at, closes_at, ended,"
        " committed_at, committed_proven, record, basis) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
        " ON CONFLICT (office, round) DO UPDATE SET title = excluded.title, kind = excluded.kind,"
        " rulebook = excluded.rulebook, organiser = excluded.organiser, opens_at = excluded.opens_at,"
        " closes_at = excluded.closes_at, ended = excluded.ended, committed_at = excluded.committed_at,"
        " committed_proven = excluded.committed_proven, record = excluded.record, basis = excluded.basis"
        " RETURNING id",
        (
            state.office, view.round, view.title, view.kind, view.rulebook, view.organiser,
            to_micros(view.opens_at), state.closes_at, view.ended, committed_at,
            commitment is not None and commitment.digest in state.proven, view.record, state.basis,
        ),
    ).fetchone()[0]  # fmt: skip
    return int(number), None if before is None else _Before(*before)


def _write_matters(connection: Connection, state: RoundState, number: int, only: list[str] | None) -> bool:
    """Writes the rows, and the round's counts; gives whether rows came, went, or moved on the agenda."""
    clause, given = "", tuple[str, ...]()
    if only is not None:
        clause, given = " AND dossier IN (SELECT value FROM json_each(?))", (json.dumps(only),)
    before = {
        dossier: (agenda, stage)
        for dossier, agenda, stage in connection.execute(
            f"SELECT dossier, agenda, stage FROM assignments WHERE round = ?{clause}", (number, *given)
        )
    }
    after: dict[str, tuple[int, str]] = {}
    rows: list[tuple[Any, ...]] = []
    for dossier, matter in matters(connection, state, only):
        view = view_of(state, dossier, matter, BEFORE_ALL)
        if view is not None:
            after[dossier] = (view.order, view.stage.value)
            rows.append((number, dossier, *_values(state, matter, view)))
    connection.executemany(_UPSERT, rows)
    gone = before.keys() - after.keys()
    connection.executemany(
        "DELETE FROM assignments WHERE round = ? AND dossier = ?", [(number, each) for each in gone]
    )
    _count(connection, number, before, after)
    return {name: each[0] for name, each in before.items()} != {name: each[0] for name, each in after.items()}


def _count(
    connection: Connection,
    number: int,
    before: Mapping[str, tuple[int, str]],
    after: Mapping[str, tuple[int, str]],
) -> None:
    # Only what changed is counted: a round may have ten thousand rows, and one of them changes at a time.
    found = connection.execute("SELECT stages FROM rounds WHERE id = ?", (number,)).fetchone()[0]
    stages = Counter(json.loads(found))
    stages.subtract(stage for _, stage in before.values())
    stages.update(stage for _, stage in after.values())
    left = {stage: count for stage, count in sorted(stages.items()) if count}
    connection.execute(
        "UPDATE rounds SET stages = ?, total = ? WHERE id = ?", (json.dumps(left), sum(left.values()), number)
    )


def matters(
    connection: Connection, state: RoundState, only: Iterable[str] | None
) -> Iterator[tuple[str, MatterState]]:
    """Each dossier of a round (or ``only`` these) with all that its assignment follows from."""
    office, round_id = state.office, state.view.round
    given: tuple[str, ...] = (office, round_id)
    chosen = (
        "SELECT DISTINCT e.value FROM records a CROSS JOIN json_each(a.subjects) AS e"
        " WHERE a.office = ? AND a.round = ? AND a.type = 'assignment'"
    )
    if only is not None:
        chosen, given = "SELECT value FROM json_each(?)", (json.dumps(list(only)),)
    drafts = {
        row[0]: DraftState(*row[1:])
        for row in connection.execute(
            "SELECT dossier, missing, score_text, signed_as FROM drafts WHERE office = ? AND round = ?"
            f" AND dossier IN ({chosen})",
            (office, round_id, *given),
        )
    }
    rows = connection.execute(
        "SELECT s.dossier, r.digest, r.kid, r.compact, r.log_index, r.logged_at, p.code"
        " FROM record_subjects s JOIN records r ON r.id = s.record LEFT JOIN receipts p ON p.digest = r.digest"
        f" WHERE s.dossier IN ({chosen}) AND r.office = ? AND (r.round IS NULL OR r.round = ?)"
        f" AND r.type <> {_NOT_READ} AND r.compact IS NOT NULL ORDER BY s.dossier",
        (*given, office, round_id),
    ).fetchall()
    for dossier, group in groupby(rows, key=lambda row: str(row[0])):
        found = list(group)
        yield (
            dossier,
            MatterState(
                tuple(record_of(row[1], row[2], row[3], row[4]) for row in found),
                {row[1]: row[6] for row in found if row[6] is not None},
                {row[1]: row[5] for row in found if row[5] is not None},
                drafts.get(dossier),
                _accepted(connection, found, state.person),
            ),
        )


def _accepted(connection: Connection, rows: Sequence[Any], person: str) -> frozenset[str]:
    named: set[str] = set()
    for row in rows:
        record = record_of(row[1], row[2], row[3], row[4])
        if record.payload.author == person:
            named.update(each.digest for each in evidence_of(row[1], row[2], row[3], row[4]))
    return accepted_among(connection, named) if named else frozenset()


def view_of(state: RoundState, dossier: str, matter: MatterState, now: datetime) -> AssignmentView | None:
    """Where an assignment stands by the rules; None when this person never had it."""
    from zhubi.core.rules.lifecycle import Draft, assignment_view

    draft = matter.draft
    return assignment_view(
        state.view, dossier, state.person, state.records, matter.records,
        proven=state.proven | matter.codes.keys(),
        logged_at={**state.logged_at, **matter.logged_at},
        draft=None if draft is None else Draft(draft.missing), accepted=matter.accepted,
        now=now, devices=state.devices,
    )  # fmt: skip


def _values(state: RoundState, matter: MatterState, view: AssignmentView) -> tuple[Any, ...]:
    from zhubi.core.model.records import DossierBody, KeyReleaseBody

    committed = state.commitments.one is not None
    current = view.current.body if view.current is not None else None
    release = view.release.body if view.release is not None else None
    code = title = units = ""
    manifest = None
    unsealed = False
    flags = set(view.flags)
    if isinstance(current, DossierBody):
        manifest = current.manifest_digest
        if committed:
            code, title = current.card.code, current.card.title
            units = "、".join(unit.name for unit in current.card.units)
        if isinstance(release, KeyReleaseBody):
            unsealed = release.manifest_digest == manifest
            if not unsealed:
                flags.add("new-version")
    if view.redeclare:
        flags.add("redeclare")
    typed = matter.draft if matter.draft is not None and matter.draft.signed_as is None else None
    review = view.review
    if typed is not None and review is not None:
        flags.add("correcting")
    if typed is not None:
        score = typed.score_text
    else:
        score = "" if review is None else _score_text(review, state.steps_a_point)
    return (
        view.order, code, title, units, view.stage.value, view.role, view.seat, " ".join(view.tags), score,
        None if typed is None else typed.missing,
        "" if review is None else matter.codes.get(review.digest, ""),
        " ".join(sorted(flags)), view.may_unseal, unsealed, committed,
        None if review is None else review.digest, manifest,
        None if view.current is None else view.current.digest,
    )  # fmt: skip


def _score_text(review: Record, steps_a_point: int) -> str:
    from zhubi.core.model.records import ReviewBody

    body = review.body
    total = body.sheet.total if isinstance(body, ReviewBody) else None
    if total is None or not steps_a_point:
        return ""
    whole, rest = divmod(total.points, steps_a_point)
    return f"{whole}.{rest * 10 // steps_a_point}" if rest else str(whole)


def _number(connection: Connection) -> None:
    """Numbers all rows without gaps, so that a window of them is found without counting."""
    connection.execute(
        "UPDATE rounds SET first = n.first FROM (SELECT id, coalesce(sum(total) OVER (ORDER BY closes_at, office,"
        " round ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS first FROM rounds) AS n"
        " WHERE rounds.id = n.id AND rounds.first IS NOT n.first"
    )
    connection.execute(
        "UPDATE assignments SET position = n.position FROM (SELECT a.id, r.first - 1 + row_number() OVER"
        " (PARTITION BY a.round ORDER BY a.agenda, a.dossier) AS position"
        " FROM assignments a JOIN rounds r ON r.id = a.round) AS n"
        " WHERE assignments.id = n.id AND assignments.position IS NOT n.position"
    )
