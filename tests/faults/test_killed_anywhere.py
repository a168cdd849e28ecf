"""``kill -9`` before any step of an act that needs no network: all of it or nothing, and it can be done again."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from zhubi.demo.sheets import fill
from zhubi.expert.desk import attendance, evidence, overview, packets, submit, trail
from zhubi.expert.desk.opening import Desk, open_desk
from zhubi.office.rounds.answering import write_answers
from zhubi.office.rounds.packets import receive_packet

from .dying import Steps, dies
from .house import PASSPHRASE, PIN, Town

WORDS = "样机铭牌与任务书一致。" * 300
Act = Callable[[Desk], Any]


def opened(town: Town, home: Path) -> Desk:
    return open_desk(home, ask_passphrase=lambda: PASSPHRASE, clock=town.clock)


def copied(town: Town) -> Path:
    """A copy of the expert's machine in place of the last one."""
    home = town.folder / "copy"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(town.expert_home, home)
    return home


def killed_at(town: Town, number: int, act: Act) -> bool:
    """The act on a copy of the machine, killed before this step; whether there was such a step."""
    home = copied(town)

    def there() -> None:
        steps = Steps(number)
        desk = opened(town, home)
        steps.of_desk(desk)
        act(desk)

    return dies(there)


def all_or_nothing(town: Town, act: Act, seen: Act) -> None:
    """An act killed before each of its steps leaves what ``seen`` sees as it was, or as it is when the act is done."""
    town.leave()
    with opened(town, copied(town)) as desk:
        nothing = seen(desk)
        act(desk)
        done = seen(desk)
    assert nothing != done
    number, outcomes = 1, []
    while killed_at(town, number, act):
        with opened(town, town.folder / "copy") as desk:
            found = seen(desk)
            assert found in (nothing, done), f"half done before step {number}"
            is_in_order(desk)
            if found == nothing and number % 3 == 0:
                act(desk)
                assert seen(desk) == done, f"not taken up again after step {number}"
        outcomes.append(found == done)
        number += 1
    assert len(outcomes) > 3 and not outcomes[0]
    assert outcomes == sorted(outcomes), "once it is done, no later kill undoes it"


def is_in_order(desk: Desk) -> None:
    """What is derived is what the records say, and no file lies about that nothing names."""
    before = overview.rows(desk, None, 0, 100)
    desk.store.assignments.rebuild()
    assert overview.rows(desk, None, 0, 100) == before
    leftover = desk.directory / "evidence"
    assert not leftover.is_dir() or not list(leftover.iterdir())
    with desk.store._database.reading() as connection:
        named = {row[0] for row in connection.execute("SELECT digest FROM blobs").fetchall()}
    assert {each.name for each in (desk.directory / "blobs").glob("*/*")} == named


def gathered(desk: Desk) -> list[tuple[str, int, bytes]]:
    """The evidence on every sheet, each piece opened whole."""
    found = []
    for row in overview.rows(desk, None, 0, 100):
        for each in evidence.rows(desk, row.key):
            plain = BytesIO()
            evidence.pour(desk, row.key, each.digest, plain)
            found.append((each.name, each.size, plain.getvalue()))
        assert len(desk.store.evidence.of(row.key)) == len(evidence.rows(desk, row.key))
    return found


def waiting(desk: Desk) -> list[tuple[str, str, str]]:
    """What is signed and waits, and where every project stands."""
    stages = {row.dossier: row.stage for row in overview.rows(desk, None, 0, 100)}
    return sorted(
        (each.type, each.subjects[0], stages[each.subjects[0]]) for each in desk.store.outbox.pending()
    )


@pytest.mark.slow
def test_evidence_is_on_the_sheet_whole_or_not_at_all(town: Town) -> None:
    paper = town.folder / "检测记录.bin"
    paper.write_bytes(bytes(range(256)) * 700)
    key = town.key
    all_or_nothing(town, lambda desk: evidence.add(desk, key, paper), gathered)
    all_or_nothing(town, lambda desk: evidence.add_note(desk, key, WORDS), gathered)


@pytest.mark.slow
def test_evidence_comes_off_the_sheet_or_stays(town: Town) -> None:
    key = town.key
    digest = evidence.add_note(town.desk, key, WORDS).digest
    all_or_nothing(
        town, lambda desk: evidence.remove(desk, key, digest), lambda desk: len(evidence.rows(desk, key))
    )


@pytest.mark.slow
def test_signing_in_and_signing_many_is_done_for_all_or_for_none(town: Town) -> None:
    keys = [row.key for row in town.rows()]
    round_id = keys[0].round
    dossiers = [each.dossier for each in keys]
    all_or_nothing(town, lambda desk: attendance.sign_in(desk, round_id, dossiers, PIN, "site"), waiting)
    for each in keys:
        fill(town.desk, each)
        evidence.add_note(town.desk, each, WORDS)

    def sign(desk: Desk) -> None:
        assert all(each.digest for each in submit.sign(desk, keys, PIN))

    all_or_nothing(town, sign, waiting)


@pytest.mark.slow
def test_a_packet_is_whole_or_there_is_none(signed: Town, tmp_path: Path) -> None:
    stick = tmp_path / "stick"

    def export(desk: Desk) -> None:
        shutil.rmtree(stick, ignore_errors=True)
        stick.mkdir()
        packets.export(desk, stick / "评审.zhubi")

    def carried(_desk: Desk) -> list[bytes]:
        found = []
        for path in stick.glob("*.zhubi"):
            whole = path.read_bytes()
            assert hashlib.sha256(whole[:-32]).digest() == whole[-32:]
            found.append(b"")
            path.unlink()
        return found

    stick.mkdir()
    before = signed.rows()
    all_or_nothing(signed, export, carried)
    assert signed.rows() == before, "a packet is no proof"


@pytest.mark.slow
def test_answers_by_packet_are_taken_in_bit_by_bit_and_never_wrongly(signed: Town, tmp_path: Path) -> None:
    handed_in = packets.export(signed.desk, tmp_path / "评审.zhubi").path
    received = receive_packet(signed.office, handed_in, signed.office_clock())
    assert received.fresh == 2
    answer = tmp_path / "回执.zhubi"
    write_answers(
        signed.office, received.person, answer, heard=received.heard, results=received.results,
        now=signed.office_clock(),
    )  # fmt: skip
    signed.close_office()
    signed.leave()
    number = 1
    while killed_at(signed, number, lambda desk: packets.import_packet(desk, answer)):
        with opened(signed, signed.folder / "copy") as desk:
            for row in overview.rows(desk, None, 0, 100):
                digest = next(each.digest for each in desk.store.records.by_type(row.office, ["review"])
                              if row.dossier in each.record.payload.subjects)  # fmt: skip
                assert (row.stage == "submitted") == (desk.store.receipts.get(digest) is not None)
            is_in_order(desk)
            if number % 3 == 0:
                assert not packets.import_packet(desk, answer).problem
                assert {row.stage for row in overview.rows(desk, None, 0, 100)} == {"submitted"}
                assert not packets.import_packet(desk, answer).changed
                assert len(trail.receipts(desk)) == 5
        number += 1
    assert number > 10
