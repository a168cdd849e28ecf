"""Taking dossiers in: sealed, and logged as records; all of an import, or nothing of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from zhubi.core.model.records import DossierBody, RecordType
from zhubi.core.trust.chance import uuid7
from zhubi.office.intake.folder import read_folder
from zhubi.office.intake.problems import Problems
from zhubi.office.intake.source import SourceDossier
from zhubi.office.intake.spreadsheet import read_spreadsheet
from zhubi.office.ledger.acts import Actor, compose
from zhubi.office.ledger.ledger import Reading, Stored
from zhubi.office.opening import Office
from zhubi.office.vault.papers import content_inside, papers_of
from zhubi.office.vault.sealing import Paper, SealedVersion, seal_version


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one dossier."""

    code: str
    dossier: str
    version: int
    outcome: Literal["new", "updated", "unchanged"]


def import_path(
    office: Office,
    actor: Actor,
    path: Path,
    *,
    attachments: Path | None = None,
    update: bool = False,
    now: datetime,
) -> tuple[Imported, ...]:
    """Import a folder of dossiers, or an xlsx list with its attachments' folder.

    A code that is known already makes a new version with ``update``, and is a problem without; what is the same as the
    newest version stays as it is. Raises ``IntakeRefused`` with every problem, and then nothing was imported.
    """
    listed = path.suffix.lower() in (".xlsx", ".xlsm")
    sources = read_spreadsheet(path, attachments) if listed else read_folder(path)
    return take_in(office, actor, sources, update=update, now=now)


def take_in(
    office: Office, actor: Actor, sources: Sequence[SourceDossier], *, update: bool = False, now: datetime
) -> tuple[Imported, ...]:
    """Seal and log dossiers that were read. Raises ``IntakeRefused``; the faults of the vault."""
    problems = Problems()
    with office.ledger.reading() as reading:
        known = {source.card.code: reading.dossier_by_code(source.card.code) for source in sources}
        same = {
            source.card.code: (before := known[source.card.code]) is not None
            and _is_same(office, reading, source, before)
            for source in sources
        }
    for source in sources:
        if known[source.card.code] is not None and not update and not same[source.card.code]:
            problems.add(source.card.code, "known-already", code=source.card.code)
    problems.raise_any()
    sealed = [
        (source, *_seal(office, source, known[source.card.code], now))
        for source in sources
        if not same[source.card.code]
    ]
    done = {source.card.code: (dossier, version) for source, dossier, version, _ in sealed}
    with office.ledger.writing() as writing:
        for source, dossier, version, made in sealed:
            before = known[source.card.code]
            carries = before.body.carries if before and isinstance(before.body, DossierBody) else ()
            body = DossierBody(
                version=version,
                card=source.card,
                card_digest=made.card_digest,
                manifest=made.manifest,
                manifest_digest=made.manifest_digest,
                set_up_on=source.content.set_up_on,
                carries=carries,
            )
            compact = compose(
                office.ledger, actor, RecordType.DOSSIER, body, subjects=(dossier,),
                supersedes=(before.digest,) if before else (),
                relies_on=tuple(each.conclusion for each in carries), now=now,
            )  # fmt: skip
            writing.append(compact)
    return tuple(_imported(source.card.code, known[source.card.code], done) for source in sources)


def _seal(
    office: Office, source: SourceDossier, before: Stored | None, now: datetime
) -> tuple[str, int, SealedVersion]:
    dossier = before.payload.subjects[0] if before else uuid7(now)
    body = before.body if before else None
    version = body.version + 1 if isinstance(body, DossierBody) else 1
    files = source.files
    carried = _carried(body)
    if carried and isinstance(body, DossierBody):
        with office.ledger.reading() as reading:
            _, kept = papers_of(office, reading, body, only=carried)
        files = (*(each for each in files if each.material not in carried), *kept)
    return dossier, version, seal_version(office, dossier, version, source.content, files)


def _imported(code: str, before: Stored | None, done: dict[str, tuple[str, int]]) -> Imported:
    if code in done:
        dossier, version = done[code]
        return Imported(code, dossier, version, "updated" if before else "new")
    assert before is not None and isinstance(before.body, DossierBody)
    return Imported(code, before.payload.subjects[0], before.body.version, "unchanged")


def _is_same(office: Office, reading: Reading, source: SourceDossier, stored: Stored) -> bool:
    body = stored.body
    assert isinstance(body, DossierBody)
    content = content_inside(office, reading, body)
    carried = _carried(body)
    said = source.content
    return (
        content.card == said.card
        and content.set_up_on == said.set_up_on
        and (content.sections, content.facts) == (said.sections, said.facts)
        and (content.budget, content.indicators) == (said.budget, said.indicators)
        and [
            (each.name, each.material, each.title, each.plain)
            for each in content.attachments
            if each.material not in carried
        ]
        == [
            (each.name, each.material, each.title, _digest(each.path))
            for each in source.files
            if each.material not in carried
        ]
    )


def _carried(body: object) -> frozenset[str]:
    """The kinds of paper that the conclusions of earlier rounds stand for: only their chairs change those."""
    return frozenset(each.material for each in body.carries) if isinstance(body, DossierBody) else frozenset()


def _digest(path: Paper) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            found.update(piece)
    return found.hexdigest()
