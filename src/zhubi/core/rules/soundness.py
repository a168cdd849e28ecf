"""What a rulebook must hold beyond its shape: unique ids, full points that sum, conditions that compile, a panel
that can be seated. Each fault names the path of the item in its file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from zhubi.core.model.rulebook import Policy, ReviewKind
from zhubi.core.rules.clauses import resting
from zhubi.core.rules.conditions import references, vocabulary
from zhubi.core.rules.errors import ExpressionFault
from zhubi.core.rules.panel import is_satisfiable
from zhubi.core.rules.places import Path
from zhubi.core.rules.scoring import criteria_for, points_text

_COMPARED: Final = re.compile(
    r"([a-z_]\w*(?:\.\w+)+)\s*(?:==|!=)\s*(?:'[^']*'|\"[^\"]*\")"
    r"|(?:'[^']*'|\"[^\"]*\")\s*(?:==|!=)\s*([a-z_]\w*(?:\.\w+)+)"
)
_LISTED: Final = re.compile(r"([a-z_]\w*(?:\.\w+)+)\s+in\s+\[([^\]]*)\]")
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")


@dataclass(frozen=True, slots=True)
class Unsound:
    """One fault: where in the file's structure, what kind, in plain English, with the values its sentence names.

    ``line`` and ``column`` point inside a condition's text, counted from 1; 0 when the fault is no such thing.
    """

    path: Path
    what: str
    reason: str
    details: dict[str, str | int] = field(default_factory=dict)
    line: int = 0
    column: int = 0


def unsound(kind: ReviewKind) -> Iterator[Unsound]:
    """Every fault of one review kind that its shape alone does not show."""
    yield from _duplicates(kind)
    yield from _points(kind)
    yield from _bands(kind)
    yield from _names(kind)
    yield from _expressions(kind)
    if not is_satisfiable(kind.panel):
        yield Unsound(("panel",), "panel", "no panel can meet all of these requirements at once")


def _duplicates(kind: ReviewKind) -> Iterator[Unsound]:
    lists: list[tuple[Path, Iterable[str]]] = [
        (("criteria",), (each.id for each in kind.criteria)),
        (("bands",), (each.id for each in kind.bands)),
        (("questions",), (each.id for each in kind.questions)),
        (("findings",), (each.id for each in kind.findings)),
        (("facts",), (each.id for each in kind.facts)),
        (("checks",), (each.id for each in kind.checks)),
        (("materials",), (each.id for each in kind.materials)),
        (("panel", "requirements"), (each.id for each in kind.panel.requirements)),
        (("recommendations",), (each.id for each in kind.recommendations)),
        (("conclusions",), (each.id for each in kind.conclusions)),
        (("contradictions",), (each.id for each in kind.contradictions)),
        (("methods",), (each.id for each in kind.methods)),
        (("examples",), (each.id for each in kind.examples)),
    ]
    lists += [
        (("questions", at, "choices"), (each.id for each in question.choices))
        for at, question in enumerate(kind.questions)
    ]
    yield from _repeated(lists)


def unsound_policy(policy: Policy) -> Iterator[Unsound]:
    """Every fault of the policy's own file that its shape alone does not show."""
    lists: list[tuple[Path, Iterable[str]]] = [
        (("clauses",), (each.id for each in policy.clauses)),
        (("relations",), (each.id for each in policy.relations)),
        (("seats",), (each.id for each in policy.seats)),
    ]
    yield from _repeated(lists)
    term = policy.term
    if term.starts is not None and term.ends is not None and term.ends < term.starts:
        yield Unsound(("term", "ends"), "term", "the term ends before it starts")
    for at, relation in enumerate(policy.relations):
        if (relation.window == "months") != (relation.window_months is not None):
            yield Unsound(
                ("relations", at),
                "window",
                "a window of months, and only that, says how many",
                {"item": relation.id},
            )

    for at, clause in enumerate(policy.clauses):
        said = tuple(name for name in ("how", "why") if getattr(clause, name) is not None)
        wanted = {"office": ("how",), "outside": ("why",)}.get(clause.honoured or "", ())
        if said != wanted:
            yield Unsound(
                ("clauses", at, "id"),
                "clause-words",
                'a clause says how exactly when honoured = "office", and why exactly when honoured = "outside"',
                {"item": clause.id},
            )


