"""常用语: own phrases, the most used first, kept on this machine only."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk.phrases import LONGEST, add_phrase, phrases, remove_phrase, use_phrase
from zhubi.expert.store.phrases import MOST


def words(desk: Any, part: str = "") -> list[str]:
    return [each.words for each in phrases(desk, part)]


def test_the_most_used_comes_first_and_among_equals_the_newest(seated: Any) -> None:
    desk = seated.desk
    first, second, third = (add_phrase(desk, each) for each in ("技术路线可行", "指标有据", "预算偏高"))
    assert words(desk) == ["预算偏高", "指标有据", "技术路线可行"]
    assert use_phrase(desk, first) == "技术路线可行"
    seated.clock.on(minutes=1)
    use_phrase(desk, first)
    use_phrase(desk, second)
    assert [(each.words, each.used) for each in phrases(desk)] == [
        ("技术路线可行", 2), ("指标有据", 1), ("预算偏高", 0),
    ]  # fmt: skip
    remove_phrase(desk, third)
    assert words(desk) == ["技术路线可行", "指标有据"]


def test_they_are_found_by_any_part_whatever_the_width_and_case(seated: Any) -> None:
    for each in ("ＧＭＰ条件具备", "经费安排合理"):
        add_phrase(seated.desk, each)
    assert words(seated.desk, "gmp") == ["ＧＭＰ条件具备"]
    assert words(seated.desk, "合理") == ["经费安排合理"]
    assert words(seated.desk, "无") == []


def test_the_same_words_are_one_phrase_and_what_is_hidden_in_them_is_cleaned(seated: Any) -> None:
    first = add_phrase(seated.desk, "  可行\x1b[31m\u202e ")
    assert words(seated.desk) == ["可行[31m"]
    assert add_phrase(seated.desk, "可行[31m") == first


def test_they_are_there_again_when_the_desk_is_opened_again(seated: Any) -> None:
    add_phrase(seated.desk, "团队稳定")
    seated.desk.close()
    assert words(seated.open()) == ["团队稳定"]


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (lambda desk: add_phrase(desk, " \n "), "phrases.empty"),
        (lambda desk: add_phrase(desk, "长" * (LONGEST + 1)), "phrases.too-long"),
        (lambda desk: use_phrase(desk, 7), "phrases.unknown"),
        (lambda desk: [add_phrase(desk, str(each)) for each in range(MOST + 1)], "phrases.too-many"),
    ],
    ids=["empty", "too long", "unknown", "too many"],
)
def test_what_cannot_be_a_phrase_is_refused(seated: Any, act: Any, kind: str) -> None:
    with pytest.raises(ZhubiError) as caught:
        act(seated.desk)
    assert caught.value.kind == kind
