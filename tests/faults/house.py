"""A small office and one expert's machine, made once and copied for each fault that is done to them."""

from __future__ import annotations

import os
import string
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from zhubi.core.model.errors import ZhubiError
from zhubi.core.rules.compile import shipped
from zhubi.core.trust.invitations import Invitation
from zhubi.demo.sheets import fill
from zhubi.expert.desk import commit, declare, overview, submit, synchronise
from zhubi.expert.desk.enrol import enrol
from zhubi.expert.desk.opening import Desk, open_desk
from zhubi.expert.desk.views import ReviewKey, Row, SyncReport
from zhubi.locale import explain, knows, language, use_language
from zhubi.office.access.invitations import invite
from zhubi.office.api.serving import RunningOffice, serve_in_thread
from zhubi.office.intake.importing import import_path
from zhubi.office.opening import Office, create_office, open_office
from zhubi.office.rounds.seats import Seat, assign
from zhubi.office.rounds.windows import open_round

MORNING = datetime(2026, 7, 3, 1, 0, tzinfo=UTC)
PIN = "246810"
PASSPHRASE = "朱笔圈点一二三四五六七八"
POLICY, KIND = "dazu-2023-26", "dz.milestone-assessment"
_DOSSIER = """
code = "{code}"
title = "{title}"
set_up_on = 2026-03-06
[card]
units = [{{ name = "西南矿物功能材料研究所", part = "lead" }}]
people = [{{ name = "凌见山", unit = "西南矿物功能材料研究所", part = "leader" }}]
[facts]
total_budget = 3_600_000
self_raised = 2_600_000
demand_paid = 1_440_000
period_months = 24
[[sections]]
id = "overview"
heading = "一、概况"
text = "{text}"
[[budget]]
id = "equipment"
subject = "设备费"
total = 200000
fiscal = 100000
[[attachments]]
file = "报告.txt"
title = "阶段报告"
"""


@dataclass
class Clock:
    """A clock that stands until it is told to go on."""

    moment: datetime = MORNING

    def __call__(self) -> datetime:
        return self.moment

    def on(self, **passed: float) -> None:
        """Lets time pass."""
        self.moment += timedelta(**passed)


@dataclass
class Town:
    """An office that is served, and one expert's machine. ``office_clock`` and ``clock`` may differ."""

    folder: Path
    office_clock: Clock = field(default_factory=Clock)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.opened = ExitStack()
        self._running: RunningOffice | None = None
        self._office: Office | None = None
        self._desk: Desk | None = None

    @property
    def office_home(self) -> Path:
        return self.folder / "office"

    @property
    def expert_home(self) -> Path:
        return self.folder / "expert"

    @property
    def office(self) -> Office:
        """The office, open."""
        if self._office is None:
            self._office = open_office(self.office_home, clock=self.office_clock)
        return self._office

    @property
    def url(self) -> str:
        """Where the office is served."""
        if self._running is None:
            self._running = serve_in_thread(self.office)
        return self._running.url

    @property
    def desk(self) -> Desk:
        """The expert's desk, which meets the office where it is served."""
        if self._desk is None:
            self._desk = self.open_desk()
            self.meet_at(self.url)
        return self._desk

    def open_desk(self, **how: Any) -> Desk:
        return open_desk(self.expert_home, ask_passphrase=lambda: PASSPHRASE, clock=self.clock, **how)

    def meet_at(self, url: str) -> None:
        """The expert's machine looks for the office there from now on."""
        for known in self.desk.store.offices.all():
            self.desk.store.offices.put(replace(known, url=url))

    def leave(self) -> None:
        """The app is left."""
        if self._desk is not None:
            self._desk.close()
            self._desk = None

    def close_office(self) -> None:
        """The office is down."""
        if self._running is not None:
            self._running.stop()
            self._running = None
        if self._office is not None:
            self._office.close()
            self._office = None

    def close(self) -> None:
        self.leave()
        self.close_office()
        self.opened.close()

    def sync(self) -> SyncReport:
        """A sync over new connections: what stood in the way before is not met again."""
        for _, client in self.desk.session.clients.values():
            client.close()
        self.desk.session.clients.clear()
        return synchronise.sync(self.desk)

    def rows(self) -> tuple[Row, ...]:
        return overview.rows(self.desk, None, 0, 100)

    @property
    def key(self) -> ReviewKey:
        """The first review of the expert."""
        return self.rows()[0].key

    @property
    def round(self) -> str:
        return overview.rounds(self.desk)[0].round

    def commit_and_declare(self) -> None:
        """From an enrolled machine to one on which the declarations are signed, and not yet sent."""
        assert not self.sync().problem
        commit.sign_commitment(self.desk, self.round, PIN)
        assert not self.sync().problem
        for each in declare.declarations(self.desk, self.round):
            declare.answer(self.desk, self.round, each.key.dossier, "clear")
        assert not declare.sign_declarations(self.desk, self.round, PIN).problems

    def unseal(self) -> None:
        """The keys and the material come."""
        assert not self.sync().problem
        assert {row.stage for row in self.rows()} == {"ready"}

    def fill_and_sign(self) -> None:
        """Every review filled in and signed; they wait in the outbox."""
        keys = [row.key for row in self.rows()]
        for key in keys:
            fill(self.desk, key)
        assert not any(each.problem for each in submit.sign(self.desk, keys, PIN))

    def fill_and_sign_first(self) -> None:
        """The first review filled in and signed, the second filled in."""
        for row in self.rows():
            fill(self.desk, row.key)
        assert submit.sign(self.desk, [self.key], PIN)[0].digest

    def state(self) -> object:
        """How everything stands on this machine, for comparing."""
        desk = self.desk
        unreceipted = desk.store.outbox.unsent()
        blobs = desk.store.blobs.wanted(desk.store.offices.all()[0].office)
        stages = [
            (row.dossier, row.stage, row.code, row.title, bool(row.receipt_code)) for row in self.rows()
        ]
        return stages, unreceipted, blobs, len(desk.store.receipts.all())

    def held(self) -> dict[str, str]:
        """What the log holds of this expert's: type by digest. One act, one leaf."""
        with self.office.ledger.reading() as reading:
            return {
                stored.digest: stored.type.value
                for stored in (reading.at(index) for index in range(reading.size()))
                if stored is not None and stored.type.value in ("commitment", "declaration", "review")
            }


