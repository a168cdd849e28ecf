"""What the text says an expert's own findings would mean, and where a sheet speaks against itself.

Every conclusion is shown as it stands on the findings made so far, and as it would stand with one of them turned the
other way. Contradictions are named and hold nothing back: what must be written is said by ``completeness`` alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from zhubi.core.model.dossier import Indicator
from zhubi.core.model.rulebook import Basis, Conclusion, Recommendation, ReviewKind, spelled
from zhubi.core.model.sheet import FactValue, Sheet
from zhubi.core.model.wording import Bilingual
from zhubi.core.rules.checks import condition_values
from zhubi.core.rules.completeness import recommendation_of
from zhubi.core.rules.conclusions import Branch, ConclusionView, Verdict, evaluate
from zhubi.core.rules.conditions import Outcome, references, vocabulary
from zhubi.core.rules.facts import facts_as_read, indicator_values

Part = Literal["finding", "answer", "recommendation", "indicator", "score", "fact"]
Key = Literal["rules.contradiction-stated", "rules.contradiction-fails", "rules.contradiction-other"]

_NOT_YET: Final = (Outcome.UNMET, Outcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class BranchMeaning:
    """One conclusion on the expert's own findings.

    ``outcome`` met: it holds; unmet: it cannot; unknown: it waits for ``missing`` (ids of findings; names of other
    kinds keep their prefix). Its clause is ``conclusion.basis``, what follows is ``conclusion.consequence``.
    """

    conclusion: Conclusion
    outcome: Outcome
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Supposed:
    """One finding said to be ``value``, everything else as it is: what changes, by ids of conclusions.

    ``holds``: would hold and does not yet; ``opens``: cannot hold now and could then; ``closes``: could no longer hold.
    """

    value: Literal["yes", "no"]
    verdict: Verdict
    holding: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    opens: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """Whether any conclusion would stand otherwise than it does."""
        return bool(self.holds or self.opens or self.closes)


@dataclass(frozen=True, slots=True)
class FindingMeaning:
    """What each answer to one finding would do; the answer that is given changes nothing."""

    finding: str
    yes: Supposed
    no: Supposed


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Statements of one sheet that do not go together.

    ``key`` names the sentence and ``details`` fills it. ``touches``: the parts of the sheet it speaks of, as pairs of
    what and id; the recommendation's id is ``recommendation``, as among missing items.
    """

    id: str
    key: Key
    basis: Basis
    touches: tuple[tuple[Part, str], ...]
    words: Bilingual
    conclusions: tuple[Bilingual, ...] = field(default=())

    def details(self, language: str) -> dict[str, str]:
        """What the sentence names: ``item`` (the rulebook's words, or the recommendation), conclusions, the basis."""
        joined = ("、" if not language.lower().startswith("en") else ", ").join(
            each.said(language) for each in self.conclusions
        )
        return {"item": self.words.said(language), "conclusions": joined, "basis": str(self.basis)}


@dataclass(frozen=True, slots=True)
class Meaning:
    """All of it. ``verdict`` and ``holding`` are those of ``conclusions.evaluate`` on the expert's own findings."""

    verdict: Verdict
    holding: tuple[str, ...]
    branches: tuple[BranchMeaning, ...]
    findings: tuple[FindingMeaning, ...]
    contradictions: tuple[Contradiction, ...]
    free: tuple[str, ...] = ()
    """Conclusions for which the policy gives no condition."""

    def of(self, finding: str) -> FindingMeaning | None:
        """What the answers to one finding would do; None for a finding that no conclusion reads."""
        return next((each for each in self.findings if each.finding == finding), None)


def meaning(
    kind: ReviewKind,
    sheet: Sheet,
    facts: Mapping[str, FactValue] | None = None,
    materials: Collection[str] = (),
    *,
    role: str | None = None,
    indicators: Sequence[Indicator] = (),
) -> Meaning:
    """What the sheet's findings mean by the text, and what in the sheet contradicts itself.

    ``facts``, ``materials`` and ``indicators`` are those of the dossier. A finding that is ``unknown`` counts as not
    made; what hangs on it waits.
    """
    read = facts_as_read(facts or {}, sheet)
    found = {each.finding: each.value for each in sheet.findings}
    view = evaluate(kind, found, read, materials=materials)
    used = {name for each in kind.conclusions for name in references(each.when)}
    return Meaning(
        view.verdict,
        view.holding,
        tuple(BranchMeaning(each.conclusion, each.outcome, each.missing) for each in view.branches),
        tuple(
            FindingMeaning(
                rule.id,
                _supposed(kind, view, found, rule.id, "yes", read, materials),
                _supposed(kind, view, found, rule.id, "no", read, materials),
            )
            for rule in kind.findings
            if f"finding.{rule.id}" in used
        ),
        (
            *_stated(kind, sheet, read, materials, role, indicators),
            *_recommended(kind, sheet, view),
        ),
        view.free,
    )


