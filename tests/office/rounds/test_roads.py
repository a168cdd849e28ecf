"""The whole road under each of the four rulebooks, with real dossiers: invitation, reading, review, receipt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zhubi.demo.story import content_folder
from zhubi.office.intake.importing import import_path
from zhubi.office.rounds.status import status


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """What differs between rulebooks is not the database."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.mark.parametrize(
    ("policy", "kind", "code"),
    [
        ("zhejiang-2023", "zj.project-appraisal", "ZJ26-023"),
        ("shapingba-2023-41", "spb.project-appraisal", "SPB26-008"),
        ("shanxi-2024-10", "sx.acceptance-meeting", "SX24-009"),
        ("dazu-2023-26", "dz.milestone-assessment", "DZ26-002"),
    ],
)
def test_an_expert_of_every_role_goes_the_whole_road(
    office: Any, clock: Any, pens: Any, policy: str, kind: str, code: str
) -> None:
    scene = pens.open_scene(office, clock, policy=policy, kind=kind)
    folder = content_folder() / policy / code
    (made,) = import_path(office, office.staff(), folder, now=clock())
    assert pens.shipped(policy).kind(kind).roles
    for number, role in enumerate(each.id for each in scene.form.roles):
        pen = scene.pen(f"专家{number}")
        scene.seat(made.dossier, pen, role=role)
        scene.logged(pen, pen.commitment(scene))
        scene.logged(pen, pen.declaration(scene, made.dossier))
        card, content = pen.unseal(scene, made.dossier)
        assert content.card.code == code
        review = pen.review(scene, card, content, role=role)
        (result,) = scene.logged(pen, review)
        pen.verify(result, review)
        assert pen.get(f"/v1/rulebooks/{scene.rulebook}").status_code == 200
    members = status(office, scene.round, now=clock()).projects[0].members
    assert {each.seat.stage.value for each in members} == {"submitted"}
    assert all(each.points for each in members)
