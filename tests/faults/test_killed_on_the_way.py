"""``kill -9`` of the terminal, and of the office, at steps of an exchange: the next sync goes on, nothing is twice."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from zhubi.core.model.records import RecordType
from zhubi.expert.desk import evidence, packets, review, submit, synchronise
from zhubi.expert.desk.opening import open_desk
from zhubi.office.rounds.packets import receive_packet

from .badway import IMPATIENT, wait_for
from .dying import Steps, dies, mortal, mortal_office
from .exchanges import Story
from .house import PASSPHRASE, PIN, Town, is_sentence

STRIDE = 3
"""How far apart the steps are at which the terminal is killed; every one of them costs an exchange."""
OFFICE_STRIDE = 7
"""The same for the office, whose process takes longer to start."""


def exchange_killed_at(story: Story, number: int) -> bool:
    """A delivery and a sync by a process that is killed before a step; whether there was such a step."""
    town = story.town
    town.leave()

    def there() -> None:
        steps = Steps(number)
        desk = open_desk(town.expert_home, ask_passphrase=lambda: PASSPHRASE, clock=town.clock)
        steps.of_desk(desk)
        submit.submit(desk)
        synchronise.sync(desk)

    killed = dies(there)
    story.claims_nothing_unproven()
    return killed


def begun(story: Story, act: str) -> None:
    """What one has to say or to receive; before declaring there has to be something to declare on."""
    if act == "declares":
        story.is_given()
        story.well()
    getattr(story, act)()


@pytest.mark.slow
@pytest.mark.parametrize("act", ["writes", "reports", "is_given", "declares"])
def test_a_terminal_that_is_killed_goes_on_where_it_was(story: Story, act: str) -> None:
    number, killed = 1, True
    while killed:
        begun(story, act)
        killed = exchange_killed_at(story, number)
        story.well()
        number += STRIDE
    story.is_whole()
    assert number > 3 * STRIDE


@pytest.mark.slow
@pytest.mark.parametrize("act", ["writes", "reports", "declares"])
def test_an_office_that_is_killed_goes_on_where_it_was(story: Story, act: str) -> None:
    town, number, killed = story.town, 1, True
    while killed:
        begun(story, act)
        town.close_office()
        with mortal_office(town.office_home, town.office_clock(), number) as (url, process):
            town.meet_at(url)
            wait_for(story.patched, IMPATIENT)
            told = [town.sync() for _ in range(2)]
            story.claims_nothing_unproven()
            killed = process.poll() is not None
            assert any(each.problem for each in told) == killed
            assert all(is_sentence(each.problem) for each in told if each.problem)
        story.reopened()
        story.well()
        story.is_whole()
        number += OFFICE_STRIDE
    assert number > OFFICE_STRIDE


@pytest.mark.slow
def test_an_office_that_is_killed_while_it_receives_a_packet_receives_it_again(
    signed: Town, tmp_path: Path
) -> None:
    key = signed.key
    review.begin_correction(signed.desk, key, "补充佐证")
    evidence.add_note(signed.desk, key, "样机铭牌与任务书一致。" * 300)
    assert submit.sign(signed.desk, [key], PIN)[0].digest
    packet = packets.export(signed.desk, tmp_path / "评审.zhubi").path
    signed.leave()
    signed.close_office()
    whole = tmp_path / "office"
    shutil.copytree(signed.office_home, whole)
    number, status = 1, -signal.SIGKILL
    while status == -signal.SIGKILL:
        process = mortal("receive", signed.office_home, signed.office_clock(), number, str(packet))
        status = process.wait()
        process.communicate()
        received = receive_packet(signed.office, packet, signed.office_clock())
        assert received.fresh + received.here == 3 and not received.refused and not received.spoilt
        assert sorted(signed.held().values()).count("review") == 3
        with signed.office.ledger.reading() as reading:
            assert len(list(reading.by_type(RecordType.ACCEPTANCE))) == 7
        signed.close_office()
        shutil.rmtree(signed.office_home)
        shutil.copytree(whole, signed.office_home)
        number += OFFICE_STRIDE
    assert status == 0 and number > 2 * OFFICE_STRIDE
