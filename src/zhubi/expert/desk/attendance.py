"""签到: the expert says that they take part, and who else is known to. Signed like every act, without a network too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from zhubi.core.model.records import AssignmentBody, AttendanceBody, EnrolmentBody, RecordType, RefusalBody
from zhubi.core.model.text import clean_text
from zhubi.core.model.values import instant, parse_instant
from zhubi.core.rules.attendance import attendances, gathers
from zhubi.core.rules.heads import heads
from zhubi.core.rules.lifecycle import Stage
from zhubi.expert.desk.composing import compose
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import form_of, office_of, office_of_round
from zhubi.expert.desk.overview import problem_text
from zhubi.expert.desk.unlock import signing_key
from zhubi.expert.desk.views import ReviewKey
from zhubi.locale import language, say

if TYPE_CHECKING:
    from zhubi.core.model.records import Record
    from zhubi.core.model.rulebook import ReviewKind
    from zhubi.core.rules.lifecycle import AssignmentView
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.values import Office

Mode = Literal["site", "meeting", "remote"]
_IN_ONE: Final = 90
"""Projects that one record signs in for: it names the declaration on each as what it rests on."""
_WORDS: Final = 2_000
_OPEN: Final = frozenset(
    {
        Stage.SEALED, Stage.READY, Stage.DRAFTING, Stage.COMPLETE, Stage.SIGNED, Stage.SUBMITTED, Stage.RETURNED,
        Stage.REFUSED, Stage.OVERDUE, Stage.LATE, Stage.DISPUTED,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PersonThere:
    """Somebody who signed in. ``role`` is empty where the assignment is not known here."""

    name: str
    mode: Mode
    at: datetime
    role: str
    mine: bool


@dataclass(frozen=True, slots=True)
class AttendanceView:
    """Who takes part in reviewing a project, as far as this machine knows.

    ``expected``: whether the experts of this review kind come together at all. ``state``: of one's own signing in.
    ``counts`` are those present by role and by quality, named, in the order of the form.
    """

    expected: bool
    mode: Mode
    """How one most likely signs in here."""
    state: Literal["none", "waiting", "proven", "refused"]
    people: tuple[PersonThere, ...]
    counts: tuple[tuple[str, int], ...]
    why_refused: str = ""

    @property
    def sentence(self) -> str:
        """Who is there, in a line: ``到会5 技术4 财务1``."""
        parts = [say("onsite.present", count=len(self.people))]
        return " ".join([*parts, *(f"{name}{count}" for name, count in self.counts)])


def attendance(desk: Desk, key: ReviewKey) -> AttendanceView:
    """Who signed in on a project, oneself among them. ``desk.unknown-round``, ``desk.rules-missing``."""
    office = office_of(desk, key.office)
    kind = form_of(desk, key.office, key.round).kind
    here = _records(desk, key)
    there = attendances(here, key.dossier)
    seats = _seats(here, key.round)
    names = _names(desk, office, there)
    people = tuple(
        _person(each, names, seats, kind, office.person) for each in there.values()
    )  # fmt: skip
    mine = [each for each in here if _is_mine(each, office)]
    refused = {each.body.record: each.body for each in here if isinstance(each.body, RefusalBody)}
    own = there.get(office.person)
    why = next((refused[each.digest] for each in reversed(mine) if each.digest in refused), None)
    state: Literal["none", "waiting", "proven", "refused"] = "none"
    if own is not None:
        state = "proven" if desk.store.receipts.get(own.digest) is not None else "waiting"
    elif why is not None:
        state = "refused"
    return AttendanceView(
        gathers(kind), likely_mode(kind), state, people, tuple(_counts(kind, seats, there)),
        problem_text(why.kind, dict(why.details)) if why is not None and own is None else "",
    )  # fmt: skip


def likely_mode(kind: ReviewKind) -> Mode:
    """How the experts of a review kind come together, in the first place."""
    return "site" if kind.modes[0] == "onsite" or "meeting" not in kind.modes else "meeting"


def to_sign_in(desk: Desk, round: str) -> tuple[ReviewKey, ...]:
    """The projects of a round that one may sign in for and has not yet, in the order of the agenda."""
    office = office_of_round(desk, round)
    if not gathers(form_of(desk, office.office, round).kind):
        return ()
    found = []
    for row in desk.store.assignments.rows(round, 0, desk.store.assignments.count(round), now=desk.clock()):
        key = ReviewKey(office.office, round, row.dossier)
        if _why_not(desk, key) is None and office.person not in attendances(_records(desk, key), key.dossier):
            found.append(key)
    return tuple(found)


def sign_in(desk: Desk, round: str, dossiers: Sequence[str], pin: str, mode: Mode, words: str = "") -> int:
    """Signs in for projects of a round; the records wait in the outbox. Gives for how many.

    Those one has signed in for already are left out; ``desk.already-signed-in`` where that is all of them.
    ``desk.no-gathering`` in a letter review, ``desk.sign-in-first`` where a declaration is missing, the faults of
    ``unlock``.
    """
    office = office_of_round(desk, round)
    form = form_of(desk, office.office, round)
    if not gathers(form.kind):
        raise DeskError("desk.no-gathering", "nobody signs in for a letter review", title=form.view.title)
    if form.view.ended:
        raise DeskError("desk.not-editable", "the round has ended")
    keys = [ReviewKey(office.office, round, each) for each in dict.fromkeys(dossiers)]
    for key in keys:
        problem = _why_not(desk, key)
        if problem is not None:
            raise problem
    keys = [key for key in keys if office.person not in attendances(_records(desk, key), key.dossier)]
    if not keys:
        raise DeskError("desk.already-signed-in", "signed in for these projects already")
    pen = signing_key(desk, office.office, pin)
    now = desk.clock()
    body = AttendanceBody(mode=mode, at=instant(now), words=clean_text(words, _WORDS).strip())
    for start in range(0, len(keys), _IN_ONE):
        subjects = tuple(each.dossier for each in keys[start : start + _IN_ONE])
        compact, record = compose(
            desk, office, pen, RecordType.ATTENDANCE, body, round=round, subjects=subjects,
            relies_on=(form.view.record, *_declarations(desk, office.office, round, subjects)),
            supersedes=_disputed(desk, office, round, subjects), now=now,
        )  # fmt: skip
        desk.store.outbox.put(office.office, compact, record, now=now)
    return len(keys)


def _why_not(desk: Desk, key: ReviewKey) -> DeskError | None:
    view = desk.store.assignments.view(key, now=desk.clock())
    if view is None:
        return DeskError("desk.unknown-row", "no such assignment is known here")
    if view.stage not in _OPEN or view.declaration is None or view.redeclare:
        row = desk.store.assignments.row(key, now=desk.clock())
        code = row.code if row is not None else ""
        return DeskError("desk.sign-in-first", "commitment and declaration come first", code=code)
    return None


def _records(desk: Desk, key: ReviewKey) -> list[Record]:
    return [each.record for each in desk.store.records.of_dossier(key.office, key.dossier, key.round)]


def _is_mine(record: Record, office: Office) -> bool:
    return record.type is RecordType.ATTENDANCE and record.payload.author == office.person


def _declarations(desk: Desk, office: str, round: str, dossiers: Iterable[str]) -> Iterator[str]:
    for each in dossiers:
        view: AssignmentView | None = desk.store.assignments.view(
            ReviewKey(office, round, each), now=desk.clock()
        )
        if view is not None and view.declaration is not None:
            yield view.declaration.digest


def _disputed(desk: Desk, office: Office, round: str, subjects: tuple[str, ...]) -> list[str]:
    """What one said before on the same matter and does not count: two devices signed in side by side."""
    here = _records(desk, ReviewKey(office.office, round, subjects[0]))
    refused = {each.body.record for each in here if isinstance(each.body, RefusalBody)}
    same = [
        each
        for each in here
        if _is_mine(each, office) and each.payload.subjects == subjects and each.digest not in refused
    ]
    return [each.digest for each in heads(same).records]


def _seats(here: Iterable[Record], round: str) -> dict[str, AssignmentBody]:
    """The seats of a project that are known here, by person."""
    seats: dict[str, AssignmentBody] = {}
    for each in here:
        body = each.body
        if isinstance(body, AssignmentBody) and each.payload.round == round and body.person is not None:
            if body.action == "assign":
                seats[body.person] = body
            else:
                seats.pop(body.person, None)
    return seats


def _names(desk: Desk, office: Office, people: Iterable[str]) -> dict[str, str]:
    wanted = set(people)
    names = {office.person: office.name}
    for each in desk.store.records.by_type(office.office, [RecordType.ENROLMENT.value]):
        body = each.record.body
        if isinstance(body, EnrolmentBody) and body.person in wanted - {office.person}:
            names[body.person] = body.name
    return names


def _person(
    record: Record, names: dict[str, str], seats: dict[str, AssignmentBody], kind: ReviewKind, me: str
) -> PersonThere:
    body, person = record.body, record.payload.author
    assert isinstance(body, AttendanceBody)
    roles = {each.id: each.name.said(language()) for each in kind.roles}
    role = seats[person].role if person in seats else ""
    return PersonThere(
        names.get(person, ""), body.mode, parse_instant(body.at), roles.get(role, role), person == me
    )


def _counts(
    kind: ReviewKind, seats: dict[str, AssignmentBody], there: Iterable[str]
) -> Iterator[tuple[str, int]]:
    known = [seats[each] for each in there if each in seats]
    roles = Counter(each.role for each in known)
    tags = Counter(tag for each in known for tag in {*each.tags, *([each.seat] if each.seat else [])})
    for role in kind.roles:
        if roles[role.id]:
            yield role.name.said(language()), roles[role.id]
    for tag in kind.tags:
        if tags[tag.id]:
            yield tag.name.said(language()), tags[tag.id]
