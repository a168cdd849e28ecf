"""An office that lies: a log that forks, drops or rewrites; records and receipts that are not what they say."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.trust.checkpoints import Cosigner, LogSigner, make_checkpoint
from zhubi.core.wire.client import CheckpointAnswer, OfficeClient
from zhubi.expert.desk import commit, overview, synchronise

PIN = "246810"


@pytest.fixture
def met(seated: Any) -> Any:
    """An expert who has synchronised once."""
    seated.sync(seated.desk)
    return seated


class Liar:
    """Signs what an office would never sign, with the office's own keys."""

    def __init__(self, story: Any) -> None:
        keys = story.office.ledger._keys
        self.log: LogSigner = keys.log
        self.cosigner: Cosigner = keys.cosigner
        self.origin = keys.origin
        self.time = int(story.clock().timestamp()) + 60

    def checkpoint(self, size: int, root: bytes) -> str:
        return make_checkpoint(self.origin, size, root, self.log, self.cosigner, self.time)


def lie(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(OfficeClient, "checkpoint", lambda self, etag="": CheckpointAnswer(text, '"lie"'))


def test_a_rewritten_log_stops_the_sync_and_both_heads_are_kept(
    met: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = met.desk
    office = desk.store.offices.all()[0].office
    kept = desk.store.log.checkpoint(office)
    lie(monkeypatch, Liar(met).checkpoint(kept.size, b"\x07" * 32))
    commit.sign_commitment(desk, met.round, PIN)
    report = synchronise.sync(desk)
    assert report.problem_kind == "sync.log-rewritten"
    assert report.sent == 0, "nothing more is exchanged with such an office"
    (evidence,) = desk.store.log.evidence(office)
    assert evidence.kept == kept.text
    assert overview.status_line(desk).state == "failed"
    assert desk.store.outbox.unsent() == 1


def test_a_log_that_became_shorter_is_told(met: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = met.desk
    office = desk.store.offices.all()[0].office
    kept = desk.store.log.checkpoint(office)
    lie(monkeypatch, Liar(met).checkpoint(kept.size - 3, b"\x07" * 32))
    assert synchronise.sync(desk).problem_kind == "sync.log-shrank"
    assert desk.store.log.checkpoint(office).text == kept.text


def test_a_log_that_forked_is_told(met: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The office shows this expert another history, of more records, with tiles that fit it."""
    from zhubi.core.trust.merkle import leaf_hash, root_of

    desk = met.desk
    office = desk.store.offices.all()[0].office
    size = desk.store.log.checkpoint(office).size + 4
    leaves = [leaf_hash(bytes([number]) * 32) for number in range(size)]
    lie(monkeypatch, Liar(met).checkpoint(size, root_of(leaves)))
    monkeypatch.setattr(OfficeClient, "tile", lambda self, path: b"".join(leaves))
    assert synchronise.sync(desk).problem_kind == "sync.log-forked"
    assert len(desk.store.log.evidence(office)) == 1


def test_an_unsigned_checkpoint_changes_nothing(met: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = met.desk
    office = desk.store.offices.all()[0].office
    kept = desk.store.log.checkpoint(office)
    lie(monkeypatch, kept.text.replace("\n\n", "\n\n", 1).rsplit("\n", 2)[0] + "\n")
    assert synchronise.sync(desk).problem_kind.startswith("trust.checkpoint")
    assert desk.store.log.checkpoint(office).text == kept.text


def test_a_record_at_another_place_in_the_log_is_not_taken(met: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = met.desk
    real = OfficeClient.feed

    def moved(self: Any, after: str, limit: int = 500) -> Any:
        page = real(self, after, limit)
        items = tuple(each.model_copy(update={"index": max(0, each.index - 1)}) for each in page.items)
        return page.model_copy(update={"items": items})

    met.change(met.round, "extend", closes_at=met.clock.on(hours=1).replace(year=2027))
    with monkeypatch.context() as patched:
        patched.setattr(OfficeClient, "feed", moved)
        assert synchronise.sync(desk).problem_kind == "sync.bad-record"
    assert overview.rounds(desk)[0].closes_at.year == 2026
    assert synchronise.sync(desk).problem == ""
    assert overview.rounds(desk)[0].closes_at.year == 2027


def test_a_record_by_a_stranger_is_not_taken(met: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rightly logged and rightly signed, but by an expert, who opens no rounds."""
    from zhubi.core.model.records import RecordType, RoundChangeBody
    from zhubi.expert.desk.composing import compose
    from zhubi.expert.sync.verifying import Verifier

    desk = met.desk
    office = desk.store.offices.all()[0]
    compact, _ = compose(
        desk, office, desk.store.vaults.unlock(office.office, PIN), RecordType.ROUND_CHANGE,
        RoundChangeBody(change="end"), round=met.round, now=desk.clock(),
    )  # fmt: skip
    with pytest.raises(Exception, match="signs no round-change"):
        Verifier(desk.store, office).read(compact, 10_000)


@pytest.mark.parametrize("fault", ["proof", "acceptance", "staff_key"])
def test_a_receipt_that_does_not_hold_leaves_the_record_unsent(
    met: Any, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    desk = met.desk
    commit.sign_commitment(desk, met.round, PIN)
    real = OfficeClient.submit

    def forged(self: Any, records: Any, **named: Any) -> Any:
        answer = real(self, records, **named)
        (result,) = answer.results
        text = getattr(result.receipt, fault)
        place = len(text) // 2
        swapped = "A" if text[place] != "A" else "B"
        receipt = result.receipt.model_copy(update={fault: text[:place] + swapped + text[place + 1 :]})
        return answer.model_copy(update={"results": (result.model_copy(update={"receipt": receipt}),)})

    with monkeypatch.context() as patched:
        patched.setattr(OfficeClient, "submit", forged)
        report = synchronise.sync(desk)
    assert report.problem_kind.startswith("trust.")
    assert (report.proven, desk.store.outbox.unsent()) == (0, 1)
    assert [each.stage for each in overview.rows(desk, None, 0, 1)] != ["submitted"]
    assert synchronise.sync(desk).problem == ""
    assert desk.store.outbox.unsent() == 0
