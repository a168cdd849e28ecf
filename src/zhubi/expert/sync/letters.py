"""Letters to the inspectors: delivered as the sealed bytes they are, and proven by the log alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhubi.core.trust.proofs import verify_proof
from zhubi.core.wire.errors import WireError
from zhubi.expert.sync.errors import SyncError

if TYPE_CHECKING:
    from datetime import datetime

    from zhubi.core.wire.client import OfficeClient
    from zhubi.expert.store.store import Store
    from zhubi.expert.sync.following import LogFollower
    from zhubi.expert.sync.progress import SyncReport

_LATER = "wire.rate-limited"


def send_letters(
    store: Store, client: OfficeClient, office: str, log: LogFollower, report: SyncReport, now: datetime
) -> None:
    """Every letter that has no proof yet. An office that has had enough for now gets the others at the next sync.

    ``sync.answer-elsewhere``, the faults of ``verify_proof`` and of the log: the letter waits on.
    """
    for digest, sealed in store.letters.waiting(office):
        try:
            answer = client.send_letter(sealed)
        except WireError as problem:
            if problem.kind != _LATER:
                raise
            return
        if answer.digest != digest:
            raise SyncError(
                "sync.answer-elsewhere", "the office answered about something else", record=digest[:12]
            )
        checkpoint = verify_proof(answer.proof, digest, log.pins)
        log.agree(checkpoint.text)
        store.letters.delivered(digest, answer.proof, now)
        report.letters += 1
