"""What a sheet takes along to another form or another version of the papers; and what it cannot, by name.

Nothing typed is lost (law 3): what the new form has no place for is handed back beside the sheet, words and all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from zhubi.core.model.dossier import Content
from zhubi.core.model.rulebook import FactRule, Question, ReviewKind
from zhubi.core.model.sheet import Cuts, FactReading, MethodUsed, Score, Sheet
from zhubi.core.rules.checks import MATERIAL
from zhubi.core.rules.difference import Change, Name, Plain, place_of
from zhubi.core.rules.formchanges import content_changes, kind_changes
from zhubi.core.rules.scoring import band_for, criteria_for

Why = Literal[
    "gone", "not-yours", "over-full", "half-point", "always-applies", "no-choice", "other-type", "no-cuts",
    "over-fiscal", "stays",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something typed that finds no place: ``value`` as it stood (points in the old scale's steps), and the words."""

    part: str
    item: str
    why: Why
    value: Plain = None
    words: str = ""
    name: Name = ""

    @property
    def place(self) -> str:
        """Where on the form it stood."""
        return place_of(self.part, self.item)


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """A sheet that fits the new form; the places that came along, what did not, and what asks for another look."""

    sheet: Sheet
    kept: tuple[str, ...]
    dropped: tuple[Dropped, ...]
    look_again: tuple[str, ...]


@dataclass(slots=True)
class _Move:
    """A sheet on its way: from which form and papers to which."""

    kind: ReviewKind
    role: str
    before: ReviewKind
    papers: Content | None
    dropped: list[Dropped] = field(default_factory=list)
    again: dict[str, None] = field(default_factory=dict)

    def drop(self, part: str, item: str, why: Why, value: Plain = None, words: str = "") -> None:
        self.dropped.append(Dropped(part, item, why, value, words, self._name(part, item)))

    def _name(self, part: str, item: str) -> Name:
        lists: dict[str, tuple[Any, ...]] = {
            "score": self.before.criteria, "answer": self.before.questions, "finding": self.before.findings,
            "fact": self.before.facts, "check": (*self.before.checks, *self.before.materials),
            "recommendation": self.before.recommendations,
        }  # fmt: skip
        plain = item.removeprefix(MATERIAL)
        return next((each.name for each in lists.get(part, ()) if each.id == plain), item)


def carry_over(
    kind: ReviewKind,
    sheet: Sheet,
    role: str,
    *,
    before: ReviewKind | None = None,
    papers: Content | None = None,
    papers_before: Content | None = None,
    documents: Mapping[str, str] | None = None,
) -> CarriedOver:
    """The sheet as it stands on ``kind`` for ``role``. What follows from it (total, checks) is made anew by the caller.

    ``before`` is the form it was filled in on, ``papers_before`` the papers it was filled in over (None: the same).
    With ``papers``, cuts and indicators are held against them. ``documents`` gives the new digests of documents that
    are the same under the seal of another version.
    """
    move = _Move(kind, role, before or kind, papers)
    carried = sheet.model_copy(
        update={
            "scores": tuple(_scores(move, sheet)),
            "answers": tuple(_answers(move, sheet)),
            "findings": tuple(_findings(move, sheet)),
            "facts": tuple(_facts(move, sheet)),
            "checks": tuple(_checks(move, sheet)),
            "indicators": tuple(_indicators(move, sheet)),
            "methods": tuple(_methods(move, sheet)),
            "cuts": _cuts(move, sheet),
            "total": None,
            "recommendation": _recommendation(move, sheet),
            "citations": tuple(
                each.model_copy(update={"document": (documents or {}).get(each.document, each.document)})
                for each in sheet.citations
            ),
        }
    )
    changes = [*kind_changes(move.before, kind)]
    if papers is not None and papers_before is not None:
        changes += content_changes(papers_before, papers)
    places = filled_places(carried)
    again = {*move.again, *_asked_again(move, changes, carried)}
    return CarriedOver(carried, places, tuple(move.dropped), tuple(each for each in _ordered(kind, again)))


def filled_places(sheet: Sheet) -> tuple[str, ...]:
    """Where something stands on a sheet, by ``place_of``."""
    places = [
        *(place_of("answer", each.question) for each in sheet.answers),
        *(place_of("score", each.criterion) for each in sheet.scores),
        *(place_of("finding", each.finding) for each in sheet.findings),
        *(place_of("indicator", each.indicator) for each in sheet.indicators),
        *(place_of("method-used", each.key) for each in sheet.methods),
        *(place_of("fact", each.fact) for each in sheet.facts),
        *(place_of("cut", each.line) for each in (sheet.cuts.lines if sheet.cuts is not None else ())),
        *(place_of("check", each.check) for each in sheet.checks if each.words),
    ]
    if sheet.recommendation is not None or sheet.recommendation_words:
        places.append("recommendation")
    if sheet.opinion:
        places.append("opinion")
    return tuple(dict.fromkeys(places))


# What moves


