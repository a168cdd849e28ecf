"""The other members of the demo's panels: real keys, real records, sent through the same doors as anyone's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import (
    CommitmentBody,
    ConclusionBody,
    DeclarationBody,
    DeclarationOutcome,
    DossierBody,
    RecordType,
    ReviewBody,
)
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.sheet import FactReading
from zhubi.core.model.values import Frozen
from zhubi.core.rules.checks import check_results, checks_seen
from zhubi.core.rules.lifecycle import RoundView
from zhubi.core.rules.scoring import total
from zhubi.core.trust.canonical import digest_of
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.possession import prove, statement
from zhubi.core.trust.sealing import SealingKey
from zhubi.core.wire.messages import EnrolmentRequest
from zhubi.demo.story import ToldConclusion, ToldReview
from zhubi.office.access.enrolment import enrol
from zhubi.office.access.invitations import invite
from zhubi.office.ledger.acts import Actor, compose
from zhubi.office.ledger.ledger import Stored
from zhubi.office.opening import Office
from zhubi.office.rounds.reception import receive
from zhubi.office.rounds.standing import content_of, form_of, newest_dossier, view_of
from zhubi.office.vault.release import release


@dataclass(frozen=True, slots=True)
class Colleague:
    """An enrolled member of a panel whose device is this process, for as long as the demo is being made."""

    person: str
    name: str
    key: SigningKey

    @property
    def actor(self) -> Actor:
        """The colleague as the author of records."""
        return Actor(self.person, self.key)


def enrol_colleague(office: Office, manager: Actor, name: str, unit: str, now: datetime) -> Colleague:
    """Invite a colleague and enrol a device of theirs."""
    invitation = invite(office, manager, name=name, unit=unit, now=now)
    signing, transport, sealing = SigningKey.generate(), SigningKey.generate(), SealingKey.generate()
    said = statement(
        origin=office.ledger.origin, invitation=invitation.record, person=invitation.person,
        signing=signing.public, transport=transport.public, sealing=sealing.recipient,
    )  # fmt: skip
    request = EnrolmentRequest(
        code=invitation.code, person=invitation.person, name=name, unit=unit, device="demo",
        signing=signing.public, transport=transport.public, sealing=sealing.recipient,
        signing_proof=prove(said, signing), transport_proof=prove(said, transport),
    )  # fmt: skip
    enrol(office, request, now=now)
    return Colleague(invitation.person, name, signing)


def review_all(
    office: Office, colleague: Colleague, round_id: str, told: dict[str, ToldReview], now: datetime
) -> int:
    """Commit, declare, open and review: ``told`` by dossier id. Gives how many reviews the office logged."""
    with office.ledger.reading() as reading:
        view = view_of(reading, round_id)
        form = form_of(reading, view)
        dossiers = {dossier: newest_dossier(reading, dossier) for dossier in told}
    _send(office, colleague, [_commitment(office, colleague, view, form, now)], now)
    declarations = [
        _say(
            office, colleague, RecordType.DECLARATION, view, dossier,
            DeclarationBody(outcome=DeclarationOutcome.CLEAR, card_digest=_dossier(stored).card_digest), now,
        )
        for dossier, stored in dossiers.items()
    ]  # fmt: skip
    _send(office, colleague, declarations, now)
    with office.ledger.writing() as writing:
        for dossier in told:
            release(office, writing, colleague.person, colleague.key.kid, dossier, round_id, now)
    reviews = list(_reviews(office, colleague, view, form, dossiers, told, now))
    _send(office, colleague, reviews, now)
    return len(reviews)


def conclude(
    office: Office, chair: Colleague, round_id: str, dossier: str, told: ToldConclusion, now: datetime
) -> None:
    """Sign the panel's conclusion on the reviews that the office has."""
    with office.ledger.reading() as reading:
        view = view_of(reading, round_id)
        stored = newest_dossier(reading, dossier)
        reviews = reading.by_type(RecordType.REVIEW, round=round_id, subject=dossier)
        named = reading.by_type(RecordType.CHAIR, round=round_id)[-1]
    body = ConclusionBody(
        dossier=stored.digest,
        manifest_digest=_dossier(stored).manifest_digest,
        rulebook=view.rulebook,
        kind=view.kind,
        findings=told.findings,
        conclusion=told.chosen,
        words=told.words.strip(),
        problems=told.problems.strip(),
        reviews=tuple(sorted(each.digest for each in reviews)),
    )
    compact = compose(
        office.ledger, chair.actor, RecordType.CONCLUSION, body, round=round_id, subjects=(dossier,),
        relies_on=(view.record, view.rulebook, body.dossier, body.manifest_digest, named.digest), now=now,
    )  # fmt: skip
    _send(office, chair, [compact], now)


def _reviews(
    office: Office,
    colleague: Colleague,
    view: RoundView,
    form: ReviewKind,
    dossiers: dict[str, Stored],
    told: dict[str, ToldReview],
    now: datetime,
) -> Iterator[str]:
    from zhubi.office.rounds.standing import standing

    for dossier, stored in dossiers.items():
        with office.ledger.reading() as reading:
            seat = standing(reading, view, dossier, colleague.person, now)
            content = content_of(office, reading, stored)
        assert seat is not None
        facts = content.facts_by_name()
        sheet = told[dossier].sheet()
        sheet = sheet.model_copy(
            update={
                "facts": tuple(
                    FactReading(fact=each.id, value=facts.get(each.id), confirmed=each.id in facts)
                    for each in form.facts
                    if each.id in facts
                )
            }
        )
        results = check_results(
            form, facts, sheet, materials=content.materials(), role=seat.role, budget=content.budget
        )
        sheet = sheet.model_copy(
            update={"checks": checks_seen(results), "total": total(form, sheet, seat.role)}
        )
        body = ReviewBody(
            dossier=stored.digest,
            manifest_digest=_dossier(stored).manifest_digest,
            rulebook=view.rulebook,
            kind=view.kind,
            role=seat.role,
            sheet=sheet,
        )
        yield _say(office, colleague, RecordType.REVIEW, view, dossier, body, now)


def _commitment(
    office: Office, colleague: Colleague, view: RoundView, form: ReviewKind, now: datetime
) -> str:
    body = CommitmentBody(
        documents=tuple(each.id for each in form.commitments),
        text_digest=digest_of([each.model_dump(mode="json") for each in form.commitments]),
        name=colleague.name,
    )
    return compose(
        office.ledger, colleague.actor, RecordType.COMMITMENT, body,
        round=view.round, relies_on=(view.record, view.rulebook, body.text_digest), now=now,
    )  # fmt: skip


def _say(
    office: Office,
    colleague: Colleague,
    kind: RecordType,
    view: RoundView,
    dossier: str,
    body: Frozen,
    now: datetime,
) -> str:
    return compose(
        office.ledger, colleague.actor, kind, body,
        round=view.round, subjects=(dossier,), relies_on=(view.record,), now=now,
    )  # fmt: skip


def _send(office: Office, colleague: Colleague, compacts: list[str], now: datetime) -> None:
    answer = receive(office, compacts, colleague.person, now=now)
    for result in answer.results:
        if result.status != "logged":
            raise ZhubiError(
                result.kind or "demo.not-logged",
                f"{colleague.name}: {result.kind} {result.details}",
                **result.details,
            )


def _dossier(stored: Stored) -> DossierBody:
    assert isinstance(stored.body, DossierBody)
    return stored.body
