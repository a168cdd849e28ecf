"""The review of a project: edited one thing at a time, kept at once, counted by the rules of the round."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk import overview, reading, review
from zhubi.expert.desk.sheetviews import SheetState
from zhubi.expert.desk.views import ReviewKey
from zhubi.locale import explain

ZHEJIANG = ("zhejiang-2023", "zj.project-appraisal")
PIN = "246810"


def key_of(story: Any, code: str) -> ReviewKey:
    return next(each.key for each in overview.rows(story.desk, None, 0, 20) if each.code == code)


def fill(desk: Any, key: ReviewKey, recommendation: str | None = None, share: int = 80) -> SheetState:
    """Fills in everything required, each criterion with a share of its full points."""
    state = review.open_review(desk, key).state
    for question in state.questions:
        if question.required:
            answers = {"yes-no": "yes", "number": "3", "text": "有", "choice": ""}
            review.set_answer(desk, key, question.id, answers[question.asks] or question.choices[0].id)
    for row in state.criteria:
        if row.mine:
            review.set_score(desk, key, row.id, str(int(row.full_text) * share // 100))
    for finding in state.findings:
        review.set_finding(desk, key, finding.id, "no" if "poor" in finding.id else "yes")
    chosen = recommendation or state.recommendations[0].id
    return review.set_recommendation(desk, key, chosen, "理由已写明")


@pytest.fixture
def key(unsealed: Any) -> ReviewKey:
    return key_of(unsealed, "DZ26-002")


def refusal(act: Any) -> ZhubiError:
    with pytest.raises(ZhubiError) as caught:
        act()
    return caught.value


def test_a_review_opens_with_papers_and_an_empty_sheet(unsealed: Any, key: ReviewKey) -> None:
    view = review.open_review(unsealed.desk, key)
    assert view.content is not None and view.content.sections and view.content.attachments
    assert {each.state for each in view.content.attachments} == {"here"}
    assert (view.read_only, view.state.total.text, view.role) == (False, "", "technical")
    assert {each.points_text for each in view.state.criteria} == {""}
    assert not any(each.chosen for each in view.state.recommendations)
    assert overview.row(unsealed.desk, key).stage == "ready", "looking begins nothing"  # type: ignore[union-attr]


def test_every_edit_is_kept_at_once_and_the_list_follows(unsealed: Any, key: ReviewKey) -> None:
    review.set_score(unsealed.desk, key, "node", "６０")
    state = review.set_comment(unsealed.desk, key, "node", "节点按期\n指标有余量")
    assert (state.criteria[0].points_text, state.criteria[0].band, state.total.text) == ("60", "良", "60")
    row = overview.row(unsealed.desk, key)
    assert row is not None and (row.stage, row.score_text) == ("drafting", "60")
    assert row.missing == sum(each.required for each in state.missing)
    unsealed.desk.close()
    again = review.open_review(unsealed.open(), key)
    assert again.state.criteria[0].comment == "节点按期\n指标有余量"
    assert again.recovered is None, "it was closed in order"


def test_a_sheet_left_in_order_leaves_nothing_to_recover_and_can_still_be_taken_back(
    unsealed: Any, key: ReviewKey
) -> None:
    from zhubi.expert.desk.undo import undo

    review.set_opinion(unsealed.desk, key, "一")
    unsealed.clock.on(seconds=5)
    review.set_opinion(unsealed.desk, key, "一二")
    review.leave_review(unsealed.desk, key)
    draft = unsealed.desk.store.drafts.read(key)
    assert draft is not None and draft.sheet.opinion == "一二"
    # The machine dies here: what lies on the disk is all that the next start has.
    shutil.copytree(unsealed.desk.directory, unsealed.folder / "after")
    again = review.open_review(unsealed.open("after"), key)
    assert again.recovered is None and again.state.opinion == "一二"
    assert undo(unsealed.desk, key)[0].opinion == "一"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("71", "满分70，输入了71"),
        ("abc", "请填数字，满分70，输入了“abc”"),
        ("60.5", "本表按整分打分，输入了60.5"),
        ("-1", "请填数字，满分70，输入了“-1”"),
    ],
)
def test_points_that_cannot_stand_are_said_and_change_nothing(
    unsealed: Any, key: ReviewKey, typed: str, sentence: str
) -> None:
    review.set_score(unsealed.desk, key, "node", "50")
    assert explain(refusal(lambda: review.set_score(unsealed.desk, key, "node", typed))) == sentence
    assert review.open_review(unsealed.desk, key).state.criteria[0].points_text == "50"


def test_points_can_be_taken_back(unsealed: Any, key: ReviewKey) -> None:
    review.set_score(unsealed.desk, key, "node", "50")
    state = review.set_score(unsealed.desk, key, "node", "")
    assert (state.criteria[0].points_text, state.sheet.scores) == ("", ())


def test_when_all_is_filled_in_it_is_complete_and_the_opinion_is_only_advised(
    unsealed: Any, key: ReviewKey
) -> None:
    state = fill(unsealed.desk, key)
    assert [(each.what, each.required) for each in state.missing] == [("opinion", False)]
    assert overview.row(unsealed.desk, key).stage == "complete"  # type: ignore[union-attr]
    state = review.set_opinion(unsealed.desk, key, "总体可行。")
    assert state.missing == () and state.opinion_length == 5
    assert state.advice == ("综合意见5字，宜100字以上",)


def test_next_missing_goes_round(unsealed: Any, key: ReviewKey) -> None:
    first = review.next_missing(unsealed.desk, key)
    assert first is not None
    seen = [first.item]
    while True:
        following = review.next_missing(unsealed.desk, key, seen[-1])
        assert following is not None
        if following.item == seen[0]:
            break
        seen.append(following.item)
    assert len(seen) == len(review.open_review(unsealed.desk, key).state.missing)


def test_an_opinion_starts_from_ones_own_comments(unsealed: Any, key: ReviewKey) -> None:
    review.set_comment(unsealed.desk, key, "node", "节点按期")
    review.set_comment(unsealed.desk, key, "funds", "凭证齐全")
    assert review.start_opinion(unsealed.desk, key) == "节点与考核指标：节点按期\n资金拨付与使用：凭证齐全"


def test_what_an_item_rests_on_is_said_in_our_words(unsealed: Any, key: ReviewKey) -> None:
    clause = review.basis_of(unsealed.desk, key, "dz7-period")
    assert (clause.default, clause.clause) == (False, "足 七")
    assert clause.wording.startswith("七")
    assert review.basis_of(unsealed.desk, key, "node").default
    assert refusal(lambda: review.basis_of(unsealed.desk, key, "nothing")).kind == "desk.no-basis"


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (lambda desk, key: review.set_answer(desk, key, "no-such", "yes"), "desk.bad-answer"),
        (lambda desk, key: review.set_finding(desk, key, "nodes_met", "perhaps"), "desk.bad-answer"),
        (lambda desk, key: review.set_recommendation(desk, key, "burn", ""), "desk.bad-answer"),
        (lambda desk, key: review.set_indicator(desk, key, "no-such", "", "met"), "desk.bad-answer"),
        (lambda desk, key: review.set_cut(desk, key, "equipment", "1", ""), "rules.cut-not-foreseen"),
        (lambda desk, key: review.set_score(desk, key, "no-such", "1"), "desk.not-your-criterion"),
        (lambda desk, key: review.set_words(desk, key, "no-such", "x"), "desk.bad-answer"),
        (lambda desk, key: review.confirm_fact(desk, key, "period_months", "很久"), "desk.bad-fact"),
    ],
)
def test_what_the_form_does_not_have_is_refused(unsealed: Any, key: ReviewKey, act: Any, kind: str) -> None:
    assert refusal(lambda: act(unsealed.desk, key)).kind == kind
    assert overview.row(unsealed.desk, key).stage == "ready"  # type: ignore[union-attr]


def test_hostile_words_are_cleaned_where_they_enter(unsealed: Any, key: ReviewKey) -> None:
    state = review.set_opinion(unsealed.desk, key, "好\x1b[31m红\u202e逆\x07")
    assert state.opinion == "好[31m红逆"


def test_a_fact_as_read_takes_the_place_of_the_papers(unsealed: Any, key: ReviewKey) -> None:
    def period(state: SheetState) -> tuple[str, str, bool, str]:
        fact = next(each for each in state.facts if each.name == "period_months")
        check = next(each for each in state.checks if each.id == "dz7-period")
        return fact.value_text, fact.reading_text, fact.confirmed, check.outcome

    stated = period(review.open_review(unsealed.desk, key).state)
    assert stated == ("24个月", "", False, "met")
    assert period(review.confirm_fact(unsealed.desk, key, "period_months", "４８")) == (
        "24个月",
        "48个月",
        True,
        "unmet",
    )
    assert period(review.confirm_fact(unsealed.desk, key, "period_months", None, False)) == stated


def test_attachments_are_read_page_by_page_and_the_plaintext_stays_in_memory(
    unsealed: Any, key: ReviewKey
) -> None:
    from zhubi.expert.reading.document import Page

    content = reading.content(unsealed.desk, key)
    pages = [
        event
        for event in reading.attachment_pages(unsealed.desk, key, content.attachments[0].blob)
        if isinstance(event, Page)
    ]
    assert pages and any("揭榜" in page.text for page in pages)
    words = content.sections[0].text[:12].encode()
    found = [
        path for path in unsealed.desk.directory.rglob("*") if path.is_file() and words in path.read_bytes()
    ]
    assert found == []


def test_opening_outside_is_warned_once_and_wiped(
    unsealed: Any, key: ReviewKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhubi.expert.reading import outside

    monkeypatch.setattr(outside, "system_opener", lambda: ("true",))
    content = reading.content(unsealed.desk, key)
    assert not reading.outside_warned(unsealed.desk)
    path = reading.open_outside(unsealed.desk, key, content.attachments[0].blob)
    assert path.read_bytes().startswith(b"%PDF") and reading.outside_warned(unsealed.desk)
    reading.wipe_outside(unsealed.desk)
    assert not path.exists()


@pytest.fixture
def zhejiang(story: Any) -> Any:
    """Four projects of Zhejiang, unsealed."""
    ids = story.import_dossiers(ZHEJIANG[0])
    story.round = story.open_round(*ZHEJIANG)
    story.invitation = story.invite()
    for order, (_, dossier) in enumerate(sorted(ids.items()), 1):
        story.seat(story.round, dossier, story.invitation.person, order=order)
    story.desk = story.enrol(story.invitation)
    story.declare_all(story.desk, story.round)
    story.sync(story.desk)
    return story


def test_cuts_take_the_fiscal_part_only(zhejiang: Any) -> None:
    desk, key = zhejiang.desk, key_of(zhejiang, "ZJ26-017")
    line = next(each for each in review.open_review(desk, key).state.budget if each.may_cut)
    state = review.set_cut(desk, key, line.id, f"{line.fiscal:,}", "设备可共享")
    assert (state.cuts.total_cut, state.cuts.fiscal_after) == (
        line.fiscal,
        state.cuts.fiscal_before - line.fiscal,
    )
    assert "只能核减财政部分" in explain(
        refusal(lambda: review.set_cut(desk, key, line.id, str(line.fiscal + 1)))
    )
    assert refusal(lambda: review.set_cut(desk, key, line.id, "一万")).kind == "desk.bad-amount"
    assert review.set_cuts_statement(desk, key, True, True).cuts.total_follows
    assert review.set_cut(desk, key, line.id, "").cuts.total_cut == 0


def test_another_roles_criterion_is_shown_and_not_taken(zhejiang: Any) -> None:
    key = key_of(zhejiang, "ZJ26-017")
    view = review.open_review(zhejiang.desk, key)
    other = next(each for each in view.state.criteria if not each.mine)
    assert other.scored_by and view.state.total.my_maximum_text == "90"
    problem = refusal(lambda: review.set_score(zhejiang.desk, key, other.id, "1"))
    assert problem.kind == "desk.not-your-criterion"


def test_a_fact_the_papers_lack_is_unknown_and_never_the_experts_omission(zhejiang: Any) -> None:
    unknown = {}
    for row in overview.rows(zhejiang.desk, None, 0, 9):
        for check in review.open_review(zhejiang.desk, row.key).state.checks:
            if check.outcome == "unknown":
                unknown[row.code] = check
    assert unknown, "one project of the demo lacks a fact"
    for check in unknown.values():
        assert check.sentence.startswith("无法判断：材料缺") and check.missing
        assert all(not name.isascii() for name in check.missing), "facts are named in words"
    code = next(iter(unknown))
    assert not [each for each in fill(zhejiang.desk, key_of(zhejiang, code)).missing if each.required]