def _scores(move: _Move, sheet: Sheet) -> Iterable[Score]:
    every = {each.id for each in move.kind.criteria}
    mine = {each.id: each for each in criteria_for(move.kind, move.role)}
    for score in _once(move, sheet.scores, "score", "criterion"):
        criterion = mine.get(score.criterion)
        if criterion is None:
            why: Why = "not-yours" if score.criterion in every else "gone"
            if score.points is not None or score.comment or score.not_applicable:
                value = True if score.not_applicable else score.points
                move.drop("score", score.criterion, why, value, score.comment)
            continue
        points, not_applicable = score.points, score.not_applicable
        if not_applicable and not criterion.may_not_apply:
            move.drop("score", score.criterion, "always-applies", True)
            move.again[place_of("score", score.criterion)] = None
            not_applicable = False
        if points is not None:
            points = _points(move, score, criterion.full)
        if points is not None or not_applicable or score.comment:
            yield Score(
                criterion=score.criterion, points=None if not_applicable else points,
                not_applicable=not_applicable, comment=score.comment,
            )  # fmt: skip


def _points(move: _Move, score: Score, full: int) -> int | None:
    steps = move.kind.scale.steps_a_point if move.kind.scale else 1
    steps_before = move.before.scale.steps_a_point if move.before.scale else 1
    assert score.points is not None
    points, rest = divmod(score.points * steps, steps_before)
    if not rest and points <= full:
        return points
    move.drop("score", score.criterion, "half-point" if rest else "over-full", score.points)
    move.again[place_of("score", score.criterion)] = None
    return None


def _answers(move: _Move, sheet: Sheet) -> Iterable[Any]:
    questions = {each.id: each for each in move.kind.questions}
    for answer in _once(move, sheet.answers, "answer", "question"):
        question = questions.get(answer.question)
        if question is None:
            move.drop("answer", answer.question, "gone", answer.value)
        elif not _answers_it(question, answer.value):
            move.drop("answer", answer.question, "no-choice", answer.value)
            move.again[place_of("answer", answer.question)] = None
        else:
            yield answer


def _answers_it(question: Question, value: str) -> bool:
    if not value or question.asks == "text":
        return True
    if question.asks == "number":
        return value.removeprefix("-").isdecimal()
    return value in ({"yes", "no"} if question.asks == "yes-no" else {each.id for each in question.choices})


def _findings(move: _Move, sheet: Sheet) -> Iterable[Any]:
    known = {each.id for each in move.kind.findings}
    for finding in _once(move, sheet.findings, "finding", "finding"):
        if finding.finding in known:
            yield finding
        else:
            move.drop("finding", finding.finding, "gone", finding.value, finding.words)


def _facts(move: _Move, sheet: Sheet) -> Iterable[FactReading]:
    rules = {each.id: each for each in move.kind.facts}
    for reading in _once(move, sheet.facts, "fact", "fact"):
        rule = rules.get(reading.fact)
        if rule is None:
            move.drop("fact", reading.fact, "gone", reading.value)
        elif reading.value is not None and not _is_such(rule, reading.value):
            move.drop("fact", reading.fact, "other-type", reading.value)
            move.again[place_of("fact", reading.fact)] = None
        else:
            yield reading


def _is_such(rule: FactRule, value: Any) -> bool:
    if rule.type == "bool":
        return isinstance(value, bool)
    if rule.type == "int":
        return type(value) is int
    if rule.choices and value not in {each.id for each in rule.choices}:
        return False
    return isinstance(value, str)


def _checks(move: _Move, sheet: Sheet) -> Iterable[Any]:
    known = {each.id for each in move.kind.checks} | {f"{MATERIAL}{each.id}" for each in move.kind.materials}
    for seen in _once(move, sheet.checks, "check", "check"):
        if seen.check in known:
            yield seen
        elif seen.words:
            move.drop("check", seen.check, "gone", None, seen.words)


def _indicators(move: _Move, sheet: Sheet) -> Iterable[Any]:
    known = {each.id for each in move.papers.indicators} if move.papers is not None else None
    for judged in _once(move, sheet.indicators, "indicator", "indicator"):
        if move.kind.judges_indicators and (known is None or judged.indicator in known):
            yield judged
        else:
            words = "\n".join(filter(None, (judged.observed, judged.words)))
            move.drop("indicator", judged.indicator, "gone", judged.judgement, words)


def _methods(move: _Move, sheet: Sheet) -> Iterable[MethodUsed]:
    known = {each.id for each in move.kind.methods}
    for used in _once(move, sheet.methods, "method-used", "key"):
        if used.method in known or (not used.method and move.kind.methods_open):
            yield used
        elif move.kind.methods_open:
            # The new form does not name it and forbids no other: it was done all the same.
            yield used.model_copy(update={"method": ""})
        else:
            move.drop("method-used", used.key, "gone", None, "\n".join(filter(None, (used.name, used.words))))


