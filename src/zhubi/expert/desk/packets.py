"""离线交换: packets out to the office or to one's other device, and packets in."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import ReviewBody
from zhubi.core.model.text import clean_line
from zhubi.core.model.values import instant, parse_instant
from zhubi.core.trust.packets import (
    SUFFIX,
    Carried,
    Packet,
    PacketBlob,
    PacketError,
    PacketHead,
    from_file,
    read_packet,
    say_json,
    write_packet,
    wrong_log,
)
from zhubi.core.wire.carried import Submission
from zhubi.expert.desk import draftpackets
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import office_of, office_of_round
from zhubi.expert.desk.packetviews import (
    Destination,
    PacketMade,
    PacketPassed,
    PacketSeen,
    PacketTaken,
    Progress,
    Waiting,
)
from zhubi.expert.desk.purge import delete_ended
from zhubi.expert.sync.verifying import Verifier
from zhubi.locale import explain, say

if TYPE_CHECKING:
    from zhubi.core.trust.registry import Holder
    from zhubi.core.trust.sealing import SealingKey
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.packets import KnownPacket
    from zhubi.expert.store.values import Office, Outgoing
    from zhubi.expert.sync.progress import SyncReport

OFFICE: Final = "office"


def _silent(done: int, total: int) -> None:
    """A progress that nobody looks at."""


def destinations(desk: Desk, office: str | None = None) -> tuple[Destination, ...]:
    """Whom a packet can be made for: the office, and each other device of mine that is enrolled."""
    at = _office(desk, office, None)
    others = [
        Destination(each.kid, say("packets.to-device", name=each.device or each.kid[:12]))
        for each in Verifier(desk.store, at).registry.devices(at.person)
        if each.kid != at.device and each.sealing is not None
    ]
    return (Destination(OFFICE, say("packets.to-office", organiser=at.organiser)), *others)


def waiting(desk: Desk, *, to: str = OFFICE, round: str | None = None, office: str | None = None) -> Waiting:
    """What a packet made now would carry."""
    at = _office(desk, office, round)
    if to != OFFICE:
        return draftpackets.waiting(desk, at, round)
    pending = _pending(desk, at, round)
    blobs = _evidence(desk, at, round, pending)
    size = sum(len(each.compact) for each in pending) + sum(each.blob.size for each in blobs)
    return Waiting(records=len(pending), evidence=len(blobs), bytes=size)


def suggested_name(desk: Desk, to: str = OFFICE, office: str | None = None) -> str:
    """A file name for a packet made now: who made it, what for, and when."""
    at = _office(desk, office, None)
    kind = "packets.file-submission" if to == OFFICE else "packets.file-drafts"
    name = "".join(letter for letter in clean_line(at.name, 40) if letter.isalnum()) or at.person[-8:]
    return f"{say(kind)}-{name}-{desk.clock().astimezone():%m%d-%H%M%S}{SUFFIX}"


def free_space(path: Path) -> int:
    """Bytes free where a packet would be written; 0 where that cannot be said."""
    place = path.expanduser()
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        return shutil.disk_usage(place).free
    except OSError:
        return 0


def completions(typed: str, limit: int = 50) -> tuple[str, ...]:
    """Folders and packets whose path begins as typed, folders with a separator at their end."""
    place = Path(typed).expanduser()
    folder, beginning = (place, "") if typed.endswith(os.sep) else (place.parent, place.name)
    try:
        with os.scandir(folder) as found:
            names = sorted(
                each.name + (os.sep if each.is_dir() else "")
                for each in found
                if each.name.startswith(beginning) and (each.is_dir() or each.name.endswith(SUFFIX))
            )
    except OSError:
        return ()
    # A name that holds what no line shows cannot be typed either.
    shown = (each for each in names if each == clean_line(each, 300) and not each.startswith("."))
    return tuple(str(folder / each) + (os.sep if each.endswith(os.sep) else "") for each in shown)[:limit]


def export(
    desk: Desk,
    path: Path,
    *,
    to: str = OFFICE,
    round: str | None = None,
    office: str | None = None,
    progress: Progress = _silent,
) -> PacketMade:
    """Makes a packet at ``path``, or in that folder; blocking. Nothing counts as delivered because of it.

    To the office: every record that is not proven to have arrived, its evidence, and what both rest on. ``to`` the
    thumbprint of another device of mine: drafts, notes, and the evidence of drafts. ``packets.nothing``,
    ``packets.no-drafts``, ``packets.no-office-key``, ``packets.no-device``, and the faults of ``write_packet``.
    """
    at = _office(desk, office, round)
    target = path.expanduser()
    if target.is_dir():
        target = target / suggested_name(desk, to, at.office)
    if to == OFFICE:
        said, blobs, holder, summary = _submission(desk, at, round)
    else:
        holder = _device(desk, at, to)
        said, blobs, summary = draftpackets.packed(desk, at, round)
    kept = desk.store.log.checkpoint(at.office)
    digest = write_packet(
        target, origin=at.office, kind="submission" if to == OFFICE else "drafts", by=at.person, to=holder.person,
        made_at=instant(desk.clock()), device=at.device, said=said, blobs=blobs,
        key=desk.store.vaults.open(at.office).transport, recipients=[holder.sealing or ""],
        checkpoint=kept.text if kept is not None else "", progress=progress,
    )  # fmt: skip
    desk.store.packets.note(digest, at.office, "out", summary, desk.clock())
    return PacketMade(target, target.stat().st_size, digest, summary, to == OFFICE)


def passed(desk: Desk) -> tuple[PacketPassed, ...]:
    """The packets made here and taken in here, the newest first."""
    return tuple(
        PacketPassed("in" if each.direction == "in" else "out", each.at, each.summary)
        for each in desk.store.packets.all()
    )


def inspect(desk: Desk, path: Path, progress: Progress = _silent) -> PacketSeen:
    """What is in a packet, without taking anything in; blocking. The faults of ``read_packet``, and whose it is not."""
    from zhubi.expert.sync.carrying import check_answers

    packet = _read(desk, path, progress)
    if isinstance(packet, PacketSeen):
        return packet
    head, at = packet.unverified_head, _office_named(desk, packet.unverified_head)
    known = desk.store.packets.get(packet.digest)
    if head.kind == "answers":
        opened, answers = check_answers(desk.store, at, packet)
        maker = at.organiser
        held: tuple[tuple[str, int], ...] = (
            ("packets.holds-items", len(answers.items)),
            ("packets.holds-receipts", sum(each.receipt is not None for each in answers.results)),
            ("packets.holds-refusals", sum(each.status == "refused" for each in answers.results)),
            ("packets.holds-keys", len(answers.releases)),
            ("packets.holds-accepted", sum(each.answer.accepted for each in answers.uploads)),
            ("packets.holds-files", len(opened.blobs)),
        )
    else:
        opened, maker, drafts = draftpackets.opened(desk, at, packet)
        held = (
            ("packets.holds-drafts", len(drafts.drafts)),
            ("packets.holds-notes", len(drafts.notes)),
            ("packets.holds-evidence", len(drafts.evidence)),
        )
    sentences = [_from(maker, at.name, opened.head)]
    sentences += [say(key, count=count) for key, count in held if count]
    if known is not None:
        sentences.append(_before(known))
    moment = parse_instant(opened.head.made_at)
    return PacketSeen(
        path, packet.digest, packet.size, head.kind, moment, tuple(sentences), known is not None
    )


def import_packet(desk: Desk, path: Path, progress: Progress = _silent) -> PacketTaken:
    """Takes in a packet of the office's answers, or of drafts from my other device; blocking.

    The same packet again changes nothing. What is wrong with the packet as a whole is raised, and then nothing of it
    was taken; ``desk.sync-running``.
    """
    packet = _read(desk, path, progress)
    if isinstance(packet, PacketSeen):
        raise PacketError("packets.made-here", "the packet was made here, for somebody else")
    at = _office_named(desk, packet.unverified_head)
    known = desk.store.packets.get(packet.digest)
    if known is not None:
        return PacketTaken(False, (_before(known), say("packets.nothing-new")))
    if not desk.session.syncing.acquire(blocking=False):
        raise DeskError("desk.sync-running", "a sync is under way")
    try:
        take = _answers if packet.unverified_head.kind == "answers" else draftpackets.take_in
        taken = take(desk, at, packet)
        if not taken.problem:
            desk.store.packets.note(packet.digest, at.office, "in", taken.sentences[0], desk.clock())
        # It may have brought the end of a round. What cannot be deleted now is deleted at the next sync.
        with suppress(ZhubiError):
            delete_ended(desk)
        return taken
    finally:
        desk.session.syncs += 1
        desk.session.syncing.release()
        if desk.session.searching is not None:
            desk.session.searching.follow(desk)


def _answers(desk: Desk, at: Office, packet: Packet) -> PacketTaken:
    from zhubi.expert.sync.carrying import check_answers, take_in

    opened, answers = check_answers(desk.store, at, packet)
    report = take_in(desk.store, at, opened, answers, now=desk.clock())
    problem = report.problems[0] if report.problems else None
    return PacketTaken(
        report.changed or bool(report.evidence),
        _brought(report),
        "" if problem is None else explain(problem),
        "" if problem is None else problem.kind,
    )


def _brought(report: SyncReport) -> tuple[str, ...]:
    counted = (
        ("packets.took-proven", report.proven),
        ("packets.took-evidence", report.evidence),
        ("packets.took-refused", report.refused),
        ("packets.took-waiting", report.waiting),
        ("packets.took-items", report.received),
        ("packets.took-rules", report.rulebooks),
        ("packets.took-keys", report.releases),
        ("packets.took-files", report.blobs),
    )
    sentences = tuple(say(key, count=count) for key, count in counted if count)
    return sentences or (say("packets.nothing-new"),)


def _read(desk: Desk, path: Path, progress: Progress) -> Packet | PacketSeen:
    """The packet, opened; of one that was made here for somebody else, what is remembered of it."""
    try:
        return read_packet(path.expanduser(), _keys(desk), progress)
    except PacketError as problem:
        digest = str(problem.details.get("packet", ""))
        known = desk.store.packets.get(digest) if problem.kind == "packets.other-recipient" else None
        if known is None:
            raise
        sentences = (say("packets.made-at", at=_moment(known.at)), known.summary)
        size = path.expanduser().stat().st_size
        return PacketSeen(path, digest, size, "submission", known.at, sentences, known=True)


def _keys(desk: Desk) -> list[SealingKey]:
    return [desk.store.vaults.open(each.office).sealing for each in desk.store.offices.all()]


def _office_named(desk: Desk, head: PacketHead) -> Office:
    found = desk.store.offices.get(head.origin)
    if found is None:
        raise wrong_log("、".join(each.office for each in desk.store.offices.all()), head.origin)
    return found


def _office(desk: Desk, office: str | None, round: str | None) -> Office:
    """The office meant: by name, by a round of it, or the first that something waits for."""
    if office is not None:
        return office_of(desk, office)
    if round is not None:
        return office_of_round(desk, round)
    everywhere = desk.store.offices.all()
    return next((each for each in everywhere if desk.store.outbox.unsent(each.office)), everywhere[0])


def _pending(desk: Desk, at: Office, round: str | None) -> tuple[Outgoing, ...]:
    found = desk.store.outbox.pending(at.office)
    return tuple(each for each in found if round is None or each.round == round)


def _submission(desk: Desk, at: Office, round: str | None) -> tuple[bytes, list[Carried], Holder, str]:
    pending = _pending(desk, at, round)
    blobs = _evidence(desk, at, round, pending)
    if not pending and not blobs:
        raise PacketError("packets.nothing", "nothing waits to be delivered")
    services = [
        each for each in Verifier(desk.store, at).registry.staff("service") if each.sealing is not None
    ]
    if not services:
        raise PacketError("packets.no-office-key", "the office's sealing key is not here yet")
    own = {each.digest for each in pending}
    kept = (desk.store.records.get(each) for each in own)
    rests_on = {digest for each in kept if each is not None for digest in each.record.payload.relies_on}
    submission = Submission(
        after=desk.store.log.cursor(at.office) or "",
        records=tuple(each.compact for each in pending),
        rests_on=tuple(sorted(rests_on - own)),
    )
    summary = say("packets.carries", records=len(pending), evidence=len(blobs))
    return say_json(submission), blobs, services[-1], summary


def _evidence(desk: Desk, at: Office, round: str | None, pending: Iterable[Outgoing]) -> list[Carried]:
    """The sealed files that the office has not accepted, of logged reviews and of those that wait."""
    sizes = {
        each.digest: each.size
        for each in desk.store.evidence.waiting(at.office)
        if round is None or each.key.round == round
    }
    for each in pending:
        kept = desk.store.records.get(each.digest)
        body = kept.record.body if kept is not None else None
        if isinstance(body, ReviewBody):
            sizes |= {ref.digest: ref.size for ref in body.sheet.evidence}
    here = ((digest, size) for digest, size in sizes.items() if desk.store.blobs.file(digest).is_file())
    return [
        from_file(PacketBlob(digest=digest, size=size), desk.store.blobs.file(digest))
        for digest, size in here
    ]


def _device(desk: Desk, at: Office, kid: str) -> Holder:
    holder = Verifier(desk.store, at).registry.holder(kid)
    if holder is None or holder.person != at.person or holder.sealing is None or kid == at.device:
        raise PacketError("packets.no-device", "no such other device of mine is known here")
    return holder


def _from(maker: str, reader: str, head: PacketHead) -> str:
    kind = say(f"packets.kind-{head.kind}")
    return say("packets.from", maker=maker, reader=reader, kind=kind, at=_moment(parse_instant(head.made_at)))


def _before(known: KnownPacket) -> str:
    key = "packets.taken-before" if known.direction == "in" else "packets.made-at"
    return say(key, at=_moment(known.at))


def _moment(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}"