@dataclass(frozen=True)
class Moulds:
    """The places that are copied: ``enrolled`` has met nobody yet; on ``unsealed`` everything is here."""

    enrolled: Path
    declared: Path
    unsealed: Path
    signed: Path


def write_dossier(folder: Path, code: str, title: str = "碳酸锶深度提纯", text: str = "正文。") -> None:
    """A dossier as applicants bring it, small."""
    home = folder / code
    home.mkdir(parents=True)
    (home / "dossier.toml").write_text(_DOSSIER.format(code=code, title=title, text=text), encoding="utf-8")
    (home / "报告.txt").write_text(f"{code} 阶段报告\n" * 40, encoding="utf-8")


def invited(office: Office, now: datetime, name: str = "陈思远", **how: Any) -> Invitation:
    """An invitation, as the office hands it out."""
    return invite(office, office.staff(), name=name, unit="浙江大学", now=now, **how)


def enrolled(home: Path, invitation: Invitation, url: str, clock: Clock) -> None:
    """A machine is enrolled, with the office at ``url``."""
    enrol(
        home, invitation.model_copy(update={"url": url}), name="陈思远", unit="浙江大学", pin=PIN,
        passphrase=PASSPHRASE, device_name="笔记本", clock=clock,
    )  # fmt: skip


def furnish(town: Town, *, title: str = "里程碑考核", bring: Callable[[Path], None] | None = None) -> None:
    """An office with one round of two projects, and the machine of its one expert, just enrolled."""
    create_office(
        town.office_home, organiser="大足区科学技术局", manager_name="评审处",
        url="http://127.0.0.1:9", clock=town.office_clock,
    ).close()  # fmt: skip
    office, now = town.office, town.office_clock()
    if bring is not None:
        bring(town.folder / "brought")
    else:
        for code in ("DZ-1", "DZ-2"):
            write_dossier(town.folder / "brought", code)
    ids = import_path(office, office.staff(), town.folder / "brought", now=now)
    round_id = open_round(
        office, office.staff(), title=title, policy=shipped(POLICY), kind=KIND,
        opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=3), now=now,
    )  # fmt: skip
    invitation = invited(office, now)
    for order, each in enumerate(ids, 1):
        assign(
            office, office.staff(), round_id, each.dossier, [Seat(invitation.person, order=order)], now=now
        )
    enrolled(town.expert_home, invitation, town.url, town.clock)


def is_sentence(text: str) -> bool:
    """Whether a text is a whole sentence for people: no key, no gap, no trace, nothing unseen."""
    gaps = [name for _, name, _, _ in string.Formatter().parse(text.replace("{}", "")) if name]
    return (
        len(text) > 6
        and text.rstrip()[-1] in "。.？?）)"
        and not gaps
        and "Traceback" not in text
        and all(character.isprintable() or character == "\n" for character in text)
    )


def said(problem: ZhubiError) -> str:
    """The fault in Chinese, once it is shown to be a sentence with no gap in both languages."""
    before = language()
    try:
        for tongue in ("en", "zh_CN"):
            use_language(tongue)
            assert knows(problem.kind), f"{problem.kind} has no sentence"
            sentence = explain(problem)
            assert is_sentence(sentence), sentence
    finally:
        use_language(before)
    return sentence


def shell(
    *arguments: str, home: Path, text: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command line as a process of its own, with the passphrase at hand; it never shows a trace."""
    secret = next(each for each in home.parents if each.is_dir()) / "passphrase.txt"
    secret.write_text(PASSPHRASE, encoding="utf-8")
    told = {**os.environ, "ZHUBI_HOME": str(home), "ZHUBI_PASSPHRASE_FILE": str(secret), **environment}
    done = subprocess.run(
        [
        sys.executable, "-c", "import sys; from zhubi.cli.entry import main; sys.exit(main())", *arguments],
        env=told, input=text, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    return done
