"""Store and office brought together over real HTTP: nothing lost, nothing twice, nothing believed unproven."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import RecordType
from zhubi.expert.desk import commit, declare, overview, synchronise
from zhubi.expert.desk.opening import Desk
from zhubi.expert.desk.views import SyncProgress

PIN = "246810"


def stages(desk: Desk) -> list[str]:
    return [each.stage for each in overview.rows(desk, None, 0, 20)]


def test_before_the_commitment_a_round_shows_neither_titles_nor_codes(seated: Any) -> None:
    seated.sync(seated.desk)
    rows = overview.rows(seated.desk, None, 0, 10)
    assert [each.stage for each in rows] == ["commit"] * 3
    assert {(each.code, each.title, each.units) for each in rows} == {("", "", "")}
    (round_row,) = overview.rounds(seated.desk)
    assert (round_row.title, round_row.total) == ("评审场次", 3)


def test_commitment_brings_the_cards_and_declarations_bring_keys_and_blobs_each_in_one_sync(
    seated: Any,
) -> None:
    desk = seated.desk
    seated.sync(desk)
    commit.sign_commitment(desk, seated.round, PIN)
    assert seated.sync(desk).proven == 1
    assert stages(desk) == ["declare"] * 3
    for row in declare.declarations(desk, seated.round):
        declare.answer(desk, seated.round, row.key.dossier, "clear")
    declare.sign_declarations(desk, seated.round, PIN)
    report = seated.sync(desk)
    assert (report.proven, stages(desk)) == (3, ["ready"] * 3)
    assert report.blobs == 15
    office = desk.store.offices.all()[0].office
    assert desk.store.blobs.wanted(office) == ()


def test_when_nothing_changed_one_conditional_request_is_all(
    seated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seated.declare_all(seated.desk, seated.round)
    seated.sync(seated.desk)
    seated.sync(seated.desk)
    asked: list[tuple[str, str]] = []
    from zhubi.core.wire.connection import Connection

    real = Connection.ask

    def watched(self: Any, method: Any, path: str, *given: Any, **named: Any) -> Any:
        answer = real(self, method, path, *given, **named)
        asked.append((path, str(answer.status)))
        return answer

    monkeypatch.setattr(Connection, "ask", watched)
    assert not seated.sync(seated.desk).changed
    assert asked == [("/v1/log/checkpoint", "304")]


def test_an_office_that_is_down_leaves_everything_here_and_the_next_sync_finishes(seated: Any) -> None:
    desk = seated.desk
    seated.sync(desk)
    commit.sign_commitment(desk, seated.round, PIN)
    seated.server.stop()
    report = synchronise.sync(desk)
    assert report.problem_kind == "wire.unreachable"
    line = overview.status_line(desk)
    assert (line.state, line.unsent) == ("offline", 1)
    assert "联网后自动送出" in line.problem
    seated.restart_server()
    assert seated.sync(desk).proven == 1
    assert overview.status_line(desk).state == "synced"


def test_a_hundred_repeated_submissions_make_one_leaf(seated: Any) -> None:
    desk = seated.desk
    seated.sync(desk)
    commit.sign_commitment(desk, seated.round, PIN)
    (outgoing,) = desk.store.outbox.pending()
    from zhubi.core.wire.client import OfficeClient
    from zhubi.core.wire.identity import TransportIdentity

    office = desk.store.offices.all()[0]
    identity = TransportIdentity(desk.store.vaults.open(office.office).transport, office.office)
    with OfficeClient(office.url, identity=identity, clock=desk.clock) as client:
        answers = [client.submit([outgoing.compact] * 2) for _ in range(50)]
    assert len({result.index for answer in answers for result in answer.results}) == 1
    seated.sync(desk)
    with seated.office.ledger.reading() as reading:
        assert len(reading.by_type(RecordType.COMMITMENT)) == 1


def test_an_answer_lost_on_the_way_is_made_good_by_the_next_sync(
    seated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The office has logged the record; this machine dies before it hears of it."""
    desk = seated.desk
    seated.sync(desk)
    commit.sign_commitment(desk, seated.round, PIN)
    from zhubi.core.wire.client import OfficeClient

    real = OfficeClient.submit

    def lost(self: Any, *given: Any, **named: Any) -> Any:
        real(self, *given, **named)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(OfficeClient, "submit", lost)
        with pytest.raises(KeyboardInterrupt):
            synchronise.sync(desk)
    assert desk.store.outbox.unsent() == 1
    assert seated.sync(desk).proven == 1
    with seated.office.ledger.reading() as reading:
        assert len(reading.by_type(RecordType.COMMITMENT)) == 1


