"""Chained rounds: the conclusion of a site inspection becomes a pinned paper of the acceptance meeting."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest
from storyhouse.clock import Clock
from storyhouse.expert import PIN, Expert
from storyhouse.office import House
from storyhouse.papers import lay_out

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import AttendanceBody, ConclusionBody, DossierBody, RecordType
from zhubi.core.model.sheet import Answer, Finding
from zhubi.core.model.values import instant
from zhubi.core.trust.sealing import unseal
from zhubi.core.verify.receipt_file import verify_receipt_file
from zhubi.demo.colleagues import Colleague, enrol_colleague, review_all
from zhubi.demo.story import ToldReview
from zhubi.expert.desk import attendance, conclude, purge, reading, review, trail
from zhubi.expert.desk.sealed import open_sealed
from zhubi.expert.reading.document import Page
from zhubi.office.ledger.acts import compose
from zhubi.office.rounds import chaining, seats
from zhubi.office.rounds.reception import receive

SITE = ("shanxi-2024-10", "sx.site-inspection")
MEETING = ("shanxi-2024-10", "sx.acceptance-meeting")
CODE = "SX-1"
FOUND = ("real_use", "indicators_confirmed", "data_authentic", "vouchers_in_order", "demand_side_present")
WORDS = "现场运行正常，主要指标与检测报告一致。\n# 通过验收"
TOLD = ToldReview(
    expert="", project="", findings=tuple(Finding(finding=name, value="yes") for name in FOUND),
    answers=tuple(
        Answer(question=name, value="met") for name in ("real-scene", "indicator-check", "equipment", "vouchers")
    ),
    recommendation="support", opinion="现场核验与检测、任务书一致，设备和数据真实，同意现场支持验收。",
)  # fmt: skip


@dataclass
class Site:
    """A site inspection of one project: a chair with a machine of their own, and four colleagues."""

    house: House
    chair: Expert
    colleagues: list[Colleague]
    dossier: str
    round: str
    meeting: str

    def colleague_reviews(self, *who: int) -> None:
        for number in who:
            colleague = self.colleagues[number]
            told = TOLD
            if number:  # only finance and management answer for the books
                told = TOLD.model_copy(update={"answers": TOLD.answers[:3]})
            review_all(self.house.office, colleague, self.round, {self.dossier: told}, self.house.clock())

    def concluded(self, **more: Any) -> str:
        findings = more.pop("findings", dict.fromkeys(FOUND, "yes"))
        draft = conclude.Draft(
            findings, more.pop("chosen", "site-conclusion"), more.pop("words", WORDS), **more
        )
        digest = conclude.conclude(self.chair.desk, self.key, PIN, draft)
        self.chair.sync()
        return digest

    @property
    def key(self) -> Any:
        return next(each.key for each in self.chair.rows_all() if each.round == self.round)

    def versions(self) -> list[DossierBody]:
        found = [each.body for each in self.house.logged(RecordType.DOSSIER, subject=self.dossier)]
        return [each for each in found if isinstance(each, DossierBody)]


@pytest.fixture
def house(tmp_path: Path, clock: Clock, database_url: str) -> Iterator[House]:
    made = House(tmp_path, clock, database_url)
    yield made
    made.close()


@pytest.fixture
def site(house: House, tmp_path: Path, enrol: Callable[..., Expert]) -> Site:
    folder = lay_out(
        tmp_path / "papers", CODE, set_up_on="2024-08-12",
        facts={"project_class": "enterprise-tech", "test_body_short_listed": True},
        files={name: name.encode() for name in ("任务书.md", "检测合同.md", "检测报告.md")},
        materials={"任务书.md": "task-book", "检测合同.md": "test-contract", "检测报告.md": "test-report"},
    )  # fmt: skip
    dossier = house.bring(folder)[CODE]
    chair = enrol("宫怀远")
    colleagues = [
        enrol_colleague(house.office, house.staff, name, "山西某院", house.clock())
        for name in ("钱守正", "练远山", "慎安邦", "拓跋恒")
    ]
    round_id = house.open_round(SITE, title="现场考察")
    house.seat(round_id, [dossier], chair.person)
    given = [("finance", ()), ("technical", ("demand-recommended",)), ("technical", ()), ("technical", ())]
    for colleague, (role, tags) in zip(colleagues, given, strict=True):
        house.seat(round_id, [dossier], colleague.person, role=role, tags=tags)
    seats.appoint_chair(house.office, house.staff, round_id, chair.person, now=house.clock())
    meeting = house.open_round(MEETING, title="会议验收", follows=round_id)
    chair.take_up(round_id)
    return Site(house, chair, colleagues, dossier, round_id, meeting)


def chair_reviews(site: Site) -> None:
    key = site.key
    for name in FOUND:
        review.set_finding(site.chair.desk, key, name, "yes")
    for name in ("real-scene", "indicator-check", "equipment"):
        review.set_answer(site.chair.desk, key, name, "met")
    review.set_recommendation(site.chair.desk, key, "support", "")
    review.set_opinion(site.chair.desk, key, TOLD.opinion * 3)
    site.chair.sign(CODE)
    site.chair.submit()
    site.chair.sync()


def attachments(expert: Expert, key: Any) -> list[Any]:
    return [
        each
        for each in reading.content(expert.desk, key).attachments
        if each.title.startswith("现场考察结论")
    ]


def text_of(expert: Expert, key: Any, blob: str) -> str:
    pages = reading.attachment_pages(expert.desk, key, blob)
    return "\n".join(each.text for each in pages if isinstance(each, Page))


def bytes_of(expert: Expert, key: Any, blob: str) -> bytes:
    view = expert.desk.store.assignments.view(key, now=expert.clock())
    identity = open_sealed(expert.desk, key, view).identity
    return unseal(expert.desk.store.blobs.read(blob), identity)


def material_check(expert: Expert, key: Any) -> str:
    state = review.open_review(expert.desk, key).state
    return next(each.outcome for each in state.checks if each.id == "material.site-conclusion")


def test_the_site_conclusion_is_a_paper_of_the_meeting_and_its_correction_another_version(
    site: Site, enrol: Callable[..., Expert]
) -> None:
    house, chair = site.house, site.chair
    member = enrol("沈知白")
    house.seat(site.meeting, [site.dossier], member.person)
    member.take_up(site.meeting)
    meeting_key = member.key(CODE)
    assert material_check(member, meeting_key) == "unmet", "before the site conclusion the paper lacks"

    # The chair concludes after their own review, and on a panel that is whole.
    site.colleague_reviews(0, 1, 2)
    with pytest.raises(ZhubiError) as first:
        site.concluded()
    assert first.value.kind == "desk.own-first"
    chair_reviews(site)
    view = conclude.conclusion(chair.desk, site.key)
    assert view.members == 4
    assert view.findings[0].counts == {"yes": 4}
    with pytest.raises(ZhubiError) as few:
        site.concluded()
    assert few.value.kind == "desk.cannot-conclude" and "不少于5人" in str(few.value)
    site.colleague_reviews(3)
    chair.sync()
    digest = site.concluded()
    assert chair.desk.store.receipts.get(digest) is not None

    # It has entered the meeting by itself: the check turns, the reader opens it.
    member.sync()
    assert material_check(member, meeting_key) == "met"
    paper, proof = attachments(member, meeting_key)
    text = text_of(member, meeting_key, paper.blob)
    assert "现场运行正常" in text and digest in text and "宫怀远" in text
    assert member.stage(CODE) == "ready", "a new manifest asks for no new declaration"

    # Anybody can verify that it is the chair's, with the pinned keys alone.
    file = bytes_of(member, meeting_key, proof.blob)
    pins = json.dumps(asdict(trail.pins_of(member.desk.store.offices.all()[0]))).encode()
    said = trail.verify_receipt_file(None, file, pins)
    assert said.ok and said.pinned and said.digest == digest
    found = verify_receipt_file(file)
    assert found.chaired and found.signer == "宫怀远"
    altered = json.loads(file)
    altered["chair"] = altered["chair"][:-4] + "AAAA"
    with pytest.raises(ZhubiError):
        verify_receipt_file(json.dumps(altered).encode())
    newest = house.logged(RecordType.DOSSIER, subject=site.dossier)[-1]
    assert digest in newest.payload.relies_on

    # In the round it came from nothing changed.
    chair.sync()
    assert chair.desk.store.assignments.view(site.key, now=house.clock()).current.body.version == 1
    told = trail.trail(chair.desk, site.key)
    assert ("专家组意见", "现场考察结论", "proven") in {
        (each.what, each.detail, each.receipt_state) for each in told.rows
    }
    assert {each.name for each in site.colleagues} <= {each.who for each in told.rows}
    exported = trail.verify_receipt_file(None, trail.export_receipt(chair.desk, digest).encode(), pins)
    assert "签名人是该场次当时的组长，由评审组织方指定。" in exported.sentences

    # The same again changes nothing; a correction says why, and makes another version.
    (again,) = chaining.chain(house.office, house.staff, site.round, site.meeting, now=house.clock())
    assert (again.outcome, again.version) == ("unchanged", 2)
    member.review(CODE)
    with pytest.raises(ZhubiError):
        site.concluded(words="更正：真实场景运行未见。", findings={"real_use": "no"})
    corrected = site.concluded(
        words="更正：真实场景运行未见。", findings={"real_use": "no"}, reason="复核运行记录"
    )
    assert [each.version for each in site.versions()] == [1, 2, 3]
    assert [each.conclusion for each in site.versions()[-1].carries] == [corrected]
    member.sync()
    assert "older-version" in member.row(CODE).flags
    paper, _ = attachments(member, meeting_key)
    assert "复核运行记录" in text_of(member, meeting_key, paper.blob)
    assert len(attachments(member, meeting_key)) == 2, "the corrected one takes the place of the first"


def test_who_sits_in_both_rounds_sees_the_conclusion_after_their_own_review_alone(
    site: Site, enrol: Callable[..., Expert]
) -> None:
    house = site.house
    both = enrol("闻人清")
    house.seat(site.round, [site.dossier], both.person)
    house.seat(site.meeting, [site.dossier], both.person)
    both.take_up(site.round)
    both.commit(site.meeting)
    both.declare(site.meeting)
    rows = {each.round: each for each in both.rows_all()}
    chair_reviews(site)
    site.colleague_reviews(0, 1, 2, 3)
    site.chair.sync()
    digest = site.concluded()
    report = both.sync()
    assert not report.problem
    with house.office.ledger.reading() as log:
        assert not log.listed(both.person, digest)
        assert not log.listed(both.person, house.logged(RecordType.DOSSIER, subject=site.dossier)[-1].digest)
    assert attachments(both, rows[site.meeting].key) == []
    # Another paper comes in from the organiser meanwhile: the pinned one stays in the newest version.
    folder = lay_out(
        house.folder / "later", CODE, set_up_on="2024-08-12", text="补充说明。", files={"验收报告.md": b"# 1"},
        materials={"验收报告.md": "acceptance-report"},
    )  # fmt: skip
    house.bring(folder, update=True)
    assert [each.conclusion for each in site.versions()[-1].carries] == [digest]

    key = rows[site.round].key
    for name in FOUND:
        review.set_finding(both.desk, key, name, "yes")
    for name in ("real-scene", "indicator-check", "equipment"):
        review.set_answer(both.desk, key, name, "met")
    review.set_recommendation(both.desk, key, "support", "")
    review.set_opinion(both.desk, key, TOLD.opinion * 3)
    from zhubi.expert.desk import submit

    (signed,) = submit.sign(both.desk, [key], PIN)
    assert signed.digest, signed.problem
    both.submit()
    both.sync()
    both.sync()
    assert len(attachments(both, rows[site.meeting].key)) == 2
    with house.office.ledger.reading() as log:
        assert log.listed(both.person, digest)

    # The site round ends and is purged; what the meeting needs stays.
    house.clock.on(days=3)
    house.change(site.round, "end")
    both.sync()
    done = purge.purge_round(both.desk, site.round, PIN)
    assert done.kept == 1
    both.sync()
    paper, _ = attachments(both, rows[site.meeting].key)
    assert "现场运行正常" in text_of(both, rows[site.meeting].key, paper.blob)


def test_the_office_takes_a_conclusion_from_the_chair_alone_and_not_before_the_panel_is_whole(
    site: Site,
) -> None:
    house = site.house
    site.colleague_reviews(0, 1, 2, 3)
    reviews = [each.digest for each in house.logged(RecordType.REVIEW, round=site.round)]
    version = house.logged(RecordType.DOSSIER, subject=site.dossier)[0]
    opened = house.logged(RecordType.ROUND, round=site.round)[0]

    def tried(author: Colleague, **other: Any) -> str:
        body = ConclusionBody(
            dossier=version.digest, manifest_digest=version.body.manifest_digest,
            rulebook=opened.body.rulebook, kind=SITE[1], conclusion="site-conclusion", words=WORDS,
            findings=TOLD.findings, reviews=tuple(other.get("reviews", reviews)),
        )  # fmt: skip
        compact = compose(
            house.office.ledger, author.actor, RecordType.CONCLUSION, body, round=site.round,
            subjects=(site.dossier,), relies_on=(opened.digest,), now=house.clock(),
        )  # fmt: skip
        (result,) = receive(house.office, [compact], author.person, now=house.clock()).results
        return result.kind or result.status

    other, newer = site.colleagues[1], site.colleagues[2]
    assert tried(other) == "rounds.not-the-chair"
    seats.appoint_chair(house.office, house.staff, site.round, newer.person, now=house.clock())
    assert tried(newer) == "conclusion.panel", "four of five have signed"
    assert tried(newer, reviews=["0" * 64]) == "rounds.unknown-review"
    chair_reviews(site)
    reviews = [each.digest for each in house.logged(RecordType.REVIEW, round=site.round)]
    assert tried(newer) == "logged"
    with pytest.raises(ZhubiError) as nothing:
        chaining.chain(house.office, house.staff, site.round, site.meeting, now=house.clock())
    assert nothing.value.kind == "rounds.nothing-in-both"
    assert tried(newer) == "logged", "said twice, without naming the first"
    house.seat(site.meeting, [site.dossier], newer.person)
    with pytest.raises(ZhubiError) as disputed:
        chaining.chain(house.office, house.staff, site.round, site.meeting, now=house.clock())
    assert disputed.value.kind == "rounds.conclusion-disputed"


def signs_in(site: Site, *who: int) -> None:
    house = site.house
    for colleague in (site.colleagues[number] for number in who):
        compact = compose(
            house.office.ledger, colleague.actor, RecordType.ATTENDANCE,
            AttendanceBody(mode="site", at=instant(house.clock())),
            round=site.round, subjects=(site.dossier,), now=house.clock(),
        )  # fmt: skip
        (result,) = receive(house.office, [compact], colleague.person, now=house.clock()).results
        assert result.status == "logged", result.kind


def refused_to_conclude(site: Site) -> str:
    with pytest.raises(ZhubiError) as held:
        site.concluded()
    assert held.value.kind == "desk.cannot-conclude"
    return str(held.value)


def test_the_panel_is_counted_over_those_who_signed_in_as_the_chair_had_seen_it(site: Site) -> None:
    chair = site.chair
    site.colleague_reviews(0, 1, 2, 3)
    chair_reviews(site)
    chair.sync()
    # Everybody signed a review; of those who are there, one is not enough, and then the demand side's is missing.
    signs_in(site, 0)
    attendance.sign_in(chair.desk, site.round, [site.dossier], PIN, "site")
    chair.submit()
    chair.sync()
    assert "不少于5人" in refused_to_conclude(site)
    assert attendance.attendance(chair.desk, site.key).sentence.startswith("到会2")
    signs_in(site, 2, 3)
    chair.sync()
    assert "不少于5人" in refused_to_conclude(site)
    signs_in(site, 1)
    assert "不少于5人" in refused_to_conclude(site), "this machine has not heard of the fifth yet"
    chair.sync()
    assert chair.desk.store.receipts.get(site.concluded()) is not None


def test_who_signs_in_after_the_chair_last_looked_does_not_undo_the_conclusion(site: Site) -> None:
    site.colleague_reviews(0, 1, 2, 3)
    chair_reviews(site)
    site.chair.sync()
    # For the chair nobody had signed in: whoever reviewed was present. The office reads the same log of that size.
    signs_in(site, 0)
    assert site.chair.desk.store.receipts.get(site.concluded()) is not None
