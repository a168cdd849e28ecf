"""Suggested cuts: the fiscal part only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.model.dossier import BudgetLine
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import Cut, Cuts
from zhubi.core.rules.cuts import after_cuts, cut_faults, cuttable

MakeKind = Callable[..., ReviewKind]
LINES = (
    BudgetLine(id="equipment", subject="设备费", total=900_000, fiscal=600_000),
    BudgetLine(id="labour", subject="劳务费", total=300_000, fiscal=0),
)


def test_only_lines_with_fiscal_money_can_be_cut(zhejiang: ReviewKind, make_kind: MakeKind) -> None:
    assert [line.id for line in cuttable(zhejiang, LINES)] == ["equipment"]
    assert cuttable(make_kind(), LINES) == ()


@pytest.mark.parametrize(
    ("cuts", "key", "severity"),
    [
        (Cuts(lines=(Cut(line="equipment", amount=600_001, reason="偏高"),)), "over-fiscal", "refuse"),
        (Cuts(lines=(Cut(line="labour", amount=1, reason="偏高"),)), "over-fiscal", "refuse"),
        (Cuts(lines=(Cut(line="travel", amount=1, reason="偏高"),)), "unknown-line", "refuse"),
        (Cuts(lines=(Cut(line="equipment", amount=1, reason="高"),) * 2), "twice", "refuse"),
        (Cuts(lines=(Cut(line="equipment", amount=1),)), "no-reason", "mark"),
        (
            Cuts(lines=(Cut(line="equipment", amount=1, reason="高"),), core_indicators_stand=False),
            "core-indicators",
            "mark",
        ),
    ],
)
def test_what_is_wrong_with_a_cut_is_said(zhejiang: ReviewKind, cuts: Cuts, key: str, severity: str) -> None:
    (fault,) = cut_faults(zhejiang, cuts, LINES)
    assert (fault.key, fault.severity) == (f"rules.cut-{key}", severity)


def test_a_whole_fiscal_part_may_go(zhejiang: ReviewKind) -> None:
    cuts = Cuts(lines=(Cut(line="equipment", amount=600_000, reason="可共享"),), total_follows=True)
    assert cut_faults(zhejiang, cuts, LINES) == ()


def test_cuts_where_the_kind_has_none_are_refused(make_kind: MakeKind) -> None:
    (fault,) = cut_faults(make_kind(), Cuts(lines=(Cut(line="equipment", amount=1),)), LINES)
    assert fault.key == "rules.cut-not-foreseen"


def test_no_cuts_have_no_faults(zhejiang: ReviewKind) -> None:
    assert cut_faults(zhejiang, None, ()) == ()
    assert cut_faults(zhejiang, Cuts(), ()) == ()


@given(st.integers(1, 600_000), st.booleans())
def test_after_a_cut_the_parts_still_add_up(amount: int, follows: bool) -> None:
    after = after_cuts(Cuts(lines=(Cut(line="equipment", amount=amount),), total_follows=follows), LINES)
    assert (after.fiscal_before, after.total_before) == (600_000, 1_200_000)
    assert after.fiscal == 600_000 - amount
    assert after.total == (1_200_000 - amount if follows else 1_200_000)
    own, whole = after.own_share
    assert own + after.fiscal == whole
    # Own money never shrinks by a cut of fiscal money: it stays, or fills the gap.
    assert own == (600_000 if follows else 600_000 + amount)
