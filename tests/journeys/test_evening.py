"""An evening's results over a bad network: all arrive, none twice, and only what lacks proof is sent again."""

from __future__ import annotations

import itertools
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from storyhouse.clock import Clock
from storyhouse.expert import PIN, Expert
from storyhouse.office import House
from storyhouse.papers import lay_out
from storyhouse.wire import Answer

from zhubi.core.model.records import RecordType
from zhubi.core.trust.records import record_digest
from zhubi.expert.desk import submit
from zhubi.expert.desk.views import SubmitStep

Scene = tuple[House, Expert, str, dict[str, str]]


def sent(heard: Iterable[Answer]) -> list[list[str]]:
    """The digests that each delivery carried."""
    return [
        [record_digest(each) for each in json.loads(answer.asked)["records"]]
        for answer in heard
        if answer.method == "POST" and answer.path == "/v1/records"
    ]


def many(house: House, expert: Expert, folder: Path, count: int) -> Scene:
    """So many projects of one round, all unsealed and filled in."""
    for number in range(1, count + 1):
        lay_out(folder / "papers", f"DZ-{number:02}")
    dossiers = house.bring(folder / "papers")
    round_id = house.open_round()
    house.seat(round_id, dossiers.values(), expert.person)
    expert.take_up(round_id)
    expert.fill(*dossiers)
    return house, expert, round_id, dossiers


@pytest.fixture
def forty(house: House, enrol: Callable[..., Expert], tmp_path: Path) -> Scene:
    return many(house, enrol(), tmp_path, 40)


def fails_at(house: House, turn: int, what: Any) -> Callable[[int], None]:
    """The delivery after so many others is lost."""

    def act(number: int) -> None:
        if number + 1 == turn:
            house.wire.lose("/v1/records", what)

    if turn == 0:
        house.wire.lose("/v1/records", what)
    return act


def test_forty_in_one_evening_with_a_network_that_fails_twice(forty: Scene) -> None:
    house, expert, _, dossiers = forty
    steps: list[SubmitStep] = []
    signed = submit.sign(expert.desk, [expert.key(code) for code in dossiers], PIN, steps.append)
    digests = {each.digest for each in signed}
    assert len(digests) == 40 and all(digests)

    with house.wire.interrupted(fails_at(house, 1, "answer")), house.wire.listening() as heard:
        first = submit.submit(expert.desk, steps.append)
    assert first.unsent == 32 and first.problem and not first.complete
    lost = set(sent(heard)[-1])
    assert len(house.logged(RecordType.REVIEW)) == 8 + len(lost), (
        "the office has them, and its answer was lost"
    )

    house.wire.lose("/v1/records", "request")
    second = submit.submit(expert.desk, steps.append)
    assert second.unsent == 32 and second.problem

    with house.wire.listening() as heard:
        third = submit.submit(expert.desk, steps.append)
    again = Counter(itertools.chain.from_iterable(sent(heard)))
    proven = {each for each in digests if expert.desk.store.receipts.get(each)}
    assert set(again.values()) == {1} and len(again) == 32, "only what lacked proof, and each once"
    assert third.unsent == 0 and third.complete == (("阶段评估", 40),)
    assert proven == digests
    assert sorted(each.digest for each in house.logged(RecordType.REVIEW)) == sorted(digests)
    assert expert.proves() == 40 + 40 + 1
    told = [each.step for each in steps if each.key == expert.key("DZ-01")]
    assert told == ["check", "sign", "deliver", "verify"]


