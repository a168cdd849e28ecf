"""The versions of a dossier beside the newest: the one a draft was begun over, or a review was signed over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from zhubi.core.model.records import DossierBody, KeyReleaseBody, Record
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import office_of
from zhubi.expert.desk.sealed import Opened, open_sealed

if TYPE_CHECKING:
    from zhubi.core.rules.lifecycle import AssignmentView
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import ReviewKey


def version_record(desk: Desk, digest: str) -> Record | None:
    """The record of one version; None when it is not here."""
    kept = desk.store.records.get(digest)
    return kept.record if kept is not None and isinstance(kept.record.body, DossierBody) else None


def open_version(desk: Desk, key: ReviewKey, view: AssignmentView, digest: str) -> Opened:
    """One version by the digest of its record, with the key that was released for it.

    ``desk.not-unsealed`` when that key is not on this device; else the faults of ``open_sealed``.
    """
    version = version_record(desk, digest)
    office = office_of(desk, key.office)
    if version is not None and isinstance(version.body, DossierBody):
        for kept in reversed(desk.store.records.of_dossier(key.office, key.dossier, key.round)):
            body = kept.record.body
            if (
                isinstance(body, KeyReleaseBody)
                and (body.person, body.device) == (office.person, office.device)
                and body.manifest_digest == version.body.manifest_digest
            ):
                return open_sealed(desk, key, replace(view, release=kept.record))
    raise DeskError("desk.not-unsealed", "the key of this version has not been released here")


def documents_between(before: Opened, after: Opened) -> dict[str, str]:
    """The documents of one version that are in the other as well, under another seal: old digest to new.

    The content as a whole counts as the same document; attachments by what they hold.
    """
    found = {before.body.manifest.content.digest: after.body.manifest.content.digest}
    held = {each.plain: each.blob for each in after.content.attachments}
    for each in before.content.attachments:
        if each.plain in held:
            found[each.blob] = held[each.plain]
    return found
