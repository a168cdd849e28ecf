"""Answers in packets: believed as little as those that come over the network."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.model.records import RecordType
from zhubi.core.model.values import instant
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.packets import (
    Carried,
    PacketBlob,
    PacketError,
    parse_said,
    read_packet,
    say_json,
    write_packet,
)
from zhubi.core.wire.carried import Answers, Submission
from zhubi.expert.desk import commit, packets
from zhubi.expert.sync.errors import SyncError
from zhubi.office.ledger.acts import compose
from zhubi.office.opening import open_office
from zhubi.office.rounds.answering import Heard, write_answers
from zhubi.office.rounds.packets import receive_packet

PIN = "246810"


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    return made


@pytest.fixture
def answers(seated: Any, stick: Path) -> Callable[..., Path]:
    """Makes the office's packet for the expert."""

    def make(name: str = "a.zhubi", **how: Any) -> Path:
        office = how.pop("office", seated.office)
        write_answers(office, seated.invitation.person, stick / name, now=seated.clock(), **how)
        return stick / name

    return make


def opened(story: Any, path: Path) -> Any:
    at = story.desk.store.offices.all()[0]
    packet = read_packet(path, [story.desk.store.vaults.open(at.office).sealing])
    return packet.check_maker(lambda _kid: story.office.service.key.public)


def again(story: Any, path: Path, answers: Answers, **how: Any) -> Path:
    """The same packet, saying something else; made by the service unless another key is given."""
    found = opened(story, path)
    at = story.desk.store.offices.all()[0]
    told = {"key": story.office.service.key, "checkpoint": found.head.checkpoint, "to": at.person} | how
    write_packet(
        path, origin=at.office, kind="answers", by=found.head.by, made_at=found.head.made_at,
        said=say_json(answers), blobs=(), certified=found.head.certified,
        recipients=[story.desk.store.vaults.open(at.office).sealing.recipient], **told,
    )  # fmt: skip
    return path


def refused(story: Any, path: Path) -> str:
    """The name of what is wrong with a packet; nothing of it was taken."""
    before = story.desk.store.records.by_type(story.desk.store.offices.all()[0].office, list(RecordType))
    with pytest.raises((PacketError, SyncError)) as caught:
        packets.import_packet(story.desk, path)
    after = story.desk.store.records.by_type(story.desk.store.offices.all()[0].office, list(RecordType))
    assert [each.digest for each in before] == [each.digest for each in after]
    return str(caught.value.kind)


def test_an_answer_that_the_service_did_not_make_is_not_believed(seated: Any, answers: Any) -> None:
    path = answers()
    said = parse_said(Answers, opened(seated, path).said)
    assert refused(seated, again(seated, path, said, key=SigningKey.generate())) == "packets.unknown-maker"


def test_an_answer_for_another_expert_is_named(seated: Any, answers: Any) -> None:
    path = answers()
    said = parse_said(Answers, opened(seated, path).said)
    other = seated.invitation.person[:-4] + "0000"
    assert refused(seated, again(seated, path, said, to=other)) == "packets.not-mine"


def test_what_continues_from_what_never_arrived_is_not_taken(seated: Any, answers: Any) -> None:
    assert refused(seated, answers(heard=Heard(after="5.1", size=5))) == "packets.gap"


def test_a_record_under_a_false_index_is_not_kept(seated: Any, answers: Any) -> None:
    path = answers()
    said = parse_said(Answers, opened(seated, path).said)
    moved = said.items[-1].model_copy(update={"index": said.items[-1].index - 1})
    forged = said.model_copy(update={"items": (moved,)})
    assert refused(seated, again(seated, path, forged)) == "sync.bad-record"


def test_a_packet_that_lacks_the_log_proves_nothing(seated: Any, answers: Any) -> None:
    path = answers()
    said = parse_said(Answers, opened(seated, path).said).model_copy(update={"tiles": {}})
    with pytest.raises(Exception, match="does not hold"):
        packets.import_packet(seated.desk, again(seated, path, said))
    assert seated.desk.store.log.checkpoint(seated.office.ledger.origin) is None


def test_a_log_that_contradicts_what_was_seen_is_kept_as_evidence(
    seated: Any, answers: Any, tmp_path: Path
) -> None:
    home = tmp_path / "office"
    shutil.copytree(home, tmp_path / "fork")
    seated.open_round("dazu-2023-26", "dz.milestone-assessment", title="真的")
    seated.sync(seated.desk)
    fork = open_office(tmp_path / "fork", clock=seated.clock)
    try:
        for _ in range(8):
            with fork.ledger.writing() as writing:
                writing.append(_any_record(fork))
        assert refused(seated, answers(office=fork)) == "sync.log-forked"
    finally:
        fork.close()
    assert len(seated.desk.store.log.evidence(seated.office.ledger.origin)) == 1


def _any_record(office: Any) -> str:
    from zhubi.core.model.records import InvitationBody
    from zhubi.core.trust.chance import uuid7

    body = InvitationBody(
        person=uuid7(office.clock()), name="某人", code_hash="0" * 64, expires_at=instant(office.clock())
    )
    return compose(office.ledger, office.staff(), RecordType.INVITATION, body, now=office.clock())