def unsaid_clauses(policy: Policy) -> Iterator[Unsound]:
    """Every clause on which nothing rests and that does not say where it is honoured; asked of a whole policy only."""
    rested = resting(policy)
    for at, clause in enumerate(policy.clauses):
        if clause.id not in rested and clause.honoured is None:
            yield Unsound(
                ("clauses", at, "id"),
                "clause-unsaid",
                f"nothing rests on clause {clause.id}, and it does not say where it is honoured",
                {"item": clause.id},
            )


def _repeated(lists: Iterable[tuple[Path, Iterable[str]]]) -> Iterator[Unsound]:
    for path, ids in lists:
        seen: set[str] = set()
        for at, name in enumerate(ids):
            if name in seen:
                yield Unsound(
                    (*path, at, "id"), "duplicate", f"the id {name} is already taken above", {"item": name}
                )
            seen.add(name)


def _points(kind: ReviewKind) -> Iterator[Unsound]:
    if kind.scale is None:
        if kind.criteria:
            yield Unsound(
                ("criteria",), "no-scale", "criteria are scored on a scale, and there is no [scale]"
            )
        return
    found = sum(each.full for each in kind.criteria)
    if found != kind.scale.full:
        given, wanted = points_text(kind, found), points_text(kind, kind.scale.full)
        reason = f"the full points of the criteria sum to {given}, not to {wanted}"
        yield Unsound(("criteria",), "sum", reason, {"found": given, "expected": wanted})
    for at, role in enumerate(kind.roles):
        if not criteria_for(kind, role.id):
            yield Unsound(("roles", at), "role-empty", f"no criterion is for {role.id}", {"item": role.id})


def _bands(kind: ReviewKind) -> Iterator[Unsound]:
    floors = [band.from_percent for band in kind.bands]
    if floors and (0 not in floors or len(set(floors)) != len(floors)):
        yield Unsound(("bands",), "bands", "bands start at different percentages, the lowest of them at 0")
    known = {band.id for band in kind.bands}
    for at, criterion in enumerate(kind.criteria):
        for under, anchor in enumerate(criterion.anchors):
            if anchor.band not in known:
                yield _unknown(("criteria", at, "anchors", under, "band"), anchor.band, known)


def _names(kind: ReviewKind) -> Iterator[Unsound]:
    roles = {role.id for role in kind.roles}
    tags = {tag.id for tag in kind.tags}
    users: list[tuple[str, Sequence[tuple[str, ...]]]] = [
        ("criteria", [each.roles for each in kind.criteria]),
        ("questions", [each.roles for each in kind.questions]),
        ("findings", [each.roles for each in kind.findings]),
    ]
    for name, wanted in users:
        for at, each in enumerate(wanted):
            for under, role in enumerate(each):
                if role not in roles:
                    yield _unknown((name, at, "roles", under), role, roles)
    for at, requirement in enumerate(kind.panel.requirements):
        if requirement.role is not None and requirement.role not in roles:
            yield _unknown(("panel", "requirements", at, "role"), requirement.role, roles)
        if requirement.tag is not None and requirement.tag not in tags:
            yield _unknown(("panel", "requirements", at, "tag"), requirement.tag, tags)
    conclusions = {each.id for each in kind.conclusions}
    for at, recommendation in enumerate(kind.recommendations):
        for under, name in enumerate(recommendation.conclusions):
            if name not in conclusions:
                yield _unknown(("recommendations", at, "conclusions", under), name, conclusions)
    for at, question in enumerate(kind.questions):
        if question.asks == "choice" and not question.choices:
            yield Unsound(
                ("questions", at), "no-choices", "a question that asks for a choice lists its choices"
            )


