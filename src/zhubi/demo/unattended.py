"""The whole road without a terminal: every step through the desk, timed; every receipt verified from pinned keys."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from zhubi.core.model.errors import ZhubiError
from zhubi.demo.command import opened
from zhubi.demo.place import PIN, DemoPlace
from zhubi.demo.sheets import fill
from zhubi.expert.desk import commit, declare, overview, reading, submit, synchronise, trail, unlock
from zhubi.expert.desk.views import RelationView, ReviewKey, Row
from zhubi.locale import explain, say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk

Tell = Callable[[str], None]
_RECUSED: Final = "ZJ26-021"
_EXPLAINED: Final = "SX24-006"
_POLICY_SEATS: Final = {"SPB26-005": "joint-unit", "DZ26-007": "list-owner"}


class StepFailed(ZhubiError):
    """A step of the road did not come out as it must."""

    def __init__(self, reason: str) -> None:
        super().__init__("demo.step-failed", reason, reason=reason)


class _Road:
    """Numbers, times and tells the steps."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell
        self.number = 0
        self.begun = time.perf_counter()
        self.what = ""

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """One step: its sentence and its seconds when it is done."""
        self.number += 1
        self.what = what
        begun = time.perf_counter()
        yield
        self.tell(say("demo.step", number=self.number, what=what, seconds=time.perf_counter() - begun))

    @property
    def seconds(self) -> float:
        """How long the road took so far."""
        return time.perf_counter() - self.begun


def walk(place: DemoPlace, tell: Tell) -> int:
    """Walk the road; gives the exit status: 0 when every step held, 1 otherwise."""
    road = _Road(tell)
    try:
        with opened(place) as desk:
            receipts = _walk(road, desk, place)
    except ZhubiError as problem:
        tell(say("demo.failed", number=road.number, what=road.what, reason=explain(problem)))
        return 1
    tell(say("demo.done", receipts=receipts, seconds=road.seconds))
    return 0


def _walk(road: _Road, desk: Desk, place: DemoPlace) -> int:
    with road.step(say("demo.step-unlock")):
        unlock.unlock(desk, PIN)
    with road.step(say("demo.step-sync")):
        _sync(desk)
    rounds = [each.round for each in overview.rounds(desk)]
    with road.step(say("demo.step-commit", count=len(rounds))):
        for each in rounds:
            commit.sign_commitment(desk, each, PIN)
        _sync(desk)
    with road.step(say("demo.step-declare", count=overview.row_count(desk, None))):
        for each in rounds:
            _declare(desk, each)
        _sync(desk)
    with road.step(say("demo.step-decide", code=_EXPLAINED)):
        _decide(desk, place)
        _sync(desk)
    with road.step(say("demo.step-recused", code=_RECUSED)):
        _must(_row(desk, _RECUSED).stage == "recused", say("demo.not-recused", code=_RECUSED))
    mine = [row for row in _rows(desk) if row.stage == "ready"]
    _must(len(mine) == len(_rows(desk)) - 1, say("demo.not-unsealed", count=len(mine)))
    with road.step(say("demo.step-read", count=len(mine))):
        pages = sum(_read(desk, row.key) for row in mine)
    road.tell("    " + say("demo.pages", count=pages))
    with road.step(say("demo.step-judge", count=len(mine))):
        for row in mine:
            fill(desk, row.key)
    with road.step(say("demo.step-sign", count=len(mine))):
        for result in submit.sign(desk, [row.key for row in mine], PIN):
            _must(not result.problem, f"{result.code}: {result.problem}")
    with road.step(say("demo.step-submit", count=len(mine))):
        report = submit.submit(desk)
        _must(
            report.unsent == 0 and not report.problem,
            report.problem or say("demo.unsent", count=report.unsent),
        )
    with road.step(say("demo.step-verify")):
        return _verify(desk, [row.key for row in mine])


def _sync(desk: Desk) -> None:
    report = synchronise.sync(desk)
    _must(not report.problem, report.problem)


def _rows(desk: Desk) -> tuple[Row, ...]:
    return overview.rows(desk, None, 0, 1000)


def _row(desk: Desk, code: str) -> Row:
    return next(row for row in _rows(desk) if row.code == code)


def _declare(desk: Desk, round_id: str) -> None:
    for row in declare.declarations(desk, round_id):
        outcome, words = "clear", ""
        relations: tuple[RelationView, ...] = ()
        if row.code == _RECUSED:
            outcome = "recuse"
            relations = (RelationView("same-employer", row.units[0][0]),)
        elif row.code == _EXPLAINED:
            outcome, words = "explain", say("demo.explained")
            relations = (RelationView("former-employer", row.units[-1][0], "2022-06-30", words),)
        elif row.code in _POLICY_SEATS:
            outcome = "policy-seat"
        declare.answer(desk, round_id, row.key.dossier, outcome, relations, words)
    report = declare.sign_declarations(desk, round_id, PIN)
    _must(not report.problems, " ".join(report.problems))


def _decide(desk: Desk, place: DemoPlace) -> None:
    """The organiser grants what was asked: on the office's side, as its manager would from a shell."""
    from zhubi.office.opening import open_office
    from zhubi.office.rounds.returns import decide

    row = _row(desk, _EXPLAINED)
    _must(row.stage == "awaiting", say("demo.not-awaiting", code=_EXPLAINED))
    person = next(each.person for each in desk.store.offices.all() if each.office == row.office)
    office = open_office(place.office, url=place.url)
    try:
        decide(office, office.staff(), row.round, row.dossier, person, granted=True, words=say("demo.granted"),
               now=office.clock())  # fmt: skip
    finally:
        office.close()


def _read(desk: Desk, key: ReviewKey) -> int:
    from zhubi.expert.reading.document import Page

    content = reading.content(desk, key)
    pages = 0
    for attachment in content.attachments:
        pages += sum(
            isinstance(event, Page) for event in reading.attachment_pages(desk, key, attachment.blob)
        )
    return pages


def _verify(desk: Desk, keys: list[ReviewKey]) -> int:
    """Every receipt on this machine, as an exported file, against the pinned keys and nothing else."""
    for key in keys:
        stage = next(row for row in _rows(desk) if row.key == key).stage
        _must(stage == "submitted", f"{key.dossier}: {stage}")
        story = trail.trail(desk, key)
        _must(not story.faults, " ".join(story.faults))
    # Verified as by a stranger: no desk, only the file and the keys that the invitation pinned.
    pins = json.dumps(asdict(trail.pins_of(desk.store.offices.all()[0]))).encode("utf-8")
    rows = trail.receipts(desk)
    for row in rows:
        checked = trail.verify_receipt_file(
            None, trail.export_receipt(desk, row.digest).encode("utf-8"), pins
        )
        _must(checked.ok and checked.pinned, f"{row.code}: {' '.join(checked.sentences)}")
    return len(rows)


def _must(holds: bool, reason: str) -> None:
    if not holds:
        raise StepFailed(reason)
