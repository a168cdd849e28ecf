"""Contact reports: sealed to the inspectors alone, delivered as a letter, and unreadable here afterwards."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk import contact
from zhubi.expert.desk.contact import ContactReport
from zhubi.expert.desk.synchronise import sync

PIN = "246810"
CANARY = "金丝雀三九二"
REPORT = ContactReport(
    who=f"某公司副总{CANARY}", when="11月19日晚", how="电话", project="DZ26-001", asked=f"请求打高分{CANARY}",
    gift="称有“辛苦费”，当场拒绝", words="通话约三分钟。\n号码已记。",
)  # fmt: skip


@pytest.fixture
def desk(story: Any) -> Any:
    """An expert who has no round yet, with an office that has one inspector."""
    from zhubi.office.opening import add_staff

    add_staff(story.office, "纪检甲", "inspector")
    desk = story.enrol(story.invite())
    story.sync(desk)
    return desk


def origin(desk: Any) -> str:
    return desk.store.offices.all()[0].office


def send(desk: Any, report: ContactReport = REPORT, *, keep_copy: bool = False, pin: str = PIN) -> Any:
    return contact.send_report(desk, origin(desk), report, pin, keep_copy=keep_copy)


def opened(story: Any, inspector: str = "纪检甲") -> list[Any]:
    from zhubi.office.vault.letters import read_letters

    return read_letters(story.office, story.office.staff(inspector).author)


def files_of(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_report_reaches_the_inspector_and_the_log_proves_it(story: Any, desk: Any) -> None:
    row = send(desk)
    assert row.delivered_at is None
    assert opened(story) == []
    story.sync(desk)
    (now,) = contact.letters(desk)
    assert now.delivered_at is not None and (now.digest, now.code) == (row.digest, row.code)
    (found,) = opened(story)
    assert (found.code, found.size) == (row.code, row.size)
    assert found.letter.author.name == "陈思远"
    report = found.letter.report
    assert ContactReport(**report.model_dump()) == REPORT
    assert found.letter.payload.seen is not None
    story.sync(desk)
    assert len(opened(story)) == 1


def test_it_can_be_sent_before_any_commitment_and_every_inspector_reads_it(story: Any, desk: Any) -> None:
    from zhubi.office.opening import add_staff

    add_staff(story.office, "纪检乙", "inspector")
    story.sync(desk)
    view = contact.contact(desk, origin(desk))
    assert view.inspectors == ("纪检甲", "纪检乙")
    send(desk)
    story.sync(desk)
    for name in view.inspectors:
        assert opened(story, name)[0].letter.report.who == REPORT.who


def test_without_an_inspector_nothing_is_signed_or_kept(story: Any) -> None:
    desk = story.enrol(story.invite())
    story.sync(desk)
    assert contact.contact(desk, origin(desk)).inspectors == ()
    contact.keep_draft(desk, origin(desk), REPORT)
    with pytest.raises(ZhubiError) as caught:
        send(desk)
    assert caught.value.kind == "contact.no-inspector"
    assert contact.letters(desk) == ()
    assert contact.contact(desk, origin(desk)).report == REPORT


def test_a_revoked_inspector_is_sealed_to_no_more(story: Any, desk: Any) -> None:
    from zhubi.core.model.records import RecordType, RevocationBody
    from zhubi.office.ledger.acts import compose
    from zhubi.office.opening import add_staff

    gone = story.office.staff("纪检甲")
    body = RevocationBody(person=gone.author, kid=gone.key.kid, reason="调离")
    compact = compose(story.office.ledger, story.staff, RecordType.REVOCATION, body, now=story.clock())
    with story.office.ledger.writing() as writing:
        writing.append(compact)
    add_staff(story.office, "纪检乙", "inspector")
    story.sync(desk)
    assert contact.contact(desk, origin(desk)).inspectors == ("纪检乙",)


def test_offline_it_waits_and_is_sent_once(story: Any, desk: Any) -> None:
    story.server.stop()
    send(desk)
    assert sync(desk).problem
    assert contact.letters(desk)[0].delivered_at is None
    from zhubi.office.api.serving import serve_in_thread

    story.server = serve_in_thread(story.office, int(story.url.rpartition(":")[2]))
    story.sync(desk)
    story.sync(desk)
    assert contact.letters(desk)[0].delivered_at is not None
    assert len(opened(story)) == 1


def test_an_answer_that_was_lost_makes_no_second_leaf(story: Any, desk: Any) -> None:
    from zhubi.core.wire.client import OfficeClient

    send(desk)
    real = OfficeClient.send_letter

    def cut(self: OfficeClient, sealed: bytes) -> Any:
        real(self, sealed)
        from zhubi.core.wire.errors import WireError

        raise WireError("wire.cut", "the answer was lost")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OfficeClient, "send_letter", cut)
        assert sync(desk).problem
    assert contact.letters(desk)[0].delivered_at is None
    size = story.office.ledger.checkpoint().split("\n")[1]
    story.sync(desk)
    assert contact.letters(desk)[0].delivered_at is not None
    assert story.office.ledger.checkpoint().split("\n")[1] == size


def test_another_proof_than_that_of_the_letter_is_not_believed(story: Any, desk: Any) -> None:
    from zhubi.core.wire.client import OfficeClient

    send(desk)
    send(desk, replace(REPORT, who="另一人"))
    real, first = OfficeClient.send_letter, []

    def swapped(self: OfficeClient, sealed: bytes) -> Any:
        answer = real(self, sealed)
        first.append(answer)
        return answer.model_copy(update={"proof": first[0].proof})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OfficeClient, "send_letter", swapped)
        assert sync(desk).problem
    assert sorted(each.delivered_at is None for each in contact.letters(desk)) == [False, True]


def test_it_is_never_sent_beside_signed_records(story: Any, desk: Any) -> None:
    ids = story.import_dossiers("dazu-2023-26")
    round_id = story.open_round("dazu-2023-26", "dz.milestone-assessment")
    story.seat(round_id, next(iter(ids.values())), desk.store.offices.all()[0].person)
    story.sync(desk)
    from zhubi.expert.desk import commit

    commit.sign_commitment(desk, round_id, PIN)
    send(desk)
    assert story.sync(desk).sent == 1
    assert contact.letters(desk)[0].delivered_at is None
    story.sync(desk)
    assert contact.letters(desk)[0].delivered_at is not None


def test_nothing_readable_stays_here_unless_it_was_asked_for(story: Any, desk: Any) -> None:
    contact.keep_draft(desk, origin(desk), REPORT)
    row = send(desk)
    assert contact.contact(desk, origin(desk)).report == ContactReport()
    with pytest.raises(ZhubiError) as caught:
        contact.read_copy(desk, row.code)
    assert caught.value.kind == "contact.no-copy"
    own = desk.store.vaults.open(origin(desk)).sealing
    from zhubi.core.trust.letters import open_letter

    (waiting,) = desk.store.letters.waiting(origin(desk))
    with pytest.raises(ZhubiError) as caught:
        open_letter(waiting[1], own)
    assert caught.value.kind == "trust.cannot-open"
    assert CANARY.encode() not in files_of(story.folder / "expert")
    copied = send(desk, keep_copy=True)
    assert copied.copied and contact.read_copy(desk, copied.code) == REPORT
    with pytest.raises(ZhubiError) as caught:
        contact.read_copy(desk, "0000-00")
    assert caught.value.kind == "contact.no-letter"


def test_the_office_has_no_word_of_it_in_any_file(story: Any, desk: Any) -> None:
    send(desk, keep_copy=True)
    story.sync(desk)
    found = files_of(story.folder / "office")
    for each in (CANARY, "contact-report", "打高分"):
        assert each.encode() not in found


def test_what_is_being_written_comes_back_and_is_sealed_meanwhile(story: Any, desk: Any) -> None:
    contact.keep_draft(desk, origin(desk), ContactReport(who=CANARY))
    contact.keep_draft(desk, origin(desk), REPORT)
    assert CANARY.encode() not in files_of(story.folder / "expert")
    desk.close()
    again = story.open()
    assert contact.contact(again, origin(again)).report == REPORT
    contact.keep_draft(again, origin(again), ContactReport())
    assert contact.contact(again, origin(again)).report == ContactReport()


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"who": "  "}, "contact.needs-who"),
        ({"asked": "\n"}, "contact.needs-asked"),
        ({"asked": "字" * 8001}, "contact.too-long"),
        ({"gift": "字" * 2001}, "contact.too-long"),
        ({"words": "字" * 20_001}, "contact.too-long"),
    ],
)
def test_what_lacks_or_is_too_long_is_said_before_the_pin(
    desk: Any, changed: dict[str, str], kind: str
) -> None:
    with pytest.raises(ZhubiError) as caught:
        send(desk, replace(REPORT, **changed), pin="wrong-pin")
    assert caught.value.kind == kind
    assert contact.letters(desk) == ()


def test_the_longest_report_fits_into_a_letter(story: Any, desk: Any) -> None:
    longest = ContactReport(**{name: "𠮷" * most for name, most in contact.LONGEST.items()})
    send(desk, longest)
    story.sync(desk)
    assert opened(story)[0].letter.report.words == longest.words


def test_hostile_text_is_cleaned_before_it_is_signed(story: Any, desk: Any) -> None:
    send(desk, ContactReport(who="某\x1b[31m人\u202e", asked="一\x00二\x07三", words="[@click=app.quit]x[/]"))
    story.sync(desk)
    report = opened(story)[0].letter.report
    assert "\x1b" not in report.who and "\u202e" not in report.who
    assert "\x00" not in report.asked and "\x07" not in report.asked
    assert report.words == "[@click=app.quit]x[/]"


def test_a_wrong_pin_seals_nothing_and_keeps_the_draft(desk: Any) -> None:
    contact.keep_draft(desk, origin(desk), REPORT)
    with pytest.raises(ZhubiError) as caught:
        send(desk, pin="135790")
    assert caught.value.kind.startswith("desk.wrong-pin")
    assert contact.letters(desk) == ()
    assert contact.contact(desk, origin(desk)).report == REPORT


def test_what_the_office_sees_is_said_with_names(desk: Any) -> None:
    said = contact.what_is_seen(contact.contact(desk, origin(desk)))
    assert "纪检甲" in said[0] and "1人" in said[0]
    assert any("组织方仍可看到" in each and "4KB" in each for each in said)
    assert not any("{" in each for each in said)


def test_with_several_offices_one_is_chosen(story: Any, desk: Any) -> None:
    known = desk.store.offices.all()[0]
    assert contact.office_for(desk) == known == contact.office_for(desk, known.organiser)
    with pytest.raises(ZhubiError) as caught:
        contact.office_for(desk, "另一组织方")
    assert caught.value.kind == "contact.which-office"
