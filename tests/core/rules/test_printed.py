"""A printed form says what the sheet says, names what it rests on, and is a draft only while nothing is signed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from zhubi.core.model.dossier import BudgetLine, Card, Content, Fact, Indicator, Unit
from zhubi.core.model.paper import Paper, Table
from zhubi.core.model.records import AttendanceBody, DeclarationBody, Relation
from zhubi.core.model.sheet import (
    Cut,
    Cuts,
    EvidenceRef,
    FactReading,
    IndicatorJudgement,
    MethodUsed,
    Score,
    Sheet,
    Total,
)
from zhubi.core.papers.typesetting import typeset
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.printed import (
    Occasion,
    attended_text,
    commitments_paper,
    cuts_paper,
    declared_row,
    file_name,
    forms_of,
    review_paper,
    signatures_paper,
    signed_row,
    standing_text,
)
from zhubi.locale import use_language

DIGEST = "3f2a91c0" * 8
SIGNED = datetime(2026, 7, 3, 6, 2, tzinfo=UTC)
INSPECTION = shipped("shanxi-2024-10").kind("sx.site-inspection")
APPRAISAL = shipped("zhejiang-2023").kind("zj.project-appraisal")
CARD = Card(code="SX24-006", title="随钻测量装备", units=(Unit(name="某矿机公司", part="lead"),))
OCCASION = Occasion(
    "山西省科学技术厅", "第一批现场考察", "晋2024", "陈思远", "浙江大学", "2026年7月3日 15:04",
    DIGEST, "7K3M-Q2", "已签名", "上午签到",
)  # fmt: skip
CONTENT = Content(
    dossier="019a0000-0000-7000-8000-000000000000",
    version=1,
    card=CARD,
    indicators=(Indicator(id="deviation", name="终孔偏差", target="<=1.0", unit="米", reported="0.82"),),
    facts=(Fact(name=INSPECTION.facts[0].id, value="basic"),),
    budget=(
        BudgetLine(id="rig", subject="设备费", total=900_000, fiscal=400_000),
        BudgetLine(id="travel", subject="差旅费", total=50_000, fiscal=50_000),
    ),
)


def table(paper: Paper, heading: str) -> Table:
    found = [each for each in paper.parts if isinstance(each, Table) and each.heading == heading]
    assert len(found) == 1, [each.heading for each in paper.parts]
    return found[0]


def fact(paper: Paper, name: str) -> str | None:
    return dict(paper.facts).get(name)


def test_a_review_is_printed_on_the_form_of_its_kind_or_on_the_one_asked_for() -> None:
    assert forms_of(INSPECTION)[:2] == ("onsite", "review")
    assert forms_of(APPRAISAL)[0] == "review" and "onsite" not in forms_of(APPRAISAL)
    assert ("cuts" in forms_of(APPRAISAL)) == (APPRAISAL.cuts is not None)
    assert review_paper(INSPECTION, Sheet(), "technical", CARD, OCCASION, None).form == "onsite"
    asked = review_paper(INSPECTION, Sheet(), "technical", CARD, OCCASION, None, "review")
    assert (asked.form, asked.title) == ("review", "个人评审表")


def test_a_site_inspection_shows_each_indicator_as_promised_reported_and_seen() -> None:
    sheet = Sheet(
        indicators=(
            IndicatorJudgement(indicator="deviation", observed="0.84 米", judgement="met", words="现场复测"),
            IndicatorJudgement(indicator="gone", judgement="not-checked"),
        )
    )
    rows = table(review_paper(INSPECTION, sheet, "technical", CARD, OCCASION, CONTENT), "考核指标").rows
    assert rows == (
        ("终孔偏差", "<=1.0 米", "0.82 米", "0.84 米", "完成", "现场复测"),
        ("gone", "--", "--", "--", "未核验", ""),
    )


def test_the_paper_names_the_record_how_it_stands_and_when_the_expert_signed_in() -> None:
    made = review_paper(INSPECTION, Sheet(), "technical", CARD, OCCASION, None)
    assert (made.digest, made.code) == (DIGEST, "7K3M-Q2")
    assert (fact(made, "签名情况"), fact(made, "到会")) == ("已签名", "上午签到")
    draft = replace(OCCASION, digest="", code="", standing="", attended="")
    made = review_paper(INSPECTION, Sheet(), "technical", CARD, draft, None)
    assert made.digest is None and not made.listing
    assert fact(made, "签名情况") is None and fact(made, "到会") is None


def test_how_they_worked_stands_first_by_the_names_of_the_rules_and_their_own() -> None:
    known = INSPECTION.methods[0] if INSPECTION.methods else None
    used = (
        MethodUsed(method=known.id if known else "", name=known.name.zh if known else "汇报"),
        MethodUsed(name="夜班抽查", done=False, words="设备检修"),
    )
    rows = table(
        review_paper(INSPECTION, Sheet(methods=used), "technical", CARD, OCCASION, None), "程序和方法"
    ).rows
    assert rows == (
        (known.name.zh if known else "汇报", "已进行", ""),
        ("夜班抽查", "未进行", "设备检修"),
    )


def test_signing_in_is_told_with_its_way_and_words() -> None:
    body = AttendanceBody(mode="site", at="2026-07-03T01:02:00Z", words="随第二批到")
    assert attended_text(body).endswith("现场签到；随第二批到")


def test_how_a_record_stands_is_told_in_words() -> None:
    said = standing_text(SIGNED, None)
    assert said.endswith("签名，尚未送达")
    said = standing_text(SIGNED, SIGNED, "late", "replaced")
    assert "送达评审组织方" in said and said.endswith("逾期到达；已由本人后来的更正取代")


@pytest.mark.parametrize(
    ("about", "named"),
    [
        ("indicator:deviation", "终孔偏差"),
        (f"finding:{INSPECTION.findings[0].id}", INSPECTION.findings[0].name.zh),
        (f"signature:{'ab' * 32}", f"记录 {'ab' * 8} 的手签件"),
        ("indicator:gone", "gone"),
        ("", "--"),
    ],
)
def test_evidence_is_listed_with_what_it_supports_and_the_digest_of_what_is_sealed(
    about: str, named: str
) -> None:
    piece = EvidenceRef(
        digest=DIGEST, size=9, name="井口.jpg", about=about, taken_at="2026-07-03T10:15:00",
        noted_at="2026-07-03T02:16:00Z",
    )  # fmt: skip
    made = review_paper(INSPECTION, Sheet(evidence=(piece,)), "technical", CARD, OCCASION, CONTENT)
    row = table(made, "佐证").rows[0]
    assert row[:4] == ("1", "井口.jpg", named, "2026-07-03 10:15:00")
    assert row[5] == DIGEST[:16]
    assert not [each for each in review_paper(INSPECTION, Sheet(), "technical", CARD, OCCASION, None).parts
                if each.heading == "佐证"]  # fmt: skip


def test_facts_stand_as_the_papers_state_them_and_as_they_were_read() -> None:
    rule = INSPECTION.facts[0]
    choice = rule.choices[0] if rule.choices else None
    value: Any = choice.id if choice is not None else 3
    sheet = Sheet(facts=(FactReading(fact=rule.id, value=value, confirmed=True), FactReading(fact="other")))
    rows = table(review_paper(INSPECTION, sheet, "technical", CARD, OCCASION, CONTENT), "事实核对").rows
    assert len(rows) == 1, "what nobody looked at is left out"
    assert rows[0][0] == rule.name.zh and rows[0][3] == "是"
    assert rows[0][2] == (choice.name.zh if choice is not None else "3")


def test_cuts_are_listed_for_every_line_of_the_budget_and_add_up() -> None:
    sheet = Sheet(cuts=Cuts(lines=(Cut(line="rig", amount=100_000, reason="重复购置"),)))
    made = cuts_paper(APPRAISAL, sheet, CARD, OCCASION, CONTENT)
    whole = made.parts[0]
    assert isinstance(whole, Table)
    assert whole.rows == (
        ("设备费", "900,000", "400,000", "100,000", "300,000", "重复购置"),
        ("差旅费", "50,000", "50,000", "--", "50,000", ""),
    )
    assert "450,000 元减至 350,000 元" in made.parts[1].text  # type: ignore[union-attr]


def test_a_declaration_tells_its_outcome_relations_and_words() -> None:
    relation = shipped("zhejiang-2023").relations[0]
    body = DeclarationBody(
        outcome="explain", card_digest="a" * 64, words="已满三年",
        relations=(Relation(kind=relation.id, with_whom="张三", until="2023-05-01"),),
    )  # fmt: skip
    row = declared_row(CARD, body, (relation,), "7K3M-Q2")
    assert (row.outcome, row.signed) == ("有情况需说明", "7K3M-Q2")
    assert row.words == f"{relation.name.zh} 张三 （至2023-05-01）\n已满三年"
    made = commitments_paper(APPRAISAL, OCCASION, None, (row, declared_row(CARD, None, (), "")))
    points = [each.zh for document in APPRAISAL.commitments for each in document.points]
    said = "\n".join(each.text for each in made.parts if not isinstance(each, Table))
    assert all(each in said for each in points) and said.endswith("未签名")


def test_the_page_that_everybody_signs_lists_each_record_by_its_own_code_and_is_no_draft() -> None:
    chosen = APPRAISAL.recommendations[0]
    sheet = Sheet(
        scores=(Score(criterion=APPRAISAL.criteria[0].id, points=20),),
        total=Total(points=86, full=90, raw=86, base=90),
        recommendation=chosen.id,
    )
    rows = (
        signed_row(APPRAISAL, CARD, "陈思远", sheet, "7K3M-Q2"),
        signed_row(APPRAISAL, CARD, "王敏", None, "已回避"),
    )
    made = signatures_paper(replace(OCCASION, expert="", digest="", code=""), rows, ("陈思远",))
    listed = made.parts[0]
    assert isinstance(listed, Table)
    assert listed.rows == (
        ("SX24-006", "随钻测量装备", "陈思远", "86", chosen.name.zh, "7K3M-Q2"),
        ("SX24-006", "随钻测量装备", "王敏", "--", "--", "已回避"),
    )
    assert made.listing and made.digest is None
    assert made.signatures == ("陈思远：",)
    assert fact(made, "专家") is None


def test_a_file_is_named_for_its_form_and_record_and_never_leaves_its_folder() -> None:
    made = review_paper(INSPECTION, Sheet(), "technical", CARD, OCCASION, None)
    assert file_name(made, "SX24-006", "陈思远") == "SX24-006-陈思远-现场考察表-7K3M-Q2.pdf"
    assert "/" not in file_name(made, "../../etc/passwd") and file_name(made, "a" * 400).endswith(".pdf")


@pytest.mark.parametrize("tongue", ["zh_CN", "en"])
def test_every_form_can_be_printed_in_both_languages_whatever_was_written(tongue: str) -> None:
    """A mark at the beginning of somebody's words joins what stands before it."""
    accent = "\u0301"
    body = DeclarationBody(
        outcome="explain", card_digest="a" * 64, words=f"{accent}a",
        relations=(Relation(kind=shipped("zhejiang-2023").relations[0].id, with_whom=f"{accent}b", words="c"),),
    )  # fmt: skip
    card = Card(
        code="K1", title="t", units=(Unit(name="e", part="lead"), Unit(name=f"{accent}x", part="joint"))
    )
    sheet = Sheet(
        recommendation=INSPECTION.recommendations[0].id if INSPECTION.recommendations else None,
        recommendation_words=f"{accent}d",
        indicators=(IndicatorJudgement(indicator="deviation", judgement="met"),),
    )
    there = attended_text(AttendanceBody(mode="remote", at="2026-07-03T01:02:00Z", words=f"{accent}e"))
    use_language(tongue)
    try:
        occasion = replace(
            OCCASION, attended=there, standing=standing_text(SIGNED, SIGNED, "late", "returned")
        )
        rows = (signed_row(INSPECTION, card, "A", sheet, "7K3M-Q2"),)
        papers = (
            review_paper(INSPECTION, sheet, "technical", card, occasion, CONTENT),
            cuts_paper(APPRAISAL, sheet, card, occasion, CONTENT),
            commitments_paper(APPRAISAL, occasion, SIGNED, (declared_row(card, body, (), "7K3M-Q2"),)),
            signatures_paper(occasion, rows, ("A", "B")),
        )
        assert all(typeset(each).startswith(b"%PDF-") for each in papers)
        assert len({each.title for each in papers}) == 4
    finally:
        use_language("zh_CN")
