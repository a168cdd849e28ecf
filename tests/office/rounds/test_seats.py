"""Seats: what the panel rule says of them, what the policy's term and roles allow, and who may chair."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zhubi.core.model.records import RecordType
from zhubi.demo.story import content_folder
from zhubi.office.intake.importing import import_path
from zhubi.office.rounds.errors import RoundsError
from zhubi.office.rounds.seats import Seat, appoint_chair, assign, replace
from zhubi.office.rounds.status import status


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Seats ask nothing special of a database."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
def dossier(house: Any) -> str:
    return house.bring("ZJ26-001")


def refused(scene: Any, dossier: str, *seats: Seat, **more: Any) -> str:
    before = len(scene.of_type(RecordType.ASSIGNMENT))
    with pytest.raises(RoundsError) as wrong:
        assign(scene.office, scene.office.staff(), scene.round, dossier, seats, now=scene.clock(), **more)
    assert len(scene.of_type(RecordType.ASSIGNMENT)) == before
    return wrong.value.kind


def test_a_seat_that_cannot_be_given_takes_none_of_its_companions(scene: Any, dossier: str) -> None:
    good, twin = Seat(scene.pen("甲").person), scene.pen("乙").person
    assert refused(scene, dossier, good, Seat("nobody")) == "rounds.unknown-person"
    assert refused(scene, dossier, good, Seat(twin, "astrologer")) == "rounds.unknown-role"
    assert refused(scene, dossier, good, Seat(twin, policy_seat="list-owner")) == "rounds.unknown-seat"
    assert refused(scene, dossier, good, Seat(twin, tags=("friend",))) == "rounds.unknown-tag"
    assert refused(scene, dossier, good, Seat(twin), Seat(twin, "finance")) == "rounds.already-seated"
    assert refused(scene, scene.round, good) == "rounds.unknown-dossier"
    assign(scene.office, scene.office.staff(), scene.round, dossier, [good], now=scene.clock())
    assert refused(scene, dossier, good) == "rounds.already-seated"


def test_a_panel_is_put_together_one_by_one_and_its_faults_are_told_each_time(
    scene: Any, dossier: str
) -> None:
    first = scene.seat(dossier, scene.pen("甲"))
    assert first.faults
    assert all(fault.requirement.basis for fault in first.faults)
    people = [scene.pen(f"专家{number}") for number in range(8)]
    faults = scene.seat(dossier, *people[:5], role="technical").faults
    faults = scene.seat(dossier, people[5], role="management").faults
    faults = scene.seat(dossier, people[6], role="industry").faults
    faults = scene.seat(dossier, people[7], role="finance").faults
    assert len(faults) < len(first.faults)


def test_who_steps_aside_is_not_counted_to_the_panel(scene: Any, dossier: str) -> None:
    people = [scene.pen(f"专家{number}") for number in range(6)]
    for pen, role in zip(people, ("technical",) * 3 + ("industry", "management", "finance"), strict=True):
        scene.seat(dossier, pen, role=role)
    before = status(scene.office, scene.round, now=scene.clock()).projects[0].faults
    for pen in people[:4]:
        scene.logged(pen, pen.commitment(scene))
        scene.logged(pen, pen.declaration(scene, dossier, "recuse"))
    after = status(scene.office, scene.round, now=scene.clock()).projects[0].faults
    assert len(after) > len(before)


def test_a_project_outside_the_term_needs_a_word_that_it_is_meant(
    office: Any, clock: Any, pens: Any, house: Any
) -> None:
    scene = pens.open_scene(office, clock, policy="shanxi-2024-10", kind="sx.acceptance-meeting")
    seat = Seat(scene.pen().person, "technical")
    undated = house.bring("SX-无日期")
    assert refused(scene, undated, seat) == "rounds.term"
    report = assign(office, office.staff(), scene.round, undated, [seat], beyond_term=True, now=clock())
    assert report.assigned == 1


def test_a_policy_seat_opens_only_for_whom_it_was_assigned(office: Any, clock: Any, pens: Any) -> None:
    scene = pens.open_scene(office, clock, policy="dazu-2023-26", kind="dz.milestone-assessment")
    folder = content_folder() / "dazu-2023-26" / "DZ26-007"
    (made,) = import_path(office, office.staff(), folder, now=clock())
    owner, ordinary = scene.pen("发榜单位负责人", "某摩托公司"), scene.pen("普通专家")
    scene.seat(made.dossier, owner, role="industry", policy_seat="list-owner", tags=("list-owner",))
    scene.seat(made.dossier, ordinary, role="industry")
    for pen in (owner, ordinary):
        scene.logged(pen, pen.commitment(scene))
    scene.logged(owner, owner.declaration(scene, made.dossier, "policy-seat", seat="list-owner"))
    card, content = owner.unseal(scene, made.dossier)
    scene.logged(owner, owner.review(scene, card, content, role="industry"))
    (denied,) = ordinary.deliver(ordinary.declaration(scene, made.dossier, "policy-seat", seat="list-owner"))
    assert denied.kind == "rounds.no-policy-seat"
    assert ordinary.ask_key(card.body.manifest_digest, scene.round).status_code == 404


def test_the_chair_sits_on_the_panel_now(scene: Any, dossier: str) -> None:
    chair, gone, heir = scene.pen("组长"), scene.pen("离任"), scene.pen("接替")
    scene.seat(dossier, chair, gone)
    staff = scene.office.staff()
    appoint_chair(scene.office, staff, scene.round, chair.person, now=scene.clock())
    assert status(scene.office, scene.round, now=scene.clock()).chair == chair.person
    assert [each.body.person for each in gone.seen(RecordType.CHAIR)] == [chair.person]
    replace(
        scene.office,
        staff,
        scene.round,
        dossier,
        gone.person,
        Seat(heir.person),
        reason="",
        now=scene.clock(),
    )
    for outsider in (gone, scene.pen("局外")):
        with pytest.raises(RoundsError) as wrong:
            appoint_chair(scene.office, staff, scene.round, outsider.person, now=scene.clock())
        assert wrong.value.kind == "rounds.no-seat"
