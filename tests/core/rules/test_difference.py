"""Differences: nothing where nothing differs, each one named where something does."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.model.dossier import Attachment, BudgetLine, Card, Content, Fact, Indicator, Section, Unit
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Cut, Cuts, Finding, Score, Sheet
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.difference import Change, card_changes, sheet_changes
from zhubi.core.rules.formchanges import content_changes, kind_changes
from zhubi.core.rules.overrides import apply_overrides
from zhubi.core.rules.textchanges import changed_spans, text_changes

MakeKind = Callable[..., ReviewKind]
POLICIES = ("zhejiang-2023", "shapingba-2023-41", "shanxi-2024-10", "dazu-2023-26")
CARD = Card(code="KJ26-021", title="CAR-T制备", units=(Unit(name="浙江大学", part="lead"),))


def papers(**more: Any) -> Content:
    given = {
        "dossier": "01900002-0000-7000-8000-000000000001",
        "version": 1,
        "card": CARD,
        "sections": (Section(id="goal", heading="一、目标", text="年产能500吨。\n提纯率99.5%。"),),
        "facts": (Fact(name="total", value=1_000_000),),
        "budget": (BudgetLine(id="b1", subject="设备费", total=600_000, fiscal=300_000),),
        "indicators": (Indicator(id="i1", name="提纯率", target=">=99.5%", binding=True),),
        "attachments": (
            Attachment(blob="a" * 64, name="报告.pdf", media_type="application/pdf", plain="b" * 64, plain_size=9),
        ),
    }  # fmt: skip
    return Content.model_validate({**given, **more})


def told(changes: tuple[Change, ...]) -> list[tuple[str, str, str, str, Any, Any]]:
    return [(each.part, each.item, each.what, each.field, each.before, each.after) for each in changes]


# Text


@given(st.text(alphabet="甲乙丙。\nab ", max_size=80), st.text(alphabet="甲乙丙。\nab ", max_size=80))
def test_the_places_taken_together_turn_one_text_into_the_other(before: str, after: str) -> None:
    made, at = "", 0
    for start, end, first, last in changed_spans(before, after):
        assert start >= at
        made += before[at:start] + after[first:last]
        at = end
    assert made + before[at:] == after


@given(st.text(max_size=60))
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert text_changes(text, text) == ()


def test_a_changed_number_is_shown_with_what_stands_around_it() -> None:
    before = "项目面向丘陵果园。\n预计年产能500吨，投资三千万元。\n团队稳定。"
    (change,) = text_changes(before, before.replace("500", "420"))
    assert (change.removed, change.added) == ("50", "42")
    assert change.lead.endswith("预计年产能") and change.tail.startswith("0吨")


def test_a_long_text_is_compared_in_no_time_to_speak_of() -> None:
    before = "".join(f"第{number}段：本项目围绕关键技术开展研究，按里程碑推进。\n" for number in range(4000))
    changes = text_changes(before, before.replace("第2000段：本项目", "第2000段：该项目") + "补充一段。")
    assert changes and "".join(each.added for each in changes).endswith("补充一段。")


# Sheets


def test_what_was_scored_otherwise_is_told_by_its_criterion(make_kind: MakeKind) -> None:
    kind = make_kind()
    before = Sheet(scores=(Score(criterion="idea", points=50, comment="路线清楚"),), opinion="同意")
    after = Sheet(
        scores=(Score(criterion="idea", points=42, comment="路线清楚"),),
        findings=(Finding(finding="done", value="yes"),),
        recommendation="yes",
        opinion="同意",
        cuts=Cuts(lines=(Cut(line="b1", amount=1000, reason="重复"),)),
    )
    assert told(sheet_changes(kind, before, after)) == [
        ("score", "idea", "changed", "points", 50, 42),
        ("finding", "done", "added", "value", "", "yes"),
        ("cut", "b1", "added", "amount", None, 1000),
        ("cut", "b1", "added", "reason", "", "重复"),
        ("recommendation", "", "added", "", None, "yes"),
    ]
    assert sheet_changes(kind, before, after)[0].name == kind.criteria[0].name


def test_half_a_question_of_two_sheets_is_turned_round(make_kind: MakeKind) -> None:
    kind = make_kind()
    one = Sheet(opinion="甲", scores=(Score(criterion="idea", not_applicable=True),))
    two = Sheet(opinion="乙")
    forth, back = sheet_changes(kind, one, two), sheet_changes(kind, two, one)
    assert [(each.place, each.field, each.after, each.before) for each in forth] == [
        (each.place, each.field, each.before, each.after) for each in back
    ]


# Forms


def test_no_shipped_form_differs_from_itself() -> None:
    for policy in POLICIES:
        for kind in shipped(policy).kinds:
            assert kind_changes(kind, kind.model_copy(deep=True)) == ()
            assert kind_changes(kind, apply_overrides(kind, {})) == ()


def test_any_two_shipped_forms_differ_and_the_other_way_round_as_well() -> None:
    kinds = [kind for policy in POLICIES for kind in shipped(policy).kinds]
    for one, two in pairwise(kinds):
        forth, back = kind_changes(one, two), kind_changes(two, one)
        assert forth and len(forth) == len(back)


def test_full_points_and_what_came_and_went_are_told(make_kind: MakeKind) -> None:
    before = make_kind()
    criteria = [each.model_dump(mode="json") for each in before.criteria]
    criteria[0]["full"] = 70
    criteria[1] |= {"id": "team", "full": 30}
    changes = kind_changes(before, make_kind(criteria=criteria, opinion_minimum=300))
    assert told(changes) == [
        ("criterion", "idea", "changed", "full", 60, 70),
        ("criterion", "team", "added", "", None, 30),
        ("criterion", "money", "removed", "", 40, None),
        ("kind", "", "changed", "opinion_minimum", 100, 300),
    ]


def test_every_single_override_is_told(make_kind: MakeKind) -> None:
    kind = make_kind()
    for overrides, field in (
        ({"bands": {"good": {"from_percent": 75}}}, "from_percent"),
        ({"criteria": {"idea": {"comment_below": 60}}}, "comment_below"),
        ({"opinion_minimum": 5}, "opinion_minimum"),
    ):
        (change,) = kind_changes(kind, apply_overrides(kind, overrides))
        assert change.field == field


def test_a_condition_or_a_choice_that_changed_is_told(make_kind: MakeKind) -> None:
    check = {"id": "c1", "name": {"zh": "自筹", "en": "own"}, "basis": "default", "severity": "warn",
             "expr": "fact.own > 0"}  # fmt: skip
    before, after = make_kind(checks=[check]), make_kind(checks=[{**check, "expr": "fact.own > 1"}])
    assert told(kind_changes(before, after)) == [
        ("check", "c1", "changed", "expr", "fact.own > 0", "fact.own > 1")
    ]
    facts = [each.model_dump(mode="json") for each in before.facts]
    facts[4]["choices"][0]["id"] = "huge"
    assert [each.field for each in kind_changes(before, make_kind(checks=[check], facts=facts))] == [
        "choices"
    ]


def test_items_that_only_changed_places_are_told_once(make_kind: MakeKind) -> None:
    before = make_kind()
    turned = make_kind(bands=[each.model_dump(mode="json") for each in reversed(before.bands)])
    assert [(each.part, each.field) for each in kind_changes(before, turned)] == [("band", "order")]


# Papers and cards


def test_papers_do_not_differ_from_themselves() -> None:
    assert content_changes(papers(), papers(version=2)) == ()
    assert card_changes(CARD, CARD.model_copy()) == ()


def test_each_part_of_the_papers_is_compared() -> None:
    after = papers(
        sections=(Section(id="goal", heading="一、目标", text="年产能420吨。"), Section(id="risk", heading="二、风险")),
        facts=(Fact(name="total", value=900_000), Fact(name="own", value=1)),
        budget=(BudgetLine(id="b1", subject="设备费", total=600_000, fiscal=200_000),),
        indicators=(),
        attachments=(
            Attachment(blob="c" * 64, name="报告.pdf", media_type="application/pdf", plain="d" * 64, plain_size=9),
        ),
    )  # fmt: skip
    found = [(each.part, each.item, each.what, each.field) for each in content_changes(papers(), after)]
    assert found == [
        ("section", "goal", "changed", "text"),
        ("section", "risk", "added", ""),
        ("fact", "total", "changed", "value"),
        ("fact", "own", "added", ""),
        ("budget", "b1", "changed", "fiscal"),
        ("indicator", "i1", "removed", ""),
        ("attachment", "报告.pdf", "changed", "plain"),
    ]


def test_the_same_attachment_under_another_seal_is_no_difference() -> None:
    resealed = tuple(each.model_copy(update={"blob": "f" * 64}) for each in papers().attachments)
    assert content_changes(papers(), papers(attachments=resealed)) == ()


def test_a_unit_that_joins_a_project_is_told() -> None:
    after = CARD.model_copy(update={"units": (*CARD.units, Unit(name="青山工业", part="partner"))})
    assert told(card_changes(CARD, after)) == [("unit", "青山工业", "added", "", None, "partner")]
