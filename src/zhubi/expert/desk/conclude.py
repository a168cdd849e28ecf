"""专家组意见: what the text says on the panel's findings, and the chair's signature under what follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import (
    AssignmentBody,
    ChairBody,
    ConclusionBody,
    DossierBody,
    Record,
    RecordType,
    RefusalBody,
    ReviewBody,
)
from zhubi.core.model.sheet import Finding
from zhubi.core.model.text import clean_text
from zhubi.core.model.values import parse_instant
from zhubi.core.rules.concluding import (
    Ground,
    attended,
    counting_conclusion,
    ground,
    judge_conclusion,
    present,
)
from zhubi.core.rules.heads import heads
from zhubi.core.rules.judging import Problem
from zhubi.core.rules.panel import Member
from zhubi.expert.desk import overview
from zhubi.expert.desk.composing import compose
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import form_of, office_of
from zhubi.expert.desk.sealed import Opened, open_sealed
from zhubi.expert.desk.unlock import signing_key
from zhubi.expert.sync.feed import read_to
from zhubi.locale import language, say

if TYPE_CHECKING:
    from zhubi.expert.desk.forms import Form
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import ReviewKey
    from zhubi.expert.store.values import Office

_WORDS_LIMIT: Final = 20_000


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One finding: what the panel says (empty: nothing yet), and how many members say what."""

    id: str
    name: str
    basis: str
    value: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BranchLine:
    """One conclusion: whether its condition holds (empty: it has none), and the findings it waits for."""

    id: str
    name: str
    basis: str
    outcome: str
    waits_for: tuple[str, ...]
    consequence: str


@dataclass(frozen=True, slots=True)
class ConclusionView:
    """What the chair has before them. ``problems``: what keeps this from being signed, in sentences."""

    code: str
    title: str
    verdict: str
    findings: tuple[FindingLine, ...]
    branches: tuple[BranchLine, ...]
    panel: tuple[str, ...]
    members: int
    """How many members' signed reviews are here, the chair's own among them."""
    standing: str
    """The conclusion that stands, in a sentence; empty before the first."""
    conclusion: str | None
    words: str
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What the chair means to say. None: as the conclusion that stands says it."""

    findings: Mapping[str, str] | None = None
    conclusion: str | None = None
    words: str | None = None
    problems: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Panel:
    """What this machine knows of the panel of one project."""

    office: Office
    form: Form
    opened: Opened
    chair: Record
    own: tuple[Record, ...]
    """The heads of the chair's own conclusions: what the next one takes the place of."""
    standing: Record | None
    refused: str
    reviews: Mapping[str, Record]
    members: tuple[Member, ...]
    attended: frozenset[str]


def conclusion(desk: Desk, key: ReviewKey, draft: Draft | None = None) -> ConclusionView:
    """What the text says of a draft, or of the conclusion that stands; nothing is signed.

    ``desk.unknown-row``, ``desk.not-chair``, ``desk.own-first``, and the faults of the papers and the rules.
    """
    panel = _panel_of(desk, key)
    body = _body(panel, draft or Draft())
    stands_on = _ground(panel, body)
    return _view(desk, key, panel, body, stands_on)


def conclude(desk: Desk, key: ReviewKey, pin: str, draft: Draft) -> str:
    """Signs the panel's conclusion; it waits in the outbox. Gives its digest.

    The faults of ``conclusion`` and of ``unlock``; ``desk.cannot-conclude``: the first of its problems;
    ``desk.nothing-changed``: the conclusion that stands says the same.
    """
    panel = _panel_of(desk, key)
    body = _body(panel, draft)
    before = panel.standing.body if panel.standing is not None else None
    if len(panel.own) == 1 and before == body.model_copy(update={"reason": getattr(before, "reason", "")}):
        raise DeskError("desk.nothing-changed", "the conclusion that stands says the same")
    problems = judge_conclusion(panel.form.kind, body, _ground(panel, body), correction=bool(panel.own))
    if problems:
        words = _sentence(panel, problems[0])
        raise DeskError("desk.cannot-conclude", words, reason=words)
    pen = signing_key(desk, key.office, pin)
    now = desk.clock()
    compact, record = compose(
        desk, panel.office, pen, RecordType.CONCLUSION, body,
        round=key.round, subjects=(key.dossier,),
        relies_on=(
            panel.form.begun.record, body.rulebook, body.dossier, body.manifest_digest, panel.chair.digest,
        ),
        supersedes=[each.digest for each in panel.own], now=now,
    )  # fmt: skip
    desk.store.outbox.put(key.office, compact, record, now=now)
    return record.digest


