"""Where an assignment stands: every stage by example, and the same for whoever holds the same records."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhubi.core.model.dossier import BlobRef, Card, Manifest
from zhubi.core.model.records import (
    AssignmentBody,
    CommitmentBody,
    DecisionBody,
    DeclarationBody,
    DeclarationOutcome,
    DossierBody,
    KeyReleaseBody,
    Payload,
    PurgeBody,
    Record,
    RecordType,
    RefusalBody,
    ReturnBody,
    ReviewBody,
    RoundBody,
    RoundChangeBody,
)
from zhubi.core.model.sheet import Sheet
from zhubi.core.model.values import instant
from zhubi.core.rules.lifecycle import Draft, Stage, assignment_view, is_late, round_view

ROUND = "0198a000-0000-7000-8000-000000000001"
OTHER_ROUND = "0198a000-0000-7000-8000-000000000002"
DOSSIER = "0198a000-0000-7000-8000-00000000000d"
ME = "0198a000-0000-7000-8000-00000000000a"
PEER = "0198a000-0000-7000-8000-00000000000b"
DEVICE, OTHER_DEVICE = "D" * 43, "E" * 43
OPENED = datetime(2026, 7, 1, tzinfo=UTC)
CLOSES = datetime(2026, 7, 5, tzinfo=UTC)
BEFORE, AFTER = CLOSES - timedelta(hours=1), CLOSES + timedelta(hours=1)


def digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


class Log:
    """Records in the order in which they were logged; each is called by a short name."""

    def __init__(self) -> None:
        self.records: dict[str, Record] = {}
        self.times: dict[str, int] = {}
        self.proven: set[str] = set()
        self.say(
            "round", "office", RoundBody(
                title="立项评审", kind="zj.project-appraisal", rulebook="a" * 64, opens_at=instant(OPENED),
                closes_at=instant(CLOSES), organiser="中心",
            ), RecordType.ROUND, subjects=(),
        )  # fmt: skip

    def say(
        self, name: str, author: str, body: Any, kind: RecordType, *, subjects: tuple[str, ...] = (DOSSIER,),
        round: str | None = ROUND, supersedes: tuple[str, ...] = (), at: datetime = BEFORE, logged: bool = True,
        made_at: datetime | None = None,
    ) -> Log:  # fmt: skip
        payload = Payload.model_construct(
            type=kind, author=author, round=round, subjects=subjects, relies_on=(),
            supersedes=tuple(digest(each) for each in supersedes), made_at=instant(made_at or at), seen=None,
        )  # fmt: skip
        index = len(self.records) if logged else None
        self.records[name] = Record.model_construct(
            digest=digest(name), kid=DEVICE, payload=payload, body=body, index=index
        )
        if logged:
            self.times[digest(name)] = int(at.timestamp())
            self.proven.add(digest(name))
        return self

    def seat(self, action: Any = "assign", person: str | None = ME, **more: Any) -> Log:
        body = AssignmentBody(action=action, person=person, **more)
        return self.say(f"{action}-{len(self.records)}", "office", body, RecordType.ASSIGNMENT)

    def version(self, number: int = 1, title: str = "项目") -> Log:
        body = DossierBody(
            version=number, card=Card(code="ZJ", title=title), card_digest=digest(title),
            manifest_digest=digest(f"manifest{number}"),
            manifest=Manifest(content=BlobRef(digest="1" * 64, size=1), sealed_to="age1" + "q" * 58),
        )  # fmt: skip
        return self.say(f"version{number}", "office", body, RecordType.DOSSIER, round=None)

    def commit(self, name: str = "commitment", **more: Any) -> Log:
        body = CommitmentBody(documents=("integrity",), text_digest="b" * 64, name="专家")
        return self.say(name, ME, body, RecordType.COMMITMENT, subjects=(), **more)

    def declare(
        self, outcome: str = "clear", title: str = "项目", name: str = "declaration", **more: Any
    ) -> Log:
        seat = more.pop("seat", None)
        body = DeclarationBody(outcome=DeclarationOutcome(outcome), card_digest=digest(title), seat=seat)
        return self.say(name, more.pop("author", ME), body, RecordType.DECLARATION, **more)

    def release(self, device: str = DEVICE, person: str = ME, number: int = 1) -> Log:
        body = KeyReleaseBody(
            person=person, device=device, dossier=digest(f"version{number}"),
            manifest_digest=digest(f"manifest{number}"), sealed="-",
        )  # fmt: skip
        return self.say(f"release-{len(self.records)}", "service:office", body, RecordType.KEY_RELEASE)

    def review(self, name: str = "review", number: int = 1, **more: Any) -> Log:
        body = ReviewBody(
            dossier=digest(f"version{number}"), manifest_digest=digest(f"manifest{number}"),
            rulebook="a" * 64, kind="zj.project-appraisal", role="technical", sheet=Sheet(),
        )  # fmt: skip
        return self.say(name, more.pop("author", ME), body, RecordType.REVIEW, **more)

    def decide(self, about: str, granted: bool, matter: Any = "declaration") -> Log:
        body = DecisionBody(about=digest(about), person=ME, matter=matter, granted=granted)
        return self.say(f"decision-{len(self.records)}", "office", body, RecordType.DECISION)

    def send_back(self, review: str) -> Log:
        body = ReturnBody(review=digest(review), person=ME, words="请补充")
        return self.say(f"return-{review}", "office", body, RecordType.RETURN)

    def refuse(self, about: str, kind: str = "rules.judge-total", **more: Any) -> Log:
        body = RefusalBody(record=digest(about), person=ME, kind=kind)
        return self.say(f"refusal-{about}", "service:office", body, RecordType.REFUSAL, **more)

    def purge(self, device: str = DEVICE) -> Log:
        body = PurgeBody(device=device, dossiers=1, blobs=1)
        return self.say(f"purge-{device}", ME, body, RecordType.PURGE, subjects=())

    def change(self, change: Any, **more: Any) -> Log:
        body = RoundChangeBody(change=change, **more)
        return self.say(f"{change}-{len(self.records)}", "office", body, RecordType.ROUND_CHANGE, subjects=())

    def opened(self) -> Log:
        return self.seat().version().commit().declare().release()

    def view(
        self, draft: Draft | None = None, now: datetime = BEFORE, records: list[Record] | None = None,
        devices: frozenset[str] | None = frozenset({DEVICE}), person: str = ME,
    ) -> Any:  # fmt: skip
        told = list(self.records.values()) if records is None else records
        view = round_view(told)
        assert view is not None
        return assignment_view(
            view, DOSSIER, person,
            [each for each in told if not each.payload.subjects and each.payload.round == ROUND],
            [each for each in told if DOSSIER in each.payload.subjects],
            proven=frozenset(self.proven), logged_at=self.times, draft=draft, now=now, devices=devices,
        )  # fmt: skip

    def stage(self, **more: Any) -> Stage | None:
        view = self.view(**more)
        return view.stage if view else None


def new() -> Log:
    return Log()


@pytest.mark.parametrize(
    ("log", "stage"),
    [
        (new(), None),
        (new().seat(person=PEER), None),
        (new().seat(), Stage.COMMIT),
        (new().seat().commit(), Stage.CARD_WAITING),
        (new().seat().version().commit(), Stage.DECLARE),
        (new().seat().version().commit().declare("explain"), Stage.AWAITING),
        (new().seat().version().commit().declare("explain").decide("declaration", True), Stage.SEALED),
        (new().seat().version().commit().declare("explain").decide("declaration", False), Stage.RECUSED),
        (new().seat().version().commit().declare("recuse"), Stage.RECUSED),
        (new().seat().version().commit().declare("decline"), Stage.DECLINED),
        (new().seat().version().commit().declare(), Stage.SEALED),
        (new().seat().version().commit().declare("policy-seat", seat="list-owner"), Stage.DECLARE),
        (
            new().seat(seat="list-owner").version().commit().declare("policy-seat", seat="list-owner"),
            Stage.SEALED,
        ),
        (
            new().seat(seat="list-owner").version().commit().declare("policy-seat", seat="joint-unit"),
            Stage.DECLARE,
        ),
        (new().opened(), Stage.READY),
        (new().opened().review(logged=False), Stage.SIGNED),
        (new().opened().review(), Stage.SUBMITTED),
        (new().opened().review(logged=False).refuse("review"), Stage.REFUSED),
        (new().opened().review().send_back("review"), Stage.RETURNED),
        (
            new().opened().review().send_back("review").review("mended", supersedes=("review",)),
            Stage.SUBMITTED,
        ),
        (new().opened().review(at=AFTER), Stage.LATE),
        (new().opened().review(at=AFTER).decide("review", False, "late"), Stage.LATE),
        (new().opened().review(at=AFTER).decide("review", True, "late"), Stage.SUBMITTED),
        (new().opened().review("one").review("two"), Stage.DISPUTED),
        (new().opened().review("one").review("two").review("both", supersedes=("one", "two")), Stage.SUBMITTED),
        (new().seat().version().commit("one").commit("two"), Stage.DISPUTED),
        (new().seat().version().commit().declare(name="one").declare(name="two"), Stage.DISPUTED),
        (
            new().opened().review().declare("recuse", name="later", supersedes=("declaration",)),
            Stage.VOID,
        ),
        (new().opened().review().seat("replace"), Stage.REPLACED),
        (new().opened().seat("replace").seat(), Stage.READY),
        (new().opened().review().seat("withdraw", None), Stage.WITHDRAWN),
        (new().opened().seat("withdraw", None).seat(), Stage.READY),
        (new().opened().review().change("close", closes_at=instant(CLOSES)).change("end"), Stage.CLOSED),
        (new().opened().review().change("end").purge(), Stage.PURGED),
        (new().opened().review().purge(OTHER_DEVICE), Stage.SUBMITTED),
        (new().opened().review(author=PEER), Stage.READY),
        (new().seat().version().commit().declare().release(OTHER_DEVICE), Stage.SEALED),
        (new().seat().version().commit().declare(author=PEER), Stage.DECLARE),
        (new().seat().version().commit().declare(round=OTHER_ROUND), Stage.DECLARE),
    ],
)  # fmt: skip
def test_each_stage_by_example(log: Log, stage: Stage | None) -> None:
    assert log.stage() is stage


def test_a_draft_is_begun_then_complete() -> None:
    log = new().opened()
    assert [log.stage(draft=Draft(missing)) for missing in (3, 0)] == [Stage.DRAFTING, Stage.COMPLETE]


@pytest.mark.parametrize(
    "log", [new().seat(), new().seat().version().commit(), new().seat().version().commit().declare(), new().opened()]
)  # fmt: skip
def test_whoever_has_said_nothing_at_closing_is_overdue(log: Log) -> None:
    assert log.stage(now=CLOSES - timedelta(seconds=1)) is not Stage.OVERDUE
    assert log.stage(now=CLOSES) is Stage.OVERDUE
    assert log.stage(now=AFTER, draft=Draft(0)) is Stage.OVERDUE


def test_closing_takes_no_key_back_and_ending_does() -> None:
    log = new().seat().version().commit().declare()
    assert log.view().may_unseal
    assert log.view(now=AFTER).may_unseal
    assert not log.change("end").view(now=AFTER).may_unseal


def test_only_what_the_log_holds_gives_a_right_to_the_key() -> None:
    assert not new().seat().version().commit().declare(logged=False).view().may_unseal
    assert not new().seat().version().commit(logged=False).declare().view().may_unseal


@pytest.mark.parametrize("outcome", ["recuse", "decline", "explain"])
def test_stepping_aside_or_asking_gives_no_right_to_the_key(outcome: str) -> None:
    assert not new().seat().version().commit().declare(outcome).view().may_unseal


def test_a_changed_card_asks_for_a_new_declaration_and_a_changed_text_does_not() -> None:
    same = new().opened().version(2).view()
    assert (same.stage, same.redeclare, same.may_unseal) == (Stage.READY, False, True)
    changed = new().opened().version(2, "改名的项目").view()
    assert (changed.stage, changed.redeclare, changed.may_unseal) == (Stage.DECLARE, True, False)
    again = new().opened().version(2, "改名的项目")
    again.declare(title="改名的项目", name="again", supersedes=("declaration",))
    assert (again.stage(), again.view().redeclare) == (Stage.READY, False)


def test_a_review_handed_in_before_the_card_changed_stands_and_a_declaration_is_still_asked_for() -> None:
    log = new().opened().review(number=1).version(2, "改名的项目")
    for now in (BEFORE, AFTER):
        view = log.view(now=now)
        assert (view.stage, view.redeclare, view.may_unseal) == (Stage.SUBMITTED, True, False)
        assert view.flags == frozenset({"older-version", "redeclare"})


def test_who_stepped_aside_is_not_asked_again_when_the_card_changes() -> None:
    log = new().seat().version().commit().declare("recuse").version(2, "改名的项目")
    assert log.stage() is Stage.RECUSED


def test_the_key_of_an_older_version_is_known_as_such() -> None:
    view = new().opened().version(2).view()
    assert view.release.body.manifest_digest == digest("manifest1")
    assert view.current.body.manifest_digest == digest("manifest2")


def test_a_review_of_an_older_version_counts_and_is_marked() -> None:
    older = new().opened().version(2).review(number=1).view()
    assert (older.stage, older.flags) == (Stage.SUBMITTED, frozenset({"older-version"}))
    assert new().opened().version(2).review(number=2).view().flags == frozenset()


def test_versions_are_told_by_their_number_and_not_by_arrival() -> None:
    log = new().seat().version(2).version(1).commit()
    assert log.view().current.body.version == 2


def test_two_heads_show_both_and_count_neither() -> None:
    view = new().opened().review("one").review("two").view()
    assert view.review is None
    assert {each.digest for each in view.rivals} == {digest("one"), digest("two")}


def test_a_returned_review_stays_the_one_that_counts() -> None:
    view = new().opened().review().send_back("review").view()
    assert view.review.digest == digest("review")
    assert view.returned is not None


def test_the_correction_of_a_returned_review_may_come_after_closing() -> None:
    log = new().opened().review().send_back("review")
    log.review("mended", supersedes=("review",), at=AFTER)
    assert log.stage(now=AFTER) is Stage.SUBMITTED


def test_an_unasked_correction_after_closing_is_late() -> None:
    log = new().opened().review().review("unasked", supersedes=("review",), at=AFTER)
    assert log.stage(now=AFTER) is Stage.LATE


def test_a_refused_declaration_leaves_the_one_before_it_standing() -> None:
    log = new().seat().version().commit().declare("recuse")
    log.declare(name="around", supersedes=("declaration",), logged=False).refuse("around")
    view = log.view()
    assert (view.stage, view.may_unseal) == (Stage.RECUSED, False)


def test_a_refused_commitment_is_asked_for_again() -> None:
    log = new().seat().version().commit(logged=False).refuse("commitment", subjects=())
    assert log.stage() is Stage.COMMIT


def test_how_a_late_review_stands_is_flagged_for_both_sides() -> None:
    def flags(log: Log) -> tuple[Stage, frozenset[str]]:
        found = log.view(now=AFTER)
        return found.stage, found.flags

    claimed = new().opened().review(at=AFTER, made_at=BEFORE)
    assert flags(claimed) == (Stage.LATE, {"late-claimed"})
    assert flags(new().opened().review(at=AFTER, made_at=AFTER)) == (Stage.LATE, {"late-signed"})
    assert flags(claimed.decide("review", False, "late")) == (Stage.LATE, {"late-refused"})
    assert flags(claimed.decide("review", True, "late")) == (Stage.SUBMITTED, {"late-counted"})


def test_lateness_is_judged_by_log_time_alone() -> None:
    log = new().opened().review()
    view = round_view(log.records.values())
    assert view is not None
    review = log.records["review"]
    close = int(CLOSES.timestamp())
    assert not is_late(review, view, {review.digest: close})
    assert is_late(review, view, {review.digest: close + 1})
    assert not is_late(review, view, {})


def test_a_round_is_what_its_changes_leave() -> None:
    log = new()
    later = CLOSES + timedelta(days=3)
    log.change("extend", closes_at=instant(later)).change("amend", title="改题", overrides={"x": 1})
    view = round_view(log.records.values())
    assert view is not None
    assert (view.title, view.overrides, view.closes_at, view.ended) == ("改题", {"x": 1}, later, False)
    log.change("amend", rulebook="c" * 64, overrides={})
    view = round_view(reversed(list(log.records.values())))
    assert view is not None
    assert (view.rulebook, view.overrides, view.title) == ("c" * 64, {}, "改题")
    assert round_view([]) is None


STORY = (
    new().seat().version().commit().declare("explain").decide("declaration", True).release()
    .review("first").send_back("first").review("second", supersedes=("first",)).version(2)
    .release(number=2).review("rival", supersedes=("first",), number=2).change("extend", closes_at=instant(AFTER))
    .review("settled", supersedes=("second", "rival"), number=2).seat(person=PEER).refuse("stray")
    .declare("recuse", name="last", supersedes=("declaration",))
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.data(), st.integers(0, len(STORY.records)))
def test_any_order_and_any_repetition_of_records_stand_the_same(data: Any, length: int) -> None:
    told = [*list(STORY.records.values())[: max(1, length)]]
    repeated = told + data.draw(st.lists(st.sampled_from(told), max_size=6))
    shuffled = data.draw(st.permutations(repeated))
    assert STORY.view(records=shuffled) == STORY.view(records=told)


@settings(max_examples=100, deadline=None)
@given(st.sets(st.sampled_from(sorted(STORY.records))))
def test_any_part_of_the_records_has_a_stage_and_never_opens_to_whom_has_not_declared(held: set[str]) -> None:
    told = [record for name, record in STORY.records.items() if name in held or name == "round"]
    view = STORY.view(records=told)
    if view is not None and view.may_unseal:
        assert {"commitment", "declaration"} <= held
        assert "last" not in held
