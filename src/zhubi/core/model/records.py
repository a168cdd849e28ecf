"""Everything said is a signed record: the payload they share, and the body of each type."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final, Literal, cast

from pydantic import Field

from zhubi.core.model.chains import CarriedConclusion, Follows
from zhubi.core.model.dossier import Card, Manifest
from zhubi.core.model.sheet import Finding, Sheet
from zhubi.core.model.values import (
    Day,
    Digest,
    Frozen,
    Instant,
    Line,
    Nonce,
    PublicKey,
    Recipient,
    Slug,
    Thumbprint,
    Uuid,
    Words,
)


class RecordType(StrEnum):
    """What kind of act a record is."""

    COMMITMENT = "commitment"
    DECLARATION = "declaration"
    REVIEW = "review"
    ATTENDANCE = "attendance"
    CONTACT_REPORT = "contact-report"
    PURGE = "purge"
    CONCLUSION = "conclusion"
    STAFF_KEY = "staff-key"
    INVITATION = "invitation"
    ENROLMENT = "enrolment"
    REVOCATION = "revocation"
    ROUND = "round"
    ROUND_CHANGE = "round-change"
    DOSSIER = "dossier"
    ASSIGNMENT = "assignment"
    CHAIR = "chair"
    KEY_RELEASE = "key-release"
    ACCEPTANCE = "acceptance"
    REFUSAL = "refusal"
    DECISION = "decision"
    RETURN = "return"


EXPERT_TYPES: Final = frozenset(
    {
        RecordType.COMMITMENT,
        RecordType.DECLARATION,
        RecordType.REVIEW,
        RecordType.ATTENDANCE,
        RecordType.PURGE,
        RecordType.CONCLUSION,
    }
)
"""What experts say to the office; a conclusion the one of them who chairs.

A contact report is not among them: it is an expert's word too, and reaches the office only as a sealed letter.
"""
HEADED_TYPES: Final = frozenset(
    {
        RecordType.COMMITMENT,
        RecordType.DECLARATION,
        RecordType.REVIEW,
        RecordType.ATTENDANCE,
        RecordType.CONCLUSION,
    }
)
"""Types of which only the head counts, by author, round and subjects; every other type accumulates."""

Author = Annotated[Line, Field(min_length=1, max_length=80)]
"""A person's id, ``root``, or ``service:NAME``: whose act it is. Which key may sign for them, the registry knows."""


class Seen(Frozen):
    """The newest cosigned checkpoint the author knew: a lower bound in time, nothing more. ``time`` in Unix seconds."""

    size: Annotated[int, Field(ge=0)]
    root: Digest
    time: Annotated[int, Field(ge=0)]


class Payload(Frozen):
    """What a record says, before its body."""

    origin: Line
    type: RecordType
    id: Uuid
    round: Uuid | None = None
    subjects: Annotated[tuple[Uuid, ...], Field(max_length=1000)] = ()
    author: Author
    made_at: Instant
    seen: Seen | None = None
    supersedes: Annotated[tuple[Digest, ...], Field(max_length=100)] = ()
    relies_on: Annotated[tuple[Digest, ...], Field(max_length=100)] = ()
    nonce: Nonce
    body: dict[str, Any]


class StaffKeyBody(Frozen):
    """A key of the office, certified by the root: of a person on its staff, or of a service that acts for nobody."""

    person: Author
    name: Line
    role: Literal["manager", "secretary", "inspector", "auditor", "service"]
    signing: PublicKey
    sealing: Recipient | None = None


class InvitationBody(Frozen):
    """An expert is asked to enrol one device; the code itself stays between the office and the expert."""

    person: Uuid
    name: Line
    unit: Line = ""
    code_hash: Digest
    expires_at: Instant
    again: bool = False
    """Whether this re-invites a person whose device was lost or whose PIN was forgotten: seen by everyone entitled."""


class EnrolmentBody(Frozen):
    """An expert's device and its three keys; possession is proven by each signing key over the same statement."""

    invitation: Digest
    person: Uuid
    name: Line
    unit: Line = ""
    device: Line = ""
    signing: PublicKey
    transport: PublicKey
    sealing: Recipient
    signing_proof: str
    transport_proof: str
    vouched_by: str | None = None
    """The same statement signed by a device enrolled before, where the person has one at hand."""


class RevocationBody(Frozen):
    """A key acts no more, from this record's place in the log."""

    person: Author
    kid: Thumbprint
    reason: Words


