"""A round is printed from the log alone, and what stands on paper leads back to its record."""

from __future__ import annotations

import re
from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.paper import Paper, Table
from zhubi.core.model.records import RecordType
from zhubi.core.model.sheet import Cut, Cuts
from zhubi.core.papers.typesetting import MARK, typeset
from zhubi.core.trust.receipts import receipt_code
from zhubi.core.trust.records import record_digest
from zhubi.demo.story import content_folder
from zhubi.office.intake.importing import import_path
from zhubi.office.rounds.finding import find
from zhubi.office.rounds.printing import round_papers


@pytest.fixture
def dossier(house: Any) -> str:
    return str(house.bring("ZJ26-001"))


@pytest.fixture
def panel(scene: Any, dossier: str) -> Any:
    """Two experts on one project, of whom the first has handed in; and the digest of what that one signed."""
    lin, zhou = scene.pen("林晓岚"), scene.pen("周启明", "重庆大学")
    card, content = scene.brought_to(lin, dossier)
    scene.seat(dossier, zhou)
    review = lin.review(scene, card, content)
    scene.logged(lin, review)
    return scene, lin, zhou, record_digest(review)


def printed(scene: Any, form: str = "", **how: Any) -> Any:
    return round_papers(scene.office, scene.round, form, now=scene.clock(), **how)


def rows(paper: Paper) -> list[tuple[str, ...]]:
    return [row for part in paper.parts if isinstance(part, Table) for row in part.rows]


def test_each_review_in_the_log_is_printed_with_its_record_and_each_seat_without_one_is_named(
    panel: Any,
) -> None:
    scene, _, zhou, digest = panel
    made, lacking = printed(scene)
    assert [each.paper.digest for each in made] == [digest]
    assert made[0].name == f"ZJ26-001-林晓岚-个人评审表-{receipt_code(digest)}.pdf"
    facts = dict(made[0].paper.facts)
    assert (facts["专家"], facts["评审场次"]) == ("林晓岚", "立项评审")
    assert "送达评审组织方" in facts["签名情况"]
    assert [(each.code, each.name, each.stage) for each in lacking] == [("ZJ26-001", "周启明", "commit")]
    assert typeset(made[0].paper).startswith(b"%PDF-")
    assert printed(scene, person=zhou.person)[0] == ()
    assert printed(scene, dossiers={"019a0000-0000-7000-8000-000000000000"}) == ((), ())


def test_what_is_sealed_is_named_by_the_office_with_its_own_key(scene: Any) -> None:
    folder = content_folder() / "zhejiang-2023" / "ZJ26-017"
    (brought,) = import_path(scene.office, scene.office.staff(), folder, now=scene.clock())
    pen = scene.pen("林晓岚")
    card, content = scene.brought_to(pen, brought.dossier)
    line = next(each for each in content.budget if each.fiscal > 0)
    cuts = Cuts(lines=(Cut(line=line.id, amount=1, reason="重复"),))
    scene.logged(pen, pen.review(scene, card, content, sheet={"cuts": cuts}))
    (made,), _ = printed(scene, "cuts")
    assert [row[0] for row in rows(made.paper)] == [each.subject for each in content.budget]
    assert [row[5] for row in rows(made.paper) if row[5]] == ["重复"]
    (whole,), _ = printed(scene, "review")
    assert ("合计", "1", "") in rows(whole.paper)
    assert any(row[0] == line.subject and row[2] == "重复" for row in rows(whole.paper))


def test_a_form_the_kind_does_not_have_is_refused_by_name(panel: Any) -> None:
    with pytest.raises(ZhubiError) as found:
        printed(panel[0], "onsite")
    assert (found.value.kind, found.value.details["form"]) == ("printing.no-such-form", "现场考察表")


def test_the_page_that_all_sign_has_every_seat_and_a_line_for_each_who_handed_in(panel: Any) -> None:
    scene, _, _, digest = panel
    (page,), _ = printed(scene, "signatures")
    assert page.name == "立项评审-签字页.pdf"
    listed = {row[2]: row[5] for row in rows(page.paper)}
    assert listed == {"林晓岚": receipt_code(digest), "周启明": "待签承诺书"}
    assert page.paper.signatures == ("林晓岚：",)


def test_commitments_and_declarations_are_printed_for_each_expert(panel: Any) -> None:
    scene, _, _, _ = panel
    made, _ = printed(scene, "commitments")
    assert [dict(each.paper.facts)["专家"] for each in made] == ["林晓岚", "周启明"]
    committed, waiting = (each.paper for each in made)
    signed = scene.of_type(RecordType.COMMITMENT)[0].digest
    assert (committed.digest, waiting.digest) == (signed, None)
    assert [row[2] for row in rows(committed)] == ["无应回避"]
    assert [row[2] for row in rows(waiting)] == ["未声明"]


def test_a_code_on_paper_leads_to_its_record_however_it_is_written(panel: Any) -> None:
    scene, _, _, digest = panel
    code = receipt_code(digest)
    alike = code.replace("0", "O").replace("1", "l").lower().replace("-", " ")
    for said in (code, alike, digest, digest.upper(), digest[:10], MARK + digest, f"  {code} "):
        (found,) = find(scene.office, said)
        assert (found.digest, found.code, found.who) == (digest, code, "林晓岚")
        assert (found.type, found.round) == ("review", "立项评审")
        assert found.project.startswith("ZJ26-001 ") and found.logged_at is not None
        assert found.replaced_by == found.refused_by == ()


def test_a_record_that_was_corrected_names_what_took_its_place(panel: Any, dossier: str) -> None:
    scene, lin, _, digest = panel
    card, content = lin.unseal(scene, dossier)
    again = lin.review(scene, card, content, reason="复核", supersedes=(digest,))
    scene.logged(lin, again)
    (found,) = find(scene.office, receipt_code(digest))
    assert found.replaced_by == (record_digest(again),)
    (made,), _ = printed(scene)
    assert made.paper.digest == record_digest(again)


@pytest.mark.parametrize(("said", "kind"), [
    ("0000-00", "printing.not-found"), ("ab" * 32, "printing.not-found"), ("7K3M", "printing.bad-code"),
    ("7K3M-QU", "printing.bad-code"), ("", "printing.bad-code"), ("%%%%%%%%", "printing.bad-code"),
])  # fmt: skip
def test_what_is_no_code_or_of_no_record_is_said(scene: Any, said: str, kind: str) -> None:
    with pytest.raises(ZhubiError) as found:
        find(scene.office, said)
    assert found.value.kind == kind


def test_the_office_itself_is_found_as_the_author_of_its_own_records(scene: Any) -> None:
    (found,) = find(scene.office, scene.of_type(RecordType.ROUND)[0].digest)
    assert (found.who, found.project) == ("王敏", "")
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{2}", found.code)
