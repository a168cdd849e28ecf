"""Any order, any duplication, any interruption: one outcome. Against the real office over HTTP, on each database."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from storyhouse.clock import NOON, Clock
from storyhouse.expert import PIN, Expert
from storyhouse.office import House
from storyhouse.papers import lay_out

from zhubi.core.model.records import RecordType
from zhubi.core.rules.heads import heads
from zhubi.core.wire.client import OfficeClient
from zhubi.core.wire.identity import TransportIdentity
from zhubi.expert.desk import commit, declare, overview, review, settle, submit
from zhubi.expert.desk.views import ReviewKey
from zhubi.locale import say

CODES = ("DZ-1", "DZ-2")
OUTCOMES = ("clear", "clear", "clear", "explain", "recuse", "decline")
PATHS = (
    "/v1/records",
    "/v1/feed",
    "/v1/releases",
    "/v1/log",
    "/v1/token",
    "/v1/blobs",
    "/v1/rulebooks",
)
SAID = (RecordType.COMMITMENT, RecordType.DECLARATION, RecordType.REVIEW)
# What only the machine knows of a draft, and the office cannot.
AS_THE_OFFICE_SEES = {"drafting": "ready", "complete": "ready"}


class Fates(RuleBasedStateMachine):
    """One expert, two machines, two projects of a round: what may happen; and in ``settles``, what must come of it."""

    make_url: Callable[[], str]

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="zhubi-fates-"))
        self.clock = Clock()
        self.house = House(self.folder, self.clock, self.make_url())
        for code in CODES:
            lay_out(self.folder / "papers", code)
        self.dossiers = self.house.bring(self.folder / "papers")
        invitation = self.house.invite("陈思远")
        self.expert = Expert.enrolled(self.folder / "machine", invitation, self.clock)
        again = self.house.invite("陈思远", person=invitation.person, again=True)
        self.other = Expert.enrolled(self.folder / "other", again, self.clock)
        self.round = self.house.open_round()
        self.house.seat(self.round, self.dossiers.values(), self.expert.person)
        self.expert.sync()
        self.other.sync()
        self.drafts = itertools.count(1)

    @initialize(begun=st.sampled_from(("invited", "committed", "opened", "opened", "submitted")))
    def begins(self, begun: str) -> None:
        if begun != "invited":
            self.expert.commit(self.round)
        if begun in ("opened", "submitted"):
            self.expert.declare(self.round)
        if begun == "submitted":
            self.expert.review(*CODES)

    # The expert, at the desk

    @precondition(lambda self: overview.rounds(self.expert.desk)[0].committed_at is None)
    @rule()
    def commits(self) -> None:
        commit.sign_commitment(self.expert.desk, self.round, PIN)

    def here(self, *stages: str) -> list[str]:
        """The projects that stand so on this machine."""
        return [code for code, row in sorted(self.expert.rows().items()) if code and row.stage in stages]

    @precondition(lambda self: self.here("declare"))
    @rule(chance=st.integers(0, 1), outcome=st.sampled_from(OUTCOMES))
    def declares(self, chance: int, outcome: str) -> None:
        code = self.here("declare")[-chance]
        row = next(each for each in declare.declarations(self.expert.desk, self.round) if each.code == code)
        words = "曾在该单位任职。" if outcome in ("explain", "decline") else ""
        declare.answer(self.expert.desk, self.round, row.key.dossier, outcome, (), words)
        assert declare.sign_declarations(self.expert.desk, self.round, PIN).signed == 1

    @precondition(lambda self: self.here("ready", "drafting", "complete", "refused", "overdue"))
    @rule(chance=st.integers(0, 1))
    def reviews(self, chance: int) -> None:
        for code in self.here("ready", "drafting", "complete", "refused", "overdue")[chance:]:
            if review.open_review(self.expert.desk, self.expert.key(code)).read_only:
                continue  # overdue before it was ever opened
            self.expert.fill(code)
            self.expert.opinion(code, f"第{next(self.drafts)}稿：同意继续支持，请按里程碑推进，补充凭据。")
            self.sign_what_is_complete(code)

    @precondition(lambda self: self.here("submitted", "returned", "signed", "late"))
    @rule(chance=st.integers(0, 1))
    def corrects(self, chance: int) -> None:
        code = self.here("submitted", "returned", "signed", "late")[-chance]
        review.begin_correction(self.expert.desk, self.expert.key(code), "更正笔误")
        self.expert.opinion(code, f"第{next(self.drafts)}稿：更正后的意见，同意继续支持，请补充凭据。")
        self.sign_what_is_complete(code)

    def sign_what_is_complete(self, code: str) -> None:
        (done,) = submit.sign(self.expert.desk, [self.expert.key(code)], PIN)
        assert done.digest or done.problem == say("desk.newer-version"), done.problem

    @rule()
    def turns_to_the_other_machine(self) -> None:
        self.expert, self.other = self.other, self.expert

    def disputed(self) -> list[ReviewKey]:
        """What stands side by side, as this machine knows."""
        return [each.key for each in self.expert.rows_all() if each.stage == "disputed"]

    @precondition(lambda self: self.disputed())
    @rule(first=st.booleans())
    def says_which_one_counts(self, first: bool) -> None:
        key = self.disputed()[0]
        rivals = sorted(settle.rivals(self.expert.desk, key), key=lambda each: each.digest)
        settle.settle(self.expert.desk, key, rivals[0 if first else -1].digest, PIN)

    # What goes over the wire, or does not

    @rule()
    def synchronises(self) -> None:
        self.expert.sync()

    @rule()
    def submits(self) -> None:
        submit.submit(self.expert.desk)

    @rule(path=st.sampled_from(PATHS), what=st.sampled_from(("answer", "request")), again=st.integers(1, 2))
    def loses_something_on_the_way(self, path: str, what: Any, again: int) -> None:
        for _ in range(again):
            self.house.wire.lose(path, what)
        self.expert.try_sync()
        self.house.wire.lose_nothing()

    @rule(what=st.sampled_from(("answer", "request")))
    def delivers_and_hears_nothing(self, what: Any) -> None:
        self.house.wire.lose("/v1/records", what)
        submit.submit(self.expert.desk)
        self.house.wire.lose_nothing()

    @rule(chance=st.randoms(use_true_random=False))
    def sends_old_records_again_in_any_order(self, chance: Any) -> None:
        said = [each.compact for each in self.said() if each.compact]
        if said:
            mixed = [*said, *chance.sample(said, chance.randint(0, len(said)))]
            chance.shuffle(mixed)
            vault = self.expert.desk.store.vaults.open(self.expert.origin)
            identity = TransportIdentity(vault.transport, self.expert.origin)
            with OfficeClient(self.house.url, "", identity, clock=self.clock) as client:
                client.submit(mixed)

    # What happens beside it

    @rule()
    def the_office_restarts(self) -> None:
        self.house.restart()

    @rule()
    def the_desk_restarts(self) -> None:
        self.expert.restart()

    def there(self, *stages: str) -> list[str]:
        """The projects that stand so for the office."""
        person, every = self.expert.person, self.dossiers.items()
        return [code for code, each in every if self.house.stands(self.round, each, person) in stages]

    @precondition(lambda self: self.there("awaiting", "late"))
    @rule(granted=st.booleans())
    def the_organiser_decides(self, granted: bool) -> None:
        for code in self.there("awaiting", "late"):
            self.house.decide(
                self.round, self.dossiers[code], self.expert.person, granted=granted, words="已研究"
            )

    @precondition(lambda self: self.there("submitted"))
    @rule()
    def the_organiser_sends_one_back(self) -> None:
        dossier = self.dossiers[self.there("submitted")[0]]
        self.house.return_review(self.round, dossier, self.expert.person, "请补充理由")

    @rule(
        code=st.sampled_from(CODES),
        leader=st.sampled_from(("石越川", "辜云岫")),
        text=st.sampled_from(("甲", "乙")),
    )
    def a_new_version_comes(self, code: str, leader: str, text: str) -> None:
        lay_out(self.folder / "papers", code, leader=leader, text=text)
        self.house.bring(self.folder / "papers", update=True)

    @precondition(lambda self: self.clock() < NOON + timedelta(hours=30))
    @rule(hours=st.sampled_from((1, 1, 1, 1, 30)))
    def time_passes(self, hours: int) -> None:
        self.clock.on(hours=hours)

    # What must come of it

    def said(self) -> Any:
        """Everything that was signed on this machine, or came to it."""
        return self.expert.desk.store.records.by_type(
            self.expert.origin, [each.value for each in SAID], author=self.expert.person
        )

    def teardown(self) -> None:
        try:
            self.settles()
        finally:
            self.expert.close()
            self.other.close()
            self.house.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def settles(self) -> None:
        self.house.wire.lose_nothing()
        signed = set()
        for _ in range(6):
            self.turns_to_the_other_machine()
            self.expert.try_sync()
            signed |= {each.digest for each in self.said()}
        while self.disputed():
            self.says_which_one_counts(True)
            self.expert.sync()
            signed |= {each.digest for each in self.said()}
        for _ in range(4):
            self.turns_to_the_other_machine()
            self.expert.sync()
        assert not self.expert.sync().changed
        assert overview.leaving(self.expert.desk).unsent == overview.leaving(self.other.desk).unsent == 0

        # The same log for the same acts: everything that was ever signed is one leaf, or was refused by name.
        leaves = [each.digest for each in self.house.leaves() if each.payload.author == self.expert.person]
        refused = {each.body.record for each in self.house.logged(RecordType.REFUSAL)}
        assert len(leaves) == len(set(leaves))
        assert set(leaves) | refused == signed
        assert not set(leaves) & refused
        accepted = [each.body.record for each in self.house.logged(RecordType.ACCEPTANCE)]
        assert sorted(accepted) == sorted(leaves)

        # Both sides and both machines say the same, and the index says what the records say.
        for machine in (self.expert, self.other):
            derived = machine.derived()
            machine.desk.store.assignments.rebuild()
            assert machine.derived() == derived
            for (round_id, dossier), stage in derived.items():
                office = self.house.stands(round_id, dossier, machine.person)
                if stage == "refused":
                    continue  # what was refused is known to the machine that said it, and to no other
                assert AS_THE_OFFICE_SEES.get(stage, stage) == AS_THE_OFFICE_SEES.get(office, office)
            # Receipts prove every leaf, and no key went where no right was.
            assert set(machine.receipts()) == set(leaves)
            assert machine.proves() == len(leaves)
        for dossier in self.dossiers.values():
            self.keys_went_only_where_a_right_was(dossier)

    def keys_went_only_where_a_right_was(self, dossier: str) -> None:
        for release in self.house.logged(RecordType.KEY_RELEASE, subject=dossier):
            before = [
                each
                for each in self.house.logged(RecordType.DECLARATION, subject=dossier)
                if each.index < release.index
            ]
            assert [each for each in self.house.logged(RecordType.COMMITMENT) if each.index < release.index]
            said = heads(each.record for each in before).one
            assert said is not None
            outcome = getattr(said.body, "outcome", None)
            decided = [
                each.body.granted
                for each in self.house.logged(RecordType.DECISION, subject=dossier)
                if each.index < release.index and each.body.about == said.digest
            ]
            assert outcome == "clear" or (outcome == "explain" and decided[-1])


@pytest.mark.slow
def test_whatever_happens_on_the_way_there_is_one_outcome(another_database: Callable[[], str]) -> None:
    machine = type("Fates", (Fates,), {"make_url": staticmethod(another_database)})
    # Left to itself, hypothesis mostly tries short lives; here each is lived for a while.
    run_state_machine_as_test(
        machine,
        _min_steps=20,
        settings=settings(
            max_examples=4, stateful_step_count=24, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
