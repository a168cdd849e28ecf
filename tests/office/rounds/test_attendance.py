"""签到 at the office: who may sign in, who sees it, and what the panel is counted over."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.records import AttendanceBody, RecordType
from zhubi.core.model.values import instant
from zhubi.core.trust.records import record_digest
from zhubi.demo.story import content_folder
from zhubi.office.intake.importing import import_path
from zhubi.office.rounds.seats import appoint_chair
from zhubi.office.rounds.status import status
from zhubi.office.rounds.windows import change_round


@pytest.fixture
def site(office: Any, clock: Any, pens: Any) -> Any:
    return pens.open_scene(office, clock, policy="shanxi-2024-10", kind="sx.site-inspection")


@pytest.fixture
def projects(office: Any, clock: Any) -> dict[str, str]:
    folder = content_folder() / "shanxi-2024-10"
    return {each.code: each.dossier for each in import_path(office, office.staff(), folder, now=clock())}


@pytest.fixture
def dossier(projects: dict[str, str]) -> str:
    return projects["SX24-009"]


def attendance(scene: Any, pen: Any, *dossiers: str, mode: str = "site", **about: Any) -> str:
    body = AttendanceBody(mode=mode, at=instant(scene.clock()))
    return pen.say(RecordType.ATTENDANCE, body, **{"round": scene.round, "subjects": dossiers} | about)


def there(pen: Any) -> set[str]:
    return {each.payload.author for each in pen.seen(RecordType.ATTENDANCE)}


def refused(pen: Any, compact: str) -> str | None:
    (result,) = pen.deliver(compact)
    assert result.status == "refused", result
    return result.kind


def test_signing_in_is_answered_by_a_receipt_that_verifies(site: Any, dossier: str) -> None:
    pen = site.pen()
    site.brought_to(pen, dossier)
    compact = attendance(site, pen, dossier)
    (result,) = site.logged(pen, compact)
    pen.verify(result, compact)
    assert pen.deliver(compact)[0].index == result.index


def test_commitment_and_declaration_come_first(site: Any, dossier: str) -> None:
    pen = site.pen()
    site.seat(dossier, pen)
    assert refused(pen, attendance(site, pen, dossier)) == "rounds.attendance-undeclared"
    site.logged(pen, pen.commitment(site))
    assert refused(pen, attendance(site, pen, dossier)) == "rounds.attendance-undeclared"
    declared = pen.declaration(site, dossier)
    held = attendance(site, pen, dossier, relies_on=(record_digest(declared),))
    assert pen.deliver(held)[0].status == "waiting"
    site.logged(pen, declared)
    assert pen.deliver(held)[0].status == "logged"


@pytest.mark.parametrize("outcome", ["recuse", "decline"])
def test_whoever_stood_aside_does_not_sign_in(site: Any, dossier: str, outcome: str) -> None:
    pen = site.pen()
    site.seat(dossier, pen)
    site.logged(pen, pen.commitment(site))
    site.logged(pen, pen.declaration(site, dossier, outcome))
    assert refused(pen, attendance(site, pen, dossier)) == "rounds.attendance-aside"


def test_one_names_each_project_once_and_only_ones_own(
    site: Any, dossier: str, projects: dict[str, str]
) -> None:
    pen, other = site.pen(), projects["SX24-006"]
    site.brought_to(pen, dossier)
    assert refused(pen, attendance(site, pen)) == "rounds.attendance-subjects"
    assert refused(pen, attendance(site, pen, dossier, dossier)) == "rounds.attendance-subjects"
    assert refused(pen, attendance(site, pen, dossier, other)) == "rounds.no-seat"


def test_after_the_end_nobody_signs_in(site: Any, dossier: str) -> None:
    pen = site.pen()
    site.brought_to(pen, dossier)
    for change in ("close", "end"):
        change_round(site.office, site.office.staff(), site.round, change, now=site.clock())
    assert refused(pen, attendance(site, pen, dossier)) == "rounds.ended"


def test_those_who_are_there_see_one_another_and_nobody_else_does(site: Any, dossier: str) -> None:
    first, second, absent, aside = site.pen("甲"), site.pen("乙"), site.pen("丙"), site.pen("丁")
    for pen in (first, second, absent):
        site.brought_to(pen, dossier)
    site.seat(dossier, aside)
    site.logged(aside, aside.commitment(site))
    site.logged(aside, aside.declaration(site, dossier, "recuse"))
    site.logged(first, attendance(site, first, dossier))
    assert there(first) == {first.person}
    assert there(second) == there(absent) == there(aside) == set()
    site.logged(second, attendance(site, second, dossier, mode="remote"))
    assert there(first) == there(second) == {first.person, second.person}
    assert there(absent) == there(aside) == set()
    names = {each.body.name for each in first.seen(RecordType.ENROLMENT)}
    assert names == {"甲", "乙"}
    assert not [each for each in first.seen(RecordType.ASSIGNMENT) if each.body.person != first.person]
    site.logged(second, second.declaration(site, dossier, "recuse", supersedes=_declared(second)))
    site.logged(absent, attendance(site, absent, dossier))
    assert absent.person in there(first)
    assert absent.person not in there(second)


def _declared(pen: Any) -> tuple[str, ...]:
    return tuple(each.digest for each in pen.seen(RecordType.DECLARATION))


def test_the_chair_who_has_reviewed_sees_who_is_there(site: Any, dossier: str) -> None:
    chair, member = site.pen("组长"), site.pen("组员")
    card, content = site.brought_to(chair, dossier)
    site.brought_to(member, dossier)
    appoint_chair(site.office, site.office.staff(), site.round, chair.person, now=site.clock())
    site.logged(member, attendance(site, member, dossier))
    assert there(chair) == set()
    site.logged(chair, chair.review(site, card, content))
    assert there(chair) == {member.person}


def test_status_counts_the_panel_over_those_who_are_there(site: Any, dossier: str) -> None:
    pens = [site.pen(f"专家{number}") for number in range(6)]
    for number, pen in enumerate(pens):
        tags = ("demand-recommended",) if number == 0 else ()
        site.seat(dossier, pen, tags=tags)
        site.logged(pen, pen.commitment(site))
        site.logged(pen, pen.declaration(site, dossier))

    def missing() -> set[str]:
        (project,) = status(site.office, site.round, now=site.clock()).projects
        return {each.requirement.id for each in project.faults}

    assert missing() == {"finance"}
    site.logged(pens[1], attendance(site, pens[1], dossier))
    assert missing() == {"minimum", "finance", "demand-recommended"}
    (project,) = status(site.office, site.round, now=site.clock()).projects
    modes = {each.name: each.attendance.mode for each in project.members if each.attendance}
    assert modes == {"专家1": "site"}
    for pen in (*pens[:1], *pens[2:]):
        site.logged(pen, attendance(site, pen, dossier))
    assert missing() == {"finance"}
