"""Panels, counted over those present and not recused."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.model.rulebook import Basis, PanelRule, Requirement, ReviewKind
from zhubi.core.model.wording import Bilingual
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.panel import Member, is_satisfiable, panel_facts, panel_faults
from zhubi.locale import say

NAME = Bilingual(zh="要求", en="requirement")


def rule(*requirements: dict[str, object]) -> PanelRule:
    made = [
        Requirement.model_validate(
            {"id": f"r{at}", "name": NAME, "basis": Basis(), "severity": "block"} | each
        )
        for at, each in enumerate(requirements)
    ]
    return PanelRule(requirements=tuple(made), basis=Basis())


def members(**roles: int) -> list[Member]:
    return [Member(f"{role}-{at}", role) for role, count in roles.items() for at in range(count)]


def ids(kind: ReviewKind, people: list[Member], **facts: bool) -> list[str]:
    return [fault.requirement.id for fault in panel_faults(kind.panel, people, kind=kind, facts=facts)]


def test_the_absent_and_the_recused_do_not_count() -> None:
    people = [
        *members(technical=2),
        Member("a", "technical", present=False),
        Member("b", "finance", frozenset({"x"}), recused=True),
    ]
    counts = panel_facts(people)
    assert (counts.present, counts.recused) == (2, 1)
    assert dict(counts.roles) == {"technical": 2}
    assert dict(counts.tags) == {}


def test_one_recusal_can_break_a_panel_for_one_dossier_alone(dazu: ReviewKind) -> None:
    people = [
        *members(technical=2, management=1, industry=1),
        Member("owner", "industry", frozenset({"list-owner"})),
    ]
    assert ids(dazu, people) == []
    recused = [*people[1:], Member("technical-0", "technical", recused=True)]
    assert ids(dazu, recused) == ["minimum", "odd"]


def test_a_requirement_that_hangs_on_a_fact(shapingba: ReviewKind) -> None:
    people = members(technical=3, management=1, finance=1)
    assert ids(shapingba, people, joint_implementation=False) == []
    assert ids(shapingba, people, joint_implementation=True) == ["joint-unit"]
    (fault,) = panel_faults(shapingba.panel, people, kind=shapingba, facts={})
    assert (fault.key, fault.severity, fault.missing) == (
        "rules.panel-unknown",
        "warn",
        ("joint_implementation",),
    )


def test_without_the_kind_such_a_requirement_is_not_passed_over(shapingba: ReviewKind) -> None:
    (fault,) = panel_faults(shapingba.panel, members(technical=3, management=1, finance=1))
    assert fault.key == "rules.panel-unknown"


def test_a_fault_is_explained_in_words(shanxi: ReviewKind) -> None:
    people = [*members(technical=4, finance=3), Member("a", "technical", frozenset({"site-inspection"}))]
    faults = panel_faults(shanxi.panel, people, kind=shanxi)
    assert [fault.requirement.id for fault in faults] == ["technical-share", "demand-recommended"]
    said = [say(fault.key, **fault.details(shanxi, "zh")) for fault in faults]
    assert said == [
        "技术专家5人，到会8人中应占2/3，至少6人（晋 第四十二条）",
        "需求方推荐0人，应有1人以上（晋 第四十二条）",
    ]


def test_every_kind_of_requirement_can_fail_and_hold() -> None:
    asked = rule(
        {"kind": "minimum", "count": 3},
        {"kind": "maximum", "count": 4},
        {"kind": "odd"},
        {"kind": "share", "role": "technical", "numerator": 2, "denominator": 3},
        {"kind": "role-minimum", "role": "technical", "count": 2},
        {"kind": "role-expected", "role": "finance"},
        {"kind": "tag", "tag": "owner", "count": 1},
    )
    good = [*members(technical=2), Member("f", "finance", frozenset({"owner"}))]
    assert panel_faults(asked, good) == ()
    none = panel_faults(asked, [])
    assert [fault.requirement.kind for fault in none] == [
        "minimum",
        "odd",
        "role-minimum",
        "role-expected",
        "tag",
    ]
    many = panel_faults(asked, members(management=6))
    assert "maximum" in [fault.requirement.kind for fault in many]
    assert "share" in [fault.requirement.kind for fault in many]


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 5), st.integers(1, 7))
def test_a_share_is_exact(technical: int, others: int, numerator: int, denominator: int) -> None:
    if numerator > denominator:
        numerator, denominator = denominator, numerator
    asked = rule({"kind": "share", "role": "technical", "numerator": numerator, "denominator": denominator})
    faults = panel_faults(asked, members(technical=technical, finance=others))
    present = technical + others
    holds = present == 0 or Fraction(technical, present) >= Fraction(numerator, denominator)
    assert (faults == ()) == holds
    for fault in faults:
        assert fault.needed > fault.found
        # One more than is needed would do, one less would not: the sentence names the true threshold.
        assert Fraction(fault.needed, present) >= Fraction(numerator, denominator)
        assert Fraction(fault.needed - 1, present) < Fraction(numerator, denominator)


def test_what_nobody_can_seat_is_found_out() -> None:
    assert not is_satisfiable(rule({"kind": "minimum", "count": 7}, {"kind": "maximum", "count": 5}))
    assert not is_satisfiable(
        rule(
            {"kind": "share", "role": "a", "numerator": 2, "denominator": 3},
            {"kind": "share", "role": "b", "numerator": 1, "denominator": 2},
        )
    )
    assert not is_satisfiable(
        rule({"kind": "odd"}, {"kind": "minimum", "count": 6}, {"kind": "maximum", "count": 6})
    )
    assert is_satisfiable(
        rule(
            {"kind": "share", "role": "a", "numerator": 2, "denominator": 3},
            {"kind": "share", "role": "b", "numerator": 1, "denominator": 3},
        )
    )


@given(
    st.integers(1, 12),
    st.integers(1, 12),
    st.booleans(),
    st.tuples(st.integers(1, 3), st.integers(3, 4)),
    st.integers(1, 8),
)
def test_satisfiable_means_that_some_panel_satisfies(
    low: int, high: int, odd: bool, share: tuple[int, int], others: int
) -> None:
    asked = rule(
        {"kind": "minimum", "count": low},
        {"kind": "maximum", "count": high},
        *([{"kind": "odd"}] if odd else []),
        {"kind": "share", "role": "a", "numerator": share[0], "denominator": share[1]},
        {"kind": "role-minimum", "role": "b", "count": others},
    )
    some = any(
        panel_faults(asked, members(a=first, b=second)) == ()
        for first in range(high + 1)
        for second in range(high + 1 - first)
    )
    assert is_satisfiable(asked) == some


def test_every_shipped_panel_can_be_seated() -> None:
    for name in ("zhejiang-2023", "shapingba-2023-41", "shanxi-2024-10", "dazu-2023-26"):
        for kind in shipped(name).kinds:
            assert is_satisfiable(kind.panel)
