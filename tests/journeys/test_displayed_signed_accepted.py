"""What the desk shows after typing, what is signed and what the office holds and serves are the same, to the letter."""

from __future__ import annotations

import base64
import json
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from storyhouse.clock import Clock
from storyhouse.expert import PIN, Expert
from storyhouse.forms import fill_by_form, lay_out_for
from storyhouse.office import House

from zhubi.core.model.records import RecordType
from zhubi.core.rules.compile import shipped
from zhubi.expert.desk import review, submit
from zhubi.expert.desk.sheetviews import SheetState

RULES = ("zhejiang-2023", "zj.project-appraisal")
FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
# What people and word processors put in: composed and decomposed letters, width forms, breaks, marks, unseen marks,
# right-to-left, emoji; and whatever else there is.
_PIECES = st.sampled_from([
    "建议核减设备费。", "ＭＣＵ　２０２６", "e\u0301", "é", "ｶﾞ", "①〇", "\r\n", "\t", "\u2028", "\u200b", "\u202e倒",
    "\ufeff", "العربية", "👩\u200d🔬", "a" + "\u0301" * 9, "\x1b[31m红\x1b[0m", "[b]不是标记[/b]", "$name",
])  # fmt: skip
_TYPED = st.lists(st.one_of(_PIECES, st.text(max_size=8)), min_size=1, max_size=6).map("".join)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Expert]]:
    from zhubi.core.trust.wrapping import ArgonCost

    cost, ArgonCost.__init__.__defaults__ = ArgonCost.__init__.__defaults__, (8 * 1024, 1, 1)
    folder, clock = tmp_path_factory.mktemp("letters"), Clock()
    house = House(folder, clock)
    dossiers = house.bring(lay_out_for(folder / "papers", shipped(RULES[0]).kind(RULES[1]), "L-1"))
    expert = Expert.enrolled(folder / "machine", house.invite("陈思远"), clock)
    round_id = house.open_round(RULES)
    house.seat(round_id, dossiers.values(), expert.person)
    expert.take_up(round_id)
    fill_by_form(expert.desk, expert.key("L-1"))
    expert.sign("L-1")
    expert.submit()
    yield house, expert
    expert.close()
    house.close()
    ArgonCost.__init__.__defaults__ = cost


def _visible(text: str) -> str:
    """What of a text can be seen, in one normal form: letters and signs, without marks and spaces."""
    seen = (each for each in unicodedata.normalize("NFC", text) if unicodedata.category(each)[0] in "LNPS")
    return "".join(seen)


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)  # fmt: skip
@given(opinion=_TYPED, comment=_TYPED, reason=_TYPED, points=st.integers(0, 20), cut=st.integers(1, 999_999))
def test_what_is_shown_is_signed_and_accepted(
    scene: tuple[House, Expert], opinion: str, comment: str, reason: str, points: int, cut: int
) -> None:
    house, expert = scene
    desk, key = expert.desk, expert.key("L-1")
    review.begin_correction(desk, key, "核对文字")
    criterion = next(each for each in review.open_review(desk, key).state.criteria if each.mine)
    line = next(each for each in review.open_review(desk, key).state.budget if each.may_cut)
    review.set_score(desk, key, criterion.id, str(points).translate(FULL_WIDTH))
    review.set_comment(desk, key, criterion.id, comment)
    review.set_cut(desk, key, line.id, f"{cut:,}".translate(FULL_WIDTH), reason)
    review.set_opinion(desk, key, opinion)
    for each in review.open_review(desk, key).state.missing:
        if each.what == "words":
            review.set_words(desk, key, each.item, "已说明。")
    if not review.open_review(desk, key).state.opinion.strip():
        review.set_opinion(desk, key, "同意。")
    shown = review.open_review(desk, key).state
    assert next(each.points_text for each in shown.criteria if each.id == criterion.id) == str(points)
    assert next(each.cut for each in shown.budget if each.id == line.id) == cut

    (signed,) = submit.sign(desk, [key], PIN)
    assert signed.digest, signed.problem
    expert.submit()

    # Read by nobody's models: the bytes that the office serves, and the bytes that it holds.
    _, client = desk.session.clients[expert.origin]
    served = _body(client.record(signed.digest))
    held = next(each for each in house.logged(RecordType.REVIEW) if each.record.digest == signed.digest)
    assert _body(held.compact) == served
    assert _said(served["sheet"]) == _shown(shown) == _shown(review.open_review(desk, key).state)
    assert shown.sheet.model_dump(mode="json") == served["sheet"]
    assert expert.stage("L-1") == "submitted"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    letters=st.text(
        st.characters(codec="utf-8", categories=("Lo", "Ll", "Lu", "Nd", "Po")), min_size=1, max_size=60
    )
)
def test_no_letter_that_can_be_seen_is_lost_or_turned_into_another(letters: str) -> None:
    from zhubi.core.model.text import clean_text

    unseen = {"\u115f", "\u1160", "\u3164", "\uffa0"}  # letters by category, blanks by look
    kept = "".join(each for each in letters if each not in unseen)
    assert _visible(clean_text(letters)) == _visible(kept)


def _body(compact: str) -> dict[str, Any]:
    middle = compact.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))["body"]
    return found


def _shown(state: SheetState) -> dict[str, object]:
    return {
        "opinion": state.opinion,
        "comments": {each.id: each.comment for each in state.criteria if each.mine},
        "points": {each.id: each.points_text for each in state.criteria if each.points_text},
        "cuts": {each.id: (each.cut, each.cut_reason) for each in state.budget if each.cut},
        "total": state.total.text,
        "recommendation": next((each.id for each in state.recommendations if each.chosen), None),
        "why": state.recommendation_words,
    }


def _said(sheet: dict[str, Any]) -> dict[str, object]:
    return {
        "opinion": sheet["opinion"],
        "comments": {each["criterion"]: each["comment"] for each in sheet["scores"]},
        "points": {
            each["criterion"]: str(each["points"]) for each in sheet["scores"] if each["points"] is not None
        },
        "cuts": {each["line"]: (each["amount"], each["reason"]) for each in sheet["cuts"]["lines"]},
        "total": str(sheet["total"]["points"]),
        "recommendation": sheet["recommendation"],
        "why": sheet["recommendation_words"],
    }