def _cuts(move: _Move, sheet: Sheet) -> Cuts | None:
    cuts, rule = sheet.cuts, move.kind.cuts
    if cuts is None:
        return None
    lines = {each.id: each for each in move.papers.budget} if move.papers is not None else None
    kept = []
    for cut in _once(move, cuts.lines, "cut", "line"):
        line = lines.get(cut.line) if lines is not None else None
        if rule is None:
            move.drop("cut", cut.line, "no-cuts", cut.amount, cut.reason)
        elif lines is not None and line is None:
            move.drop("cut", cut.line, "gone", cut.amount, cut.reason)
        elif line is not None and cut.amount > line.fiscal:
            move.drop("cut", cut.line, "over-fiscal", cut.amount, cut.reason)
            move.again[place_of("cut", cut.line)] = None
        else:
            kept.append(cut)
    if rule is None:
        if not cuts.core_indicators_stand:
            move.drop("cuts", "core_indicators_stand", "no-cuts", False)
        if cuts.total_follows:
            move.drop("cuts", "total_follows", "no-cuts", True)
        return None
    follows = cuts.total_follows and rule.total_may_follow
    if cuts.total_follows and not follows:
        move.drop("cuts", "total_follows", "stays", True)
    return cuts.model_copy(update={"lines": tuple(kept), "total_follows": follows})


def _recommendation(move: _Move, sheet: Sheet) -> str | None:
    chosen = sheet.recommendation
    if chosen is None or chosen in {each.id for each in move.kind.recommendations}:
        return chosen
    move.drop("recommendation", chosen, "gone", chosen)
    move.again["recommendation"] = None
    return None


def _once(move: _Move, items: Iterable[Any], part: str, key: str) -> Iterable[Any]:
    """Each item once: a form has one place for each, and what stands there a second time is handed back."""
    seen: set[str] = set()
    for each in items:
        name = getattr(each, key)
        if name not in seen:
            seen.add(name)
            yield each
        else:
            told = each.model_dump(mode="json", exclude={key})
            move.drop(part, name, "gone", None, "\n".join(str(value) for value in told.values() if value))


# What asks for another look

_PLACES: Final[Mapping[str, str]] = {
    "criterion": "score", "question": "answer", "finding": "finding", "fact-rule": "fact", "fact": "fact",
    "indicator": "indicator", "budget": "cut", "material": "check", "check": "check",
}  # fmt: skip
_ONLY_WHERE_FILLED: Final = frozenset({"score", "answer", "finding", "indicator", "cut"})
_UNSEEN: Final = frozenset({"basis", "full_basis", "required", "gate", "section"})
"""Members that change nothing of what was held: where an item comes from, or whether it must be there."""


def _asked_again(move: _Move, changes: Iterable[Change], sheet: Sheet) -> Iterable[str]:
    places = set(filled_places(sheet))
    declared = {each.id for each in move.kind.facts}
    for change in changes:
        part = _PLACES.get(change.part)
        gone = change.what == "removed" and not change.field and change.part != "fact"
        if part is None or change.field in _UNSEEN or gone:
            continue
        item = f"{MATERIAL}{change.item}" if change.part == "material" else change.item
        place = place_of(part, item)
        if part == "fact":
            # A stated fact stands on the sheet to be confirmed, whether it was read already or not.
            if change.item in declared:
                yield place
        elif part == "check":
            # A condition that is new or other than it was is weighed in what is recommended.
            if sheet.recommendation is not None:
                yield "recommendation"
        elif part not in _ONLY_WHERE_FILLED or place in places:
            yield place
    yield from _in_another_band(move, sheet)
    if sheet.opinion and any(each.part in ("section", "attachment") for each in changes):
        yield "opinion"


def _in_another_band(move: _Move, sheet: Sheet) -> Iterable[str]:
    """The same points may be called otherwise: they were given for what the band says."""
    old = {each.id: each for each in move.before.criteria}
    new = {each.id: each for each in move.kind.criteria}
    steps = move.kind.scale.steps_a_point if move.kind.scale else 1
    steps_before = move.before.scale.steps_a_point if move.before.scale else 1
    for score in sheet.scores:
        if score.points is None or score.criterion not in old:
            continue
        was = band_for(move.before, old[score.criterion], score.points * steps_before // steps)
        now = band_for(move.kind, new[score.criterion], score.points)
        if (was.id if was else "") != (now.id if now else ""):
            yield place_of("score", score.criterion)


def _ordered(kind: ReviewKind, places: Iterable[str]) -> list[str]:
    """In the order of the form; what has no place of its own there comes last."""
    order = [
        *(place_of("answer", each.id) for each in kind.questions),
        *(place_of("score", each.id) for each in kind.criteria),
        *(place_of("finding", each.id) for each in kind.findings),
        *(place_of("fact", each.id) for each in kind.facts),
    ]
    known = {place: number for number, place in enumerate(order)}
    return sorted(places, key=lambda place: (known.get(place, len(known)), place))


def still_open(look_again: Iterable[str], changes: Iterable[Change]) -> tuple[str, ...]:
    """What still asks for another look after an edit: whatever it touched has had its look."""
    touched = {each.place for each in changes}
    if "recommendation-words" in touched:
        touched.add("recommendation")
    return tuple(place for place in look_again if place not in touched)
