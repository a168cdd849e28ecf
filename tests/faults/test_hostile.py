"""Text that means harm, from applicants and from an office that cleans nothing: cleaned or refused where it enters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.model.dossier import Card, Section
from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.text import clean_line, clean_text
from zhubi.core.trust.chance import nonce, uuid7
from zhubi.core.trust.records import sign as sign_record
from zhubi.expert.desk import reading, review
from zhubi.expert.sync.verifying import Verifier
from zhubi.office.intake.importing import import_path
from zhubi.office.intake.source import SourceDossier
from zhubi.office.rounds.windows import open_round
from zhubi.office.vault.sealing import SourceContent

from .house import KIND, POLICY, Town, is_sentence, said, write_dossier

HARM = [
    "\x1b[2J", "\x1b]52;c;QQ==\x07", "\x1b]8;;http://x\x1b\\", "\x9b31m", "\x90x\x9c", "\u202eabc", "\u2066x",
    "a\u200bb", "\x00", "\x07", "\x7f", "a\rb", "\ufeffx", "\U000e0041", "\u2028", "x\x08\x08",
]  # fmt: skip


def harmless(text: str) -> bool:
    return clean_text(text) == text


# Through intake


def imported(town: Town, folder: Path) -> Any:
    return import_path(town.office, town.office.staff(), folder, now=town.office_clock())


@pytest.mark.parametrize(
    "name",
    ["../../../../etc/passwd", "/etc/passwd", "..\\..\\x.txt", "链接.txt", "无此文件.txt", "", ".", "a\x00b"],
)
def test_a_file_name_that_leads_out_brings_nothing_in(newcomer: Town, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "brought"
    write_dossier(folder, "DZ-9")
    file = folder / "DZ-9" / "dossier.toml"
    (folder / "DZ-9" / "链接.txt").symlink_to("/etc/passwd")
    text = file.read_text(encoding="utf-8").replace('"报告.txt"', json.dumps(name))
    file.write_text(text, encoding="utf-8")
    with newcomer.office.ledger.reading() as before:
        size = before.size()
    with pytest.raises(ZhubiError) as caught:
        imported(newcomer, folder)
    assert said(caught.value)
    with newcomer.office.ledger.reading() as after:
        assert after.size() == size


def test_a_file_name_with_unseen_letters_is_cleaned(newcomer: Town, tmp_path: Path) -> None:
    folder = tmp_path / "brought"
    write_dossier(folder, "DZ-9")
    home = folder / "DZ-9"
    name = "报\u202e告\x1b[2Jfdp.txt"
    (home / "报告.txt").rename(home / name)
    file = home / "dossier.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace('"报告.txt"', json.dumps(name)), encoding="utf-8"
    )
    assert imported(newcomer, folder)[0].outcome == "new"


@pytest.mark.parametrize(
    "line",
    [
        "total_budget = 99_999_999_999_999_999", "total_budget = -99_999_999_999_999_999", "total_budget = 1.5",
        "total_budget = nan", "total_budget = inf", "total_budget = 0x7fffffffffffffffffffffffff",
    ],
)  # fmt: skip
def test_money_out_of_range_is_named(newcomer: Town, tmp_path: Path, line: str) -> None:
    folder = tmp_path / "brought"
    write_dossier(folder, "DZ-9")
    file = folder / "DZ-9" / "dossier.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace("total_budget = 3_600_000", line), encoding="utf-8"
    )
    with pytest.raises(ZhubiError) as caught:
        imported(newcomer, folder)
    assert said(caught.value)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", '"soon"', "20260306", "1.5"])
def test_a_day_out_of_range_is_named(newcomer: Town, tmp_path: Path, day: str) -> None:
    folder = tmp_path / "brought"
    write_dossier(folder, "DZ-9")
    file = folder / "DZ-9" / "dossier.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("2026-03-06", day), encoding="utf-8")
    with pytest.raises(ZhubiError) as caught:
        imported(newcomer, folder)
    assert said(caught.value)


@pytest.mark.parametrize("harm", HARM)
def test_no_clean_text_holds_harm(harm: str) -> None:
    for text in (clean_line(f"题{harm}目"), clean_text(f"题{harm}目")):
        assert harmless(text)
        assert not any(ord(each) < 32 and each != "\n" for each in text)
        assert not any(0x7F <= ord(each) <= 0x9F for each in text)


# From an office that cleans nothing


def spoken(town: Town, kind: str, body: dict[str, Any]) -> str:
    """A record rightly signed by the office's staff, of which nothing was checked."""
    actor = town.office.staff()
    payload = {
        "author": actor.author, "body": body, "id": uuid7(town.office_clock()), "made_at": "2026-07-03T01:00:00Z",
        "nonce": nonce(), "origin": town.office.ledger.origin, "relies_on": [], "round": town.round, "seen": None,
        "subjects": [], "supersedes": [], "type": kind,
    }  # fmt: skip
    return sign_record(payload, actor.key)


