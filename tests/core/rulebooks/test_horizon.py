"""The example of another kind of policy: what its numbers mean, told by data alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Score, Sheet
from zhubi.core.rules.checks import check_results
from zhubi.core.rules.compile import load_policy, read_policy
from zhubi.core.rules.completeness import Advice, advice, can_sign, missing_items
from zhubi.core.rules.scoring import PointsFault, band_for, parse_points, points_text, total

FOLDER = Path(__file__).parents[3] / "docs" / "examples" / "horizon-europe"


@pytest.fixture(scope="module")
def kind() -> ReviewKind:
    return load_policy(FOLDER).kind("he.ria-evaluation")


def scored(kind: ReviewKind, *typed: str, comment: str = "") -> Sheet:
    scores = []
    for criterion, text in zip(kind.criteria, typed, strict=False):
        points = parse_points(kind, criterion, text)
        assert isinstance(points, int)
        scores.append(Score(criterion=criterion.id, points=points, comment=comment))
    return Sheet(scores=tuple(scores))


def test_the_folder_is_sound_and_holds_no_code() -> None:
    policy, faults = read_policy(FOLDER)
    assert faults == ()
    assert policy is not None
    assert {each.suffix for each in FOLDER.iterdir()} == {".toml"}


@pytest.mark.parametrize(
    ("typed", "unmet", "sum_"),
    [
        (("5", "2.5", "4"), ["he-impact"], "11.5"),
        (("3", "3", "3.5"), ["he-overall"], "9.5"),
        (("3.5", "3.5", "3"), [], "10"),
        (("2.5", "2.5", "2.5"), ["he-excellence", "he-impact", "he-implementation", "he-overall"], "7.5"),
    ],
)
def test_three_for_each_and_ten_for_all(
    kind: ReviewKind, typed: tuple[str, ...], unmet: list[str], sum_: str
) -> None:
    sheet = scored(kind, *typed)
    results = check_results(kind, {}, sheet, materials=("part-b",), role="evaluator")
    assert [each.check for each in results if each.outcome.value == "unmet"] == unmet
    summed = total(kind, sheet, "evaluator")
    assert summed is not None
    assert points_text(kind, summed.points) == sum_


@pytest.mark.parametrize("typed", ["4.5", "４．５", "4．5", " 4.50 "])
def test_half_points_are_taken_however_they_are_typed(kind: ReviewKind, typed: str) -> None:
    points = parse_points(kind, kind.criteria[0], typed)
    assert points == 9
    band = band_for(kind, kind.criteria[0], 9)
    assert band is not None
    assert band.id == "very-good"


@pytest.mark.parametrize(
    ("typed", "key"),
    [("5.5", "rules.points-over"), ("4.2", "rules.points-half-only"), ("four", "rules.points-not-a-number")],
)
def test_what_is_no_score_says_why(kind: ReviewKind, typed: str, key: str) -> None:
    fault = parse_points(kind, kind.criteria[0], typed)
    assert isinstance(fault, PointsFault)
    assert fault.key == key


def test_every_score_needs_its_comment_and_a_thin_one_is_only_hinted_at(kind: ReviewKind) -> None:
    bare = scored(kind, "5", "2.5", "0").model_copy(update={"answers": ()})
    lacking = [(each.what, each.item) for each in missing_items(kind, bare, "evaluator", ())]
    assert lacking == [
        ("answer", "in-scope"), ("comment", "excellence"), ("comment", "impact"), ("comment", "implementation")
    ]  # fmt: skip
    assert not can_sign(kind, bare, "evaluator", ())
    thin = scored(kind, "5", "2.5", "0", comment="clear")
    assert Advice("comment-short", "impact", 5, 60) in advice(kind, thin, "evaluator", ())


def test_there_is_no_opinion_and_no_recommendation_to_miss(kind: ReviewKind) -> None:
    assert kind.recommendations == ()
    assert "opinion" not in {each.what for each in missing_items(kind, Sheet(), "evaluator", ())}
