"""Drafts: what was typed is there, a crash is told apart from an orderly end, signing closes a sheet."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.model.sheet import Score, Sheet
from zhubi.expert.store.errors import StoreError
from zhubi.expert.store.store import Store


def sheet(words: str) -> Sheet:
    return Sheet(opinion=words, scores=(Score(criterion="goal", points=22, comment="对准榜单指标"),))


@pytest.fixture
def key(world: Any) -> Any:
    return world.key(1, 3)


def begin(store: Store, key: Any, now: datetime, words: str = "") -> None:
    store.drafts.begin(
        key, sheet(words), rulebook="b" * 64, version="e" * 64, missing=3, score_text="", now=now
    )


def crash(store: Store) -> None:
    """The process is gone: nothing is settled, the lock is dropped by the system."""
    store._database.close()
    store._lock.drop()


def test_a_draft_is_read_as_it_was_typed_last(store: Store, key: Any, now: datetime) -> None:
    begin(store, key, now)
    later = now + timedelta(seconds=7)
    assert (
        store.drafts.write(key, sheet("第一句"), missing=2, score_text="22", cursor="opinion:3", now=later)
        == later
    )
    draft = store.drafts.read(key)
    assert draft is not None
    assert draft.sheet == sheet("第一句")
    assert (draft.missing, draft.score_text, draft.cursor, draft.saved_at, draft.begun_at) == (
        2, "22", "opinion:3", later, now,
    )  # fmt: skip
    assert (draft.rulebook, draft.version, draft.corrects, draft.signed_as) == ("b" * 64, "e" * 64, (), None)
    summary = store.drafts.all()[0]
    assert (summary.missing, summary.score_text, summary.saved_at) == (2, "22", later)


def test_nothing_is_written_where_no_draft_was_begun(store: Store, key: Any, now: datetime) -> None:
    for act in (
        lambda: store.drafts.write(key, sheet(""), missing=0, score_text="", now=now),
        lambda: store.drafts.settle(key),
    ):
        with pytest.raises(StoreError) as caught:
            act()
        assert caught.value.kind == "store.no-draft"
    assert store.drafts.read(key) is None
    assert store.drafts.recovered(key) is None
    store.drafts.drop(key)


def test_after_an_orderly_end_there_is_nothing_to_recover(
    store: Store, key: Any, now: datetime, secret: Any, tmp_path: Path
) -> None:
    begin(store, key, now)
    store.drafts.write(key, sheet("写完了"), missing=0, score_text="22", now=now)
    assert store.drafts.recovered(key) is None
    store.close()
    with Store.open(tmp_path / "device", secret) as again:
        assert again.drafts.recovered(key) is None
        draft = again.drafts.read(key)
        assert draft is not None
        assert draft.sheet == sheet("写完了")


def test_a_crash_leaves_what_was_typed_and_says_when(
    store: Store, key: Any, now: datetime, secret: Any, tmp_path: Path
) -> None:
    begin(store, key, now, "昨天写的")
    for second, words in enumerate(("今", "今天", "今天写的"), 1):
        store.drafts.write(key, sheet(words), missing=1, score_text="22", now=now + timedelta(seconds=second))
    crash(store)
    with Store.open(tmp_path / "device", secret) as again:
        found = again.drafts.recovered(key)
        assert found is not None
        assert (found.at, found.edits, found.before) == (now + timedelta(seconds=3), 3, sheet("昨天写的"))
        draft = again.drafts.read(key)
        assert draft is not None
        assert draft.sheet == sheet("今天写的")
        again.drafts.keep_recovered(key)
        assert again.drafts.recovered(key) is None
    with Store.open(tmp_path / "device", secret) as again:
        draft = again.drafts.read(key)
        assert draft is not None
        assert draft.sheet == sheet("今天写的")


def test_what_a_crash_left_can_be_put_aside(
    store: Store, key: Any, now: datetime, secret: Any, tmp_path: Path
) -> None:
    begin(store, key, now, "昨天写的")
    store.drafts.write(key, sheet("误触"), missing=1, score_text="22", now=now)
    crash(store)
    with Store.open(tmp_path / "device", secret) as again:
        again.drafts.discard_recovered(key, missing=3, score_text="")
        draft = again.drafts.read(key)
        assert draft is not None
        assert (draft.sheet, draft.missing) == (sheet("昨天写的"), 3)
        assert again.drafts.recovered(key) is None


def test_what_a_crash_left_stays_on_offer_until_it_is_answered(
    store: Store, key: Any, now: datetime, secret: Any, tmp_path: Path
) -> None:
    begin(store, key, now)
    store.drafts.write(key, sheet("今天写的"), missing=1, score_text="22", now=now)
    crash(store)
    for _ in range(2):
        with Store.open(tmp_path / "device", secret) as again:
            assert again.drafts.recovered(key) is not None
    with Store.open(tmp_path / "device", secret) as again:
        again.drafts.write(key, sheet("接着写"), missing=1, score_text="22", now=now)
        assert again.drafts.recovered(key) is None


def test_a_signed_sheet_is_not_written_again(store: Store, world: Any, key: Any, now: datetime) -> None:
    begin(store, key, now)
    store.drafts.write(key, sheet("定稿"), missing=0, score_text="22", now=now)
    review = world.review(1, 3)
    store.outbox.put(world.origin, review.compact, review.record, now=now, key=key)
    with pytest.raises(StoreError) as caught:
        store.drafts.write(key, sheet("改"), missing=0, score_text="22", now=now)
    assert caught.value.kind == "store.draft-signed"
    draft = store.drafts.read(key)
    assert draft is not None
    assert (draft.sheet, draft.signed_as) == (sheet("定稿"), review.record.digest)


def test_a_correction_starts_anew_and_says_what_it_corrects(store: Store, key: Any, now: datetime) -> None:
    begin(store, key, now, "旧稿")
    store.drafts.write(key, sheet("旧稿二"), missing=0, score_text="22", now=now)
    made = store.drafts.begin(
        key, sheet("更正"), rulebook="b" * 64, version="f" * 64, missing=0, score_text="30",
        corrects=["a" * 64], reason="总分有误", now=now + timedelta(hours=1),
    )  # fmt: skip
    assert (made.sheet, made.corrects, made.reason) == (sheet("更正"), ("a" * 64,), "总分有误")
    assert store.drafts.read(key) == made
    assert len(store.drafts.all()) == 1


def test_the_journal_of_one_sheet_stays_bounded(store: Store, key: Any, now: datetime) -> None:
    begin(store, key, now)
    for number in range(1203):
        store.drafts.write(key, sheet(str(number)), missing=1, score_text="22", now=now)
    draft = store.drafts.read(key)
    assert draft is not None
    assert draft.sheet == sheet("1202")
    with store._database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM journal").fetchone()[0] < 500


def test_drafts_of_a_round_are_listed(store: Store, world: Any, now: datetime) -> None:
    for number in (1, 2):
        begin(store, world.key(number, 5), now)
    assert len(store.drafts.all()) == 2
    assert [each.round for each in store.drafts.all(world.origin, world.key(1, 5).round)] == [
        world.key(1, 5).round
    ]
    store.drafts.drop(world.key(1, 5))
    assert store.drafts.read(world.key(1, 5)) is None


def test_the_first_edit_of_a_draft_is_offered_like_any_other_after_a_crash(
    store: Store, key: Any, now: datetime, secret: Any, tmp_path: Path
) -> None:
    store.drafts.begin(
        key, sheet("第一个字"), rulebook="b" * 64, version="e" * 64, missing=3, score_text="", now=now,
        before=Sheet(),
    )  # fmt: skip
    assert store.drafts.recovered(key) is None, "this session typed it itself"
    crash(store)
    with Store.open(tmp_path / "device", secret) as again:
        draft, found = again.drafts.read(key), again.drafts.recovered(key)
        assert draft is not None and found is not None
        assert draft.sheet == sheet("第一个字")
        assert (found.at, found.edits, found.before) == (now, 1, Sheet())


def test_a_draft_that_moves_to_another_form_is_there_as_it_was_and_as_it_is(
    store: Store, key: Any, now: datetime, secret: Any, tmp_path: Path
) -> None:
    begin(store, key, now, "昨天写的")
    store.drafts.write(key, sheet("今天写的"), missing=1, score_text="22", now=now)
    before = store.drafts.read(key)
    assert before is not None
    with store.writing():
        store.earlier.put(key, before, now)
        store.drafts.move(
            key, sheet("今天写的"), rulebook="c" * 64, version="f" * 64, begun_as="d" * 64,
            look_again=["score:goal", "opinion"], missing=2, score_text="", now=now,
        )  # fmt: skip
    crash(store)
    with Store.open(tmp_path / "device", secret) as again:
        draft = again.drafts.read(key)
        assert draft is not None
        assert (draft.rulebook, draft.version, draft.begun_as) == ("c" * 64, "f" * 64, "d" * 64)
        assert (draft.look_again, draft.missing) == (("score:goal", "opinion"), 2)
        assert again.drafts.recovered(key) is None, "moving is no edit left without an orderly end"
        (kept,) = again.earlier.all(key)
        assert (kept.sheet, kept.rulebook, kept.version) == (sheet("今天写的"), "b" * 64, "e" * 64)
        again.drafts.write(key, sheet("改"), missing=1, score_text="", look_again=["opinion"], now=now)
        again.drafts.keep_against(key, ["a" * 64])
        draft = again.drafts.read(key)
        assert draft is not None
        assert (draft.look_again, draft.kept_against) == (("opinion",), ("a" * 64,))
        again.earlier.drop(kept.number)
        assert again.earlier.all(key) == ()
