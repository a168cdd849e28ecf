"""Drafts in packets: what is typed and not signed, from one device of mine to another; nothing typed here is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhubi.core.model.values import parse_instant
from zhubi.core.trust.packets import (
    Carried,
    Packet,
    PacketBlob,
    PacketError,
    Verified,
    from_file,
    parse_said,
    say_json,
    wrong_log,
)
from zhubi.core.wire.carried import CarriedDraft, CarriedEvidence, CarriedNote, Drafts
from zhubi.expert.desk.packetviews import PacketTaken, Waiting
from zhubi.expert.store.drafts import Draft
from zhubi.expert.store.values import AssignmentKey, from_micros, to_micros
from zhubi.expert.sync.verifying import Verifier
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.values import Office, SiteEvidence


def waiting(desk: Desk, at: Office, round: str | None) -> Waiting:
    """What a packet of drafts made now would carry."""
    drafts, notes, evidence = _found(desk, at, round)
    return Waiting(
        drafts=len(drafts),
        notes=len(notes),
        evidence=len(evidence),
        bytes=sum(each.size for each in evidence),
    )


def packed(desk: Desk, at: Office, round: str | None) -> tuple[bytes, list[Carried], str]:
    """What a packet of drafts says, the blobs it carries, and a sentence on both; ``packets.no-drafts``."""
    drafts, notes, evidence = _found(desk, at, round)
    if not drafts and not notes:
        raise PacketError("packets.no-drafts", "there are no drafts")
    said = Drafts(
        drafts=tuple(_carried(each) for each in drafts),
        notes=notes,
        evidence=tuple(
            CarriedEvidence(
                round=each.key.round, dossier=each.key.dossier, digest=each.digest, plain=each.plain,
                plain_size=each.plain_size,
            )
            for each in evidence
        ),
    )  # fmt: skip
    blobs = {
        each.digest: from_file(
            PacketBlob(digest=each.digest, size=each.size), desk.store.blobs.file(each.digest)
        )
        for each in evidence
    }
    summary = say("packets.carries-drafts", drafts=len(drafts), notes=len(notes), evidence=len(blobs))
    return say_json(said), list(blobs.values()), summary


def opened(desk: Desk, at: Office, packet: Packet) -> tuple[Verified, str, Drafts]:
    """A packet of drafts, the name of the device of mine that made it, and what it says.

    A device that was revoked since may have made it: that is what one is kept for. ``packets.unknown-maker``,
    ``packets.not-mine``, ``packets.wrong-log``, ``packets.wrong-kind``.
    """
    head = packet.unverified_head
    if head.origin != at.office:
        raise wrong_log(at.office, head.origin)
    if head.kind != "drafts":
        raise PacketError(
            "packets.wrong-kind",
            "of no use on an expert's machine",
            found=head.kind,
            expected="answers, drafts",
        )
    holder = Verifier(desk.store, at).registry.known(head.device)
    if holder is None or holder.transport is None or holder.person != head.by:
        raise PacketError("packets.unknown-maker", "no device of this log made the packet")
    public = holder.transport
    found = packet.check_maker(lambda _kid: public)
    if found.head.by != at.person or found.head.to != at.person:
        raise PacketError("packets.not-mine", "the packet is another expert's")
    return found, holder.device or holder.kid[:12], parse_said(Drafts, found.said)


def take_in(desk: Desk, at: Office, packet: Packet) -> PacketTaken:
    """Takes drafts in where they are newer than what is here; what they replace, or are older than, is set aside."""
    found, _, said = opened(desk, at, packet)
    counts = {"taken": 0, "same": 0, "older": 0, "unknown": 0}
    with desk.store.writing():
        for each in said.drafts:
            counts[_take_draft(desk, at, each)] += 1
        notes = sum(_take_note(desk, at, each) for each in said.notes)
    evidence = sum(_take_evidence(desk, at, found, each) for each in said.evidence)
    told = (
        ("packets.took-drafts", counts["taken"]),
        ("packets.drafts-older", counts["older"]),
        ("packets.drafts-unknown", counts["unknown"]),
        ("packets.took-notes", notes),
        ("packets.took-pieces", evidence),
    )
    sentences = tuple(say(key, count=count) for key, count in told if count)
    changed = bool(counts["taken"] or counts["older"] or notes or evidence)
    problem = "packets.drafts-unknown" if counts["unknown"] else ""
    return PacketTaken(
        changed,
        sentences or (say("packets.nothing-new"),),
        say(problem, count=counts["unknown"]) if problem else "",
        problem,
    )


def _found(
    desk: Desk, at: Office, round: str | None
) -> tuple[list[Draft], tuple[CarriedNote, ...], list[SiteEvidence]]:
    summaries = [each for each in desk.store.drafts.all(at.office, round) if each.signed_as is None]
    drafts = [draft for each in summaries if (draft := desk.store.drafts.read(each)) is not None]
    dossiers = None if round is None else {each.dossier for each in drafts}
    notes = tuple(
        CarriedNote(
            dossier=each.dossier, blob=each.blob, page=each.page, row=each.row, quotation=each.quotation,
            words=each.words, made_at=to_micros(each.made_at), changed_at=to_micros(each.changed_at),
        )
        for each in desk.store.notes.all()
        if each.office == at.office and (dossiers is None or each.dossier in dossiers)
    )  # fmt: skip
    evidence = []
    for draft in drafts:
        named = {ref.digest for ref in draft.sheet.evidence}
        evidence += [
            each
            for each in desk.store.evidence.of(draft)
            if each.digest in named and desk.store.blobs.file(each.digest).is_file()
        ]
    return drafts, notes, evidence


def _carried(draft: Draft) -> CarriedDraft:
    return CarriedDraft(
        round=draft.round, dossier=draft.dossier, sheet=draft.sheet, missing=draft.missing,
        score_text=draft.score_text, saved_at=to_micros(draft.saved_at), begun_at=to_micros(draft.begun_at),
        rulebook=draft.rulebook, version=draft.version, begun_as=draft.begun_as, corrects=draft.corrects,
        reason=draft.reason, look_again=draft.look_again,
    )  # fmt: skip


def _take_draft(desk: Desk, at: Office, carried: CarriedDraft) -> str:
    """What became of one draft: ``taken``, ``same``, ``older`` than what is here, or of an ``unknown`` project."""
    key = AssignmentKey(at.office, carried.round, carried.dossier)
    now = desk.clock()
    row = desk.store.assignments.row(key, now=now)
    if row is None:
        return "unknown"
    theirs = _draft(at, carried)
    here = desk.store.drafts.read(key)
    if here is not None and here.sheet == carried.sheet:
        return "same"
    overtaken = row.review is not None and row.review not in carried.corrects
    if overtaken or (here is not None and (here.signed_as is not None or here.saved_at >= theirs.saved_at)):
        return _set_aside(desk, key, theirs)
    if here is not None:
        desk.store.earlier.put(key, here, now)
    desk.store.drafts.begin(
        key, carried.sheet, rulebook=carried.rulebook, version=carried.version, missing=carried.missing,
        score_text=carried.score_text, corrects=carried.corrects, reason=carried.reason,
        begun_as=carried.begun_as, now=theirs.saved_at,
    )  # fmt: skip
    desk.store.drafts.looked_again(key, carried.look_again)
    desk.session.histories.pop((key.office, key.round, key.dossier), None)
    return "taken"


def _set_aside(desk: Desk, key: AssignmentKey, theirs: Draft) -> str:
    if any(each.sheet == theirs.sheet for each in desk.store.earlier.all(key)):
        return "same"
    desk.store.earlier.put(key, theirs, desk.clock())
    return "older"


def _draft(at: Office, carried: CarriedDraft) -> Draft:
    return Draft(
        at.office, carried.round, carried.dossier, carried.sheet, carried.missing, carried.score_text, "",
        from_micros(carried.saved_at), from_micros(carried.begun_at), carried.rulebook, carried.version,
        carried.corrects, carried.reason, None, carried.begun_as, carried.look_again,
    )  # fmt: skip


def _take_note(desk: Desk, at: Office, carried: CarriedNote) -> bool:
    same = any(
        (each.blob, each.page, each.row, each.quotation, each.words)
        == (carried.blob, carried.page, carried.row, carried.quotation, carried.words)
        for each in desk.store.notes.of(at.office, carried.dossier)
    )
    if not same:
        desk.store.notes.add(
            at.office, carried.dossier, carried.blob, page=carried.page, row=carried.row,
            quotation=carried.quotation, words=carried.words, now=from_micros(carried.changed_at),
        )  # fmt: skip
    return not same


def _take_evidence(desk: Desk, at: Office, found: Verified, carried: CarriedEvidence) -> bool:
    key = AssignmentKey(at.office, carried.round, carried.dossier)
    draft = desk.store.drafts.read(key)
    named = draft.sheet.evidence if draft is not None else ()
    ref = next((each for each in named if each.digest == carried.digest), None)
    if ref is None or desk.store.evidence.get(key, carried.digest) is not None:
        return False
    with desk.store.evidence.sealing() as sealed:
        for piece in found.blob(carried.digest):
            sealed.write(piece)
        if sealed.digest != carried.digest:
            raise PacketError("packets.altered", "a sealed file is not what names it", part=ref.name)
        with desk.store.writing():
            desk.store.evidence.keep(
                key, ref, plain=carried.plain, plain_size=carried.plain_size,
                noted_at=parse_instant(ref.noted_at), sealed=sealed,
            )  # fmt: skip
        desk.store.evidence.settle()
    return True
