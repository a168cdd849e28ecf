"""佐证: sealed as it is added, signed by digest, sent after its record, and never lost before it is accepted."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import RecordType
from zhubi.expert.desk import evidence, evidencefiles, overview, purge, review, submit, synchronise, undo
from zhubi.expert.desk.views import ReviewKey
from zhubi.office.vault.evidence import evidence_of_round, open_evidence, write_evidence

from .test_review import fill, key_of

PIN = "246810"
SECRET = "现场铭牌-编号7731"


@pytest.fixture
def key(unsealed: Any) -> ReviewKey:
    return key_of(unsealed, "DZ26-002")


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "检测记录.bin"
    path.write_bytes(SECRET.encode() * 20_000)
    return path


def photograph(path: Path) -> Path:
    exif = Image.Exif()
    exif[0x0132] = "2026:07:03 10:15:42"
    exif.get_ifd(0x8825).update({1: "N", 2: (29.0, 42.0, 21.96), 3: "E", 4: (105.0, 43.0, 2.0)})
    Image.effect_noise((320, 240), 60).convert("RGB").save(path, "JPEG", exif=exif)
    return path


def sent(desk: Any, key: ReviewKey) -> None:
    fill(desk, key)
    assert [each.problem for each in submit.sign(desk, [key], PIN)] == [""]
    report = submit.submit(desk)
    assert report.problem == ""


def on_disk(desk: Any) -> bytes:
    return b"".join(path.read_bytes() for path in desk.directory.rglob("*") if path.is_file())


def kind_of(act: Any, *given: Any, **named: Any) -> str:
    with pytest.raises(ZhubiError) as caught:
        act(*given, **named)
    return caught.value.kind


def test_a_file_is_sealed_to_the_office_and_to_its_author_at_once(
    unsealed: Any, key: ReviewKey, paper: Path
) -> None:
    desk = unsealed.desk
    row = evidence.add(desk, key, paper)
    assert (row.name, row.state, row.size) == ("检测记录.bin", "draft", len(SECRET.encode()) * 20_000)
    assert SECRET.encode() not in on_disk(desk)
    opened = BytesIO()
    evidence.pour(desk, key, row.digest, opened)
    assert opened.getvalue() == paper.read_bytes()
    assert [each.digest for each in evidence.rows(desk, key)] == [row.digest]


def test_the_place_of_a_photograph_goes_and_its_time_is_told(
    unsealed: Any, key: ReviewKey, tmp_path: Path
) -> None:
    desk = unsealed.desk
    path = photograph(tmp_path / "车间.jpg")
    row = evidence.add(desk, key, path)
    assert (row.taken_at, row.location, row.media_type) == ("2026-07-03 10:15:42", "removed", "image/jpeg")
    opened = BytesIO()
    evidence.pour(desk, key, row.digest, opened)
    assert b"\x88\x25" not in opened.getvalue()[:400]
    kept = evidence.add(desk, key, path, keep_location=True)
    assert (kept.location, kept.taken_at) == ("kept", "2026-07-03 10:15:42")
    whole = BytesIO()
    evidence.pour(desk, key, kept.digest, whole)
    assert whole.getvalue() == path.read_bytes()
    small = evidence.thumbnail(desk, key, row.digest, 80, 60)
    assert small is not None
    with Image.open(BytesIO(small.png)) as picture:
        assert picture.size == (80, 60)


def test_what_is_no_photograph_stays_as_it_is_and_has_no_picture(
    unsealed: Any, key: ReviewKey, paper: Path
) -> None:
    row = evidence.add(unsealed.desk, key, paper)
    assert row.location == ""
    assert evidence.thumbnail(unsealed.desk, key, row.digest, 80, 60) is None


def test_it_goes_after_its_record_and_is_proven(unsealed: Any, key: ReviewKey, paper: Path) -> None:
    desk = unsealed.desk
    row = evidence.add(desk, key, paper)
    synchronise.sync(desk)
    assert unsealed.office.blobs.size(row.digest) is None
    assert not unsealed.office.blobs.pieces("partial")
    sent(desk, key)
    found = overview.row(desk, key)
    assert found is not None
    assert (found.stage, found.flags & {"evidence-pending"}) == ("submitted", frozenset())
    assert evidence.rows(desk, key)[0].state == "accepted"
    assert desk.store.evidence.receipt(key, row.digest) is not None
    opened = BytesIO()
    open_evidence(unsealed.office, row.digest, opened)
    assert opened.getvalue() == paper.read_bytes()
    with unsealed.office.ledger.reading() as reading:
        (arrived,) = evidence_of_round(reading, unsealed.round)
        assert len([each for each in reading.by_type(RecordType.ACCEPTANCE) if each.body.evidence]) == 1
    assert (arrived.name, arrived.accepted) == ("陈思远", True)
    written = write_evidence(unsealed.office, arrived, unsealed.folder / "opened")
    assert written.read_bytes() == paper.read_bytes()


def test_until_it_is_accepted_it_is_told_to_be_on_its_way(
    unsealed: Any, key: ReviewKey, paper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = unsealed.desk
    evidence.add(desk, key, paper)
    with monkeypatch.context() as broken:
        broken.setattr("zhubi.expert.sync.synchronising.send_evidence", lambda *given: None)
        sent(desk, key)
        row = overview.row(desk, key)
        assert row is not None
        assert (row.stage, "evidence-pending" in row.flags) == ("submitted", True)
        assert evidence.rows(desk, key)[0].state == "waiting"
    synchronise.sync(desk)
    row = overview.row(desk, key)
    assert row is not None
    assert "evidence-pending" not in row.flags


def test_a_purge_leaves_what_is_not_accepted_and_it_still_arrives(
    unsealed: Any, key: ReviewKey, paper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = unsealed.desk
    waiting = evidence.add(desk, key, paper)
    with monkeypatch.context() as broken:
        broken.setattr("zhubi.expert.sync.synchronising.send_evidence", lambda *given: None)
        sent(desk, key)
        other = next(each.key for each in overview.rows(desk, None, 0, 9) if each.key != key)
        unsigned = evidence.add_note(desk, other, "只是草稿")
        unsealed.clock.on(days=3)
        unsealed.change(unsealed.round, "end")
        synchronise.sync(desk)
        planned = purge.plan(desk, unsealed.round)
        assert planned.evidence == 1
        purge.purge_round(desk, unsealed.round, PIN)
    assert desk.store.blobs.file(waiting.digest).exists()
    assert not desk.store.blobs.file(unsigned.digest).exists()
    assert synchronise.sync(desk).problem == ""
    assert unsealed.office.blobs.size(waiting.digest)
    assert not desk.store.blobs.file(waiting.digest).exists()
    assert desk.store.evidence.receipt(key, waiting.digest) is not None, "and the proof of it stays"


def test_accepted_evidence_goes_with_a_purge(unsealed: Any, key: ReviewKey, paper: Path) -> None:
    desk = unsealed.desk
    row = evidence.add(desk, key, paper)
    sent(desk, key)
    unsealed.clock.on(days=3)
    unsealed.change(unsealed.round, "end")
    synchronise.sync(desk)
    assert purge.plan(desk, unsealed.round).evidence == 0
    purge.purge_round(desk, unsealed.round, PIN)
    assert not desk.store.blobs.file(row.digest).exists()
    assert desk.store.evidence.receipt(key, row.digest) is not None


def test_taking_it_off_is_undone_like_any_edit(unsealed: Any, key: ReviewKey, paper: Path) -> None:
    desk = unsealed.desk
    row = evidence.add(desk, key, paper)
    evidence.remove(desk, key, row.digest)
    assert evidence.rows(desk, key) == ()
    _, told = undo.undo(desk, key)
    assert told is not None
    assert "佐证" in told.sentence
    assert [each.digest for each in evidence.rows(desk, key)] == [row.digest]
    undo.undo(desk, key)
    assert evidence.rows(desk, key) == ()
    undo.redo(desk, key)
    opened = BytesIO()
    evidence.pour(desk, key, row.digest, opened)
    assert opened.getvalue() == paper.read_bytes()


def test_what_stays_off_is_gone_when_the_app_is_left(unsealed: Any, key: ReviewKey, paper: Path) -> None:
    desk = unsealed.desk
    off, on = evidence.add(desk, key, paper), evidence.add_note(desk, key, "设备铭牌与任务书一致")
    evidence.remove(desk, key, off.digest)
    files = desk.store.blobs.file(off.digest), desk.store.blobs.file(on.digest)
    desk.close()
    assert [path.exists() for path in files] == [False, True]
    again = unsealed.open()
    assert [each.digest for each in evidence.rows(again, key)] == [on.digest]


def test_it_supports_a_line_that_the_sheet_has(unsealed: Any, key: ReviewKey) -> None:
    desk = unsealed.desk
    found = review.open_review(desk, key)
    line = f"finding:{found.kind.findings[0].id}" if found.kind.findings else ""
    row = evidence.add_note(desk, key, "见现场记录", about=line)
    assert bool(row.about_name) == bool(line)
    assert kind_of(evidence.attach, desk, key, row.digest, "finding:no-such") == "desk.bad-evidence-line"
    evidence.attach(desk, key, row.digest, "")
    assert evidence.rows(desk, key)[0].about == ""


def test_what_cannot_be_added_is_named(
    unsealed: Any, key: ReviewKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = unsealed.desk
    empty = tmp_path / "空.txt"
    empty.touch()
    for path in (tmp_path / "没有.jpg", tmp_path, empty):
        assert kind_of(evidence.add, desk, key, path) == "desk.evidence-unreadable"
    broken = tmp_path / "坏.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe1\xff\xff")
    assert kind_of(evidence.add, desk, key, broken) == "reading.location-stays"
    assert evidence.add(desk, key, broken, keep_location=True).location == "kept"
    monkeypatch.setattr(evidencefiles, "LARGEST", 10)
    large = tmp_path / "大.bin"
    large.write_bytes(b"x" * 11)
    assert kind_of(evidence.add, desk, key, large) == "desk.evidence-too-large"
    assert kind_of(evidence.add_note, desk, key, " \n ") == "desk.evidence-empty"
    assert kind_of(evidence.remove, desk, key, "0" * 64) == "desk.no-evidence"
    assert len(evidence.rows(desk, key)) == 1


def test_an_original_is_deleted_and_that_is_not_called_destroyed(tmp_path: Path) -> None:
    path = tmp_path / "车间.jpg"
    path.write_bytes(b"x")
    said = evidence.delete_original(path)
    assert not path.exists()
    assert "删除不等于销毁" in said
    assert kind_of(evidence.delete_original, path) == "desk.cannot-delete"


def test_a_crash_between_row_and_file_is_mended_at_the_next_opening(
    unsealed: Any, key: ReviewKey, paper: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = unsealed.desk
    room = type(desk.store.evidence)

    class Killed(BaseException):
        pass

    def killed(_: Any) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(room, "settle", killed)
        broken.setattr("zhubi.expert.store.evidence.Sealing.__exit__", lambda *given: None)
        with pytest.raises(Killed):
            evidence.add(desk, key, paper)
    (row,) = evidence.rows(desk, key)
    (desk.directory / "evidence" / "0123").write_bytes(b"cut short")
    assert not desk.store.blobs.file(row.digest).exists()
    desk.close()
    again = unsealed.open()
    assert not list((again.directory / "evidence").iterdir())
    opened = BytesIO()
    evidence.pour(again, key, row.digest, opened)
    assert opened.getvalue() == paper.read_bytes()


def test_a_page_signed_by_hand_comes_back_as_evidence_of_the_record_whose_code_it_shows(
    unsealed: Any, key: ReviewKey, paper: Path
) -> None:
    from zhubi.core.trust.receipts import receipt_code

    desk = unsealed.desk
    sent(desk, key)
    stood = desk.store.assignments.view(key, now=desk.clock())
    assert stood is not None and stood.review is not None
    signed = stood.review.digest
    review.begin_correction(desk, key, "附纸质签字页")
    assert kind_of(evidence.add, desk, key, paper, about="signature:0000-00") == "desk.bad-evidence-line"
    added = evidence.add(desk, key, paper, about=f"signature:{receipt_code(signed).lower()}")
    assert added.about == f"signature:{signed}"
    assert added.about_name == "纸质签字"
    assert [each.problem for each in submit.sign(desk, [key], PIN)] == [""]
    assert submit.submit(desk).problem == ""
    synchronise.sync(desk)
    assert [each.state for each in evidence.rows(desk, key)] == ["accepted"]
