"""An office for every test, on each database, with a clock that the test moves."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from zhubi.core.model.dossier import Card, Fact, Section, Unit
from zhubi.core.model.records import (
    AssignmentBody,
    CommitmentBody,
    DeclarationBody,
    DeclarationOutcome,
    DossierBody,
    EnrolmentBody,
    InvitationBody,
    RecordType,
    RoundBody,
)
from zhubi.core.model.values import Frozen, instant
from zhubi.core.trust.chance import uuid7
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.possession import prove, statement
from zhubi.core.trust.sealing import SealingKey
from zhubi.office.ledger.acts import Actor, compose
from zhubi.office.ledger.ledger import Stored
from zhubi.office.opening import Office, create_office
from zhubi.office.vault.sealing import SourceContent, SourceFile, seal_version


class SteppingClock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_time(self, **amount: float) -> datetime:
        self.now += timedelta(**amount)
        return self.now


@dataclass(frozen=True)
class Expert:
    """An enrolled expert with one device's keys."""

    person: str
    name: str
    signing: SigningKey
    transport: SigningKey
    sealing: SealingKey
    enrolment: Stored

    @property
    def actor(self) -> Actor:
        return Actor(self.person, self.signing)


@dataclass
class House:
    """Short ways to say in a test what staff and experts do, straight through the ledger."""

    office: Office
    dossiers: dict[str, Stored] = field(default_factory=dict)

    def say(self, actor: Actor, kind: RecordType, body: Frozen, **about: Any) -> str:
        return compose(self.office.ledger, actor, kind, body, now=self.office.clock(), **about)

    def log(self, actor: Actor, kind: RecordType, body: Frozen, **about: Any) -> Stored:
        compact = self.say(actor, kind, body, **about)
        with self.office.ledger.writing() as writing:
            digest = writing.append(compact).digest
        with self.office.ledger.reading() as reading:
            stored = reading.record(digest)
        assert stored is not None
        return stored

    def enrol(self, name: str, *, person: str | None = None, unit: str = "") -> Expert:
        person = person or uuid7(self.office.clock())
        invitation = self.log(
            self.office.staff(),
            RecordType.INVITATION,
            InvitationBody(
                person=person,
                name=name,
                unit=unit,
                code_hash="0" * 64,
                expires_at=instant(self.office.clock() + timedelta(days=7)),
            ),
        )
        signing, transport, sealing = SigningKey.generate(), SigningKey.generate(), SealingKey.generate()
        said = statement(
            origin=self.office.ledger.origin,
            invitation=invitation.digest,
            person=person,
            signing=signing.public,
            transport=transport.public,
            sealing=sealing.recipient,
        )
        enrolment = self.log(
            self.office.service,
            RecordType.ENROLMENT,
            EnrolmentBody(
                invitation=invitation.digest,
                person=person,
                name=name,
                unit=unit,
                signing=signing.public,
                transport=transport.public,
                sealing=sealing.recipient,
                signing_proof=prove(said, signing),
                transport_proof=prove(said, transport),
            ),
        )
        return Expert(person, name, signing, transport, sealing, enrolment)

    def open_round(self, title: str = "立项评审", *, days: float = 5) -> str:
        name = uuid7(self.office.clock())
        now = self.office.clock()
        body = RoundBody(
            title=title,
            kind="zj.project-appraisal",
            rulebook="a" * 64,
            opens_at=instant(now),
            closes_at=instant(now + timedelta(days=days)),
            organiser="组织方",
        )
        self.log(self.office.staff(), RecordType.ROUND, body, round=name)
        return name

    def bring(
        self, code: str, *, dossier: str | None = None, text: str = "正文", files: tuple[SourceFile, ...] = ()
    ) -> str:
        """Seals and logs a dossier, or its next version; the version before is in ``dossiers``."""
        dossier = dossier or uuid7(self.office.clock())
        older = self.dossiers.get(dossier)
        version = older.body.version + 1 if older is not None and isinstance(older.body, DossierBody) else 1
        content = SourceContent(
            card=Card(code=code, title=f"项目{code}", units=(Unit(name="某单位", part="lead"),)),
            sections=(Section(id="background", heading="一、背景", text=text),),
            facts=(Fact(name="total_budget", value=12_000_000),),
        )
        sealed = seal_version(self.office, dossier, version, content, files)
        self.dossiers[dossier] = self.log(
            self.office.staff(),
            RecordType.DOSSIER,
            DossierBody(
                version=version,
                card=content.card,
                card_digest=sealed.card_digest,
                manifest=sealed.manifest,
                manifest_digest=sealed.manifest_digest,
            ),
            subjects=(dossier,),
        )
        return dossier

    def assign(self, name: str, dossier: str, expert: Expert | str, action: Any = "assign") -> Stored:
        person = expert if isinstance(expert, str) else expert.person
        body = AssignmentBody(action=action, person=person)
        return self.log(self.office.staff(), RecordType.ASSIGNMENT, body, round=name, subjects=(dossier,))

    def commit(self, name: str, expert: Expert) -> Stored:
        body = CommitmentBody(documents=("integrity",), text_digest="b" * 64, name=expert.name)
        return self.log(expert.actor, RecordType.COMMITMENT, body, round=name)

    def declare(
        self, name: str, dossier: str, expert: Expert, outcome: DeclarationOutcome = DeclarationOutcome.CLEAR
    ) -> Stored:
        card = self.dossiers[dossier].body
        assert isinstance(card, DossierBody)
        body = DeclarationBody(outcome=outcome, card_digest=card.card_digest)
        return self.log(expert.actor, RecordType.DECLARATION, body, round=name, subjects=(dossier,))


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture
def office(tmp_path: Path, database_url: str, clock: SteppingClock) -> Iterator[Office]:
    """A new office with one manager, on each database."""
    made = create_office(
        tmp_path / "office",
        database_url=database_url,
        organiser="浙江省科技项目评审中心",
        manager_name="王敏",
        url="https://office.example",
        clock=clock,
    )
    yield made
    made.close()


@pytest.fixture
def house(office: Office) -> House:
    return House(office)


def _load() -> ModuleType:
    # Tests are no package, so that a module they share is loaded by its place.
    name = "zhubi_tests_pen"
    if name not in sys.modules:
        place = Path(__file__).parent / "rounds" / "pen.py"
        spec = importlib.util.spec_from_file_location(name, place)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


_pens = _load()


@pytest.fixture
def scene(office: Office, clock: Any) -> Any:
    """An open round of the Zhejiang rulebook, closing in five days."""
    return _pens.open_scene(office, clock)


@pytest.fixture
def pens() -> ModuleType:
    """The module of the expert's side: ``open_scene``, ``Pen``, ``whole_sheet``…"""
    return _pens
