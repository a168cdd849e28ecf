"""Packets that experts made: received like everything they send over the network, and answered by packets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import RecordType, ReviewBody
from zhubi.core.rules.lifecycle import Stage
from zhubi.core.trust.checkpoints import read_checkpoint
from zhubi.core.trust.merkle import empty_root, perfect_subtrees, root_from_nodes
from zhubi.core.trust.packets import PacketError, Verified, parse_said, read_packet, wrong_log
from zhubi.core.trust.registry import Holder
from zhubi.core.trust.sealing import SealingKey
from zhubi.core.wire.carried import Submission
from zhubi.core.wire.messages import RECORDS_PER_POST, RecordResult
from zhubi.office.ledger.ledger import Reading
from zhubi.office.opening import Office
from zhubi.office.rounds.answering import Heard
from zhubi.office.rounds.reception import receive
from zhubi.office.rounds.status import status
from zhubi.office.vault.errors import VaultError
from zhubi.office.vault.secrets import load_sealing_key
from zhubi.office.vault.uploads import accept_evidence, acceptance_of, evidence_named

_ASIDE = frozenset(
    {Stage.RECUSED, Stage.DECLINED, Stage.REPLACED, Stage.WITHDRAWN, Stage.VOID, Stage.PURGED}
)  # fmt: skip


@dataclass(slots=True)
class Received:
    """What one packet brought.

    ``fresh`` records and ``evidence`` are logged now, ``here`` and ``evidence_here`` were before; ``refused`` and
    ``waiting`` are results; ``spoilt`` are faults of single sealed files. ``heard`` says where an answer goes on.
    """

    path: Path
    person: str
    name: str
    made_at: str
    heard: Heard
    results: list[RecordResult] = field(default_factory=list)
    rounds: frozenset[str] = frozenset()
    fresh: int = 0
    here: int = 0
    evidence: int = 0
    evidence_here: int = 0
    spoilt: list[ZhubiError] = field(default_factory=list)

    @property
    def refused(self) -> list[RecordResult]:
        """The records that were refused, or contradict what their author said before."""
        return [each for each in self.results if each.status in ("refused", "conflict")]

    @property
    def waiting(self) -> list[RecordResult]:
        """The records that wait for another one."""
        return [each for each in self.results if each.status == "waiting"]


@dataclass(frozen=True, slots=True)
class Missing:
    """What one expert has not handed in of a round: projects by code, and pieces of evidence that a review names."""

    round: str
    title: str
    name: str
    codes: tuple[str, ...]
    evidence: int


def receive_packet(office: Office, path: Path, now: datetime) -> Received:
    """Receives one packet of an expert: its records as if they came over the network, then its evidence.

    The same packet again changes nothing. Raises what is wrong with the packet as a whole, and then nothing of it was
    taken: the faults of ``read_packet``, ``packets.wrong-log``, ``packets.wrong-kind``, ``packets.unknown-maker``,
    ``packets.ahead``, ``packets.forked``. What is wrong with single records or files is in the answer.
    """
    opened, holder = _opened(office, path)
    submission = parse_said(Submission, opened.said)
    size = _check_seen(office, opened.head.checkpoint)
    found = Received(path, holder.person, holder.name, opened.head.made_at, Heard(submission.after, size))
    for start in range(0, len(submission.records), RECORDS_PER_POST):
        batch = submission.records[start : start + RECORDS_PER_POST]
        before = office.ledger.checkpoint()
        known = read_checkpoint(before, office.ledger.pins).size if before else 0
        answer = receive(office, batch, holder.person, now=now)
        found.results += answer.results
        logged = [each for each in answer.results if each.status == "logged"]
        fresh = sum(each.index is not None and each.index >= known for each in logged)
        found.fresh += fresh
        found.here += len(logged) - fresh
    found.rounds = _rounds_of(office, found.results)
    for blob in opened.blobs:
        try:
            if _take_evidence(office, opened, holder.person, blob.digest, now):
                found.evidence += 1
            else:
                found.evidence_here += 1
        except ZhubiError as problem:
            found.spoilt.append(problem)
    return found


def _opened(office: Office, path: Path) -> tuple[Verified, Holder]:
    registry = office.ledger.registry()
    packet = read_packet(path, _sealing_keys(office))
    head = packet.unverified_head
    if head.origin != office.ledger.origin:
        raise wrong_log(office.ledger.origin, head.origin)
    if head.kind != "submission":
        raise PacketError(
            "packets.wrong-kind",
            f"not what an expert hands in: {head.kind}",
            found=head.kind,
            expected="submission",
        )
    holder = registry.holder(head.device)
    if holder is None or holder.transport is None or holder.person != head.by:
        raise PacketError("packets.unknown-maker", "no device that is in use made this packet")
    public = holder.transport
    return packet.check_maker(lambda _kid: public), holder


def _sealing_keys(office: Office) -> list[SealingKey]:
    found = []
    with office.ledger.database.reading() as connection:
        for each in office.ledger.registry().staff("service"):
            try:
                found.append(load_sealing_key(connection, office.secrets, each.kid))
            except VaultError as problem:
                if problem.kind != "vault.no-such-key":
                    raise
    return found


def _check_seen(office: Office, checkpoint: str) -> int:
    """The size of the log as the packet's maker saw it, once it is known to be a part of this one."""
    if not checkpoint:
        return 0
    seen = read_checkpoint(checkpoint, office.ledger.pins)
    with office.ledger.reading() as reading:
        here = reading.covered()
        if seen.size > here:
            raise PacketError(
                "packets.ahead", "the packet has seen a longer log", found=seen.size, known=here
            )
        if _root(reading, seen.size) != seen.root:
            raise PacketError("packets.forked", "the packet has seen another log", found=seen.size)
    return seen.size