@pytest.mark.parametrize("kept", [0, 1, 700, 4000])
def test_a_blob_that_broke_off_goes_on_where_it_was(
    seated: Any, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    from zhubi.core.wire.client import OfficeClient
    from zhubi.core.wire.errors import WireError

    seated.declare_all(seated.desk, seated.round)
    real = OfficeClient.blob
    starts: list[int] = []

    def cut(self: Any, digest: str, size: int, start: int = 0) -> Any:
        whole = b"".join(real(self, digest, size, start))
        yield whole[:kept]
        raise WireError("wire.cut", "cut")

    def watched(self: Any, digest: str, size: int, start: int = 0) -> Any:
        starts.append(start)
        yield from real(self, digest, size, start)

    with monkeypatch.context() as patched:
        patched.setattr(OfficeClient, "blob", cut)
        assert synchronise.sync(seated.desk).problem_kind == "wire.cut"
    office = seated.desk.store.offices.all()[0].office
    assert seated.desk.store.blobs.wanted(office)
    monkeypatch.setattr(OfficeClient, "blob", watched)
    seated.sync(seated.desk)
    assert seated.desk.store.blobs.wanted(office) == ()
    assert stages(seated.desk) == ["ready"] * 3
    assert any(starts) == bool(kept)


def test_a_swapped_blob_is_dropped_and_the_others_come(seated: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from zhubi.core.wire.client import OfficeClient

    seated.declare_all(seated.desk, seated.round)
    real = OfficeClient.blob
    swapped: list[str] = []

    def swap(self: Any, digest: str, size: int, start: int = 0) -> Any:
        if not swapped or digest in swapped:
            swapped.append(digest)
            yield b"\0" * (size - start)
        else:
            yield from real(self, digest, size, start)

    with monkeypatch.context() as patched:
        patched.setattr(OfficeClient, "blob", swap)
        assert synchronise.sync(seated.desk).problem_kind == "store.blob-mismatch"
    office = seated.desk.store.offices.all()[0].office
    assert [each.digest for each in seated.desk.store.blobs.wanted(office)] == [swapped[0]]
    seated.sync(seated.desk)
    assert seated.desk.store.blobs.wanted(office) == ()


def test_progress_is_told_by_office_and_phase(seated: Any) -> None:
    told: list[SyncProgress] = []
    synchronise.sync(seated.desk, told.append)
    assert {each.office for each in told} == {seated.desk.store.offices.all()[0].office}
    assert {"checkpoint", "feed", "rulebooks"} <= {each.phase for each in told}
    assert all(each.done <= each.total for each in told if each.phase == "blobs")


def test_a_second_device_gets_the_receipts_of_what_the_first_one_sent(seated: Any) -> None:
    seated.sync(seated.desk)
    commit.sign_commitment(seated.desk, seated.round, PIN)
    seated.sync(seated.desk)
    again = seated.invite(person=seated.invitation.person, again=True)
    second = seated.enrol(again, "second")
    seated.sync(second)
    assert len(second.store.receipts.all()) == 1
    assert stages(second) == ["declare"] * 3


def test_two_syncs_at_once_are_refused_in_words(seated: Any) -> None:
    with seated.desk.session.syncing, pytest.raises(ZhubiError) as caught:
        synchronise.sync(seated.desk)
    assert caught.value.kind == "desk.sync-running"


def test_a_sync_that_dies_between_pages_goes_on_at_its_cursor(
    seated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhubi.core.wire.client import OfficeClient
    from zhubi.expert.sync import feed

    monkeypatch.setattr(feed, "PAGE", 2)
    real = OfficeClient.feed
    pages: list[str] = []

    def dies(self: Any, after: str, limit: int = 500) -> Any:
        pages.append(after)
        if len(pages) == 3:
            raise KeyboardInterrupt
        return real(self, after, limit)

    monkeypatch.setattr(OfficeClient, "feed", dies)
    with pytest.raises(KeyboardInterrupt):
        synchronise.sync(seated.desk)
    seated.sync(seated.desk)
    assert len(pages) == len(set(pages)) + 1, "only the page that died is asked for twice"
    assert stages(seated.desk) == ["commit"] * 3
