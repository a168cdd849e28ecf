"""Citations: what the words mention stays, the rest goes, and numbers never come to mean another passage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.model.sheet import (
    Answer,
    CheckSeen,
    Citation,
    Cut,
    Cuts,
    Finding,
    IndicatorJudgement,
    Score,
    Sheet,
)
from zhubi.core.rules.citations import HIGHEST, free_number, mention_at, mentioned, mentions, tidy

DOCUMENT = "a" * 64
NUMBERS = st.integers(1, HIGHEST)


def cited(*numbers: int) -> tuple[Citation, ...]:
    return tuple(Citation(number=each, document=DOCUMENT, page=each) for each in numbers)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("未见原始数据[1]，与[3][1]不一致", (1, 3)),
        ("［1］全角、【1】方头、〔1〕六角都不是引用", ()),
        ("[0] [01] [1000] [-1] [1 ] [１] []", ()),
        ("a[999]b", (999,)),
    ],
)
def test_only_the_form_the_app_writes_is_a_mention(text: str, expected: tuple[int, ...]) -> None:
    assert mentions(text) == expected


def test_a_mention_is_found_under_the_caret_and_beside_it() -> None:
    text = "见[12]页"
    assert [mention_at(text, place) for place in range(len(text) + 1)] == [None, 12, 12, 12, 12, 12, None]


def test_words_anywhere_on_the_sheet_hold_a_citation() -> None:
    sheet = Sheet(
        scores=(Score(criterion="a", comment="[1]"),), answers=(Answer(question="b", value="[2]"),),
        findings=(Finding(finding="c", value="yes", words="[3]"),),
        checks=(CheckSeen(check="d", outcome="met", words="[4]"),),
        indicators=(IndicatorJudgement(indicator="e", judgement="met", observed="[5]", words="[6]"),),
        cuts=Cuts(lines=(Cut(line="f", amount=1, reason="[7]"),)), recommendation_words="[8]", opinion="[9]",
        citations=cited(*range(1, 11)),
    )  # fmt: skip
    assert mentioned(sheet) == frozenset(range(1, 10))
    assert [each.number for each in tidy(sheet).citations] == list(range(1, 10))


@given(st.lists(NUMBERS, unique=True, max_size=20), st.lists(NUMBERS, max_size=20), st.text(max_size=20))
def test_tidying_keeps_just_what_is_mentioned_and_again_changes_nothing(
    numbers: list[int], named: list[int], between: str
) -> None:
    between = between.replace("[", "").replace("]", "")
    opinion = between.join(f"[{each}]" for each in named)
    sheet = Sheet.model_construct(opinion=opinion, citations=cited(*numbers))
    once = tidy(sheet)
    assert {each.number for each in once.citations} == set(numbers) & set(named)
    assert once.opinion == opinion
    assert tidy(once) is once


@given(st.sets(NUMBERS, max_size=300), st.sets(NUMBERS))
def test_a_free_number_is_neither_taken_nor_mentioned(numbers: set[int], named: set[int]) -> None:
    sheet = Sheet.model_construct(
        opinion="".join(f"[{each}]" for each in named), citations=cited(*sorted(numbers))
    )
    found = free_number(sheet)
    taken = numbers | named
    if found is None:
        assert len(taken) == HIGHEST
    else:
        assert 1 <= found <= HIGHEST and found not in taken
        assert found > max(taken, default=0) or HIGHEST in taken