class RoundBody(Frozen):
    """One run of a review kind under one pinned rulebook."""

    title: Line
    kind: Slug
    rulebook: Digest
    overrides: dict[str, Any] = Field(default_factory=dict)
    opens_at: Instant
    closes_at: Instant
    organiser: Line
    follows: Annotated[Follows | None, Field(exclude_if=lambda round: round is None)] = None


class RoundChangeBody(Frozen):
    """What became of a round: its dates or rules amended, extended, closed now, or ended (purging may begin)."""

    change: Literal["amend", "extend", "close", "end"]
    closes_at: Instant | None = None
    rulebook: Digest | None = None
    overrides: dict[str, Any] | None = None
    title: Line | None = None
    reason: Words = ""


class DossierBody(Frozen):
    """One version of a dossier: its card in clear to those entitled, its content sealed.

    A version that ``carries`` the conclusion of a round is no material of that round: its members work on the ones
    before.
    """

    version: Annotated[int, Field(ge=1)]
    card: Card
    card_digest: Digest
    manifest: Manifest
    manifest_digest: Digest
    set_up_on: Day | None = None
    carries: Annotated[
        tuple[CarriedConclusion, ...], Field(max_length=20, exclude_if=lambda carried: not carried)
    ] = ()


class AssignmentBody(Frozen):
    """One expert, one dossier, one round; or the end of that: replaced, or the project withdrawn (no person)."""

    action: Literal["assign", "replace", "withdraw"]
    person: Uuid | None = None
    role: Slug = "technical"
    seat: Slug | None = None
    """The seat that the policy itself gives (``list-owner``, ``joint-unit``…), disclosed; None for an ordinary seat."""
    tags: tuple[Slug, ...] = ()
    order: Annotated[int, Field(ge=0, le=100_000)] = 0
    reason: Words = ""


class ChairBody(Frozen):
    """Who chairs the panel of a round."""

    person: Uuid


class KeyReleaseBody(Frozen):
    """The key of one dossier version, sealed to one device of one expert."""

    person: Uuid
    device: Thumbprint
    dossier: Digest
    manifest_digest: Digest
    sealed: Annotated[str, Field(max_length=4096)]
    """The version's age identity, sealed to the device's sealing key, base64."""


class AcceptanceBody(Frozen):
    """Received intact: the record's digest, and the SHA-256 of the payload rebuilt from what the office stored.

    ``evidence``: a sealed file that a logged record names, whole; both digests are then the file's own.
    """

    record: Digest
    payload_sha256: Digest
    evidence: Annotated[bool, Field(exclude_if=lambda sealed: not sealed)] = False


class RefusalBody(Frozen):
    """Not accepted, and why: ``kind`` names the sentence, ``details`` fill it."""

    record: Digest
    person: Author
    kind: Slug
    details: Annotated[dict[Line, Line], Field(max_length=20, default_factory=dict)]


class DecisionBody(Frozen):
    """The organiser decides: on a declaration that asks, or on a review that came late."""

    about: Digest
    person: Uuid
    matter: Literal["declaration", "late"]
    granted: bool
    words: Words = ""


class ReturnBody(Frozen):
    """A review is given back to be mended; it counts until it is superseded."""

    review: Digest
    person: Uuid
    words: Words
    due_at: Instant | None = None


class CommitmentBody(Frozen):
    """The commitments of a round, as one document with one signature."""

    documents: Annotated[tuple[Slug, ...], Field(min_length=1, max_length=20)]
    text_digest: Digest
    name: Line


class Relation(Frozen):
    """A relation to a unit or person of the card, of a kind the rulebook names."""

    kind: Slug
    with_whom: Line = ""
    until: Day | None = None
    words: Words = ""


class DeclarationOutcome(StrEnum):
    """What an expert declares about one dossier."""

    CLEAR = "clear"  # 无应回避
    RECUSE = "recuse"  # 应回避
    EXPLAIN = "explain"  # 有情况需说明
    POLICY_SEAT = "policy-seat"  # 依条款参加
    DECLINE = "decline"  # 无法承担


class DeclarationBody(Frozen):
    """The declaration on one dossier, over the card that was shown."""

    outcome: DeclarationOutcome
    card_digest: Digest
    seat: Slug | None = None
    relations: Annotated[tuple[Relation, ...], Field(max_length=30)] = ()
    words: Words = ""


class ReviewBody(Frozen):
    """An expert's signed sheet on one version of one dossier under one rulebook."""

    dossier: Digest
    manifest_digest: Digest
    rulebook: Digest
    kind: Slug
    role: Slug
    sheet: Sheet
    reason: Words = ""
    """Why a correction was made; empty for the first review."""