def _panel_of(desk: Desk, key: ReviewKey) -> _Panel:
    view = desk.store.assignments.view(key, now=desk.clock())
    if view is None:
        raise DeskError("desk.unknown-row", "no such assignment is known here")
    office = office_of(desk, key.office)
    of_round = [each.record for each in desk.store.records.of_round(key.office, key.round)]
    chairs = [each for each in of_round if isinstance(each.body, ChairBody)]
    chair = chairs[-1] if chairs else None
    if chair is None or not isinstance(chair.body, ChairBody) or chair.body.person != office.person:
        raise DeskError("desk.not-chair", "only the chair concludes")
    if view.review is None or desk.store.receipts.get(view.review.digest) is None:
        raise DeskError("desk.own-first", "the chair's own review comes first")
    form = form_of(desk, key.office, key.round)
    if form.view.ended:
        raise DeskError("desk.not-editable", "the round has ended")
    opened = open_sealed(desk, key, view)
    if not opened.current:
        raise DeskError("desk.newer-version", "a newer version is known, whose key is not here yet")
    here = [each.record for each in desk.store.records.of_dossier(key.office, key.dossier, key.round)]
    refusals = {each.body.record: each.body for each in here if isinstance(each.body, RefusalBody)}
    mine = [
        each for each in here if each.type is RecordType.CONCLUSION and each.payload.author == office.person
    ]
    why = refusals.get(mine[-1].digest) if mine else None
    standing = counting_conclusion([*chairs, *here])
    return _Panel(
        office, form, opened, chair,
        heads(each for each in mine if each.digest not in refusals).records,
        standing.one,
        overview.problem_text(why.kind, dict(why.details)) if why is not None else "",
        _reviews(here, refusals),
        _members(here, key.round),
        attended(form.kind, here, key.dossier, read_to(desk.store, key.office)),
    )  # fmt: skip


def _reviews(here: Iterable[Record], refused: Mapping[str, RefusalBody]) -> dict[str, Record]:
    """The review of each member that counts, by digest; of one who contradicts themselves, none."""
    by_author: dict[str, list[Record]] = {}
    for each in here:
        if isinstance(each.body, ReviewBody) and each.index is not None and each.digest not in refused:
            by_author.setdefault(each.payload.author, []).append(each)
    counting = (heads(theirs).one for theirs in by_author.values())
    return {each.digest: each for each in counting if each is not None}


def _members(here: Iterable[Record], round: str) -> tuple[Member, ...]:
    """Who sits: assigned and not replaced since. Whether anyone stepped aside, the office knows."""
    seats: dict[str, Member] = {}
    for each in here:
        body = each.body
        if not isinstance(body, AssignmentBody) or each.payload.round != round or body.person is None:
            continue
        if body.action == "assign":
            tags = frozenset(body.tags) | ({body.seat} if body.seat else frozenset())
            seats[body.person] = Member(body.person, body.role, tags)
        else:
            seats.pop(body.person, None)
    return tuple(seats.values())


def _body(panel: _Panel, draft: Draft) -> ConclusionBody:
    known = [each.id for each in panel.form.kind.findings]
    before = panel.standing.body if panel.standing is not None else None
    stands = before if isinstance(before, ConclusionBody) else None
    said = {each.finding: each.value for each in stands.findings} if stands else {}
    for name, value in (draft.findings or {}).items():
        if name not in known or value not in ("yes", "no", "unknown"):
            raise DeskError(
                "desk.bad-finding", "a finding cannot be read",
                found=f"{name}={value}"[:120], known=", ".join(known) or "-",
            )  # fmt: skip
        said[name] = value  # type: ignore[assignment]
    version = panel.opened.body
    words = draft.words if draft.words is not None else (stands.words if stands else "")
    problems = draft.problems if draft.problems is not None else (stands.problems if stands else "")
    chosen = draft.conclusion if draft.conclusion is not None else (stands.conclusion if stands else None)
    return ConclusionBody(
        dossier=panel.opened.version.digest,
        manifest_digest=version.manifest_digest,
        rulebook=panel.form.rulebook,
        kind=panel.form.kind.id,
        findings=tuple(Finding(finding=name, value=said[name]) for name in known if name in said),
        conclusion=chosen or None,
        words=clean_text(words, _WORDS_LIMIT).strip(),
        problems=clean_text(problems, _WORDS_LIMIT).strip(),
        reviews=tuple(sorted(panel.reviews)),
        reason=clean_text(draft.reason, _WORDS_LIMIT).strip(),
    )


