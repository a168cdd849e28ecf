"""The office's answers out of a packet: taken in as a sync takes them in over the network, verified the same way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from zhubi.core.trust.canonical import sha256_hex
from zhubi.core.trust.checkpoints import PinnedLog, read_checkpoint
from zhubi.core.trust.encodings import from_base64
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import thumbprint
from zhubi.core.trust.packets import PacketError, Verified, parse_said, wrong_log
from zhubi.core.trust.receipts import service_key
from zhubi.core.trust.records import peek, record_digest
from zhubi.core.wire.carried import Answers
from zhubi.core.wire.errors import WireError
from zhubi.core.wire.messages import FeedPage, RecordsAnswer, ReleaseAnswer, UploadAnswer
from zhubi.expert.sync.blobs import receive_blobs
from zhubi.expert.sync.delivery import Delivery
from zhubi.expert.sync.feed import receive_feed
from zhubi.expert.sync.following import LogFollower
from zhubi.expert.sync.progress import Progress, SyncReport, silent
from zhubi.expert.sync.unsealing import receive_releases, receive_rulebooks
from zhubi.expert.sync.uploading import send_evidence
from zhubi.expert.sync.verifying import Verifier

if TYPE_CHECKING:
    from datetime import datetime

    from zhubi.core.trust.packets import Packet
    from zhubi.expert.store.store import Store
    from zhubi.expert.store.values import Office


class Lacking(WireError):
    """A packet need not hold all that is wanted: the next one may, or the network."""

    def __init__(self, what: str) -> None:
        super().__init__("packets.lacking", f"the packet does not hold {what}", status=404, what=what)


def check_answers(store: Store, office: Office, packet: Packet) -> tuple[Verified, Answers]:
    """A packet of answers for this expert, once a service of this log is known to have made it.

    ``packets.wrong-log``, ``packets.not-mine``, ``packets.unknown-maker``, ``packets.altered``.
    """
    head = packet.unverified_head
    if head.origin != office.office:
        raise wrong_log(office.office, head.origin)
    try:
        body = service_key(head.certified, _pins(office), office.root_key)
    except TrustError as problem:
        raise PacketError(
            "packets.unknown-maker", f"nobody certified who made the packet: {problem}"
        ) from problem
    kid = thumbprint(body.signing)
    holder = Verifier(store, office).registry.known(kid)
    if holder is not None and holder.revoked_at is not None:
        raise PacketError("packets.unknown-maker", "the key that made the packet acts no more")
    opened = packet.check_maker(lambda asked: body.signing if asked == kid else None)
    if opened.head.to != office.person:
        raise PacketError("packets.not-mine", "the packet is for another expert")
    return opened, parse_said(Answers, opened.said)


def take_in(
    store: Store,
    office: Office,
    opened: Verified,
    answers: Answers,
    *,
    now: datetime,
    progress: Progress = silent,
) -> SyncReport:
    """Everything in a packet of answers that is not here yet; what was checked is kept, problems are in the report.

    Of a packet older than what is known here only sealed files are taken. ``packets.stale``: and there are none to
    take; ``packets.gap``: it continues from what never arrived here; the faults of a log that contradicts itself.
    """
    report = SyncReport()
    carried = CarriedAnswers(opened, answers, office.device)
    log = LogFollower(store, carried, office, now)
    found = read_checkpoint(opened.head.checkpoint, log.pins)
    known = log.current.size if log.current is not None else 0
    if found.size < known:
        wanted = {each.digest for each in store.blobs.wanted(office.office)}
        if wanted.isdisjoint(each.digest for each in opened.blobs):
            raise PacketError(
                "packets.stale", "the packet is older than what is known here", found=found.size, known=known
            )
        receive_blobs(store, carried, office.office, report, progress)
        return _without_lacking(report)
    if place_of(store.log.cursor(office.office) or "") < place_of(answers.after):
        raise PacketError("packets.gap", "the packet continues from what has not arrived here")
    log.advance(opened.head.checkpoint)
    verifier = Verifier(store, office)
    receive_feed(store, carried, office.office, log, verifier, report, progress, now)
    answered = carried.answered()
    delivery = Delivery(store, carried, office, log, verifier, report, now)
    delivery.send(progress, answered)
    delivery.fetch_receipts(progress, answered)
    send_evidence(store, carried, office, log, verifier, report, progress, now)
    with suppress(Lacking):
        receive_rulebooks(store, carried, office.office, report, progress)
    receive_releases(store, carried, office, log, verifier, report, progress, now)
    receive_blobs(store, carried, office.office, report, progress)
    log.settle()
    # Nothing left this machine: what went to the office did so in another packet.
    report.sent = 0
    return _without_lacking(report)


def place_of(cursor: str) -> tuple[int, int]:
    """A feed's cursor as numbers that can be compared."""
    at, _, position = (cursor or "0.0").partition(".")
    return int(at), int(position)


