"""A disk that is full at any point of an act: a sentence, nothing lost or half done, and it goes on with room again."""

from __future__ import annotations

import errno
import shutil
import subprocess
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.demo.sheets import fill
from zhubi.expert.desk import attendance, contact, evidence, overview, packets, review, submit
from zhubi.expert.desk.opening import Desk
from zhubi.office.opening import add_staff
from zhubi.office.rounds.answering import write_answers
from zhubi.office.rounds.packets import receive_packet

from .badway import serve_without_limits
from .house import PIN, Town, is_sentence, said
from .waylayer import hurry

ROOMS = (0, 1, 3, 6, 10, 16, 24, 40, 64, 110)
"""How many pages of 4 KiB are left when an act begins."""
WORDS = "样机铭牌与任务书一致。" * 1200


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("a small disk takes the right to mount one")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def moved(home: Path, disk: Path) -> None:
    """A machine's directory lies on that disk from now on."""
    place = disk / home.name
    shutil.copytree(home, place)
    shutil.rmtree(home)
    home.symlink_to(place)


class Filler:
    """Something else on the disk that leaves little room."""

    def __init__(self, disk: Path) -> None:
        self._path = disk / "filler"

    def leave(self, pages: int) -> None:
        """Leaves so many pages of 4 KiB."""
        self.gone()
        free = shutil.disk_usage(self._path.parent).free
        with self._path.open("wb", buffering=0) as file:
            for _ in range(max(0, free // 4096 - pages)):
                try:
                    file.write(b"\xaa" * 4096)
                except OSError as problem:
                    assert problem.errno == errno.ENOSPC
                    break

    def gone(self) -> None:
        """There is room again."""
        self._path.unlink(missing_ok=True)


def attempted(disk: Path, act: Callable[[], Any], seen: Callable[[], Any]) -> None:
    """An act with more and more room; what it cannot do changes nothing that is seen, and says so in a sentence."""
    filler, refused = Filler(disk), 0
    for pages in ROOMS:
        before = seen()
        filler.leave(pages)
        try:
            act()
        except ZhubiError as problem:
            assert problem.kind in ("store.disk-full", "packets.no-room"), problem.kind
            assert is_sentence(said(problem))
            refused += 1
            assert seen() == before, f"half done with {pages} pages"
        filler.gone()
    assert refused, "the disk was never full"
    act()


def gathered(desk: Desk) -> list[tuple[str, int]]:
    """The evidence on every sheet, each piece opened whole."""
    found = []
    for row in overview.rows(desk, None, 0, 100):
        for each in evidence.rows(desk, row.key):
            plain = BytesIO()
            evidence.pour(desk, row.key, each.digest, plain)
            assert len(plain.getvalue()) == each.size
            found.append((each.digest, each.size))
    return found


@pytest.mark.slow
def test_evidence_on_a_full_disk_is_added_whole_or_refused(town: Town, disk: Path, tmp_path: Path) -> None:
    moved(town.expert_home, disk)
    paper = tmp_path / "检测记录.bin"
    paper.write_bytes(bytes(range(256)) * 800)
    desk, key = town.desk, town.key
    attempted(disk, lambda: evidence.add(desk, key, paper), lambda: gathered(desk))
    assert not list((town.expert_home / "evidence").iterdir())
    count = len(gathered(desk))
    town.leave()
    assert len(gathered(town.desk)) == count
    fill(town.desk, key)
    assert submit.sign(town.desk, [key], PIN)[0].digest
    assert submit.submit(town.desk).unsent == 0
    assert {each.state for each in evidence.rows(town.desk, key)} == {"accepted"}


@pytest.mark.slow
def test_signing_on_a_full_disk_is_done_or_refused(town: Town, disk: Path) -> None:
    add_staff(town.office, "监督员", "inspector")
    moved(town.expert_home, disk)
    assert not town.sync().problem
    desk, keys = town.desk, [row.key for row in town.rows()]
    office, round_id = keys[0].office, keys[0].round
    for each in keys:
        fill(desk, each)
    told = contact.ContactReport(who="某人", asked="打听分数" * 200)

    def waiting() -> list[str]:
        return sorted(each.type for each in desk.store.outbox.pending())

    def sign_in() -> None:
        left = [each.dossier for each in attendance.to_sign_in(desk, round_id)]
        if left:
            attendance.sign_in(desk, round_id, left, PIN, "site")

    def sign() -> None:
        for each in keys:
            if overview.row(desk, each).stage == "signed":  # type: ignore[union-attr]
                review.begin_correction(desk, each, "更正")
        done = submit.sign(desk, keys, PIN)
        assert all(each.digest for each in done)

    attempted(disk, sign_in, waiting)
    attempted(
        disk,
        lambda: contact.send_report(desk, office, told, PIN, keep_copy=True),
        lambda: [each.digest for each in contact.letters(desk)],
    )
    attempted(disk, sign, waiting)
    reviews = len([each for each in waiting() if each == "review"])
    for _ in range(2):
        assert not town.sync().problem
    assert desk.store.outbox.unsent() == 0 and not desk.store.letters.waiting(office)
    assert sorted(town.held().values()).count("review") == reviews


@pytest.mark.slow
def test_a_packet_on_a_full_stick_or_a_full_machine(signed: Town, disk: Path, tmp_path: Path) -> None:
    desk, stick = signed.desk, disk / "stick"
    stick.mkdir()
    key = signed.key
    review.begin_correction(desk, key, "补充佐证")
    evidence.add_note(desk, key, WORDS)
    assert submit.sign(desk, [key], PIN)[0].digest
    attempted(
        disk,
        lambda: packets.export(desk, stick / "评审.zhubi"),
        lambda: [(each.name, each.read_bytes()[-32:]) for each in stick.iterdir()],
    )
    received = receive_packet(signed.office, stick / "评审.zhubi", signed.office_clock())
    assert (received.fresh, received.evidence) == (3, 1)
    answer = tmp_path / "回执.zhubi"
    write_answers(
        signed.office, received.person, answer, heard=received.heard, results=received.results,
        now=signed.office_clock(),
    )  # fmt: skip
    signed.leave()
    signed.close_office()
    moved(signed.expert_home, disk)
    desk, filler, problems = signed.open_desk(), Filler(disk), 0
    for pages in ROOMS[:6]:
        filler.leave(pages)
        try:
            taken = packets.import_packet(desk, answer)
            if taken.problem:
                assert is_sentence(taken.problem) and taken.problem_kind == "store.disk-full"
                problems += 1
        except ZhubiError as problem:
            assert problem.kind == "store.disk-full"
            assert is_sentence(said(problem))
            problems += 1
        filler.gone()
    assert problems, "the disk was never full"
    assert not packets.import_packet(desk, answer).problem
    assert not packets.import_packet(desk, answer).changed
    assert {row.stage for row in overview.rows(desk, None, 0, 9)} == {"submitted"}
    desk.close()


@pytest.mark.slow
def test_an_office_whose_disk_is_full_says_so_and_takes_it_later(
    signed: Town, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve_without_limits(monkeypatch)
    hurry(monkeypatch)
    monkeypatch.setattr("zhubi.expert.sync.uploading._PAUSE", 0.0)
    signed.close_office()
    moved(signed.office_home, disk)
    filler, refused = Filler(disk), 0
    signed.meet_at(signed.url)
    assert not signed.sync().problem
    desk, key = signed.desk, signed.key
    for number, pages in enumerate(ROOMS, 1):
        review.begin_correction(desk, key, f"第{number}次更正")
        piece = evidence.add_note(desk, key, WORDS * number).digest
        (done,) = submit.sign(desk, [key], PIN)
        filler.leave(pages)
        for report in (signed.sync(), signed.sync()):
            if report.problem:
                refused += 1
                assert is_sentence(report.problem), report
        filler.gone()
        assert not signed.sync().problem
        assert desk.store.receipts.get(done.digest) is not None
        assert desk.store.evidence.receipt(key, piece) is not None
    assert refused, "the disk was never full"
    assert sorted(signed.held().values()).count("review") == 2 + len(ROOMS)
