"""What a panel's conclusion must be to be signed, and which of several counts. The same for the chair and the office.

Present at a conclusion, where the experts come together, is who had signed in by the checkpoint that it names as
seen; where nobody had, and in letter reviews, whose signed review it names as considered. Either is what the records
show, whoever reads them and whenever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from zhubi.core.model.records import (
    ChairBody,
    ConclusionBody,
    Record,
    RecordType,
    RefusalBody,
    ReviewBody,
    Seen,
)
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import FactValue, Sheet
from zhubi.core.rules.attendance import attendances, gathers
from zhubi.core.rules.checks import CheckResult, check_results
from zhubi.core.rules.conclusions import ConclusionView, evaluate
from zhubi.core.rules.heads import Heads, heads
from zhubi.core.rules.judging import Problem
from zhubi.core.rules.panel import Member, PanelFacts, PanelFault, panel_facts, panel_faults


@dataclass(frozen=True, slots=True)
class Ground:
    """What a conclusion stands on: the branches of the text on its findings, the panel, and what either lacks.

    ``allowed``: the conclusions that may be signed; ``may_leave_open``: whether none may be named, so that the words
    alone speak (条款未覆盖). ``faults`` and ``checks`` of severity ``block`` hold the conclusion back.
    """

    view: ConclusionView
    facts: PanelFacts
    faults: tuple[PanelFault, ...]
    checks: tuple[CheckResult, ...]
    allowed: tuple[str, ...]
    may_leave_open: bool

    @property
    def held_back(self) -> bool:
        """Whether the panel is not what the text asks for."""
        return any(each.severity == "block" for each in self.faults) or any(
            each.is_block for each in self.checks
        )

    def needs_words(self, conclusion: str | None) -> bool:
        """Whether this conclusion must be explained: where the text leads to it alone, it need not."""
        return not (self.view.verdict == "one" and conclusion in self.view.holding)


def present(
    members: Iterable[Member],
    reviews: Mapping[str, Record],
    considered: Collection[str],
    attended: Collection[str] = (),
) -> list[Member]:
    """The members, present where they ``attended``; where nobody did, where a review of theirs is considered."""
    signed = {reviews[digest].payload.author for digest in considered if digest in reviews}
    there = attended or signed
    return [replace(member, present=member.person in there) for member in members]


def attended(kind: ReviewKind, records: Iterable[Record], dossier: str, seen: Seen | None) -> frozenset[str]:
    """Who had signed in on a dossier by the checkpoint ``seen``; nobody where the experts do not come together."""
    if seen is None or not gathers(kind):
        return frozenset()
    return frozenset(attendances(records, dossier, before=seen.size))


def ground(
    kind: ReviewKind,
    findings: Mapping[str, str],
    facts: Mapping[str, FactValue],
    materials: Collection[str],
    members: Sequence[Member],
    reviews: Iterable[Record] = (),
) -> Ground:
    """What the text says on the panel's findings (``yes``, ``no``, ``unknown``), and what the panel lacks.

    ``kind`` is the form of the round; ``reviews`` those considered, of whose totals the mean is taken.
    """
    counts = panel_facts(members, _mean(kind, reviews))
    view = evaluate(kind, findings, facts, counts, materials)
    said = Sheet.model_validate(
        {"findings": [{"finding": name, "value": value} for name, value in findings.items()]}
    )
    return Ground(
        view,
        counts,
        panel_faults(kind.panel, members, kind=kind, facts=facts),
        check_results(kind, facts, said, counts, materials, on=("panel",)),
        (*view.holding, *view.free),
        view.verdict == "uncovered",
    )


def judge_conclusion(
    kind: ReviewKind, body: ConclusionBody, stands_on: Ground, *, correction: bool = False
) -> tuple[Problem, ...]:
    """Everything that keeps a conclusion from being signed or accepted; empty when nothing does."""
    return (
        *_findings(kind, body),
        *_choice(kind, body, stands_on),
        *_panel(stands_on),
        *([Problem("conclusion.reason-missing")] if correction and not body.reason.strip() else []),
    )


def counting_conclusion(records: Iterable[Record]) -> Heads:
    """The heads among the conclusions on one dossier in one round that count: those of the newest chair who gave any.

    ``records``: of the round and the dossier; chairs, conclusions and refusals are looked at.
    """
    records = tuple(records)
    refused = {each.body.record for each in records if isinstance(each.body, RefusalBody)}
    given = [each for each in records if each.type is RecordType.CONCLUSION and each.digest not in refused]
    chairs = sorted(
        (each for each in records if isinstance(each.body, ChairBody)),
        key=lambda each: (each.index is None, each.index or 0),
    )
    for chair in reversed(chairs):
        assert isinstance(chair.body, ChairBody)
        theirs = [each for each in given if each.payload.author == chair.body.person]
        if theirs:
            return heads(theirs)
    return Heads(())


def _mean(kind: ReviewKind, reviews: Iterable[Record]) -> int | None:
    """The mean of the totals of those who score the whole, in the scale's smallest step.

    Rounded down: a line such as 90 is reached by those who reach it, not by rounding.
    """
    if kind.scale is None:
        return None
    totals = [each.body.sheet.total for each in reviews if isinstance(each.body, ReviewBody)]
    whole = sum(criterion.full for criterion in kind.criteria)
    points = [each.points for each in totals if each is not None and each.full == whole]
    return sum(points) // len(points) if points else None


def _findings(kind: ReviewKind, body: ConclusionBody) -> Iterator[Problem]:
    known = {each.id for each in kind.findings}
    said = Counter(each.finding for each in body.findings)
    for name, times in said.items():
        if name not in known:
            yield Problem("rules.judge-unknown-finding", name)
        elif times > 1:
            yield Problem("rules.judge-twice", name)
    for finding in kind.findings:
        if finding.required and finding.id not in said:
            yield Problem("conclusion.finding-missing", finding.id)


def _choice(kind: ReviewKind, body: ConclusionBody, stands_on: Ground) -> Iterator[Problem]:
    chosen, verdict = body.conclusion, stands_on.view.verdict
    known = {each.id for each in kind.conclusions}
    if chosen is not None and chosen not in known:
        yield Problem("conclusion.unknown", chosen, expected=", ".join(sorted(known)))
        return
    if chosen is None and kind.conclusions and not stands_on.may_leave_open:
        yield Problem(
            f"conclusion.none-{verdict}", expected=", ".join(stands_on.allowed), found=_open(stands_on)
        )
        return
    if chosen is not None and chosen not in stands_on.allowed:
        yield Problem(
            f"conclusion.not-{verdict}", chosen, expected=", ".join(stands_on.allowed), found=_open(stands_on)
        )
        return
    if stands_on.needs_words(chosen) and not body.words.strip():
        yield Problem(f"conclusion.words-{verdict}", chosen or "")


def _open(stands_on: Ground) -> str:
    """The findings that the text waits for, by id."""
    names = (name for branch in stands_on.view.branches for name in branch.missing)
    return ", ".join(dict.fromkeys(names))


def _panel(stands_on: Ground) -> Iterator[Problem]:
    for fault in stands_on.faults:
        if fault.severity == "block":
            yield Problem("conclusion.panel", fault.requirement.id, found=fault.key)
    for check in stands_on.checks:
        if check.is_block:
            yield Problem("conclusion.panel", check.check)