def test_number_17_is_refused_and_39_arrive_and_then_only_17_is_sent(forty: Scene) -> None:
    house, expert, round_id, dossiers = forty
    dossier = dossiers["DZ-17"]
    house.withdraw(round_id, dossier)
    expert.sign(*dossiers)
    report = submit.submit(expert.desk)
    assert Counter(each.state for each in report.delivered) == {"proven": 39, "refused": 1}
    (refused,) = (each for each in report.delivered if each.state == "refused")
    assert refused.code == "DZ-17" and "撤回" in refused.sentence

    house.seat(round_id, [dossier], expert.person)
    expert.sync()
    assert {each.code for each in submit.ready(expert.desk)} == {"DZ-17"}
    (digest,) = expert.sign("DZ-17")
    with house.wire.listening() as heard:
        assert submit.submit(expert.desk).unsent == 0
    assert sent(heard) == [[digest]]
    assert len(house.logged(RecordType.REVIEW)) == 40


class Sending(RuleBasedStateMachine):
    """Reviews on their way while the way, the machine and the office fail; and what must come of it."""

    make_url: Callable[[], str]
    COUNT = 6

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="zhubi-sending-"))
        self.clock = Clock()
        self.house = House(self.folder, self.clock, self.make_url())
        expert = Expert.enrolled(self.folder / "machine", self.house.invite("陈思远"), self.clock)
        *_, self.dossiers = many(self.house, expert, self.folder, self.COUNT)
        self.expert = expert
        self.signed: list[str] = []

    def unsigned(self) -> list[str]:
        return [code for code, row in self.expert.rows().items() if row.stage == "complete"]

    @precondition(lambda self: self.unsigned())
    @rule(count=st.integers(1, 3))
    def signs(self, count: int) -> None:
        self.signed += self.expert.sign(*self.unsigned()[:count])

    @rule(
        turn=st.integers(0, 2),
        what=st.sampled_from(("answer", "request", "fault", "twice")),
        whole=st.booleans(),
    )
    def sends_and_something_goes_wrong(self, turn: int, what: Any, whole: bool) -> None:
        before = {each.digest for each in self.expert.desk.store.outbox.pending()}
        with (
            self.house.wire.interrupted(fails_at(self.house, turn, what)),
            self.house.wire.listening() as heard,
        ):
            self.expert.try_sync() if whole else submit.submit(self.expert.desk)
        self.house.wire.lose_nothing()
        carried = set(itertools.chain.from_iterable(sent(heard)))
        received = {each.digest for each in self.house.leaves()} - set(self.expert.receipts())
        assert carried <= before | received, "what was proven is not sent again"
        self.holds()

    @rule()
    def the_desk_restarts(self) -> None:
        self.expert.restart()

    @rule()
    def the_office_restarts(self) -> None:
        self.house.restart()

    def holds(self) -> None:
        """Never lost: signed is proven, or still here to be sent. Never twice. Proven is in the log."""
        waiting = {each.digest for each in self.expert.desk.store.outbox.pending()}
        proven = set(self.expert.receipts())
        leaves = [each.digest for each in self.house.logged(RecordType.REVIEW)]
        assert set(self.signed) <= waiting | proven
        assert not waiting & proven
        assert len(leaves) == len(set(leaves)) and set(leaves) <= set(self.signed)
        assert proven & set(self.signed) <= set(leaves)

    def teardown(self) -> None:
        try:
            self.house.wire.lose_nothing()
            if self.signed:
                self.expert.submit()
            self.expert.sync()
            assert sorted(each.digest for each in self.house.logged(RecordType.REVIEW)) == sorted(self.signed)
            assert set(self.signed) <= set(self.expert.receipts())
            accepted = Counter(each.body.record for each in self.house.logged(RecordType.ACCEPTANCE))
            assert set(accepted.values()) == {1}
        finally:
            self.expert.close()
            self.house.close()
            shutil.rmtree(self.folder, ignore_errors=True)


@pytest.mark.slow
def test_whatever_fails_on_the_way_nothing_is_lost_or_said_twice(
    another_database: Callable[[], str],
) -> None:
    machine = type("Sending", (Sending,), {"make_url": staticmethod(another_database)})
    run_state_machine_as_test(
        machine,
        _min_steps=10,
        settings=settings(
            max_examples=4, stateful_step_count=14, deadline=None, derandomize=True, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
