"""The expert's side of a story: a person with a machine, who does everything through the desk."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from storyhouse.clock import Clock
from zhubi.core.trust.invitations import Invitation
from zhubi.demo.sheets import fill
from zhubi.expert.desk import commit, declare, overview, review, settle, submit, synchronise, trail
from zhubi.expert.desk.enrol import enrol
from zhubi.expert.desk.opening import Desk, open_desk
from zhubi.expert.desk.views import RelationView, ReviewKey, Row, SubmitReport, SyncReport

PIN = "246810"
PASSPHRASE = "朱笔圈点一二三四五六七八"


class Expert:
    """One person at one machine. Everything raises, or fails the story, unless it says that it reports."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder, self.clock = folder, clock
        self.open()
        office = self.desk.store.offices.all()[0]
        self.person, self.origin, self.name = office.person, office.office, office.name

    @classmethod
    def enrolled(cls, folder: Path, invitation: Invitation, clock: Clock) -> Expert:
        """A machine that is enrolled on an invitation."""
        enrol(
            folder, invitation, name=invitation.name, unit=invitation.unit, pin=PIN, passphrase=PASSPHRASE,
            device_name="笔记本", clock=clock,
        )  # fmt: skip
        return cls(folder, clock)

    def open(self) -> None:
        """Opens the desk."""
        self.desk: Desk = open_desk(self.folder, ask_passphrase=lambda: PASSPHRASE, clock=self.clock)

    def close(self) -> None:
        """Leaves the desk in order."""
        self.desk.close()

    def restart(self) -> None:
        """Leaves, and comes back."""
        self.close()
        self.open()

    @property
    def device(self) -> str:
        """The thumbprint of this machine's signing key."""
        return self.desk.store.offices.all()[0].device

    # What the expert sees

    def rows(self) -> dict[str, Row]:
        """The assignments on the desk by code."""
        return {each.code: each for each in overview.rows(self.desk, None, 0, 1000)}

    def row(self, code: str) -> Row:
        """One assignment."""
        return self.rows()[code]

    def key(self, code: str) -> ReviewKey:
        """Which assignment a code is."""
        return self.row(code).key

    def stage(self, code: str) -> str:
        """Where an assignment stands."""
        return self.row(code).stage

    def derived(self) -> dict[tuple[str, str], str]:
        """Every stage by round and dossier."""
        return {(each.round, each.dossier): each.stage for each in self.rows_all()}

    def rows_all(self) -> tuple[Row, ...]:
        """The assignments, those without a code yet too."""
        return overview.rows(self.desk, None, 0, 1000)

    # What the expert does

    def sync(self) -> SyncReport:
        """A sync that goes well."""
        report = synchronise.sync(self.desk)
        assert not report.problem, (report.problem_kind, report.problem)
        return report

    def try_sync(self) -> SyncReport:
        """A sync, however it goes."""
        return synchronise.sync(self.desk)

    def commit(self, round_id: str) -> None:
        """Signs the commitment and sends it."""
        commit.sign_commitment(self.desk, round_id, PIN)
        self.sync()

    def commit_only(self, round_id: str) -> None:
        """Signs the commitment; a later sync sends it."""
        commit.sign_commitment(self.desk, round_id, PIN)

    def declare_only(self, round_id: str, outcome: str) -> None:
        """Answers every open row alike and signs; a later sync sends it."""
        for row in declare.declarations(self.desk, round_id):
            declare.answer(self.desk, round_id, row.key.dossier, outcome, (), "")
        report = declare.sign_declarations(self.desk, round_id, PIN)
        assert not report.problems, report.problems

    def answer(
        self, code: str, outcome: str, words: str = "", relations: Iterable[RelationView] = ()
    ) -> None:
        """Answers one row of the declarations."""
        key = self.key(code)
        declare.answer(self.desk, key.round, key.dossier, outcome, tuple(relations), words)

    def declare(self, round_id: str, **outcomes: str) -> None:
        """Answers every open row (无应回避 where nothing else is said), signs and sends them."""
        said = {code.replace("_", "-"): outcome for code, outcome in outcomes.items()}
        for row in declare.declarations(self.desk, round_id):
            if row.outcome is None:
                outcome = said.get(row.code, "clear")
                words = "曾在该单位任职，已于三年前离开。" if outcome in ("explain", "decline") else ""
                # By the round, for the same project may be in another one too.
                relations = _relations(self.desk, round_id, outcome, row)
                declare.answer(self.desk, round_id, row.key.dossier, outcome, relations, words)
        report = declare.sign_declarations(self.desk, round_id, PIN)
        assert not report.problems, report.problems
        self.sync()

    def take_up(self, round_id: str, **outcomes: str) -> None:
        """From the first sync to the opened papers."""
        self.sync()
        self.commit(round_id)
        self.declare(round_id, **outcomes)

    def fill(self, *codes: str) -> None:
        """Fills in whole sheets."""
        for code in codes:
            fill(self.desk, self.key(code))

    def opinion(self, code: str, words: str) -> None:
        """Types the opinion."""
        review.set_opinion(self.desk, self.key(code), words)

    def typed(self, code: str) -> str:
        """The opinion as it stands on the sheet."""
        return review.open_review(self.desk, self.key(code)).state.opinion

    def sign(self, *codes: str) -> list[str]:
        """Signs reviews; their digests."""
        done = submit.sign(self.desk, [self.key(code) for code in codes], PIN)
        assert all(each.digest for each in done), [each.problem for each in done]
        return [each.digest for each in done]

    def submit(self) -> SubmitReport:
        """Delivers what is signed, with nothing left over."""
        report = submit.submit(self.desk)
        assert not report.problem and report.unsent == 0, report
        return report

    def review(self, *codes: str) -> list[str]:
        """Fills in, signs and submits; the digests."""
        self.fill(*codes)
        digests = self.sign(*codes)
        self.submit()
        return digests

    def correct(self, code: str, reason: str, words: str) -> str:
        """Corrects a signed review with another opinion, signs it and sends it; its digest."""
        review.begin_correction(self.desk, self.key(code), reason)
        self.opinion(code, words)
        (digest,) = self.sign(code)
        self.submit()
        return digest

    def settle(self, code: str, choose: Callable[[Any], bool]) -> None:
        """Says which of the records that stand side by side counts."""
        key = self.key(code)
        chosen = next(each for each in settle.rivals(self.desk, key) if choose(each))
        settle.settle(self.desk, key, chosen.digest, PIN)
        self.sync()

    def proves(self) -> int:
        """Every receipt verified as by a stranger, from the file and the pinned keys alone; how many there are."""
        pins = json.dumps(asdict(trail.pins_of(self.desk.store.offices.all()[0]))).encode()
        found = trail.receipts(self.desk)
        for each in found:
            file = trail.export_receipt(self.desk, each.digest).encode()
            said = trail.verify_receipt_file(None, file, pins)
            assert said.ok and said.pinned, said.sentences
        return len(found)

    def receipts(self) -> Mapping[str, str]:
        """The short codes of the receipts by digest."""
        return {each.digest: each.code for each in trail.receipts(self.desk)}


def _relations(desk: Desk, round_id: str, outcome: str, row: Any) -> tuple[RelationView, ...]:
    if outcome not in ("recuse", "explain"):
        return ()
    kind = declare.relations(desk, round_id)[0].id
    return (RelationView(kind, row.units[0][0], "2023-06-30", ""),)
