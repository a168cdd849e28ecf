"""Who takes part in reviewing a project, as the records say it."""

from __future__ import annotations

import hashlib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zhubi.core.model.records import AttendanceBody, Payload, Record, RecordType, RefusalBody, Seen
from zhubi.core.rules.attendance import attendances, gathers
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.concluding import attended, present
from zhubi.core.rules.panel import Member

SITE = shipped("shanxi-2024-10").kind("sx.site-inspection")
NODE = shipped("dazu-2023-26").kind("dz.milestone-assessment")
LETTER = NODE.model_copy(update={"modes": ("letter",)})


def digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def signed_in(
    author: str,
    name: str = "",
    *,
    on: tuple[str, ...] = ("d",),
    index: int | None = 0,
    over: tuple[str, ...] = (),
) -> Record:
    payload = Payload.model_construct(
        type=RecordType.ATTENDANCE, author=author, round="r", subjects=on, relies_on=(),
        supersedes=tuple(digest(each) for each in over),
    )  # fmt: skip
    body = AttendanceBody(mode="site", at="2026-07-03T02:00:00Z")
    return Record.model_construct(
        digest=digest(name or author), kid="k", payload=payload, body=body, index=index
    )


def refusal(name: str) -> Record:
    body = RefusalBody(record=digest(name), person="x", kind="rounds.ended")
    return Record.model_construct(
        digest=digest("refusal of " + name), kid="k", index=9, body=body,
        payload=Payload.model_construct(type=RecordType.REFUSAL, author="service:office", subjects=("d",)),
    )  # fmt: skip


def test_only_the_project_that_is_named_is_attended() -> None:
    said = [signed_in("a", on=("d", "e")), signed_in("b", on=("e",))]
    assert set(attendances(said, "d")) == {"a"}
    assert set(attendances(said, "e")) == {"a", "b"}


def test_what_was_refused_or_contradicts_itself_does_not_count() -> None:
    assert not attendances([signed_in("a"), refusal("a")], "d")
    assert not attendances([signed_in("a", "one"), signed_in("a", "two")], "d")
    settled = signed_in("a", "three", over=("one", "two"))
    assert attendances([signed_in("a", "one"), signed_in("a", "two"), settled], "d") == {"a": settled}


def test_signing_in_for_all_and_then_for_one_is_no_contradiction() -> None:
    both = [signed_in("a", "all", on=("d", "e"), index=1), signed_in("a", "one", on=("d",), index=2)]
    assert attendances(both, "d") == {"a": both[1]}


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 20)), unique_by=lambda each: each[0]),
    st.integers(0, 20),
)
def test_below_a_checkpoint_it_is_who_stands_below_it_in_any_order(told: list[Any], size: int) -> None:
    said = [signed_in(who, index=index) for who, index in told] + [signed_in("z", index=None)]
    expected = {who for who, index in told if index < size}
    assert set(attendances(said, "d", before=size)) == expected
    assert set(attendances(reversed(said), "d", before=size)) == expected
    seen = Seen(size=size, root="0" * 64, time=0)
    assert attended(SITE, said, "d", seen) == expected
    assert attended(LETTER, said, "d", seen) == frozenset()


def test_nobody_counts_for_whoever_has_seen_nothing() -> None:
    assert attended(SITE, [signed_in("a")], "d", None) == frozenset()


def test_experts_come_together_on_site_and_in_meetings() -> None:
    assert gathers(SITE)
    assert gathers(NODE)
    assert not gathers(LETTER)


def test_who_signed_in_is_present_and_where_nobody_did_who_signed_a_review() -> None:
    members = [Member("a", "technical"), Member("b", "technical")]
    review = signed_in("b", "review")
    reviews = {review.digest: review}
    assert [each.present for each in present(members, reviews, [review.digest])] == [False, True]
    assert [each.present for each in present(members, reviews, [review.digest], {"a"})] == [True, False]
