"""Letters over HTTP: the office holds sealed bytes and a leaf, and nothing that says whose or what they are."""

from __future__ import annotations

import logging
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from zhubi.core.model.records import ContactReportBody, RecordType
from zhubi.core.trust.canonical import sha256_hex
from zhubi.core.trust.chance import uuid7
from zhubi.core.trust.letters import MOST_BYTES, seal_letter
from zhubi.core.trust.proofs import verify_proof
from zhubi.core.trust.records import sign
from zhubi.core.trust.sealing import SealingKey, seal
from zhubi.office.ledger.acts import Actor, compose
from zhubi.office.ledger.tables import metadata
from zhubi.office.opening import Office, add_staff
from zhubi.office.vault.errors import VaultError
from zhubi.office.vault.letters import read_letters

CANARY = "金丝雀七四一"


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """The files of this database are looked through."""
    return f"sqlite:///{tmp_path / 'office.db'}"


@pytest.fixture
def inspector(office: Office) -> Actor:
    return add_staff(office, "纪检甲", "inspector")


def reported(
    office: Office, pen: Any, *, key: Any = None, kind: RecordType = RecordType.CONTACT_REPORT, **said: Any
) -> str:
    body = ContactReportBody.model_validate({"who": CANARY, "asked": f"请求关照{CANARY}"} | said)
    return compose(office.ledger, Actor(pen.person, key or pen.signing), kind, body, now=office.clock())


def recipients(office: Office) -> list[str]:
    return [each.sealing or "" for each in office.ledger.registry().staff("inspector")]


def post(pen: Any, sealed: bytes) -> Any:
    return pen.ask("POST", "/v1/letters", content=sealed)


def rows(office: Office) -> Counter[tuple[str, str]]:
    with office.ledger.reading() as reading:
        return Counter(
            (table.name, repr(tuple(row)))
            for table in metadata.sorted_tables
            for row in reading.conn.execute(select(table))
        )


def bytes_of(*places: Path) -> bytes:
    found = [path for place in places for path in sorted(place.rglob("*")) if path.is_file()]
    return b"\n".join(path.read_bytes() for path in found)


