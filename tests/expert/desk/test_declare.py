"""Commit, then declare, then read: what opens the way to the content, and what never does."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import RecordType
from zhubi.expert.desk import commit, declare, overview, review
from zhubi.expert.desk.views import Profile, RelationView
from zhubi.locale import explain

PIN = "246810"


@pytest.fixture
def committed(seated: Any) -> Any:
    """The cards are here; nothing is declared."""
    seated.sync(seated.desk)
    commit.sign_commitment(seated.desk, seated.round, PIN)
    seated.sync(seated.desk)
    seated.rows = declare.declarations(seated.desk, seated.round)
    return seated


def stage(story: Any, place: int = 0) -> str:
    return str(overview.rows(story.desk, None, 0, 9)[place].stage)


def declare_one(story: Any, outcome: str, words: str = "", relations: Any = (), place: int = 0) -> str:
    dossier = str(story.rows[place].key.dossier)
    declare.answer(story.desk, story.round, dossier, outcome, relations, words)
    assert declare.sign_declarations(story.desk, story.round, PIN).signed == 1
    story.sync(story.desk)
    return dossier


def releases(story: Any) -> list[str]:
    with story.office.ledger.reading() as reading:
        return [each.payload.subjects[0] for each in reading.by_type(RecordType.KEY_RELEASE)]


def test_the_commitment_is_one_document_signed_once(seated: Any) -> None:
    seated.sync(seated.desk)
    view = commit.commitment(seated.desk, seated.round)
    assert view.signed_at is None and len(view.documents) >= 3
    assert all(point for each in view.documents for point in each.points)
    commit.sign_commitment(seated.desk, seated.round, PIN)
    seated.sync(seated.desk)
    after = commit.commitment(seated.desk, seated.round)
    assert after.signed_at is not None and after.proven
    with pytest.raises(ZhubiError) as caught:
        commit.sign_commitment(seated.desk, seated.round, PIN)
    assert caught.value.kind == "desk.already-committed"


def test_no_answer_is_preset_and_an_answer_is_kept_before_it_is_signed(committed: Any) -> None:
    assert {each.outcome for each in committed.rows} == {None}
    dossier = committed.rows[1].key.dossier
    declare.answer(committed.desk, committed.round, dossier, "clear")
    committed.desk.close()
    committed.desk = committed.open()
    rows = declare.declarations(committed.desk, committed.round)
    assert [(each.outcome, each.signed) for each in rows] == [(None, False), ("clear", False), (None, False)]
    declare.answer(committed.desk, committed.round, dossier, None)
    assert declare.declarations(committed.desk, committed.round)[1].outcome is None


def test_whoever_stands_aside_is_never_given_the_key(committed: Any) -> None:
    dossier = declare_one(
        committed, "recuse", relations=[RelationView("former-employer", "西南矿物功能材料研究所")]
    )
    committed.sync(committed.desk)
    assert stage(committed) == "recused"
    assert dossier not in releases(committed)
    view = committed.desk.store.records.of_dossier(
        overview.rows(committed.desk, None, 0, 1)[0].office, dossier
    )
    assert not [each for each in view if each.record.type is RecordType.KEY_RELEASE]
    with pytest.raises(ZhubiError) as caught:
        declare.answer(committed.desk, committed.round, dossier, "clear")
    assert "由组织方决定" in explain(caught.value)


@pytest.mark.parametrize(("granted", "after"), [(True, "ready"), (False, "recused")])
def test_circumstances_are_decided_by_the_organiser(committed: Any, granted: bool, after: str) -> None:
    from zhubi.office.rounds.returns import decide

    dossier = declare_one(committed, "explain", "三年前共同参加过一次学术会议")
    assert stage(committed) == "awaiting"
    assert releases(committed) == []
    decide(
        committed.office, committed.staff, committed.round, dossier, committed.invitation.person,
        granted=granted, words="已核实", now=committed.clock(),
    )  # fmt: skip
    committed.sync(committed.desk)
    assert stage(committed) == after
    assert releases(committed) == ([dossier] if granted else [])
    row = declare.declarations(committed.desk, committed.round)[0]
    assert "已核实" in row.decision


def test_circumstances_without_words_are_not_signed_and_the_answer_stays(committed: Any) -> None:
    dossier = committed.rows[0].key.dossier
    declare.answer(committed.desk, committed.round, dossier, "explain")
    report = declare.sign_declarations(committed.desk, committed.round, PIN)
    assert (report.signed, len(report.problems)) == (0, 1)
    assert "DZ26-002" in report.problems[0]
    assert declare.declarations(committed.desk, committed.round)[0].outcome == "explain"


def test_who_cannot_take_it_on_says_so(committed: Any) -> None:
    dossier = declare_one(committed, "decline", "出国")
    assert stage(committed) == "declined"
    assert dossier not in releases(committed)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (("policy-seat", (), ""), "desk.no-such-seat"),
        (("maybe", (), ""), "desk.unknown-outcome"),
        (("recuse", (RelationView("friend-of-a-friend"),), ""), "desk.unknown-relation"),
        (("recuse", (RelationView("kinship", "某人", "去年"),), ""), "desk.bad-day"),
    ],
)
def test_an_answer_that_means_nothing_is_refused_in_words(committed: Any, answer: Any, kind: str) -> None:
    with pytest.raises(ZhubiError) as caught:
        declare.answer(committed.desk, committed.round, committed.rows[0].key.dossier, *answer)
    assert caught.value.kind == kind
    assert declare.declarations(committed.desk, committed.round)[0].outcome is None


def test_a_seat_that_the_policy_gives_is_shown_and_opens_the_way(seated: Any) -> None:
    codes = sorted(seated.ids)
    from zhubi.core.rules.compile import shipped

    seat = shipped("dazu-2023-26").kind("dz.milestone-assessment").seats[0]
    from zhubi.office.rounds.seats import Seat, replace

    other = seated.invite(name="另一位")
    replace(
        seated.office, seated.staff, seated.round, seated.ids[codes[0]], seated.invitation.person,
        Seat(other.person, policy_seat=seat.id, order=1), reason="", now=seated.clock(),
    )  # fmt: skip
    desk = seated.enrol(other, "other")
    seated.sync(desk)
    commit.sign_commitment(desk, seated.round, PIN)
    seated.sync(desk)
    (row,) = declare.declarations(desk, seated.round)
    assert (row.seat, row.seat_name) == (seat.id, seat.name.zh)
    assert seat.name.zh in row.hints[0].sentence
    declare.answer(desk, seated.round, row.key.dossier, "policy-seat")
    declare.sign_declarations(desk, seated.round, PIN)
    seated.sync(desk)
    assert overview.rows(desk, None, 0, 1)[0].stage == "ready"
    seated.sync(seated.desk)
    assert "replaced" in {each.stage for each in overview.rows(seated.desk, None, 0, 9)}


def test_own_units_are_matched_here_and_explained(committed: Any) -> None:
    lead = committed.rows[0].units[0][0]
    declare.save_profile(
        committed.desk,
        Profile("陈思远", "浙江大学", former_units=(lead,), aliases=(("矿研所", lead),)),
    )
    assert declare.profile(committed.desk).former_units == (lead,)
    hints = declare.declarations(committed.desk, committed.round)[0].hints
    assert any("曾任单位" in each.sentence and lead in each.sentence for each in hints)


def test_the_profile_is_never_sent(committed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from zhubi.core.wire.connection import Connection

    canary = "某某保密研究所第七室"
    sent: list[bytes] = []
    real = Connection.ask

    def watched(self: Any, *given: Any, **named: Any) -> Any:
        sent.append(named.get("body") or b"")
        return real(self, *given, **named)

    monkeypatch.setattr(Connection, "ask", watched)
    declare.save_profile(committed.desk, Profile("陈思远", canary))
    declare_one(committed, "clear")
    assert any(sent)
    assert not any(canary.encode() in body for body in sent)
    assert canary in str(declare.profile(committed.desk))


def test_a_changed_card_asks_again_and_a_changed_attachment_does_not(committed: Any, tmp_path: Any) -> None:
    declare_one(committed, "clear")
    key = committed.rows[0].key
    update(committed, tmp_path, lambda text: text.replace('summary = "', 'summary = "（修订）', 1))
    committed.sync(committed.desk)
    row = overview.row(committed.desk, key)
    assert row is not None and (row.stage, "redeclare" in row.flags) == ("declare", True)
    assert declare.declarations(committed.desk, committed.round)[0].outcome is None
    committed.rows = declare.declarations(committed.desk, committed.round)
    declare_one(committed, "clear")
    assert stage(committed) == "ready"
    update(committed, tmp_path, lambda text: text.replace('text = """', 'text = """补充一句。', 1))
    committed.sync(committed.desk)
    assert stage(committed) == "ready"
    assert review.open_review(committed.desk, key).content.version == 3  # type: ignore[union-attr]


def update(story: Any, folder: Any, change: Any) -> None:
    """Imports one dossier again, changed."""
    import shutil
    from importlib.resources import as_file, files

    from zhubi.office.intake.importing import import_path

    target = folder / "changed"
    if not target.exists():
        with as_file(files("zhubi.demo") / "content" / "dazu-2023-26" / "DZ26-002") as source:
            shutil.copytree(source, target / "DZ26-002")
    file = target / "DZ26-002" / "dossier.toml"
    text = file.read_text(encoding="utf-8")
    changed = change(text)
    assert changed != text
    file.write_text(changed, encoding="utf-8")
    import_path(story.office, story.staff, target, update=True, now=story.clock())
