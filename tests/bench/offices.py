"""Offices of any size, made through the office's own doors, served by a process of their own."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from settings import Settings

if TYPE_CHECKING:
    from zhubi.office.opening import Office
    from zhubi.office.vault.sealing import SourceFile

POLICY, KIND = "zhejiang-2023", "zj.project-appraisal"
ROLE = "technical"
_TOGETHER = 500
_WORDS = "面向区域产业需求，研究关键共性技术，建成示范应用并形成标准。"


@dataclass(frozen=True, slots=True)
class Wanted:
    """How large: projects, spread over rounds, each with so many attachments of so many bytes."""

    projects: int
    rounds: int = 1
    attachments: int = 0
    attachment_bytes: int = 0
    text_characters: int = 200
    paper: Path | None = None
    """A PDF that every project has, in place of attachments of no meaning."""


@dataclass(frozen=True, slots=True)
class Made:
    """An office on disk: where, and the rounds in it with their projects' dossiers in order."""

    directory: Path
    rounds: dict[str, list[str]]

    def open(self, url: str = "http://127.0.0.1") -> Office:
        """The office itself, in this process."""
        from zhubi.office.opening import open_office

        return open_office(self.directory, url=url)

    def person(self) -> str:
        """The expert who has all the seats."""
        return str(json.loads((self.directory / "made.json").read_text())["person"])


def make_office(settings: Settings, name: str, wanted: Wanted) -> Made:
    """The office of that name in ``settings.place``: the one that is there, or a new one with everything assigned."""
    from zhubi.core.rules.compile import shipped
    from zhubi.core.trust.canonical import digest_of
    from zhubi.office.access.invitations import invite
    from zhubi.office.opening import create_office

    directory = settings.place / f"office-{name}-{wanted.projects}"
    told = directory / "made.json"
    rulebook = digest_of(shipped(POLICY).model_dump(mode="json"))
    if told.exists() and json.loads(told.read_text())["rulebook"] == rulebook:
        return Made(directory, json.loads(told.read_text())["rounds"])
    # One made by an older version pins rules that this one may read differently.
    shutil.rmtree(directory, ignore_errors=True)
    office = create_office(directory, organiser="测量用评审中心", manager_name="王敏", url="http://127.0.0.1")
    try:
        manager = office.staff()
        person = invite(office, manager, name="测量专家", unit="测量大学", now=office.clock()).person
        dossiers = _bring(office, wanted, directory)
        rounds = _assign(office, wanted, dossiers, person)
    finally:
        office.close()
    told.write_text(json.dumps({"person": person, "rounds": rounds, "rulebook": rulebook}))
    return Made(directory, rounds)


def _bring(office: Office, wanted: Wanted, directory: Path) -> list[str]:
    """Seals the projects and logs their dossiers, many in one turn of the log."""
    from zhubi.core.trust.chance import uuid7

    dossiers = [uuid7(office.clock()) for _ in range(wanted.projects)]
    files = _attachments(wanted, directory)
    for start in range(0, len(dossiers), _TOGETHER):
        records = [
            seal_project(office, dossier, start + place, files=files, characters=wanted.text_characters)
            for place, dossier in enumerate(dossiers[start : start + _TOGETHER], 1)
        ]
        with office.ledger.writing() as writing:
            for record in records:
                writing.append(record)
    return dossiers


def seal_project(
    office: Office,
    dossier: str,
    number: int,
    *,
    version: int = 1,
    files: tuple[SourceFile, ...] = (),
    characters: int = 200,
) -> str:
    """A sealed version of a project, and the signed record that says so, not yet logged."""
    from zhubi.core.model.dossier import BudgetLine, Card, Fact, Person, Section, Unit
    from zhubi.core.model.records import DossierBody, RecordType
    from zhubi.office.ledger.acts import compose
    from zhubi.office.vault.sealing import SourceContent, seal_version

    text = (_WORDS * (characters // len(_WORDS) + 1))[:characters]
    content = SourceContent(
        card=Card(
            code=f"BM{number:06}",
            title=f"第{number}号测量项目{'（更新）' * (version > 1)}",
            units=(Unit(name=f"第{number % 97}研究所", part="lead"), Unit(name="某合作企业", part="partner")),
            people=(Person(name="负责人", unit=f"第{number % 97}研究所", part="leader"),),
            summary=text[:200],
        ),
        sections=(Section(id="body", heading="一、研究内容", text=text),),
        facts=(Fact(name="total_budget", value=12_000_000),),
        budget=(BudgetLine(id="equipment", subject="设备费", total=3_000_000, fiscal=1_000_000),),
    )
    sealed = seal_version(office, dossier, version, content, files)
    body = DossierBody(
        version=version, card=content.card, card_digest=sealed.card_digest,
        manifest=sealed.manifest, manifest_digest=sealed.manifest_digest,
    )  # fmt: skip
    return compose(
        office.ledger, office.staff(), RecordType.DOSSIER, body, subjects=(dossier,), now=office.clock()
    )


def _attachments(wanted: Wanted, directory: Path) -> tuple[SourceFile, ...]:
    from zhubi.office.vault.sealing import SourceFile

    if wanted.paper is not None:
        return (SourceFile(wanted.paper, "长文.pdf", "application/pdf"),)
    if not wanted.attachments:
        return ()
    paper = directory / "paper.bin"
    paper.write_bytes(bytes(place % 251 for place in range(wanted.attachment_bytes)))
    return tuple(
        SourceFile(paper, f"附件{number}.bin", "application/octet-stream")
        for number in range(wanted.attachments)
    )


def _assign(office: Office, wanted: Wanted, dossiers: list[str], person: str) -> dict[str, list[str]]:
    from zhubi.core.rules.compile import shipped
    from zhubi.office.rounds.seats import Seat, assign
    from zhubi.office.rounds.windows import open_round

    manager, now = office.staff(), office.clock()
    rounds: dict[str, list[str]] = {}
    for number in range(wanted.rounds):
        round_id = open_round(
            office, manager, title=f"测量场次{number + 1}", policy=shipped(POLICY), kind=KIND,
            opens_at=now, closes_at=now + timedelta(days=10 + number), now=now,
        )  # fmt: skip
        rounds[round_id] = dossiers[number :: wanted.rounds]
        for order, dossier in enumerate(rounds[round_id], 1):
            assign(office, manager, round_id, dossier, [Seat(person, ROLE, order=order)], now=now)
    return rounds