def submission(story: Any, path: Path, said: Submission, *blobs: Carried, **how: Any) -> Path:
    """A packet as the expert's device would make it, saying whatever a test wants."""
    at = story.desk.store.offices.all()[0]
    service = story.office.ledger.registry().staff("service")[-1]
    told = {
        "key": story.desk.store.vaults.open(at.office).transport,
        "by": at.person,
        "device": at.device,
    } | how
    write_packet(
        path, origin=at.office, kind="submission", to=service.person, made_at=instant(story.clock()),
        said=say_json(said), blobs=blobs, recipients=[service.sealing], **told,
    )  # fmt: skip
    return path


def test_the_office_keeps_no_file_that_no_review_names(seated: Any, stick: Path) -> None:
    data = b"x" * 5000
    blob = PacketBlob(digest=hashlib.sha256(data).hexdigest(), size=len(data))
    path = submission(seated, stick / "s.zhubi", Submission(), Carried(blob, lambda: iter([data])))
    received = receive_packet(seated.office, path, seated.clock())
    assert [each.kind for each in received.spoilt] == ["vault.not-named"]
    assert seated.office.blobs.size(blob.digest) is None


def test_the_office_takes_no_record_of_somebody_else(seated: Any, stick: Path) -> None:
    other = seated.invite("苏曼")
    neighbour = seated.enrol(other, "neighbour")
    (dossier, *_) = seated.ids.values()
    seated.seat(seated.round, dossier, other.person)
    seated.sync(neighbour)
    commit.sign_commitment(neighbour, seated.round, PIN)
    (theirs,) = neighbour.store.outbox.pending()
    size = seated.office.ledger.checkpoint()
    path = submission(seated, stick / "s.zhubi", Submission(records=(theirs.compact,)))
    received = receive_packet(seated.office, path, seated.clock())
    assert [each.kind for each in received.refused] == ["rounds.not-yours"]
    assert seated.office.ledger.checkpoint() == size


def test_the_office_believes_no_device_that_it_does_not_know(seated: Any, stick: Path) -> None:
    for how in ({"key": SigningKey.generate()}, {"device": "A" * 43}, {"by": "service:office"}):
        path = submission(seated, stick / "s.zhubi", Submission(), **how)
        with pytest.raises(PacketError) as caught:
            receive_packet(seated.office, path, seated.clock())
        assert caught.value.kind == "packets.unknown-maker"


def test_the_office_says_when_an_expert_saw_another_log(seated: Any, stick: Path, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "office", tmp_path / "fork")
    fork = open_office(tmp_path / "fork", clock=seated.clock)
    try:
        with fork.ledger.writing() as writing:
            writing.append(_any_record(fork))
        seen = fork.ledger.checkpoint()
    finally:
        fork.close()
    path = submission(seated, stick / "s.zhubi", Submission(), checkpoint=seen)
    with pytest.raises(PacketError) as caught:
        receive_packet(seated.office, path, seated.clock())
    assert caught.value.kind == "packets.ahead"
    with seated.office.ledger.writing() as writing:
        writing.append(_any_record(seated.office))
    with pytest.raises(PacketError) as caught:
        receive_packet(seated.office, path, seated.clock())
    assert caught.value.kind == "packets.forked"


def test_what_the_office_receives_is_an_experts_and_what_an_expert_takes_is_not(
    seated: Any, answers: Any, stick: Path
) -> None:
    path = answers()
    found = opened(seated, path)
    service = seated.office.ledger.registry().staff("service")[-1]
    write_packet(
        path, origin=found.head.origin, kind="answers", by=found.head.by, to=found.head.to,
        made_at=found.head.made_at, said=found.said, blobs=(), key=seated.office.service.key,
        recipients=[service.sealing], certified=found.head.certified,
    )  # fmt: skip
    with pytest.raises(PacketError) as caught:
        receive_packet(seated.office, path, seated.clock())
    assert caught.value.kind == "packets.wrong-kind"
    at = seated.desk.store.offices.all()[0]
    own = seated.desk.store.vaults.open(at.office)
    write_packet(
        path, origin=at.office, kind="submission", by=at.person, to=at.person, made_at=found.head.made_at,
        said=say_json(Submission()), blobs=(), key=own.transport, device=at.device,
        recipients=[own.sealing.recipient],
    )  # fmt: skip
    assert refused(seated, path) == "packets.wrong-kind"


def test_a_packet_of_another_log_is_named(seated: Any, answers: Any) -> None:
    path = answers()
    found = opened(seated, path)
    at = seated.desk.store.offices.all()[0]
    write_packet(
        path, origin="elsewhere.example/1", kind="answers", by=found.head.by, to=found.head.to,
        made_at=found.head.made_at, said=found.said, blobs=(), key=seated.office.service.key,
        recipients=[seated.desk.store.vaults.open(at.office).sealing.recipient],
    )  # fmt: skip
    assert refused(seated, path) == "packets.wrong-log"
