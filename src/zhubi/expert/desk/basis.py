"""依据: what an item of a form rests on, in our own words, with the clause named."""

from __future__ import annotations

from collections.abc import Iterator

from zhubi.core.model.rulebook import Basis, Criterion, ReviewKind
from zhubi.core.rules.checks import MATERIAL
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import Form
from zhubi.expert.desk.sheetviews import BasisView
from zhubi.locale import language, say


def basis_view(form: Form, item: str) -> BasisView:
    """The basis of a criterion, question, finding, check, material, fact, recommendation, conclusion, of the
    ``indicators``, the ``cuts`` or the ``opinion``.

    Of a criterion it is that of its weight, with those of the item itself and of its bands told below.
    ``desk.no-basis`` when the form has no such item.
    """
    plain = item.removeprefix(MATERIAL)
    basis = next((found for name, found in _items(form.kind) if name == plain), None)
    if basis is None:
        raise DeskError("desk.no-basis", "the form has no such item", item=item)
    criterion = next((each for each in form.kind.criteria if each.id == plain), None)
    more = list(_of_criterion(form, criterion)) if criterion is not None else []
    if plain == "recommendation":
        more = list(_of_recommendations(form))
    elif plain == "opinion":
        more = [say("review.basis-opinion", least=form.kind.opinion_minimum)]
    return BasisView(
        say("rules.basis-default") if basis.is_default else str(basis),
        form.policy.title.said(language()),
        "\n".join([_words(form, basis), *more]),
        basis.is_default,
    )


def _words(form: Form, basis: Basis) -> str:
    """What a basis says: the gist of its clauses, or that it is a default."""
    if basis.is_default:
        return say("desk.default-words")
    return "\n".join(
        f"{clause.id}  {clause.gist.said(language())}"
        for name in basis.clauses
        if (clause := form.policy.clause(name)) is not None
    )


def _of_criterion(form: Form, criterion: Criterion) -> Iterator[str]:
    said = language()
    yield say("review.basis-item", basis=_named(criterion.basis))
    if not criterion.basis.is_default and criterion.basis != criterion.full_basis:
        yield _words(form, criterion.basis)
    for band in form.kind.bands:
        anchor = next((each.words.said(said) for each in criterion.anchors if each.band == band.id), "")
        told = say("review.basis-band", band=band.name.said(said), basis=_named(band.basis))
        yield f"{told}  {anchor}".rstrip()


def _of_recommendations(form: Form) -> Iterator[str]:
    for each in form.kind.recommendations:
        yield say("review.basis-choice", name=each.name.said(language()), basis=_named(each.basis))


def _named(basis: Basis) -> str:
    return say("rules.basis-default") if basis.is_default else str(basis)


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
        kind.conclusions,
    ):
        for each in group:
            yield each.id, each.basis
    if kind.cuts is not None:
        for name in ("cuts", "core-indicators-stand", "total-follows"):
            yield name, kind.cuts.basis
    if kind.judges_indicators:
        # The indicators are the task book's; that they are judged is what this occasion is for.
        yield "indicators", kind.basis
    yield "opinion", kind.opinion_minimum_basis
    if kind.recommendations:
        yield "recommendation", kind.recommendations[0].basis