def _supposed(
    kind: ReviewKind,
    now: ConclusionView,
    found: Mapping[str, str],
    finding: str,
    value: Literal["yes", "no"],
    facts: Mapping[str, FactValue],
    materials: Collection[str],
) -> Supposed:
    if found.get(finding) == value:
        return Supposed(value, now.verdict, now.holding)
    then = evaluate(kind, {**found, finding: value}, facts, materials=materials)
    pairs = tuple(zip(now.branches, then.branches, strict=True))
    return Supposed(
        value,
        then.verdict,
        then.holding,
        _ids(after for before, after in pairs if before.outcome in _NOT_YET and after.outcome is Outcome.MET),
        _ids(
            after
            for before, after in pairs
            if before.outcome is Outcome.UNMET and after.outcome is Outcome.UNKNOWN
        ),
        _ids(
            after
            for before, after in pairs
            if before.outcome is not Outcome.UNMET and after.outcome is Outcome.UNMET
        ),
    )


def _ids(branches: Iterator[Branch]) -> tuple[str, ...]:
    return tuple(each.conclusion.id for each in branches)


def _stated(
    kind: ReviewKind,
    sheet: Sheet,
    facts: Mapping[str, FactValue],
    materials: Collection[str],
    role: str | None,
    indicators: Sequence[Indicator],
) -> Iterator[Contradiction]:
    """Those that the rulebook names."""
    if not kind.contradictions:
        return
    values = condition_values(kind, facts, sheet, materials=materials, role=role)
    values |= indicator_values(kind, sheet, indicators)
    known = vocabulary(kind.vocabulary)
    for rule in kind.contradictions:
        if known.condition(rule.when).outcome(values).outcome is Outcome.MET:
            touches = tuple(_touched(kind, sheet, references(rule.when), indicators))
            yield Contradiction(rule.id, "rules.contradiction-stated", rule.basis, touches, rule.name)


def _touched(
    kind: ReviewKind, sheet: Sheet, names: Sequence[str], indicators: Sequence[Indicator]
) -> Iterator[tuple[Part, str]]:
    questions = {spelled(each.id): each.id for each in kind.questions}
    criteria = {spelled(each.id): each.id for each in kind.criteria}
    binding = {each.id for each in indicators if each.binding}
    for name in names:
        head, _, rest = name.partition(".")
        if head == "finding":
            yield "finding", rest
        elif head == "fact":
            yield "fact", rest
        elif head == "answer":
            yield "answer", questions[rest]
        elif name in ("sheet.recommendation", "sheet.affirmative"):
            yield "recommendation", "recommendation"
        elif name.startswith("sheet.points."):
            yield "score", criteria[rest.removeprefix("points.")]
        elif head == "indicator" and rest.endswith(("not_met", "partly")):
            wanted = "partly" if rest == "partly" else "not-met"
            for each in sheet.indicators:
                if each.judgement == wanted and (rest != "binding_not_met" or each.indicator in binding):
                    yield "indicator", each.indicator


def _recommended(kind: ReviewKind, sheet: Sheet, view: ConclusionView) -> Iterator[Contradiction]:
    """The recommendation against what the expert's own findings lead to.

    Where the text covers no such case nothing is led to, and whatever is recommended stands on its own words.
    """
    recommendation = recommendation_of(kind, sheet)
    if recommendation is None or not recommendation.conclusions or view.verdict == "uncovered":
        return
    outcomes = {each.conclusion.id: each for each in view.branches}
    spoken = [outcomes[name] for name in recommendation.conclusions if name in outcomes]
    if len(spoken) < len(recommendation.conclusions) or any(each.outcome is Outcome.MET for each in spoken):
        return  # one of them holds, or has no condition that could fail
    others = [each for each in view.branches if each.outcome is Outcome.MET]
    if all(each.outcome is Outcome.UNMET for each in spoken):
        yield _against("rules.contradiction-fails", recommendation, spoken)
    elif others:
        yield _against("rules.contradiction-other", recommendation, others)


def _against(key: Key, recommendation: Recommendation, branches: Sequence[Branch]) -> Contradiction:
    reads = dict.fromkeys(name for each in branches for name in references(each.conclusion.when))
    findings: list[tuple[Part, str]] = [
        ("finding", name.removeprefix("finding.")) for name in reads if name.startswith("finding.")
    ]
    return Contradiction(
        f"recommendation.{recommendation.id}",
        key,
        branches[0].conclusion.basis,
        (("recommendation", "recommendation"), *findings),
        recommendation.name,
        tuple(each.conclusion.name for each in branches),
    )
