"""Handing over the key of a dossier, to those whom the log entitles, as a record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select

from zhubi.core.model.records import DossierBody, KeyReleaseBody, RecordType
from zhubi.core.rules.lifecycle import AssignmentView
from zhubi.core.trust.encodings import to_base64
from zhubi.core.trust.sealing import seal
from zhubi.office.ledger.acts import compose
from zhubi.office.ledger.ledger import FeedEntry, Reading, Stored, Writing
from zhubi.office.ledger.standing import assignment_standing, round_standing
from zhubi.office.ledger.tables import sealed_blobs, sealed_versions
from zhubi.office.vault.errors import VaultError
from zhubi.office.vault.keeper import Keeper
from zhubi.office.vault.sealing import identity_of


def release(
    office: Keeper, writing: Writing, person: str, device: str, dossier: str, round: str, now: datetime
) -> Stored:
    """The logged release of a dossier's newest version to one device, by the thumbprint of its signing key.

    One release a round, device and version: asked again, it gives the same one. ``vault.not-entitled`` for whoever
    may not have the key, whatever the reason: unknown and forbidden read alike.
    """
    holder = writing.registry().holder(device)
    if holder is None or holder.person != person or holder.sealing is None:
        raise _not_entitled()
    standing = _standing(writing, person, dossier, round, now, frozenset({device}))
    if standing is None or not standing.may_unseal or standing.current is None:
        raise _not_entitled()
    body = standing.current.body
    assert isinstance(body, DossierBody)
    for older in writing.by_type(RecordType.KEY_RELEASE, round=round, subject=dossier, person=person):
        said = older.body
        assert isinstance(said, KeyReleaseBody)
        if said.device == device and said.manifest_digest == body.manifest_digest:
            return older
    identity = identity_of(office, writing, body.manifest_digest)
    sealed = to_base64(seal(identity.text.encode("ascii"), [holder.sealing]))
    reasons = [each.digest for each in (standing.current, standing.declaration, standing.decision) if each]
    compact = compose(
        office.ledger,
        office.service,
        RecordType.KEY_RELEASE,
        KeyReleaseBody(
            person=person,
            device=device,
            dossier=standing.current.digest,
            manifest_digest=body.manifest_digest,
            sealed=sealed,
        ),
        round=round,
        subjects=(dossier,),
        relies_on=reasons,
        now=now,
    )
    return writing.append(compact)


def dossier_of(reading: Reading, manifest_digest: str) -> str | None:
    """The dossier that a sealed version belongs to."""
    return reading.conn.execute(
        select(sealed_versions.c.dossier).where(sealed_versions.c.manifest == manifest_digest)
    ).scalar()


def may_fetch(reading: Reading, person: str, blob: str, now: datetime) -> bool:
    """Whether a person may have a sealed blob: in some live round, the log entitles them to its dossier's key."""
    found = reading.conn.execute(
        select(sealed_versions.c.dossier)
        .join(sealed_blobs, sealed_blobs.c.manifest == sealed_versions.c.manifest)
        .where(sealed_blobs.c.blob == blob)
        .distinct()
    )
    return any(_may_unseal(reading, person, row.dossier, now) for row in found.all())


def withheld(reading: Reading, stored: Stored) -> bool:
    """Whether a record is given to nobody any more: the key of a round that has ended."""
    if stored.type is not RecordType.KEY_RELEASE or stored.payload.round is None:
        return False
    view = round_standing(reading, stored.payload.round)
    return view is not None and view.ended


def without_withheld(reading: Reading, entries: Iterable[FeedEntry]) -> tuple[FeedEntry, ...]:
    """Entries of a feed without what is given to nobody any more."""
    gone: dict[str | None, bool] = {}
    left = []
    for each in entries:
        if each.stored.type is RecordType.KEY_RELEASE:
            name = each.stored.payload.round
            if name not in gone:
                gone[name] = withheld(reading, each.stored)
            if gone[name]:
                continue
        left.append(each)
    return tuple(left)


def _may_unseal(reading: Reading, person: str, dossier: str, now: datetime) -> bool:
    seats = reading.by_type(RecordType.ASSIGNMENT, subject=dossier, person=person)
    rounds = dict.fromkeys(each.payload.round for each in seats if each.payload.round)
    standings = (_standing(reading, person, dossier, each, now, None) for each in rounds)
    return any(each is not None and each.may_unseal for each in standings)


def _standing(
    reading: Reading,
    person: str,
    dossier: str,
    round: str,
    now: datetime,
    devices: frozenset[str] | None,
) -> AssignmentView | None:
    view = round_standing(reading, round)
    if view is None:
        return None
    return assignment_standing(reading, view, dossier, person, now, devices=devices)


def _not_entitled() -> VaultError:
    return VaultError("vault.not-entitled", "there is no such dossier for you to open")
