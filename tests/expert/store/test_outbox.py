"""The outbox: what is signed stays on its way until it is proven, refused, or can never arrive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from zhubi.core.model.records import RecordType
from zhubi.core.model.sheet import Sheet
from zhubi.core.trust.receipts import Receipt, receipt_code
from zhubi.expert.store.errors import StoreError
from zhubi.expert.store.store import Store


@pytest.fixture
def signed(store: Store, world: Any, now: datetime) -> Any:
    """A review that was just signed, on an assignment that is unsealed."""
    told = [
        world.round(1, index=0), world.assign(1, 3, index=1), world.dossier(3, index=2), world.commitment(1, index=3),
        world.declaration(1, 3, index=4), world.release(1, 3, index=5),
    ]  # fmt: skip
    store.records.add(world.origin, told, now)
    key = world.key(1, 3)
    store.drafts.begin(
        key, Sheet(opinion="同意"), rulebook="b" * 64, version="e" * 64, missing=0, score_text="86", now=now
    )
    review = world.review(1, 3)
    store.outbox.put(world.origin, review.compact, review.record, now=now, key=key)
    return review


def stage(store: Store, world: Any, now: datetime) -> str:
    row = store.assignments.row(world.key(1, 3), now=now)
    assert row is not None
    return row.stage


def test_a_signed_record_waits_in_the_order_of_signing(
    store: Store, world: Any, signed: Any, now: datetime
) -> None:
    second = world.commitment(2)
    store.outbox.put(world.origin, second.compact, second.record, now=now)
    first, other = store.outbox.pending()
    assert (first.digest, first.compact, first.type) == (signed.record.digest, signed.compact, "review")
    assert (first.round, first.subjects) == (world.key(1, 3).round, (world.key(1, 3).dossier,))
    assert (other.type, other.subjects, other.put_at) == ("commitment", (), now)
    assert store.outbox.unsent() == store.outbox.unsent(world.origin) == 2
    assert store.outbox.pending("elsewhere") == ()
    assert stage(store, world, now) == "signed"


def test_a_hundred_times_the_same_is_once(store: Store, world: Any, signed: Any, now: datetime) -> None:
    for _ in range(100):
        store.outbox.put(world.origin, signed.compact, signed.record, now=now)
    assert store.outbox.unsent() == 1


def test_a_receipt_ends_the_way(
    store: Store, world: Any, signed: Any, prove: Callable[..., None], now: datetime
) -> None:
    digest = signed.record.digest
    receipt = Receipt("the proof", "the acceptance", "the staff key")
    for _ in range(2):
        store.receipts.put(
            digest, receipt, code=receipt_code(digest), index=6, logged_at=1_782_000_006, now=now
        )
    assert store.outbox.pending() == ()
    assert store.drafts.read(world.key(1, 3)) is None
    kept = store.receipts.get(digest)
    assert kept is not None
    assert (kept.receipt, kept.code, kept.index, kept.logged_at) == (
        receipt,
        receipt_code(digest),
        6,
        1_782_000_006,
    )
    assert (kept.office, kept.type, kept.subjects) == (world.origin, "review", (world.key(1, 3).dossier,))
    assert store.receipts.all() == store.receipts.all(world.origin) == (kept,)
    assert store.receipts.all("elsewhere") == ()
    assert stage(store, world, now) == "submitted"


def test_a_refusal_is_kept_and_the_work_opens_again(
    store: Store, world: Any, signed: Any, now: datetime
) -> None:
    refusal = world.about(RecordType.REFUSAL, signed.record, index=7)
    store.outbox.refused(signed.record.digest, refusal, now)
    assert store.outbox.unsent() == 0
    assert stage(store, world, now) == "refused"
    draft = store.drafts.read(world.key(1, 3))
    assert draft is not None
    assert (draft.sheet.opinion, draft.signed_as) == ("同意", None)
    assert store.records.get(signed.record.digest) is not None
    assert [kept.digest for kept in store.records.by_relation([signed.record.digest])] == [
        refusal.record.digest
    ]


def test_a_refusal_of_something_unknown_is_an_error(
    store: Store, world: Any, signed: Any, now: datetime
) -> None:
    refusal = world.about(RecordType.REFUSAL, signed.record, index=7)
    with pytest.raises(StoreError) as caught:
        store.outbox.refused("0" * 64, refusal, now)
    assert caught.value.kind == "store.no-record"
    assert store.records.get(refusal.record.digest) is None


def test_a_record_that_can_never_arrive_gives_its_draft_back(
    store: Store, world: Any, signed: Any, now: datetime
) -> None:
    store.outbox.conflicted(signed.record.digest)
    assert store.outbox.unsent() == 0
    assert store.records.get(signed.record.digest) is None
    assert stage(store, world, now) == "complete"


def test_waiting_and_passing_problems_keep_a_record(store: Store, world: Any, signed: Any) -> None:
    digest = signed.record.digest
    store.outbox.problem(digest, "wire.unreachable", {"host": "review.example.gov"})
    (found,) = store.outbox.pending()
    assert (found.problem, found.problem_details) == ("wire.unreachable", {"host": "review.example.gov"})
    store.outbox.waiting(digest, "f" * 64)
    (found,) = store.outbox.pending()
    assert (found.waiting_for, found.problem, found.problem_details) == ("f" * 64, None, {})


def test_what_the_log_holds_without_a_receipt_is_unproven(
    store: Store, world: Any, signed: Any, prove: Callable[..., None], now: datetime
) -> None:
    own = [kept.digest for kept in store.records.by_type(world.origin, ["commitment", "declaration"])]
    assert set(store.receipts.unproven(world.origin)) == set(own)
    assert store.receipts.get(own[0]) is None


def test_signing_without_its_draft_keeps_nothing(store: Store, world: Any, now: datetime) -> None:
    review = world.review(1, 9)
    with pytest.raises(StoreError) as caught:
        store.outbox.put(world.origin, review.compact, review.record, now=now, key=world.key(1, 9))
    assert caught.value.kind == "store.no-draft"
    assert store.outbox.unsent() == 0
    assert store.records.get(review.record.digest) is None