def _ground(panel: _Panel, body: ConclusionBody) -> Ground:
    content = panel.opened.content
    members = present(panel.members, panel.reviews, body.reviews, panel.attended)
    findings: dict[str, str] = {each.finding: each.value for each in body.findings}
    return ground(
        panel.form.kind, findings, content.facts_by_name(), content.materials(), members,
        panel.reviews.values(),
    )  # fmt: skip


def _view(
    desk: Desk, key: ReviewKey, panel: _Panel, body: ConclusionBody, stands_on: Ground
) -> ConclusionView:
    kind, spoken = panel.form.kind, language()
    version = panel.opened.version.body
    assert isinstance(version, DossierBody)
    said = {each.finding: each.value for each in body.findings}
    counts = _counts(panel.reviews.values())
    names = {each.id: each.name.said(spoken) for each in kind.findings}
    branches = {each.conclusion.id: each for each in stands_on.view.branches}
    lines = []
    for each in kind.conclusions:
        branch = branches.get(each.id)
        waits = tuple(names.get(name, name) for name in branch.missing) if branch else ()
        lines.append(
            BranchLine(
                each.id,
                each.name.said(spoken),
                each.basis.text,
                branch.outcome.value if branch else "",
                waits,
                each.consequence.said(spoken),
            )
        )
    problems = judge_conclusion(kind, body, stands_on, correction=bool(panel.own))
    before = [say("conclusion.refused-before", why=panel.refused)] if panel.refused else []
    return ConclusionView(
        version.card.code,
        version.card.title,
        stands_on.view.verdict,
        tuple(
            FindingLine(
                each.id, names[each.id], each.basis.text, said.get(each.id, ""), counts.get(each.id, {})
            )
            for each in kind.findings
        ),
        tuple(lines),
        tuple(say(each.key, **each.details(kind, spoken)) for each in stands_on.faults),
        len(panel.reviews),
        _standing(panel),
        body.conclusion,
        body.words,
        (*before, *(_sentence(panel, each) for each in problems)),
    )


def _counts(reviews: Iterable[Record]) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for each in reviews:
        assert isinstance(each.body, ReviewBody)
        for finding in each.body.sheet.findings:
            counts.setdefault(finding.finding, Counter())[finding.value] += 1
    return counts


def _standing(panel: _Panel) -> str:
    if len(panel.own) > 1:
        return say("conclusion.disputed")
    record = panel.standing
    if record is None or not isinstance(record.body, ConclusionBody):
        return ""
    at: datetime = parse_instant(record.payload.made_at).astimezone()
    return say("conclusion.stands", name=name_of(panel.form, record.body), at=f"{at:%Y-%m-%d %H:%M}")


def name_of(form: Form, body: ConclusionBody) -> str:
    """What a conclusion is called in the language in use."""
    chosen = next((each for each in form.kind.conclusions if each.id == body.conclusion), None)
    return chosen.name.said(language()) if chosen is not None else say("conclusion.no-name")


def conclusion_name(desk: Desk, office: str, record: Record) -> str:
    """What a conclusion of a round is called; its id where the rules are not here."""
    body = record.body
    assert isinstance(body, ConclusionBody)
    try:
        return name_of(form_of(desk, office, record.payload.round or ""), body)
    except ZhubiError:
        return body.conclusion or say("conclusion.no-name")


def _sentence(panel: _Panel, problem: Problem) -> str:
    """A problem in words, items by their names."""
    kind, spoken = panel.form.kind, language()
    names = {each.id: each.name.said(spoken) for each in kind.findings}
    names |= {each.id: each.name.said(spoken) for each in kind.panel.requirements}
    names |= {each.id: each.name.said(spoken) for each in (*kind.conclusions, *kind.checks)}

    def named(text: str) -> str:
        return "、".join(names.get(part, part) for part in text.split(", ")) if text else "-"

    return say(
        problem.key, item=named(problem.item), expected=named(problem.expected), found=named(problem.found)
    )
