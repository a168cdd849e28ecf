"""What packets say: records on their way to the office, its answers, and drafts for one's other device."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from zhubi.core.model.sheet import Sheet
from zhubi.core.model.values import Digest, Frozen, Line, Uuid, Words
from zhubi.core.wire.messages import Compact, FeedItem, RecordResult, ReleaseAnswer, UploadAnswer

RECORDS_LIMIT: Final = 20_000

Cursor = Annotated[str, Field(pattern=r"^([0-9]{1,16}\.[0-9]{1,16})?$")]
Micros = Annotated[int, Field(ge=0, le=2**53)]
"""A moment: microseconds since 1970."""


class Submission(Frozen):
    """An expert's records that are not proven to have arrived; their evidence is among the packet's blobs.

    ``after`` is how far this device has read the feed, so that the answer need not repeat it. ``rests_on`` are the
    digests the records rely on.
    """

    after: Cursor = ""
    records: Annotated[tuple[Compact, ...], Field(max_length=RECORDS_LIMIT)] = ()
    rests_on: Annotated[tuple[Digest, ...], Field(max_length=RECORDS_LIMIT)] = ()


class CarriedUpload(Frozen):
    """How the office holds one piece of evidence."""

    digest: Digest
    answer: UploadAnswer


class Answers(Frozen):
    """What the office would have answered to one expert's devices, all under the checkpoint of the packet's head.

    ``items`` continue the feed behind ``after``, as far as ``next``. ``tiles`` are the log's, by path, as base64.
    ``results`` are of every record of this expert in rounds that have not ended, and of what came last.
    """

    tiles: dict[str, str] = Field(default_factory=dict)
    after: Cursor = ""
    next: Cursor = ""
    items: tuple[FeedItem, ...] = ()
    results: tuple[RecordResult, ...] = ()
    releases: tuple[ReleaseAnswer, ...] = ()
    rulebooks: tuple[str, ...] = ()
    uploads: tuple[CarriedUpload, ...] = ()


class CarriedDraft(Frozen):
    """A sheet that is not signed yet, with what it was begun on."""

    round: Uuid
    dossier: Uuid
    sheet: Sheet
    missing: Annotated[int, Field(ge=0)]
    score_text: Line
    saved_at: Micros
    begun_at: Micros
    rulebook: Digest
    version: Digest
    begun_as: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    corrects: Annotated[tuple[Digest, ...], Field(max_length=100)] = ()
    reason: Words = ""
    look_again: Annotated[tuple[Line, ...], Field(max_length=1000)] = ()


class CarriedNote(Frozen):
    """A note on a passage."""

    dossier: Uuid
    blob: Digest
    page: Annotated[int, Field(ge=0, le=1_000_000)]
    row: Annotated[int, Field(ge=0, le=10_000_000)]
    quotation: Words
    words: Words
    made_at: Micros
    changed_at: Micros


class CarriedEvidence(Frozen):
    """A piece of evidence that a draft's sheet names, its ciphertext among the packet's blobs."""

    round: Uuid
    dossier: Uuid
    digest: Digest
    plain: Digest
    plain_size: Annotated[int, Field(ge=0)]


class Drafts(Frozen):
    """What is typed and not signed, on its way to the same person's other device."""

    drafts: tuple[CarriedDraft, ...] = ()
    notes: tuple[CarriedNote, ...] = ()
    evidence: tuple[CarriedEvidence, ...] = ()