def _root(reading: Reading, size: int) -> bytes:
    if size == 0:
        return empty_root()
    nodes = reading.nodes(perfect_subtrees(size))
    return root_from_nodes(size, lambda level, position: nodes[level, position])


def _rounds_of(office: Office, results: Iterable[RecordResult]) -> frozenset[str]:
    with office.ledger.reading() as reading:
        stored = (reading.record(each.digest) for each in results)
        return frozenset(each.payload.round for each in stored if each is not None and each.payload.round)


def _take_evidence(office: Office, opened: Verified, person: str, digest: str, now: datetime) -> bool:
    """Keeps a sealed file that a logged review names, and logs its acceptance; False when that was done before.

    ``vault.not-named``, ``vault.upload-size``, ``packets.altered``.
    """
    with office.ledger.reading() as reading:
        if acceptance_of(reading, person, digest) is not None:
            return False
        ref, _ = evidence_named(reading, person, digest)
    size = next(each.size for each in opened.blobs if each.digest == digest)
    if size != ref.size:
        raise VaultError(
            "vault.upload-size", "another size than the review names", expected=ref.size, found=size
        )
    if office.blobs.size(digest) != size:
        with office.blobs.incoming() as coming:
            for piece in opened.blob(digest):
                coming.write(piece)
            if coming.digest != digest:
                raise PacketError("packets.altered", "a sealed file is not what names it", part=digest[:12])
            coming.keep()
    accept_evidence(office, person, digest, now)
    return True


def missing(office: Office, rounds: Iterable[str], now: datetime) -> tuple[Missing, ...]:
    """Who has not handed in what of these rounds; experts who have handed in everything are left out."""
    found = []
    for round_id in rounds:
        stands = status(office, round_id, now=now)
        lacking: dict[str, list[str]] = {}
        names: dict[str, str] = {}
        for project in stands.projects:
            for member in project.members:
                names[member.person] = member.name
                if member.seat.review is None and member.seat.stage not in _ASIDE:
                    lacking.setdefault(member.person, []).append(project.code)
        with office.ledger.reading() as reading:
            evidence = {person: _evidence_missing(reading, round_id, person) for person in names}
        found += [
            Missing(
                round_id, stands.view.title, names[person], tuple(lacking.get(person, ())), evidence[person]
            )
            for person in names
            if lacking.get(person) or evidence[person]
        ]
    return tuple(found)


def _evidence_missing(reading: Reading, round_id: str, person: str) -> int:
    named: set[str] = set()
    for review in reading.by_type(RecordType.REVIEW, round=round_id, author=person):
        body = review.body
        assert isinstance(body, ReviewBody)
        named |= {each.digest for each in body.sheet.evidence}
    return sum(acceptance_of(reading, person, each) is None for each in named)


def by_person(received: Sequence[Received]) -> dict[str, tuple[Heard, list[RecordResult]]]:
    """What several packets brought, by expert: where an answer to all of them goes on, and all results."""
    found: dict[str, tuple[Heard, list[RecordResult]]] = {}
    for each in received:
        heard, results = found.get(each.person, (each.heard, []))
        # The least that any of their devices has heard: each of them may read the answer.
        after = min(heard.after, each.heard.after, key=_place)
        least = Heard(after, min(heard.size, each.heard.size))
        found[each.person] = (least, [*results, *each.results])
    return found


def _place(cursor: str) -> tuple[int, int]:
    at, _, position = (cursor or "0.0").partition(".")
    return int(at), int(position)
