"""Opening what is sealed: the key that was released to this device, and the content behind it, in memory only."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import ValidationError

from zhubi.core.model.dossier import Attachment, BlobRef, Content
from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import DossierBody, KeyReleaseBody, Record
from zhubi.core.trust.canonical import parse_json
from zhubi.core.trust.sealing import SealingKey, unseal
from zhubi.expert.desk.errors import DeskError

if TYPE_CHECKING:
    from zhubi.core.rules.lifecycle import AssignmentView
    from zhubi.core.trust.sealing import Sink
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import ReviewKey
    from zhubi.expert.reading.unsealing import Pour

_CONTENT_LIMIT = 64 * 1024 * 1024
_KEPT = 6


@dataclass(frozen=True, slots=True)
class Opened:
    """One version of a dossier, opened. ``current``: whether it is the newest that is known."""

    version: Record
    content: Content
    current: bool
    identity: SealingKey = field(repr=False)

    @property
    def body(self) -> DossierBody:
        """What the dossier record says of this version."""
        assert isinstance(self.version.body, DossierBody)
        return self.version.body

    def attachment(self, blob: str) -> tuple[Attachment, BlobRef]:
        """An attachment by the digest of its sealed blob; ``desk.no-attachment``."""
        for each in self.content.attachments:
            if each.blob == blob:
                reference = next((ref for ref in self.body.manifest.attachments if ref.digest == blob), None)
                if reference is not None:
                    return each, reference
        raise DeskError("desk.no-attachment", "this version has no such attachment")


def open_sealed(desk: Desk, key: ReviewKey, view: AssignmentView) -> Opened:
    """The newest version whose key is on this device.

    ``desk.not-unsealed``: no key yet; ``store.blob-missing``: the content is still to come; ``desk.sealed-other``:
    what was inside is not what the record says. A version stays in memory for as long as the desk is open.
    """
    version, release = released(desk, key, view)
    current = view.current is not None and view.current.digest == version.digest
    name = f"{key.office}:{version.digest}"
    found = desk.session.contents.get(name)
    if found is None:
        found = _read(desk, key, version, release)
        while len(desk.session.contents) >= _KEPT:
            desk.session.contents.pop(next(iter(desk.session.contents)))
        desk.session.contents[name] = found
    content, identity = found
    return Opened(version, content, current, identity)


def released(desk: Desk, key: ReviewKey, view: AssignmentView) -> tuple[Record, KeyReleaseBody]:
    """The newest version whose key is on this device, and what released it.

    ``desk.not-unsealed``; ``desk.material-gone``: it was here until the round ended.
    """
    release = view.release.body if view.release is not None else None
    if not isinstance(release, KeyReleaseBody):
        if desk.store.purge.taken(key.office, key.round) is not None:
            raise DeskError("desk.material-gone", "the round has ended, and its material was deleted here")
        raise DeskError("desk.not-unsealed", "the key of this project has not been released here")
    return _version_of(desk, key, release.manifest_digest), release


def identity_of(desk: Desk, office: str, version: Record, release: KeyReleaseBody) -> SealingKey:
    """The identity that opens a version; ``desk.sealed-other``: it opens another."""
    assert isinstance(version.body, DossierBody)
    identity = SealingKey.from_text(unseal(b64decode(release.sealed), _sealing(desk, office)).decode())
    if identity.recipient != version.body.manifest.sealed_to:
        raise _other("key")
    return identity


def _version_of(desk: Desk, key: ReviewKey, manifest: str) -> Record:
    for kept in reversed(desk.store.records.of_dossier(key.office, key.dossier)):
        body = kept.record.body
        if isinstance(body, DossierBody) and body.manifest_digest == manifest:
            return kept.record
    raise DeskError("desk.not-unsealed", "the version this key opens is not known here")


def _read(desk: Desk, key: ReviewKey, version: Record, release: KeyReleaseBody) -> tuple[Content, SealingKey]:
    body = version.body
    assert isinstance(body, DossierBody)
    identity = identity_of(desk, key.office, version, release)
    plain = unseal(desk.store.blobs.read(body.manifest.content.digest), identity)
    try:
        content = Content.model_validate(parse_json(plain, max_bytes=_CONTENT_LIMIT))
    except ValidationError as problem:
        raise _other("form") from problem
    named = {each.blob for each in content.attachments}
    if (content.dossier, content.version) != (key.dossier, body.version) or content.card != body.card:
        raise _other("project")
    if named != {each.digest for each in body.manifest.attachments}:
        raise _other("attachments")
    return content, identity


def _sealing(desk: Desk, office: str) -> SealingKey:
    """This device's own key, which opens what is released to it; read from its file once a session."""
    found = desk.session.keys.get(office) or desk.store.vaults.open(office).sealing
    desk.session.keys[office] = found
    assert isinstance(found, SealingKey)
    return found


def attachment_source(desk: Desk, opened: Opened, blob: str) -> Pour:
    """What writes an attachment's own bytes into a sink, unsealed on the way from its file and in nobody's memory.

    Called, it raises ``store.blob-missing``, ``store.blob-damaged``, ``reading.other-content``; only once it returned
    is what it wrote what the record names. ``desk.no-attachment`` at once.
    """
    from zhubi.expert.reading.unsealing import pour_unsealed

    attachment, _ = opened.attachment(blob)

    def pour(sink: Sink) -> None:
        with desk.store.blobs.open(blob) as ciphertext:
            try:
                pour_unsealed(
                    ciphertext,
                    sink,
                    opened.identity,
                    plain=attachment.plain,
                    plain_size=attachment.plain_size,
                )
            except ZhubiError:
                ciphertext.finish()  # a file spoilt here is a fault of its own: it is to come again
                raise
            ciphertext.finish()

    return pour


def _other(what: str) -> DeskError:
    return DeskError("desk.sealed-other", f"what was sealed is not what the record says: {what}", what=what)
