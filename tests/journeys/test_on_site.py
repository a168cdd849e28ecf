"""On site: looked at before leaving, worked at without a network, handed in when there is one, or carried by others."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from storyhouse.expert import PIN, Expert
from storyhouse.forms import fill_by_form, lay_out_for
from storyhouse.office import DAZU, House

from zhubi.core.model.records import RecordType
from zhubi.core.rules.compile import shipped
from zhubi.core.wire.client import OfficeClient
from zhubi.expert.desk import attendance, evidence, onsite, packets, review, submit, trip
from zhubi.office.rounds.answering import write_answers
from zhubi.office.rounds.packets import receive_packet
from zhubi.office.rounds.status import status
from zhubi.office.vault.evidence import evidence_of_round, open_evidence

Trip = tuple[House, Expert, str, dict[str, str]]
CODES = ("DZ-1", "DZ-2")
SAID = 2 + 2 * len(CODES)
"""Records: a commitment and a sign-in for all; a declaration and a review of each."""


@pytest.fixture(autouse=True)
def nothing_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The office dates its answers by the machine's clock, and its log by the story's; and disks differ."""
    monkeypatch.setattr(OfficeClient, "skew", lambda _client: 0)
    monkeypatch.setattr(trip, "ROOM_FOR_EVIDENCE", 0)


@pytest.fixture
def away(house: House, enrol: Callable[..., Expert], tmp_path: Path) -> Trip:
    """A Dazu milestone of two projects; what the expert looks at before leaving, and what it says; then no network."""
    for code in CODES:
        lay_out_for(tmp_path / "papers", shipped(DAZU[0]).kind(DAZU[1]), code)
    dossiers = house.bring(tmp_path / "papers")
    expert = enrol()
    round_id = house.open_round(title="里程碑考核")
    house.seat(round_id, dossiers.values(), expert.person)
    expert.sync()
    assert not trip.check(expert.desk).ready, "nothing is declared, and nothing can be read yet"
    expert.commit(round_id)
    expert.declare(round_id)
    trip.fetch(expert.desk)
    before = trip.check(expert.desk, round_id)
    assert before.ready, [each for each in before.lines if each.state == "lacking"]
    assert before.sentence == "可以出发：2个项目齐备。"
    house.running.stop()
    return house, expert, round_id, dossiers


def works_on_site(expert: Expert, round_id: str, photo: Path) -> dict[str, Any]:
    """Signs in, sees every indicator, gathers evidence, notes ways of working, and writes down what it all means."""
    desk = expert.desk
    dossiers = [each.dossier for each in attendance.to_sign_in(desk, round_id)]
    assert attendance.sign_in(desk, round_id, dossiers, PIN, "site") == len(CODES)
    gathered = {}
    for code in CODES:
        key = expert.key(code)
        fill_by_form(desk, key)
        view = review.open_review(desk, key)
        for each in view.state.indicators:
            onsite.set_observed(desk, key, each.id, "42.1", review.open_review(desk, key).state)
            review.set_indicator(desk, key, each.id, "42.1", "met")
        onsite.set_method(desk, key, "夜间抽检", True, "凌晨抽样三次")
        about = f"indicator:{view.state.indicators[0].id}"
        gathered[code] = [
            evidence.add(desk, key, photo, about=about).digest,
            evidence.add_note(desk, key, f"{code} 台账与合同一致。").digest,
        ]
    return gathered


def test_a_milestone_seen_without_a_network_is_handed_in_the_evening_after(
    away: Trip, tmp_path: Path
) -> None:
    house, expert, round_id, _ = away
    photo = tmp_path / "检测记录.bin"
    photo.write_bytes(bytes(range(256)) * 1300)
    house.clock.on(hours=4)
    gathered = works_on_site(expert, round_id, photo)
    expert.restart()
    assert {expert.stage(code) for code in CODES} <= {"complete", "drafting"}
    expert.sign(*CODES)
    report = submit.submit(expert.desk)
    assert report.problem and report.unsent == 1 + len(CODES)
    assert {expert.stage(code) for code in CODES} == {"signed"}, "no network, and no claim that it arrived"

    house.clock.on(hours=6)
    house.serve()
    house.wire.lose("/v1/uploads")
    submit.submit(expert.desk)
    assert {expert.stage(code) for code in CODES} == {"submitted"}
    expert.sync()
    assert not any("evidence-pending" in expert.row(code).flags for code in CODES)
    assert expert.proves() == SAID, "commitment; and of each project declaration, sign-in and review"
    for code in CODES:
        rows = evidence.rows(expert.desk, expert.key(code))
        assert [(each.digest, each.state) for each in rows] == [(each, "accepted") for each in gathered[code]]
        assert attendance.attendance(expert.desk, expert.key(code)).state == "proven"

    for project in status(house.office, round_id, now=house.clock()).projects:
        assert [each.attendance.mode for each in project.members if each.attendance] == ["site"]
    with house.office.ledger.reading() as reading:
        arrived = evidence_of_round(reading, round_id)
        sheets = [each.body.sheet for each in reading.by_type(RecordType.REVIEW)]
    assert {each.ref.digest for each in arrived if each.accepted} == {
        d for each in gathered.values() for d in each
    }
    opened = BytesIO()
    open_evidence(house.office, gathered["DZ-1"][0], opened)
    assert opened.getvalue() == photo.read_bytes()
    assert all("夜间抽检" in [each.name for each in sheet.methods] for sheet in sheets)
    assert all(each.observed.startswith("42.1") for sheet in sheets for each in sheet.indicators)


def test_a_whole_trip_on_which_a_stick_is_all_there_is(away: Trip, tmp_path: Path) -> None:
    house, expert, round_id, _ = away
    photo = tmp_path / "检测记录.bin"
    photo.write_bytes(b"nameplate" * 9000)
    gathered = works_on_site(expert, round_id, photo)
    expert.sign(*CODES)
    stick = tmp_path / "stick"
    stick.mkdir()
    made = packets.export(expert.desk, stick)
    assert {expert.stage(code) for code in CODES} == {"signed"}, "a packet is no proof"

    house.clock.on(hours=2)
    received = receive_packet(house.office, made.path, house.clock())
    assert (received.fresh, received.evidence) == (1 + len(CODES), sum(map(len, gathered.values())))
    house.clock.on(minutes=1)
    answer = stick / "回执.zhubi"
    write_answers(
        house.office, expert.person, answer, heard=received.heard, results=received.results, now=house.clock()
    )
    assert not packets.import_packet(expert.desk, answer).problem
    for code in CODES:
        assert expert.stage(code) == "submitted"
        assert attendance.attendance(expert.desk, expert.key(code)).state == "proven"
        assert {each.state for each in evidence.rows(expert.desk, expert.key(code))} == {"accepted"}
    assert expert.proves() == SAID
    house.serve()
    size = house.size()
    expert.sync()
    assert house.size() == size and not expert.sync().changed, (
        "the network brings nothing that was not carried"
    )
