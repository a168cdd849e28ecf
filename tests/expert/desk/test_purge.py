"""材料清退: the end of a round deletes at once, the next PIN signs it, and nobody's typed words go unasked."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.records import RecordType
from zhubi.demo.sheets import fill
from zhubi.expert.desk import notes, overview, purge, reading, review, submit, unlock
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.passages import Passage
from zhubi.locale import explain

PIN = "246810"


def purges(story: Any) -> list[Any]:
    with story.office.ledger.reading() as reading:
        return list(reading.by_type(RecordType.PURGE))


def stages(desk: Any) -> dict[str, str]:
    return {each.code: each.stage for each in overview.rows(desk, None, 0, 10)}


def key_of(desk: Any, place: int = 0) -> Any:
    return overview.rows(desk, None, 0, 10)[place].key


def end(story: Any, round_id: str) -> None:
    story.clock.on(hours=1)
    story.change(round_id, "close")
    story.change(round_id, "end")


def ended(story: Any) -> None:
    end(story, story.round)
    story.sync(story.desk)


def blobs(story: Any) -> list[str]:
    return [each.name for each in (story.folder / "expert" / "blobs").rglob("*") if each.is_file()]


def test_the_end_of_a_round_takes_its_material_at_once_and_the_next_pin_signs_that(unsealed: Any) -> None:
    desk = unsealed.desk
    key = key_of(desk)
    passage = Passage(reading.content(desk, key).blob, 1, 0, "摘下的一句")
    notes.add(desk, key, passage, "记下的话")
    assert blobs(unsealed)

    ended(unsealed)
    assert blobs(unsealed) == []
    assert desk.store.records.by_type(key.office, ["key-release"]) == ()
    assert desk.store.notes.all() == ()
    assert desk.session.contents == {}
    seen = purge.plan(desk, unsealed.round)
    assert (seen.deleted, seen.signed, seen.dossiers, seen.blobs) == (True, False, 3, seen.blobs)
    assert seen.blobs >= 3
    with pytest.raises(DeskError) as gone:
        reading.content(desk, key)
    assert gone.value.kind == "desk.material-gone"
    step = overview.next_step(desk)
    assert step.act == "purge" and step.round == unsealed.round
    assert unlock.signed_too(desk) == ("评审场次",)
    assert purges(unsealed) == []

    unlock.unlock(desk, PIN)
    assert unlock.signed_too(desk) == ()
    unsealed.sync(desk)
    (said,) = purges(unsealed)
    assert (said.body.dossiers, said.body.blobs) == (seen.dossiers, seen.blobs)
    assert set(stages(desk).values()) == {"purged"}
    unlock.unlock(desk, PIN)
    unsealed.sync(desk)
    assert len(purges(unsealed)) == 1, "said once"


def test_a_sheet_that_was_never_signed_stays_readable_until_the_expert_lets_it_go(unsealed: Any) -> None:
    desk = unsealed.desk
    key = key_of(desk)
    fill(desk, key)
    review.set_opinion(desk, key, "这句话还没有签名。")
    ended(unsealed)
    assert blobs(unsealed) == []
    assert review.open_review(desk, key).state.opinion == "这句话还没有签名。"
    assert purge.plan(desk, unsealed.round).drafts == 1
    assert "1份未签名的草稿" in overview.next_step(desk).sentence
    unlock.unlock(desk, PIN)
    assert desk.store.outbox.unsent() == 0, "as long as it is here, nobody signs that all is gone"

    report = purge.purge_round(desk, unsealed.round, PIN)
    assert report.dossiers == 3
    assert any("打印" in each for each in report.remarks)
    assert desk.store.drafts.all() == ()
    unsealed.sync(desk)
    assert len(purges(unsealed)) == 1


def test_what_has_not_arrived_stays_and_holds_the_confirmation_back(unsealed: Any) -> None:
    desk = unsealed.desk
    key = key_of(desk)
    fill(desk, key)
    (signed,) = submit.sign(desk, [key], PIN)
    end(unsealed, unsealed.round)
    # The end is known here, and the review has still not arrived.
    kept = desk.store.outbox.pending()
    with unsealed.office.ledger.reading() as at_office:
        last = at_office.by_type(RecordType.ROUND_CHANGE)[-1]
    from zhubi.expert.store.records import Arrival

    desk.store.records.add(key.office, [Arrival(last.compact, last.record, 1)], unsealed.clock())
    desk.session.syncs += 1
    assert purge.delete_ended(desk) == ("评审场次",)
    assert blobs(unsealed) == []
    assert desk.store.outbox.pending() == kept
    assert desk.store.records.get(signed.digest) is not None
    unlock.unlock(desk, PIN)
    assert desk.store.outbox.pending() == kept
    with pytest.raises(DeskError) as held:
        purge.purge_round(desk, unsealed.round, PIN)
    assert held.value.kind == "desk.purge-unsent"

    unsealed.sync(desk)
    assert desk.store.receipts.get(signed.digest) is not None
    unlock.unlock(desk, PIN)
    unsealed.sync(desk)
    assert len(purges(unsealed)) == 1


def test_a_deletion_that_could_not_finish_is_finished_by_the_next_sync(
    unsealed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhubi.expert.desk.synchronise import sync
    from zhubi.expert.store.database import Database
    from zhubi.expert.store.errors import disk_full

    desk = unsealed.desk

    def full(self: Database, path: Any, key: bytes | None = None) -> None:
        raise disk_full(str(path.parent))

    end(unsealed, unsealed.round)
    with monkeypatch.context() as patched:
        patched.setattr(Database, "copy_to", full)
        report = sync(desk)
        assert report.problem_kind == "store.disk-full"
        assert blobs(unsealed) == [], "the sealed files went first"
        assert unlock.signed_too(desk) == (), "nobody signs for what is not done"
    unsealed.sync(desk)
    assert not desk.store.purge.unfinished()
    assert unlock.signed_too(desk) == ("评审场次",)


def test_what_another_live_round_needs_stays_until_that_one_ends(seated: Any) -> None:
    second = seated.open_round("dazu-2023-26", "dz.milestone-assessment", title="复核", hours=60)
    seated.seat(second, min(seated.ids.items())[1], seated.invitation.person)
    seated.declare_all(seated.desk, seated.round)
    seated.declare_all(seated.desk, second)
    seated.sync(seated.desk)
    ended(seated)
    (one,) = overview.rows(seated.desk, second, 0, 10)
    assert reading.content(seated.desk, one.key).sections
    assert purge.plan(seated.desk, seated.round).kept == 1
    end(seated, second)
    seated.sync(seated.desk)
    assert blobs(seated) == []


def test_a_round_that_goes_on_is_said_so(unsealed: Any) -> None:
    with pytest.raises(DeskError) as early:
        purge.purge_round(unsealed.desk, unsealed.round, PIN)
    assert "评审场次" in explain(early.value)
    seen = purge.plan(unsealed.desk, unsealed.round)
    assert not seen.ended and not seen.deleted and seen.dossiers == 3
