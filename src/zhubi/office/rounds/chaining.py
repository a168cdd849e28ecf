"""Chained rounds: the conclusion that counts in one round enters the next as a paper, pinned to the signed record."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from zhubi.core.model.chains import CarriedConclusion
from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import DossierBody, Record, RecordType, RoundBody
from zhubi.core.rules.lifecycle import RoundView
from zhubi.office.ledger.acts import Actor, compose
from zhubi.office.ledger.ledger import Reading, Stored
from zhubi.office.opening import Office
from zhubi.office.rounds.conclusionpaper import conclusion_papers
from zhubi.office.rounds.conclusions import counting
from zhubi.office.rounds.errors import RoundsError
from zhubi.office.rounds.standing import dossiers_of, form_of, newest_dossier, people_of, seats_of, view_of
from zhubi.office.rounds.windows import place_of
from zhubi.office.vault.papers import papers_of
from zhubi.office.vault.sealing import seal_version


@dataclass(frozen=True, slots=True)
class Chained:
    """What became of one project: a new version with the conclusion, or the version that has it already."""

    code: str
    version: int
    outcome: Literal["new", "unchanged"]


def chain(
    office: Office,
    actor: Actor,
    before: str,
    after: str,
    dossiers: Collection[str] = (),
    *,
    material: str | None = None,
    now: datetime,
) -> tuple[Chained, ...]:
    """Brings the counting conclusions of round ``before`` into round ``after``; all that are named, or none.

    Without ``dossiers``, of every project that is in both. The same again changes nothing; a corrected conclusion makes
    another version. Raises ``RoundsError`` rounds.same-round, rounds.ended, rounds.no-place-for-conclusion,
    rounds.nothing-in-both, rounds.not-in-both, rounds.no-conclusion, rounds.conclusion-disputed.
    """
    if before == after:
        raise RoundsError("rounds.same-round", "a round does not follow itself")
    with office.ledger.reading() as reading:
        view_of(reading, before)
        view = view_of(reading, after)
        if view.ended:
            raise RoundsError("rounds.ended", "the round has ended", round=view.title)
        place = _place(reading, before, view, material)
        both = _in_both(reading, before, after)
        for dossier in dossiers:
            if dossier not in both:
                raise RoundsError(
                    "rounds.not-in-both", "the project is not in both", code=_code(reading, dossier)
                )
        if not both:
            raise RoundsError("rounds.nothing-in-both", "no project is in both rounds")
        wanted = [
            (dossier, _counting(reading, before, dossier))
            for dossier in both
            if dossier in dossiers or not dossiers
        ]
    return tuple(_carry(office, actor, dossier, found, place, now) for dossier, found in wanted)


def chain_following(office: Office, conclusion: Record, now: datetime) -> None:
    """Brings a conclusion that has just arrived into the live rounds that were declared to follow its round.

    What keeps it out of one of them (two conclusions that contradict each other; blobs out of reach) is no fault of
    whoever brought the conclusion: ``chain`` makes up for it, and says what it was.
    """
    before, dossier = conclusion.payload.round, conclusion.payload.subjects[0]
    with office.ledger.reading() as reading:
        following = [
            (each.payload.round, each.body.follows.material)
            for each in reading.by_type(RecordType.ROUND)
            if isinstance(each.body, RoundBody) and each.body.follows and each.body.follows.round == before
        ]
    for after, material in following:
        if before and after:
            with suppress(ZhubiError):
                chain(office, office.service, before, after, (dossier,), material=material, now=now)


def _place(reading: Reading, before: str, view: RoundView, material: str | None) -> str:
    opened = reading.by_type(RecordType.ROUND, round=view.round)[0].body
    assert isinstance(opened, RoundBody)
    if material is None and opened.follows and opened.follows.round == before:
        return opened.follows.material
    return place_of(form_of(reading, view), material)


def _in_both(reading: Reading, before: str, after: str) -> list[str]:
    earlier = set(dossiers_of(seats_of(reading, before)))
    return [
        dossier
        for dossier in dossiers_of(seats_of(reading, after))
        if dossier in earlier and people_of(seats_of(reading, after, dossier))
    ]


def _counting(reading: Reading, before: str, dossier: str) -> Stored:
    found = counting(reading, before, dossier)
    if found.disputed:
        raise RoundsError(
            "rounds.conclusion-disputed", "two conclusions stand side by side", code=_code(reading, dossier)
        )
    stored = reading.record(found.one.digest) if found.one else None
    if stored is None:
        raise RoundsError(
            "rounds.no-conclusion", "the project has no conclusion yet", code=_code(reading, dossier)
        )
    return stored


def _carry(
    office: Office, actor: Actor, dossier: str, conclusion: Stored, material: str, now: datetime
) -> Chained:
    round_id = conclusion.payload.round or ""
    carried = CarriedConclusion(round=round_id, conclusion=conclusion.digest, material=material)
    with office.ledger.reading() as reading:
        newest = newest_dossier(reading, dossier)
        body = newest.body
        assert isinstance(body, DossierBody)
        if carried in body.carries:
            return Chained(body.card.code, body.version, "unchanged")
        content, files = papers_of(office, reading, body, without={material})
        papers = conclusion_papers(office, reading, conclusion, material)
    made = seal_version(office, dossier, body.version + 1, content, (*files, *papers))
    carries = (*(each for each in body.carries if each.material != material), carried)
    said = DossierBody(
        version=body.version + 1, card=body.card, card_digest=made.card_digest, manifest=made.manifest,
        manifest_digest=made.manifest_digest, set_up_on=body.set_up_on, carries=carries,
    )  # fmt: skip
    with office.ledger.writing() as writing:
        writing.append(
            compose(
                office.ledger, actor, RecordType.DOSSIER, said, subjects=(dossier,),
                supersedes=(newest.digest,), relies_on=tuple(each.conclusion for each in carries), now=now,
            )
        )  # fmt: skip
    return Chained(body.card.code, said.version, "new")


def _code(reading: Reading, dossier: str) -> str:
    body = newest_dossier(reading, dossier).body
    assert isinstance(body, DossierBody)
    return body.card.code
