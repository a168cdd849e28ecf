"""Enrolling: by one invitation, once, with keys that were kept before anything was sent."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.core.trust.invitations import encode_invitation
from zhubi.expert.desk import enrol, opening, unlock
from zhubi.locale import explain

PIN = "246810"
PASSPHRASE = "朱笔圈点一二三四五六七八"


def enrolled(story: Any, invitation: Any, folder: str = "expert", **changes: Any) -> None:
    given = {"name": "陈思远", "unit": "浙江大学", "pin": PIN, "passphrase": PASSPHRASE, "clock": story.clock}
    enrol.enrol(story.folder / folder, invitation, **{**given, **changes})


def refusal(act: Any) -> ZhubiError:
    with pytest.raises(ZhubiError) as caught:
        act()
    return caught.value


def test_an_invitation_shows_who_asks_and_by_which_keys(story: Any) -> None:
    text = encode_invitation(story.invite())
    seen = enrol.read_invitation("> 您好，\n> " + text.replace("\n", "\n>  ") + "\n此致", story.clock())
    assert (seen.organiser, seen.name, seen.unit) == ("重庆市大足区科学技术局", "陈思远", "浙江大学")
    assert [line.split("  ")[0] for line in seen.keys_in_words] == ["日志公钥", "见证公钥", "组织公钥"]
    assert not seen.expired
    assert enrol.read_invitation(text, story.clock.on(days=15)).expired


def test_what_is_no_invitation_is_said_so() -> None:
    assert refusal(lambda: enrol.read_invitation("请登录系统")).kind == "trust.invitation-malformed"


def test_nobody_is_enrolled_until_the_office_has_logged_it(story: Any) -> None:
    invitation = story.invite()
    home = story.folder / "expert"
    assert not opening.is_enrolled(home)
    story.server.stop()
    assert refusal(lambda: enrolled(story, invitation)).kind == "wire.unreachable"
    assert not opening.is_enrolled(home)
    story.restart_server()
    enrolled(story, invitation)
    assert opening.is_enrolled(home)
    desk = story.open()
    assert desk.store.offices.all()[0].name == "陈思远"


def test_a_lost_answer_is_asked_for_again_with_the_same_keys(
    story: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhubi.core.wire.client import OfficeClient

    invitation = story.invite()
    real = OfficeClient.enrol

    def lost(self: Any, request: Any) -> Any:
        real(self, request)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(OfficeClient, "enrol", lost)
        with pytest.raises(KeyboardInterrupt):
            enrolled(story, invitation)
    enrolled(story, invitation)
    story.sync(story.open())


def test_a_used_invitation_is_refused_in_words(story: Any) -> None:
    invitation = story.invite()
    enrolled(story, invitation)
    problem = refusal(lambda: enrolled(story, invitation, "other"))
    assert problem.kind == "access.code-used"
    assert "已使用" in explain(problem) and "评审秘书" in explain(problem)
    assert not opening.is_enrolled(story.folder / "other")


def test_an_expired_invitation_is_refused_in_words(story: Any) -> None:
    invitation = story.invite()
    story.clock.on(days=20)
    assert refusal(lambda: enrolled(story, invitation)).kind == "access.code-expired"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"pin": "123"}, "trust.pin-form"),
        ({"passphrase": "short"}, "trust.passphrase-form"),
    ],
)
def test_a_pin_or_passphrase_too_short_makes_nothing(story: Any, changes: Any, kind: str) -> None:
    invitation = story.invite()
    assert refusal(lambda: enrolled(story, invitation, **changes)).kind == kind
    assert not (story.folder / "expert").exists()


def test_an_invitation_to_another_log_is_not_believed(story: Any) -> None:
    """The address is right and the keys are another office's: nothing is enrolled."""
    from zhubi.core.trust.keys import SigningKey

    invitation = story.invite().model_copy(update={"root_key": SigningKey.generate().public})
    assert refusal(lambda: enrolled(story, invitation)).kind == "sync.bad-record"
    assert not opening.is_enrolled(story.folder / "expert")


def test_the_wrong_passphrase_opens_nothing(story: Any) -> None:
    enrolled(story, story.invite())
    home = story.folder / "expert"
    kinds = [
        refusal(lambda: opening.open_desk(home)).kind,
        refusal(lambda: opening.open_desk(home, ask_passphrase=lambda: "另外一个口令一二三四五六")).kind,
        refusal(lambda: opening.open_desk(story.folder / "nowhere")).kind,
    ]
    assert kinds == ["desk.passphrase-needed", "trust.wrong-passphrase", "desk.not-enrolled"]


def test_a_forgotten_pin_is_a_new_enrolment_and_the_work_stays(unsealed: Any) -> None:
    from zhubi.expert.desk import overview, review

    row = overview.rows(unsealed.desk, None, 0, 1)[0]
    review.set_opinion(unsealed.desk, row.key, "写到一半")
    unsealed.desk.close()
    again = unsealed.invite(person=unsealed.invitation.person, again=True)
    enrolled(unsealed, again, pin="999999")
    desk = unsealed.open()
    unlock.unlock(desk, "999999")
    unsealed.sync(desk)
    view = review.open_review(desk, row.key)
    assert (view.state.opinion, view.content_problem) == ("写到一半", "")


def test_one_machine_serves_two_offices(story: Any, tmp_path: Any) -> None:
    other = type(story)(tmp_path / "second", story.clock)
    try:
        enrolled(story, story.invite())
        enrolled(story, other.invite(name="陈思远"))
        desk = story.open()
        assert len(desk.store.offices.all()) == 2
        story.sync(desk)
    finally:
        for each in story.experts:
            each.close()
        story.experts.clear()
        other.close()
