"""A policy's term, judged on the day a project was set up."""

from __future__ import annotations

import pytest

from zhubi.core.rules.compile import shipped
from zhubi.core.rules.term import applies
from zhubi.locale import knows


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        ("2024-06-29", "earlier"),
        ("2024-06-30", "governed"),
        ("2026-06-29", "governed"),
        ("2026-06-30", "later"),
        (None, "unknown"),
    ],
)
def test_shanxi_governs_what_was_set_up_within_two_years(day: str | None, standing: str) -> None:
    judged = applies(shipped("shanxi-2024-10"), day)
    assert judged.standing == standing
    assert "第五十二条" in judged.basis.text
    assert knows(judged.key)


@pytest.mark.parametrize("policy", ["zhejiang-2023", "shapingba-2023-41", "dazu-2023-26"])
@pytest.mark.parametrize("day", ["2019-01-01", "2030-01-01", None])
def test_policies_that_look_at_no_set_up_date_govern_what_is_reviewed_under_them(
    policy: str, day: str | None
) -> None:
    assert applies(shipped(policy), day).standing == "governed"