def _pins(office: Office) -> PinnedLog:
    return PinnedLog(office.office, office.log_key, office.cosigner_key)


def _without_lacking(report: SyncReport) -> SyncReport:
    report.problems = [each for each in report.problems if not isinstance(each, Lacking)]
    return report


class CarriedAnswers:
    """The office's calls, answered out of a packet: ``OfficeAnswers`` without an office. Safe from several threads.

    ``device`` is the thumbprint of the signing key of the device that asks.
    """

    def __init__(self, opened: Verified, answers: Answers, device: str) -> None:
        self._opened = opened
        self._answers = answers
        self._results = {each.digest: each for each in answers.results}
        self._uploads = {each.digest: each.answer for each in answers.uploads}
        self._rulebooks = {sha256_hex(each.encode()): each.encode() for each in answers.rulebooks}
        self._releases: dict[tuple[str, str, str], ReleaseAnswer] = {}
        for each in answers.releases:
            claimed, _ = peek(each.record)
            body = claimed.get("body")
            if isinstance(body, dict):
                named = (str(body.get("manifest_digest")), str(claimed.get("round")), str(body.get("device")))
                self._releases[named] = each
        self._device = device

    def answered(self) -> frozenset[str]:
        """The digests of the records that the packet answers."""
        return frozenset(self._results)

    def tile(self, path: str) -> bytes:
        """A tile of the log, as the packet has it."""
        found = self._answers.tiles.get(path)
        if found is None:
            raise Lacking(path)
        return from_base64(found)

    def feed(self, after: str, limit: int = 500) -> FeedPage:
        """What the packet lists behind the cursor, in one page."""
        start = place_of(after)
        items = tuple(each for each in self._answers.items if (each.at, each.position) > start)
        end = max(start, place_of(self._answers.next))
        return FeedPage(
            items=items, next=f"{end[0]}.{end[1]}", more=False, checkpoint=self._opened.head.checkpoint
        )

    def rulebook(self, digest: str) -> bytes:
        """A compiled rulebook."""
        found = self._rulebooks.get(digest)
        if found is None:
            raise Lacking(digest[:12])
        return found

    def submit(self, records: Sequence[str], *, dry_run: bool = False) -> RecordsAnswer:
        """What became of records that the packet answers."""
        digests = [record_digest(each) for each in records]
        unanswered = next((each for each in digests if each not in self._results), None)
        if unanswered is not None:
            raise Lacking(unanswered[:12])
        results = tuple(self._results[each] for each in digests)
        return RecordsAnswer(results=results, checkpoint=self._opened.head.checkpoint)

    def release(self, manifest: str, round_id: str) -> ReleaseAnswer:
        """The key of a dossier version for this device."""
        found = self._releases.get((manifest, round_id, self._device))
        if found is None:
            raise Lacking(manifest[:12])
        return found

    def blob(self, digest: str, size: int, start: int = 0) -> Iterator[bytes]:
        """The bytes of a sealed file."""
        if all(each.digest != digest or each.size != size for each in self._opened.blobs):
            raise Lacking(digest[:12])
        return self._opened.blob(digest, start)

    def upload(self, digest: str) -> UploadAnswer:
        """How the office holds a piece of evidence."""
        found = self._uploads.get(digest)
        if found is None or not found.accepted:
            raise Lacking(digest[:12])
        return found

    def upload_chunk(self, digest: str, start: int, data: bytes, size: int) -> UploadAnswer:
        """Nothing can be sent into a packet that was received."""
        raise Lacking(digest[:12])
