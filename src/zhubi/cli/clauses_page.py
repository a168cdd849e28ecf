"""Every clause of the policies and where it is honoured, as one page of Markdown in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zhubi.core.model.rulebook import Clause, Policy
from zhubi.core.rules.clauses import Rests, resting
from zhubi.locale import LANGUAGES, catalogue


def clauses_page(policies: Iterable[Policy]) -> list[str]:
    """The lines of the page: a table a policy, a row a clause, the same whatever language is spoken."""
    lines = [f"# {_both('clauses-title', ' · ')}", ""]
    for tongue in reversed(LANGUAGES):
        lines += [_said("clauses-about", tongue), ""]
    for policy in policies:
        lines += [f"## {policy.title.zh}", "", policy.title.en, "", *_table(policy), ""]
    return lines[:-1]


def _table(policy: Policy) -> Iterator[str]:
    heads = [_both(f"clauses-{name}", " ") for name in ("clause", "gist", "where")]
    yield _row(heads)
    yield _row(["---"] * len(heads))
    rested = resting(policy)
    for clause in policy.clauses:
        gist = f"{clause.gist.zh}<br>{clause.gist.en}"
        yield _row([clause.id, gist, "<br>".join(_where(clause, rested.get(clause.id, {})))])


def _where(clause: Clause, rests: Rests) -> Iterator[str]:
    for kind, items in rests.items():
        named = ", ".join(item for item in items if item)
        yield f"`{kind or 'policy.toml'}`" + (f": {named}" if named else "")
    words = clause.how or clause.why
    if words is not None:
        for tongue in LANGUAGES:
            yield _said(f"clauses-{clause.honoured}", tongue).format(words=words.said(tongue))


def _row(cells: Iterable[str]) -> str:
    # A bar or a line break inside a cell would end it.
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |"


def _both(name: str, between: str) -> str:
    return between.join(_said(name, tongue) for tongue in LANGUAGES)


def _said(name: str, tongue: str) -> str:
    return catalogue("rulebook", tongue)[f"rulebook.{name}"]
