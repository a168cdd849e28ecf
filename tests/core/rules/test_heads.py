"""Which of one author's records counts."""

from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.model.records import CommitmentBody, Payload, Record, RecordType
from zhubi.core.rules.heads import heads


def record(name: str, *supersedes: str, index: int | None = None) -> Record:
    body = CommitmentBody(documents=("integrity",), text_digest="0" * 64, name="专家")
    payload = Payload.model_construct(
        type=RecordType.COMMITMENT, author="x", round=None, subjects=(), relies_on=(),
        supersedes=tuple(digest(each) for each in supersedes),
    )  # fmt: skip
    return Record.model_construct(digest=digest(name), kid="k", payload=payload, body=body, index=index)


def digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def test_nothing_said_nothing_counts() -> None:
    assert heads([]).one is None
    assert not heads([]).disputed


def test_a_correction_takes_the_place_of_what_it_names() -> None:
    assert heads([record("a"), record("b", "a")]).one == record("b", "a")


def test_two_that_do_not_name_each_other_stand_side_by_side_and_neither_counts() -> None:
    found = heads([record("a"), record("b", "a"), record("c", "a")])
    assert found.disputed
    assert found.one is None
    assert {each.digest for each in found.records} == {digest("b"), digest("c")}


def test_a_record_that_names_both_settles_it() -> None:
    assert heads([record("b", "a"), record("c", "a"), record("d", "b", "c")]).one is not None


def test_a_correction_counts_before_what_it_corrects_has_arrived() -> None:
    assert heads([record("b", "a")]).one == record("b", "a")


def test_heads_stand_in_log_order_and_the_unsent_last() -> None:
    told = [record("u"), record("b", index=7), record("a", index=3)]
    assert [each.index for each in heads(told).records] == [3, 7, None]


@st.composite
def stories(draw: Any) -> list[Record]:
    """Records of which each may correct any that were made before it."""
    told: list[Record] = []
    for number in range(draw(st.integers(1, 8))):
        earlier = [str(each) for each in range(number)]
        named = draw(st.lists(st.sampled_from(earlier), unique=True, max_size=3)) if earlier else []
        told.append(record(str(number), *named, index=draw(st.none() | st.just(number))))
    return told


@given(stories(), st.data())
def test_order_and_repetition_make_no_difference(told: list[Record], data: Any) -> None:
    shuffled = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told), max_size=8))))
    assert heads(shuffled) == heads(told)


@given(stories())
def test_merging_is_set_union(told: list[Record]) -> None:
    half = len(told) // 2
    assert heads([*told[half:], *told[:half]]) == heads(told)
    assert len(heads(told).records) >= 1


@given(stories())
def test_naming_every_head_always_settles_it(told: list[Record]) -> None:
    last = Record.model_construct(
        digest=digest("last"), kid="k", index=None, body=told[0].body,
        payload=told[0].payload.model_copy(
            update={"supersedes": tuple(each.digest for each in heads(told).records)}
        ),
    )  # fmt: skip
    assert heads([*told, last]).one == last