class AttendanceBody(Frozen):
    """签到: the author takes part in reviewing the subjects, there or from afar. ``at`` is a claim, like ``made_at``.

    Those who signed in on a project see one another's, words and all.
    """

    mode: Literal["site", "meeting", "remote"]
    at: Instant
    words: Words = ""


class ConclusionBody(Frozen):
    """What the panel says of one version of one dossier (专家组意见), signed by its chair.

    ``reviews`` are the members' reviews that were considered: who signed them was present. ``conclusion`` None: the
    text does not cover the case, and the words alone speak.
    """

    dossier: Digest
    manifest_digest: Digest
    rulebook: Digest
    kind: Slug
    findings: Annotated[tuple[Finding, ...], Field(max_length=200)] = ()
    conclusion: Slug | None = None
    words: Words = ""
    problems: Words = ""
    """What is left to mend or to look into (存在问题与建议)."""
    reviews: Annotated[tuple[Digest, ...], Field(max_length=200)] = ()
    reason: Words = ""
    """Why a correction was made; empty for the first one."""


class ContactReportBody(Frozen):
    """请托情况报告: who approached the author about a review, when and how, and what they asked or offered.

    It is signed like every record, and never logged as one: it travels sealed to the inspectors, as a letter.
    """

    who: Annotated[Line, Field(min_length=1)]
    when: Line = ""
    how: Line = ""
    project: Line = ""
    """Which project or round it was about, as the author calls it; empty where they do not say."""
    asked: Annotated[Words, Field(min_length=1, max_length=8000)]
    gift: Annotated[Words, Field(max_length=2000)] = ""
    """What was offered or given, and what became of it; empty for nothing."""
    words: Words = ""


class PurgeBody(Frozen):
    """A round's material is gone from one device; what could not be reached is said elsewhere, in words."""

    device: Thumbprint
    dossiers: Annotated[int, Field(ge=0)]
    blobs: Annotated[int, Field(ge=0)]
    kept: Annotated[int, Field(ge=0)] = 0
    """How many dossiers stay because another live round needs them."""


Body = (
    StaffKeyBody
    | InvitationBody
    | EnrolmentBody
    | RevocationBody
    | RoundBody
    | RoundChangeBody
    | DossierBody
    | AssignmentBody
    | ChairBody
    | KeyReleaseBody
    | AcceptanceBody
    | RefusalBody
    | DecisionBody
    | ReturnBody
    | CommitmentBody
    | DeclarationBody
    | ReviewBody
    | AttendanceBody
    | ConclusionBody
    | ContactReportBody
    | PurgeBody
)

BODIES: Final[dict[RecordType, type[Frozen]]] = {
    RecordType.STAFF_KEY: StaffKeyBody,
    RecordType.INVITATION: InvitationBody,
    RecordType.ENROLMENT: EnrolmentBody,
    RecordType.REVOCATION: RevocationBody,
    RecordType.ROUND: RoundBody,
    RecordType.ROUND_CHANGE: RoundChangeBody,
    RecordType.DOSSIER: DossierBody,
    RecordType.ASSIGNMENT: AssignmentBody,
    RecordType.CHAIR: ChairBody,
    RecordType.KEY_RELEASE: KeyReleaseBody,
    RecordType.ACCEPTANCE: AcceptanceBody,
    RecordType.REFUSAL: RefusalBody,
    RecordType.DECISION: DecisionBody,
    RecordType.RETURN: ReturnBody,
    RecordType.COMMITMENT: CommitmentBody,
    RecordType.DECLARATION: DeclarationBody,
    RecordType.REVIEW: ReviewBody,
    RecordType.ATTENDANCE: AttendanceBody,
    RecordType.CONCLUSION: ConclusionBody,
    RecordType.CONTACT_REPORT: ContactReportBody,
    RecordType.PURGE: PurgeBody,
}


class Record(Frozen):
    """A record whose signature was checked: its name, who signed, what it says. ``index`` is its place in the log."""

    digest: Digest
    kid: Thumbprint
    payload: Payload
    body: Body = Field(union_mode="left_to_right")
    index: int | None = None

    @property
    def type(self) -> RecordType:
        """What kind of act this is."""
        return self.payload.type


def parse_record(digest: str, kid: str, payload: dict[str, Any], index: int | None = None) -> Record:
    """The typed record of a verified payload; raises pydantic's ``ValidationError`` where it says what it must not."""
    head = Payload.model_validate(payload)
    body = cast("Body", BODIES[head.type].model_validate(head.body))
    return Record.model_construct(digest=digest, kid=kid, payload=head, body=body, index=index)
