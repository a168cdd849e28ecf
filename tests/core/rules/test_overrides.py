"""A round replaces defaults, and nothing that rests on a clause."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Score, Sheet
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.errors import OverrideRefused
from zhubi.core.rules.overrides import apply_overrides, apply_to_relations
from zhubi.core.rules.scoring import total
from zhubi.locale import explain


def test_no_overrides_change_nothing(zhejiang: ReviewKind) -> None:
    assert apply_overrides(zhejiang, {}) is zhejiang
    assert apply_overrides(zhejiang, {"relations": {"adviser": {"window_months": 12}}}) is zhejiang


def test_points_may_be_shared_out_anew_nested_or_dotted(zhejiang: ReviewKind) -> None:
    nested = apply_overrides(zhejiang, {"criteria": {"problem": {"full": 30}, "route": {"full": 15}}})
    dotted = apply_overrides(zhejiang, {"criteria.problem.full": 30, "criteria.route.full": 15})
    assert nested == dotted
    assert [each.full for each in nested.criteria] == [30, 20, 15, 15, 10, 10]


def test_a_criterion_on_a_clause_still_has_points_that_are_ours(zhejiang: ReviewKind) -> None:
    changed = apply_overrides(zhejiang, {"criteria.co-support.full": 15, "criteria.problem.full": 20})
    assert not changed.criteria[4].basis.is_default
    assert changed.criteria[4].full == 15


def test_half_points_double_every_step(zhejiang: ReviewKind) -> None:
    changed = apply_overrides(
        zhejiang, {"scale.step": "0.5", "criteria.problem.full": "22.5", "criteria.route.full": "22.5"}
    )
    assert changed.scale is not None
    assert changed.scale.full == 200
    assert [each.full for each in changed.criteria] == [45, 40, 45, 30, 20, 20]
    sheet = Sheet(scores=(Score(criterion="co-support", points=13), Score(criterion="budget", points=16)))
    summed = total(changed, sheet, "finance")
    assert summed is not None
    assert (summed.points, summed.full) == (29, 40)


def test_half_points_would_move_the_lines_of_grades_and_are_refused() -> None:
    """An average of 90 is excellent; counted in halves the same 90 would be 45 points."""
    graded = shipped("zhejiang-2023").kind("zj.performance-evaluation")
    with pytest.raises(OverrideRefused) as refused:
        apply_overrides(graded, {"scale.step": "0.5"})
    assert refused.value.kind == "rules.override-total"
    assert "scale.step" in explain(refused.value)
    assert apply_overrides(graded, {"scale.step": "1"}).criteria == graded.criteria


def test_bands_and_the_opinion_are_ours(zhejiang: ReviewKind) -> None:
    changed = apply_overrides(zhejiang, {"bands.excellent.from_percent": 85, "opinion_minimum": 50})
    assert changed.opinion_minimum == 50
    assert next(band for band in changed.bands if band.id == "excellent").from_percent == 85


@pytest.mark.parametrize(
    ("overrides", "kind"),
    [
        ({"panel.minimum.count": 5}, "rules.override-clause"),
        ({"panel.technical-share.numerator": 1}, "rules.override-clause"),
        ({"criteria.main-indicators.full": 60}, "rules.override-sum"),
        ({"criteria.nothing.full": 60}, "rules.override-unknown"),
        ({"criteria.main-indicators.basis": "default"}, "rules.override-unknown"),
        ({"checks.sx38-6m.severity": "inform"}, "rules.override-unknown"),
        ({"conclusions": {"pass": {"when": "true"}}}, "rules.override-unknown"),
        ({"criteria.main-indicators.full": "many"}, "rules.override-value"),
        ({"criteria.main-indicators.full": 0}, "rules.override-value"),
        ({"criteria.main-indicators.full": True}, "rules.override-value"),
        ({"opinion_minimum": -1}, "rules.override-value"),
        ({"scale.step": "0.1"}, "rules.override-value"),
        ({"name": "another"}, "rules.override-unknown"),
        ({"": 1}, "rules.override-unknown"),
    ],
)
def test_what_may_not_be_replaced_is_refused_with_its_reason(
    shanxi: ReviewKind, overrides: dict[str, Any], kind: str
) -> None:
    with pytest.raises(OverrideRefused) as caught:
        apply_overrides(shanxi, overrides)
    assert caught.value.kind == kind
    assert "{" not in explain(caught.value)


def test_the_clause_is_named(shanxi: ReviewKind) -> None:
    with pytest.raises(OverrideRefused) as caught:
        apply_overrides(shanxi, {"panel.minimum.count": 5})
    assert "第四十二条" in explain(caught.value)


def test_a_panel_number_that_is_ours_may_change(zhejiang: ReviewKind) -> None:
    assert apply_overrides(zhejiang, {"panel.technical.count": 2}).panel.requirements[0].count == 2


def test_windows_of_conflict_are_ours() -> None:
    policy = shipped("shapingba-2023-41")
    changed = {
        each.id: each for each in apply_to_relations(policy, {"relations.former-employer.window_months": 60})
    }
    assert changed["former-employer"].window_months == 60
    assert len(changed) == len(policy.relations)
    for key, value in (("technical-panel-lead", 12), ("nobody", 12), ("adviser", -1)):
        with pytest.raises(OverrideRefused):
            apply_to_relations(policy, {f"relations.{key}.window_months": value})


def with_line_on_points(kind: ReviewKind) -> ReviewKind:
    raw = kind.model_dump(mode="json")
    line = {"zh": "问题导向不足15分", "en": "problem below 15"}
    wanted = {"needs_words_when": "sheet.points.problem < 15"}
    raw["recommendations"][0] |= wanted
    return ReviewKind.model_validate(raw | {"open_points": [line]})


@pytest.mark.parametrize(
    ("override", "what"),
    [
        ({"criteria.problem.full": 30, "criteria.route.full": 15}, "rules.override-points"),
        ({"scale.step": "0.5"}, "rules.override-total"),
    ],
)
def test_points_that_a_condition_counts_stay_what_they_were(
    zhejiang: ReviewKind, override: dict[str, Any], what: str
) -> None:
    kind = with_line_on_points(zhejiang)
    with pytest.raises(OverrideRefused) as refused:
        apply_overrides(kind, override)
    assert refused.value.kind == what
    assert explain(refused.value)
    assert apply_overrides(kind, {"criteria.route.full": 15, "criteria.innovation.full": 25})


def test_a_round_may_require_comments_of_its_own(zhejiang: ReviewKind) -> None:
    changed = apply_overrides(
        zhejiang, {"criteria.route.comment_severity": "block", "criteria.route.comment_minimum": 30}
    )
    assert (changed.criteria[2].comment_severity, changed.criteria[2].comment_minimum) == ("block", 30)