ROUND = {
    "title": "场次", "kind": KIND, "rulebook": "a" * 64, "overrides": {}, "opens_at": "2026-07-03T01:00:00Z",
    "closes_at": "2026-07-08T01:00:00Z", "organiser": "某局",
}  # fmt: skip
PERSON = "01920000-0000-7000-8000-000000000000"
BODIES = {
    "round title": ("round", {**ROUND, "title": "HARM"}),
    "round organiser": ("round", {**ROUND, "organiser": "HARM"}),
    "change reason": ("round-change", {"change": "close", "reason": "HARM"}),
    "return words": ("return", {"review": "a" * 64, "person": PERSON, "words": "HARM"}),
    "decision words": (
        "decision",
        {"about": "a" * 64, "person": PERSON, "matter": "late", "granted": True, "words": "HARM"},
    ),
    "assignment reason": ("assignment", {"action": "assign", "person": PERSON, "reason": "HARM"}),
    "assignment role": ("assignment", {"action": "assign", "person": PERSON, "role": "HARM"}),
    "refusal details": (
        "refusal", {"record": "a" * 64, "person": PERSON, "kind": "rules.x", "details": {"found": "HARM"}},
    ),
    "refusal names": (
        "refusal", {"record": "a" * 64, "person": PERSON, "kind": "rules.x", "details": {"HARM": "x"}},
    ),
    "invitation name": (
        "invitation",
        {"person": PERSON, "name": "HARM", "code_hash": "a" * 64, "expires_at": "2026-07-03T01:00:00Z"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", BODIES)
def test_a_record_with_harm_in_it_is_no_record(town: Town, place: str) -> None:
    kind, body = BODIES[place]
    office = town.desk.store.offices.all()[0]
    for harm in HARM:
        harmed = json.loads(json.dumps(body).replace("HARM", json.dumps(f"x{harm}y")[1:-1]))
        with pytest.raises(ZhubiError) as caught:
            Verifier(town.desk.store, office).read(spoken(town, kind, harmed), None)
        assert caught.value.kind == "sync.bad-record"
        assert harmless(said(caught.value))


@pytest.mark.parametrize(
    "moment",
    ["10000-01-01T00:00:00Z", "2026-13-01T00:00:00Z", "0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z",
     "9999-12-31T23:59:59Z", "2026-07-03T01:00:00Z\n", "２０２６-07-03T01:00:00Z", "2026-07-03T25:00:00Z"],
)  # fmt: skip
def test_a_moment_out_of_range_is_no_moment(town: Town, moment: str) -> None:
    office = town.desk.store.offices.all()[0]
    with pytest.raises(ZhubiError) as caught:
        Verifier(town.desk.store, office).read(spoken(town, "round", {**ROUND, "closes_at": moment}), None)
    assert caught.value.kind == "sync.bad-record"
    said(caught.value)


def test_a_round_beyond_all_dates_is_not_opened(newcomer: Town) -> None:
    from datetime import UTC, datetime

    from zhubi.core.rules.compile import shipped

    with pytest.raises(ZhubiError) as caught:
        open_round(
            newcomer.office, newcomer.office.staff(), title="场次", policy=shipped(POLICY), kind=KIND,
            opens_at=newcomer.office_clock(), closes_at=datetime(9999, 1, 1, tzinfo=UTC), now=newcomer.office_clock(),
        )  # fmt: skip
    said(caught.value)


@pytest.mark.parametrize("harm", HARM)
def test_sealed_text_with_harm_in_it_is_not_opened(
    declared: Town, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    """What is inside the seal is read by nobody but us: the last place where harm can be kept out."""
    from zhubi.office.intake.importing import take_in

    if clean_text(f"x{harm}y") == f"x{harm}y":
        return
    section = Section.model_construct(id="overview", heading="一", level=1, text=f"x{harm}y")
    with declared.office.ledger.reading() as known:
        stored = known.dossier_by_code("DZ-1")
    assert stored is not None
    card = Card.model_validate(stored.body.card.model_dump())  # type: ignore[union-attr]
    source = SourceDossier(SourceContent(card=card, sections=(section,)), ())
    monkeypatch.setattr("zhubi.office.intake.importing._is_same", lambda *_: False)
    take_in(declared.office, declared.office.staff(), [source], update=True, now=declared.office_clock())
    report = declared.sync()
    assert report.problem == "" or is_sentence(report.problem)
    row = next(each for each in declared.rows() if each.code == "DZ-1")
    with pytest.raises(ZhubiError) as caught:
        reading.content(declared.desk, row.key)
    assert caught.value.kind == "desk.sealed-other"
    assert harmless(said(caught.value))
    assert review.open_review(declared.desk, row.key).content is None
