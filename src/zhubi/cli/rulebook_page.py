"""A review kind as a page of text: what it asks of experts and panel, each item with its basis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zhubi.core.model.rulebook import Basis, ConflictRelation, Policy, ReviewKind
from zhubi.core.model.wording import Bilingual
from zhubi.core.rules.scoring import points_text
from zhubi.locale import say


def kind_page(policy: Policy, kind: ReviewKind, language: str) -> list[str]:
    """The lines of the page, in the language asked for."""
    lines = [f"{kind.id}  {kind.name.said(language)}  [{_basis(kind.basis)}]"]
    source = policy.title.said(language)
    lines.append(f"{say('rulebook.heading-source')}: {source} {policy.document_number}".rstrip())
    lines += _section("criteria", _criteria(kind, language))
    lines += _section("findings", (_line(each.id, each.name, each.basis, language) for each in kind.findings))
    lines += _section(
        "questions", (_line(each.id, each.name, each.basis, language) for each in kind.questions)
    )
    lines += _section("checks", _checks(kind, language))
    lines += _section("materials", _materials(kind, language))
    lines += _section("panel", _panel(kind, language))
    lines += _section("recommendations", _recommendations(kind, language))
    lines += _section("conclusions", _conclusions(kind, language))
    lines += _section("contradictions", _contradictions(kind, language))
    lines += _section(
        "commitments", (_line(each.id, each.name, each.basis, language) for each in kind.commitments)
    )
    lines += _section("relations", (_relation(each, language) for each in policy.relations))
    lines += _section("open", (point.said(language) for point in kind.open_points))
    return lines


def _basis(basis: Basis) -> str:
    return say("rules.basis-default") if basis.is_default else basis.text


def _line(name: str, words: Bilingual, basis: Basis, language: str, *more: str) -> str:
    return "  ".join([name, words.said(language), *more, f"[{_basis(basis)}]"])


def _section(heading: str, lines: Iterable[str]) -> list[str]:
    body = [f"  {line}" for line in lines]
    return ["", say(f"rulebook.heading-{heading}"), *body] if body else []


def _criteria(kind: ReviewKind, language: str) -> Iterator[str]:
    names = {role.id: role.name.said(language) for role in kind.roles}
    for each in kind.criteria:
        scorers = ", ".join(names[role] for role in each.roles) or say("rulebook.everyone")
        yield _line(each.id, each.name, each.basis, language, points_text(kind, each.full), scorers)
        asked = [say("rulebook.comment-below", percent=each.comment_below)] if each.comment_below > 0 else []
        asked += (
            [say("rulebook.comment-above", percent=each.comment_above)] if each.comment_above < 100 else []
        )
        if asked:
            yield "  " + "  ".join([*asked, say(f"rulebook.comment-{each.comment_severity}")])
    if kind.scale is not None and kind.scale.advisory:
        yield say("rulebook.advisory")


def _checks(kind: ReviewKind, language: str) -> Iterator[str]:
    for each in kind.checks:
        severity = say(f"rules.severity-{each.severity}")
        where = [] if each.on == "sheet" else [say(f"rulebook.on-{each.on}")]
        yield _line(each.id, each.name, each.basis, language, severity, *where)
        if each.when:
            yield f"  when  {each.when}"
        yield f"  expr  {each.expr}"


def _materials(kind: ReviewKind, language: str) -> Iterator[str]:
    for each in kind.materials:
        asked = [say(f"rules.severity-{each.severity}"), each.required_when] if each.required_when else []
        yield _line(each.id, each.name, each.basis, language, *asked)


def _panel(kind: ReviewKind, language: str) -> Iterator[str]:
    for each in kind.panel.requirements:
        yield _line(each.id, each.name, each.basis, language, say(f"rulebook.panel-{each.severity}"))
        if each.when:
            yield f"  when  {each.when}"
    if note := kind.panel.note.said(language):
        yield note


def _recommendations(kind: ReviewKind, language: str) -> Iterator[str]:
    names = {each.id: each.name.said(language) for each in kind.conclusions}
    for each in kind.recommendations:
        yield _line(each.id, each.name, each.basis, language)
        if each.conclusions:
            spoken = ", ".join(names[name] for name in each.conclusions)
            yield "  " + say("rulebook.speaks-for", conclusions=spoken)


def _contradictions(kind: ReviewKind, language: str) -> Iterator[str]:
    for each in kind.contradictions:
        yield _line(each.id, each.name, each.basis, language)
        yield f"  when  {each.when}"


def _conclusions(kind: ReviewKind, language: str) -> Iterator[str]:
    for each in kind.conclusions:
        yield _line(each.id, each.name, each.basis, language)
        if each.when:
            yield f"  when  {each.when}"
        if consequence := each.consequence.said(language):
            yield f"  {consequence}"


def _relation(relation: ConflictRelation, language: str) -> str:
    window = say(f"rulebook.window-{relation.window}", months=relation.window_months)
    return _line(relation.id, relation.name, relation.basis, language, window)
