"""The demo's round that is over: its panel, its reviews and its conclusion are what the office would accept."""

from __future__ import annotations

import pytest

from zhubi.core.model.records import ConclusionBody
from zhubi.core.rules.checks import check_results, checks_seen
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.concluding import ground, judge_conclusion
from zhubi.core.rules.judging import judge_review
from zhubi.core.rules.panel import Member
from zhubi.core.rules.scoring import total
from zhubi.demo.story import ToldReview, ToldRound, content_folder, rounds
from zhubi.office.intake.folder import read_folder

EARLIER: ToldRound = next(each for each in rounds() if each.conclusion is not None)
KIND = shipped(EARLIER.policy).kind(EARLIER.kind)
(DOSSIER,) = read_folder(content_folder() / EARLIER.folder / EARLIER.projects[0])
FACTS = {each.name: each.value for each in DOSSIER.content.facts}
MATERIALS = {each.material for each in DOSSIER.files if each.material}
SEATS = {each.id: seat for each in EARLIER.experts for seat in each.seats}


@pytest.mark.parametrize("told", EARLIER.reviews, ids=lambda told: told.expert)
def test_a_review_of_it_is_one_the_office_accepts(told: ToldReview) -> None:
    sheet, role = told.sheet(), SEATS[told.expert].role
    results = check_results(KIND, FACTS, sheet, materials=MATERIALS, role=role)
    sheet = sheet.model_copy(update={"checks": checks_seen(results), "total": total(KIND, sheet, role)})
    found = judge_review(KIND, {}, sheet, role, FACTS, MATERIALS)
    assert [each for each in found if each.severity == "refuse"] == []


def test_its_conclusion_stands_and_a_round_follows_it() -> None:
    told = EARLIER.conclusion
    assert told is not None
    body = ConclusionBody(
        dossier="a" * 64, manifest_digest="b" * 64, rulebook="c" * 64, kind=KIND.id, findings=told.findings,
        conclusion=told.chosen, words=told.words, problems=told.problems,
    )  # fmt: skip
    members = [Member(name, seat.role, frozenset(seat.tags)) for name, seat in SEATS.items()]
    findings: dict[str, str] = {each.finding: each.value for each in told.findings}
    assert judge_conclusion(KIND, body, ground(KIND, findings, FACTS, MATERIALS, members)) == ()
    following = [each for each in rounds() if each.follows == EARLIER.title]
    assert [told.project in each.projects for each in following] == [True]
    signed = {(each.name, each.unit) for each in EARLIER.experts}
    from_the_site = {
        (each.name, each.unit)
        for each in following[0].experts
        for seat in each.seats
        if seat.project == told.project and "site-inspection" in seat.tags
    }
    assert from_the_site <= signed, "whoever sits for the site was there"
