"""依据: what an item of a form rests on, in our own words, with the clause named."""

from __future__ import annotations

from collections.abc import Iterator

from zhubi.core.model.rulebook import Basis, ReviewKind
from zhubi.core.rules.checks import MATERIAL
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import Form
from zhubi.expert.desk.sheetviews import BasisView
from zhubi.locale import language, say


def basis_view(form: Form, item: str) -> BasisView:
    """The basis of a criterion, question, finding, check, material, fact, recommendation, of the cuts or the opinion.

    ``desk.no-basis`` when the form has no such item.
    """
    plain = item.removeprefix(MATERIAL)
    basis = next((found for name, found in _items(form.kind) if name == plain), None)
    if basis is None:
        raise DeskError("desk.no-basis", "the form has no such item", item=item)
    said = language()
    title = form.policy.title.said(said)
    if basis.is_default:
        return BasisView(say("rules.basis-default"), title, say("desk.default-words"), True)
    gists = [
        f"{clause.id}  {clause.gist.said(said)}"
        for name in basis.clauses
        if (clause := form.policy.clause(name)) is not None
    ]
    return BasisView(str(basis), title, "\n".join(gists), False)


def _items(kind: ReviewKind) -> Iterator[tuple[str, Basis]]:
    for criterion in kind.criteria:
        # What people ask about a criterion is its weight.
        yield criterion.id, criterion.full_basis
    for group in (
        kind.questions,
        kind.findings,
        kind.checks,
        kind.materials,
        kind.facts,
        kind.recommendations,
    ):
        for each in group:
            yield each.id, each.basis
    if kind.cuts is not None:
        for name in ("cuts", "core-indicators-stand", "total-follows"):
            yield name, kind.cuts.basis
    yield "opinion", kind.opinion_minimum_basis
    if kind.recommendations:
        yield "recommendation", kind.recommendations[0].basis