def _unknown(path: Path, name: str, known: Iterable[str]) -> Unsound:
    listed = ", ".join(sorted(known)) or "-"
    return Unsound(path, "unknown-item", f"{name} is none of: {listed}", {"item": name, "expected": listed})


def expressions(kind: ReviewKind) -> Iterator[tuple[Path, str, str]]:
    """Every condition of a kind with its path and what it yields: ``bool``, or ``int`` for amounts."""
    for at, check in enumerate(kind.checks):
        yield ("checks", at, "expr"), check.expr, "bool"
        yield ("checks", at, "when"), check.when, "bool"
        yield ("checks", at, "offers_cut"), check.offers_cut, "int"
    for at, material in enumerate(kind.materials):
        yield ("materials", at, "required_when"), material.required_when, "bool"
    for at, requirement in enumerate(kind.panel.requirements):
        yield ("panel", "requirements", at, "when"), requirement.when, "bool"
    for at, recommendation in enumerate(kind.recommendations):
        yield ("recommendations", at, "needs_words_when"), recommendation.needs_words_when, "bool"
    for at, conclusion in enumerate(kind.conclusions):
        yield ("conclusions", at, "when"), conclusion.when, "bool"
    for at, contradiction in enumerate(kind.contradictions):
        yield ("contradictions", at, "when"), contradiction.when, "bool"


_REACH: Final = {
    "checks": ("fact.", "finding.", "answer.", "material.", "sheet.", "panel."),
    "materials": ("fact.",),
    "panel": ("fact.",),
    "recommendations": ("sheet.", "finding.", "answer."),
    "conclusions": ("finding.", "fact.", "panel.", "material."),
    "contradictions": ("finding.", "answer.", "sheet.", "fact.", "material.", "indicator."),
}
"""What each kind of condition can ever be given; anything else would stay unknown for good."""


def _expressions(kind: ReviewKind) -> Iterator[Unsound]:
    known = vocabulary(kind.vocabulary)
    choices = {f"fact.{fact.id}": {each.id for each in fact.choices} for fact in kind.facts if fact.choices}
    choices["sheet.recommendation"] = {each.id for each in kind.recommendations}
    for path, text, yields in expressions(kind):
        if not text:
            continue
        try:
            (known.condition if yields == "bool" else known.amount)(text)
        except ExpressionFault as fault:
            names = {name: str(fault.details[name]) for name in ("item", "expected", "found")}
            what = f"expression-{fault.what}"
            yield Unsound(path, what, fault.reason, {**names}, fault.line, fault.column)
            continue
        reach = _REACH.get(str(path[0]))
        for name in references(text):
            if reach and not name.startswith(reach):
                yield Unsound(
                    path, "out-of-reach", f"{name} is not known where this is asked", {"item": name}
                )
        for name, value, at in _literals(text):
            if name in choices and value not in choices[name]:
                listed = ", ".join(sorted(choices[name])) or "-"
                details: dict[str, str | int] = {"item": name, "found": value, "expected": listed}
                before = text[:at]
                yield Unsound(
                    path,
                    "literal",
                    f"{name} is never {value!r}; it is one of: {listed}",
                    details,
                    before.count("\n") + 1,
                    at - before.rfind("\n"),
                )
    for at, check in enumerate(kind.checks):
        if check.offers_cut and kind.cuts is None:
            yield Unsound(
                ("checks", at, "offers_cut"), "no-cuts", "a cut is offered, and the kind has no [cuts]"
            )


def _literals(text: str) -> Iterator[tuple[str, str, int]]:
    """Names compared with quoted texts: the name, the text, and where the text's quotes open."""
    for found in _COMPARED.finditer(text):
        quoted = _QUOTED.search(text, found.start())
        if quoted is not None:
            yield found[1] or found[2], quoted[0][1:-1], quoted.start()
    for found in _LISTED.finditer(text):
        for quoted in _QUOTED.finditer(text, found.start(2), found.end(2)):
            yield found[1], quoted[0][1:-1], quoted.start()