def test_the_office_keeps_a_leaf_and_ciphertext_and_no_word_of_who_or_what(
    office: Office, scene: Any, inspector: Actor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    pen, other = scene.pen(), scene.pen()
    for each in (pen, other):
        each.sign_in()
    sealed = seal_letter(reported(office, pen), recipients(office))
    before = rows(office)
    feeds = [each.get("/v1/feed").json()["items"] for each in (pen, other)]
    answer = post(pen, sealed)
    assert answer.status_code == 200, answer.text
    new = rows(office) - before
    assert {table for table, _ in new} == {"letters", "nodes", "checkpoints"}
    hidden = (pen.person, pen.signing.kid, pen.transport.kid, "contact", CANARY)
    for _, row in new:
        assert not any(each in row for each in hidden)
    (letter,) = [row for table, row in new if table == "letters"]
    assert letter.count(",") == repr((0, sha256_hex(sealed), sealed)).count(",")
    files = bytes_of(tmp_path)
    assert sealed in files or sealed[:64] in files
    for each in (CANARY, "contact-report", "contact_report"):
        assert each.encode() not in files
    assert [each.get("/v1/feed").json()["items"] for each in (pen, other)] == feeds
    digest = answer.json()["digest"]
    for path in (f"/v1/records/{digest}", f"/v1/uploads/{digest}", f"/v1/blobs/{digest}"):
        assert pen.ask("GET", path).status_code == 404
        assert other.ask("GET", path).status_code == 404
    signed_in = [row for table, row in rows(office) if table == "used_tokens"]
    assert signed_in and not any(each in row for row in signed_in for each in hidden)
    said = caplog.text + answer.text + other.ask("GET", f"/v1/log/proof/{digest}").text
    said += other.ask("GET", "/v1/log/checkpoint").text + str(answer.headers)
    assert not any(each in said for each in hidden)


def test_the_log_proves_that_it_arrived_and_the_same_again_is_the_same_leaf(
    office: Office, scene: Any, inspector: Actor
) -> None:
    pen, other = scene.pen(), scene.pen()
    sealed = seal_letter(reported(office, pen), recipients(office))
    first, again, through_other = (
        post(pen, sealed).json(),
        post(pen, sealed).json(),
        post(other, sealed).json(),
    )
    assert first == again == through_other
    assert first["digest"] == sha256_hex(sealed)
    verify_proof(first["proof"], first["digest"], pen.invitation.pins)
    assert len(read_letters(office, inspector.author)) == 1


def test_an_inspector_reads_who_reports_what(office: Office, scene: Any, inspector: Actor) -> None:
    pen = scene.pen()
    sealed = seal_letter(reported(office, pen, gift="礼盒一份，已退回"), recipients(office))
    post(pen, sealed)
    (found,) = read_letters(office, inspector.author)
    assert found.fault is None and found.letter is not None
    assert (found.letter.author.person, found.letter.author.name) == (pen.person, pen.invitation.name)
    assert (found.letter.report.who, found.letter.report.gift) == (CANARY, "礼盒一份，已退回")
    assert found.logged_at is not None and found.size == len(sealed)


def test_the_others_on_the_staff_are_refused_by_name(office: Office, inspector: Actor) -> None:
    for actor in (
        office.staff(),
        add_staff(office, "秘书乙", "secretary"),
        add_staff(office, "审计丙", "auditor"),
    ):
        with pytest.raises(VaultError) as caught:
            read_letters(office, actor.author)
        assert caught.value.kind == "vault.letters-closed"
        assert caught.value.details["inspectors"] == "纪检甲"


def test_an_inspector_whose_key_was_revoked_opens_no_more(
    office: Office, inspector: Actor, house: Any
) -> None:
    from zhubi.core.model.records import RevocationBody

    body = RevocationBody(person=inspector.author, kid=inspector.key.kid, reason="调离")
    house.log(office.staff(), RecordType.REVOCATION, body)
    with pytest.raises(VaultError) as caught:
        read_letters(office, inspector.author)
    assert caught.value.kind == "vault.letters-closed"


def test_a_letter_from_before_an_inspectors_time_stays_closed_to_them(
    office: Office, scene: Any, inspector: Actor
) -> None:
    pen = scene.pen()
    post(pen, seal_letter(reported(office, pen), recipients(office)))
    newer = add_staff(office, "纪检乙", "inspector")
    (found,) = read_letters(office, newer.author)
    assert found.letter is None and found.fault is not None and found.fault.kind == "trust.cannot-open"
    assert read_letters(office, inspector.author)[0].letter is not None


def test_a_report_by_a_revoked_device_or_in_anothers_name_does_not_count(
    office: Office, scene: Any, inspector: Actor, house: Any
) -> None:
    from zhubi.core.model.records import RevocationBody

    pen, other = scene.pen(), scene.pen()
    late = seal_letter(reported(office, pen), recipients(office))
    before = seal_letter(reported(office, pen), recipients(office))
    forged = seal_letter(reported(office, pen, key=other.signing), recipients(office))
    signed_in = {"Authorization": f"Bearer {pen.sign_in()}"}
    post(other, before)
    body = RevocationBody(person=pen.person, kid=pen.signing.kid, reason="遗失")
    house.log(office.staff(), RecordType.REVOCATION, body)
    assert pen.http.post("/v1/letters", content=late, headers=signed_in).status_code == 401
    post(other, late)
    post(other, forged)
    first, second, third = read_letters(office, inspector.author)
    assert first.letter is not None
    for found, reason in ((second, "key"), (third, "author")):
        assert found.letter is None and found.fault is not None
        assert (found.fault.kind, found.fault.details["reason"]) == ("trust.letter-record", reason)


def test_what_is_inside_is_foreign_until_it_is_read_cleanly(
    office: Office, scene: Any, inspector: Actor
) -> None:
    pen = scene.pen()
    from zhubi.core.trust.records import peek

    honest, _ = peek(reported(office, pen))
    for number, words in enumerate(("\x1b]52;c;Zm9v\x07", "x\u202egpj.exe", "a\x00b")):
        payload = {**honest, "id": uuid7(office.clock()), "nonce": f"{number:032d}"}
        payload["body"] = {**honest["body"], "words": words}  # type: ignore[dict-item]
        assert post(pen, seal_letter(sign(payload, pen.signing), recipients(office))).status_code == 200
    assert post(pen, seal(b"no record\n".ljust(4096, b"\n"), recipients(office))).status_code == 200
    for found in read_letters(office, inspector.author):
        assert found.letter is None and found.fault is not None
        assert found.fault.kind in ("trust.letter-record", "trust.malformed-record", "trust.not-canonical")


def test_two_seals_around_one_report_are_told_to_be_the_same(
    office: Office, scene: Any, inspector: Actor
) -> None:
    pen = scene.pen()
    compact = reported(office, pen)
    for _ in range(2):
        post(pen, seal_letter(compact, recipients(office)))
    first, second = read_letters(office, inspector.author)
    assert (first.same_as, second.same_as) == (None, first.index)


def test_a_report_in_the_open_is_refused_and_nothing_of_it_is_kept(office: Office, scene: Any) -> None:
    pen = scene.pen()
    pen.sign_in()
    before = rows(office)
    (result,) = pen.deliver(reported(office, pen))
    assert (result.status, result.kind, result.refusal) == ("refused", "rounds.only-sealed", None)
    assert rows(office) == before


@pytest.mark.parametrize("bad", [b"", b"in the open", b"age-encryption.org/v1\n" + b"x" * MOST_BYTES])
def test_what_is_no_letter_is_refused(office: Office, scene: Any, bad: bytes) -> None:
    pen = scene.pen()
    pen.sign_in()
    before = rows(office)
    assert post(pen, bad).status_code in (413, 422)
    assert rows(office) == before


def test_without_a_token_nothing_is_taken(office: Office, scene: Any) -> None:
    pen = scene.pen()
    sealed = seal_letter("a.b.c", [SealingKey.generate().recipient])
    assert pen.http.post("/v1/letters", content=sealed).status_code == 401


def test_a_flood_is_held_back(office: Office, scene: Any) -> None:
    pen, other = scene.pen(), scene.pen()
    sealed = seal_letter("a.b.c", [SealingKey.generate().recipient])
    answers = [post(pen, sealed) for _ in range(15)]
    assert answers[0].status_code == 200 and answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert post(other, sealed).status_code == 200
