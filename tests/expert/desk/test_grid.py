"""The round as a table: what each sheet says, who stands where, and what is typed into it."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk import grid as gridding
from zhubi.expert.desk import overview, review, sealed, submit
from zhubi.expert.desk.roundviews import GridCell, GridRow, GridView

PIN = "246810"


def table(story: Any) -> GridView:
    (found,) = overview.rounds(story.desk)
    return gridding.grid(story.desk, found.office, found.round)


def row_of(view: GridView, code: str) -> GridRow:
    return next(each for each in view.rows if each.code == code)


def cell_of(view: GridView, code: str, item: str) -> GridCell:
    return row_of(view, code).cells[[each.item for each in view.columns].index(item)]


def typed(story: Any, view: GridView, code: str, item: str, text: str) -> GridView:
    row = row_of(view, code)
    column = next(each for each in view.columns if each.item == item)
    return gridding.after_edit(view, row, gridding.set_cell(story.desk, row, column, text))


def scored(view: GridView) -> list[str]:
    return [each.item for each in view.columns if each.kind == "score"]


def test_rows_are_the_projects_in_agenda_order_and_columns_the_criteria(unsealed: Any) -> None:
    view = table(unsealed)
    assert [each.code for each in view.rows] == sorted(unsealed.ids)
    form = review.open_review(unsealed.desk, view.rows[0].key).kind
    assert scored(view) == [each.id for each in form.criteria]
    assert view.columns[-1].kind == "recommendation"
    assert all(each.editable and each.total is None for each in view.rows)
    assert cell_of(view, "DZ26-002", "node").full_text == "70"
    assert not view.places


def test_looking_at_the_table_opens_no_sealed_papers(unsealed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    unsealed.desk.session.contents.clear()
    monkeypatch.setattr(sealed, "unseal", lambda *_: pytest.fail("the papers were opened"))
    assert len(table(unsealed).rows) == 3


def test_what_is_typed_is_kept_and_the_places_follow(unsealed: Any) -> None:
    view = table(unsealed)
    items = scored(view)
    for code, node in (("DZ26-002", "60"), ("DZ26-004", "６５"), ("DZ26-007", "60")):
        for item in items:
            view = typed(unsealed, view, code, item, node if item == "node" else "8")
    assert {each.code: str(view.places[each.key.dossier]) for each in view.rows} == {
        "DZ26-002": "2=", "DZ26-004": "1", "DZ26-007": "2=",
    }  # fmt: skip
    view = typed(unsealed, view, "DZ26-007", "node", "59")
    assert str(view.places[row_of(view, "DZ26-002").key.dossier]) == "2"
    again = table(unsealed)
    assert [each.cells for each in again.rows] == [each.cells for each in view.rows]
    assert [(each.total, each.missing) for each in again.rows] == [
        (each.total, each.missing) for each in view.rows
    ]
    assert again.places == view.places


def test_an_edit_of_one_sheet_opens_no_other(unsealed: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    view = table(unsealed)
    unsealed.desk.session.contents.clear()
    opened: list[str] = []
    read = sealed._read
    monkeypatch.setattr(
        sealed, "_read", lambda desk, key, *rest: opened.append(key.dossier) or read(desk, key, *rest)
    )
    view = typed(unsealed, view, "DZ26-004", "node", "60")
    assert opened == [row_of(view, "DZ26-004").key.dossier]


def test_what_cannot_stand_is_said_and_changes_nothing(unsealed: Any) -> None:
    view = typed(unsealed, table(unsealed), "DZ26-002", "node", "60")
    with pytest.raises(ZhubiError) as caught:
        typed(unsealed, view, "DZ26-002", "node", "71")
    assert caught.value.kind == "rules.points-over"
    assert cell_of(table(unsealed), "DZ26-002", "node").value == "60"


def test_the_recommendation_is_taken_by_its_id_and_taken_back(unsealed: Any) -> None:
    view = table(unsealed)
    first = view.columns[-1].choices[0]
    view = typed(unsealed, view, "DZ26-002", "recommendation", first.id)
    assert (row_of(view, "DZ26-002").recommendation, row_of(view, "DZ26-002").affirmative) == (
        first.name,
        True,
    )
    view = typed(unsealed, view, "DZ26-002", "recommendation", "")
    assert row_of(view, "DZ26-002").affirmative is None


def test_a_signed_review_stands_in_the_table_and_takes_nothing(unsealed: Any) -> None:
    view = table(unsealed)
    key = row_of(view, "DZ26-002").key
    state = review.open_review(unsealed.desk, key).state
    for question in state.questions:
        review.set_answer(unsealed.desk, key, question.id, "yes" if question.asks == "yes-no" else "3")
    for criterion in state.criteria:
        review.set_score(unsealed.desk, key, criterion.id, "8")
    for finding in state.findings:
        review.set_finding(unsealed.desk, key, finding.id, "yes")
    review.set_recommendation(unsealed.desk, key, state.recommendations[0].id, "理由")
    (signed,) = submit.sign(unsealed.desk, [key], PIN)
    assert not signed.problem
    view = table(unsealed)
    row = row_of(view, "DZ26-002")
    assert (row.stage, row.editable, row.total_text) == ("signed", False, str(8 * len(state.criteria)))
    assert {each.state for each in row.cells} == {"locked"}
    with pytest.raises(ZhubiError, match="signed"):
        typed(unsealed, view, "DZ26-002", "node", "10")
    assert view.places[key.dossier].rank == 1


def test_a_recused_project_has_no_sheet(seated: Any) -> None:
    from zhubi.expert.desk import commit, declare

    seated.sync(seated.desk)
    commit.sign_commitment(seated.desk, seated.round, PIN)
    seated.sync(seated.desk)
    for place, each in enumerate(declare.declarations(seated.desk, seated.round)):
        declare.answer(
            seated.desk, seated.round, each.key.dossier, "clear" if place else "decline", (), "无暇"
        )
    declare.sign_declarations(seated.desk, seated.round, PIN)
    seated.sync(seated.desk)
    view = table(seated)
    assert [each.editable for each in view.rows] == [False, True, True]
    assert {each.state for each in view.rows[0].cells} == {"none"}


def test_space_marks_what_does_not_apply_only_where_that_is_allowed(unsealed: Any) -> None:
    view = table(unsealed)
    row = row_of(view, "DZ26-002")
    for column, cell in zip(view.columns, row.cells, strict=True):
        if column.kind == "score":
            state = gridding.toggle_cell(unsealed.desk, row, column, cell)
            assert (state is not None) == cell.may_not_apply
        elif column.kind == "recommendation":
            state = gridding.toggle_cell(unsealed.desk, row, column, cell)
            assert state is not None
            assert next(each.id for each in state.recommendations if each.chosen) == column.choices[0].id


def test_a_form_without_points_has_its_questions_and_findings_as_columns(story: Any) -> None:
    from zhubi.core.rules.compile import shipped

    bare = [each for each in shipped("shanxi-2024-10").kinds if each.scale is None and each.findings]
    assert bare, "a form without points is among the shipped ones"
    story.ids = story.import_dossiers("shanxi-2024-10")
    story.round = story.open_round("shanxi-2024-10", bare[0].id)
    invitation = story.invite()
    for order, (_, dossier) in enumerate(sorted(story.ids.items()), 1):
        story.seat(story.round, dossier, invitation.person, order=order)
    story.desk = story.enrol(invitation)
    story.declare_all(story.desk, story.round)
    story.sync(story.desk)
    view = table(story)
    assert not view.scored
    assert [each.item for each in view.columns if each.kind == "finding"] == [
        each.id for each in bare[0].findings
    ]
    code, item = view.rows[0].code, bare[0].findings[0].id
    view = typed(story, view, code, item, "no")
    assert cell_of(view, code, item).text == "否"
