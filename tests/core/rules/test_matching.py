"""Hints of a conflict from names alone: explained, never a verdict."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.rules.matching import Match, OwnUnit, compare_units, folded, match_card
from zhubi.locale import knows


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("浙江大学", "浙大一院"),
        ("浙江大学", "浙江大学医学院附属第一医院"),
        ("浙大一院", "浙江大学医学院附属第一医院"),
        ("浙江大学", "浙大"),
        ("重庆大学", "重大"),
        ("西安交通大学", "西交大"),
        ("重庆医科大学", "重医附一院"),
        ("重医附一院", "重庆医科大学附属第一医院"),
        ("中国科学院", "中科院"),
        ("中科院大连化物所", "中国科学院大连化学物理研究所"),
        ("浙江大学", "浙大城市学院"),
        ("北京大学", "北京大学人民医院"),
    ],
)
def test_units_of_one_institution_are_suspected(mine: str, theirs: str) -> None:
    assert compare_units(mine, theirs) == ("likely", "same-root")
    assert compare_units(theirs, mine) == ("likely", "same-root")


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("重庆大学", "重庆交通大学"),
        ("重大", "重庆交通大学"),
        ("浙江大学", "浙江理工大学"),
        ("浙江大学", "浙江工业大学"),
        ("西南大学", "西南政法大学"),
        ("浙江大学", "浙江大华技术股份有限公司"),
        ("重庆市第一人民医院", "重庆市第二人民医院"),
        ("浙大", "浙江师范大学"),
        ("第三研究院", "第四研究院"),
        ("", "浙江大学"),
        ("大", "大连大学"),
    ],
)
def test_units_that_only_sound_alike_are_not(mine: str, theirs: str) -> None:
    assert compare_units(mine, theirs) is None
    assert compare_units(theirs, mine) is None


def test_the_same_unit_is_certain_however_it_is_written() -> None:
    assert compare_units("浙江大学（紫金港校区）", " 浙江 大学 ") == ("certain", "same-unit")
    assert compare_units("ＡＢＣ科技有限公司", "abc科技有限公司") == ("certain", "same-unit")


def test_companies_are_compared_by_their_own_name() -> None:
    assert compare_units("重庆青山工业有限责任公司", "重庆青山工业股份有限公司") == ("likely", "same-stem")
    assert compare_units("青山工业", "重庆青山工业有限责任公司") == ("possible", "same-root")
    assert compare_units("杭州云岭精密仪器有限公司", "杭州云岭精密仪表有限公司") == ("possible", "similar")


def test_a_present_unit_an_alias_and_a_former_unit_are_told_apart() -> None:
    units = [
        OwnUnit("浙江大学", aliases=("求是学院",)),
        OwnUnit("重庆青山工业有限责任公司", current=False),
    ]
    matches = match_card("陈某", units, ["浙大一院", "求是学院", "重庆青山工业有限责任公司"])
    assert [(each.theirs, each.strength, each.reason) for each in matches] == [
        ("重庆青山工业有限责任公司", "certain", "rules.match-former-same-unit"),
        ("浙大一院", "likely", "rules.match-current-same-root"),
        ("求是学院", "likely", "rules.match-current-alias"),
    ]


def test_the_units_of_people_count_as_well_and_once() -> None:
    people = [("王某", "浙江大学"), ("李某", "浙江大学")]
    matches = match_card("陈某", [OwnUnit("浙江大学")], ["某公司"], people)
    assert matches == (Match("unit", "浙江大学", "浙江大学", "certain", "rules.match-current-same-unit"),)


def test_the_same_name_is_a_hint_and_a_name_inside_another_is_none() -> None:
    people = [("陈思远", "某所"), ("陈思远航", "某所")]
    matches = match_card("陈 思远", [], [], people)
    assert matches == (Match("person", "陈 思远", "陈思远", "likely", "rules.match-same-name"),)
    (renamed,) = match_card("陈某", [], [], people, aliases=["陈思远"])
    assert renamed.mine == "陈思远"


def test_every_reason_can_be_said() -> None:
    for tense in ("current", "former"):
        for how in ("same-unit", "same-stem", "same-root", "similar", "alias"):
            assert knows(f"rules.match-{tense}-{how}")


NAMES = st.text(alphabet="浙江重庆大学一二附属医院研究所有限公司（）ab 1", max_size=14)


@given(NAMES, NAMES)
def test_comparing_is_symmetric_and_never_fails(one: str, other: str) -> None:
    assert compare_units(one, other) == compare_units(other, one)


@given(NAMES)
def test_a_name_matches_itself(name: str) -> None:
    expected = ("certain", "same-unit") if len(folded(name)) >= 2 else None
    assert compare_units(name, name) == expected
