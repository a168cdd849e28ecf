"""A second device: vouched for by the first, or invited again where everyone can see it; and a second office."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import RecordType
from zhubi.core.trust import vouching as texts
from zhubi.expert.desk import enrol, unlock, vouching
from zhubi.locale import explain

PIN = "246810"
PASSPHRASE = "朱笔圈点一二三四五六七八"


@pytest.fixture
def first(story: Any) -> Any:
    """The office, and an expert with one device that has synchronised."""
    story.invitation = story.invite()
    story.desk = story.enrol(story.invitation)
    story.sync(story.desk)
    return story


def further(story: Any, **how: Any) -> Any:
    return story.invite(person=story.invitation.person, **how)


def ask(story: Any, invitation: Any, pin: str = PIN) -> enrol.Asked:
    return enrol.ask_voucher(
        story.folder / "second", invitation, pin=pin, passphrase=PASSPHRASE, device_name="平板"
    )


def enrolled(story: Any, invitation: Any, vouched: str = "", pin: str = PIN) -> Any:
    enrol.enrol(
        story.folder / "second", invitation, name="陈思远", unit="浙江大学", pin=pin, passphrase=PASSPHRASE,
        device_name="平板", vouched=vouched, clock=story.clock,
    )  # fmt: skip
    return story.open("second")


def refusal(act: Any) -> ZhubiError:
    with pytest.raises(ZhubiError) as caught:
        act()
    return caught.value


def test_the_first_device_vouches_for_the_second_and_the_log_says_so(first: Any) -> None:
    invitation = further(first)
    asked = ask(first, invitation)
    seen = vouching.read_request(first.desk, "转发：\n> " + asked.text.replace("\n", "\n> "))
    assert (seen.code, seen.device, seen.name) == (asked.code, "平板", "陈思远")
    answer = vouching.vouch(first.desk, asked.text, PIN)
    second = enrolled(first, invitation, "旧设备的答复：" + answer)
    first.sync(second)
    first.sync(first.desk)
    for desk in (first.desk, second):
        rows = vouching.devices(desk)
        assert [(each.name, each.vouched, each.acts) for each in rows] == [
            ("笔记本", False, True), ("平板", True, True),
        ]  # fmt: skip
        assert sum(each.here for each in rows) == 1


def test_without_a_voucher_or_a_visible_invitation_no_second_device_is_enrolled(first: Any) -> None:
    problem = refusal(lambda: enrolled(first, further(first)))
    assert problem.kind == "access.needs-voucher"
    assert "旧设备" in explain(problem) and "--again" in explain(problem)
    with first.office.ledger.reading() as reading:
        assert len(reading.by_type(RecordType.ENROLMENT)) == 1
    second = enrolled(first, further(first, again=True))
    first.sync(second)
    assert [each.vouched for each in vouching.devices(second)] == [False, False]


def test_a_revoked_device_vouches_for_nobody(first: Any) -> None:
    from zhubi.office.access.invitations import revoke

    invitation = further(first)
    asked = ask(first, invitation)
    answer = vouching.vouch(first.desk, asked.text, PIN)
    revoke(
        first.office, first.staff, person=first.invitation.person, kid=None, reason="遗失", now=first.clock()
    )
    assert refusal(lambda: enrolled(first, invitation, answer)).kind == "access.possession"
    second = enrolled(first, further(first, again=True))
    first.sync(second)
    assert [each.acts for each in vouching.devices(second)] == [False, True]


def test_what_was_vouched_for_are_these_keys_and_no_others(first: Any) -> None:
    invitation = further(first)
    answer = vouching.vouch(first.desk, ask(first, invitation).text, PIN)
    assert refusal(lambda: enrolled(first, invitation, answer, pin="135790")).kind == "trust.wrong-pin"
    ask(first, invitation, pin="135790")
    assert refusal(lambda: enrolled(first, invitation, answer, pin="135790")).kind == "trust.vouching-other"


def test_nobody_vouches_for_a_stranger(first: Any) -> None:
    stranger = first.invite(name="林乔")
    asked = enrol.ask_voucher(first.folder / "other", stranger, pin=PIN, passphrase=PASSPHRASE)
    problem = refusal(lambda: vouching.vouch(first.desk, asked.text, PIN))
    assert problem.kind == "desk.vouch-person" and "另一位专家" in explain(problem)
    request = texts.decode_request(asked.text)
    elsewhere = texts.encode_request(request.model_copy(update={"origin": "review.example.gov/log"}))
    assert refusal(lambda: vouching.vouch(first.desk, elsewhere, PIN)).kind == "desk.vouch-office"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("请签名", "trust.vouching-malformed"),
        ("zhubi-device1:0000", "trust.vouching-incomplete"),
        ("zhubi-device9:ABCD", "trust.vouching-version"),
    ],
)
def test_what_is_no_request_is_said_so(first: Any, text: str, kind: str) -> None:
    problem = refusal(lambda: vouching.read_request(first.desk, text))
    assert problem.kind == kind
    assert explain(problem) != str(problem)


def test_the_text_of_a_request_is_no_invitation_and_the_other_way_round(first: Any) -> None:
    from zhubi.core.trust.invitations import decode_invitation, encode_invitation

    asked = ask(first, further(first))
    assert refusal(lambda: decode_invitation(asked.text)).kind == "trust.invitation-malformed"
    mixed = refusal(lambda: texts.decode_request(encode_invitation(first.invitation)))
    assert mixed.kind == "trust.vouching-malformed"


def test_a_second_office_is_joined_while_the_desk_is_open_under_the_same_pin(
    first: Any, tmp_path: Any
) -> None:
    other = type(first)(tmp_path / "elsewhere", first.clock)
    try:
        invitation = other.invite(unit="浙江大学")
        wrong = refusal(
            lambda: enrol.join_office(first.desk, invitation, name="陈思远", unit="", pin="999999")
        )
        assert wrong.kind == "desk.wrong-pin"
        enrol.join_office(
            first.desk, invitation, name="陈思远", unit="浙江大学", pin=PIN, device_name="笔记本"
        )
        first.sync(first.desk)
        assert len(first.desk.store.offices.all()) == 2
        unlock.signing_key(first.desk, invitation.origin, PIN)
        again = refusal(lambda: enrol.join_office(first.desk, invitation, name="陈思远", unit="", pin=PIN))
        assert again.kind == "desk.already-enrolled"
    finally:
        other.close()
