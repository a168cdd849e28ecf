"""What an expert prints is what the sheet says: before the network a draft, after it the record that it names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.paper import Table
from zhubi.core.trust.receipts import receipt_code
from zhubi.expert.desk import attendance, declare, overview, printing, review, submit
from zhubi.expert.desk.views import ReviewKey

from .test_review import fill, key_of

PIN = "246810"


@pytest.fixture
def key(unsealed: Any) -> ReviewKey:
    return key_of(unsealed, "DZ26-002")


def said(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    try:
        text = "".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()
    return re.sub(r"\s", "", text)


def digest_of(desk: Any, key: ReviewKey) -> str:
    view = desk.store.assignments.view(key, now=desk.clock())
    assert view is not None and view.review is not None
    return str(view.review.digest)


def test_the_usual_form_is_the_one_of_the_kind_and_no_other_kinds_form_is_made(
    unsealed: Any, key: ReviewKey
) -> None:
    assert printing.forms(unsealed.desk, key) == ("onsite", "review")
    assert printing.paper(unsealed.desk, key).title == "现场考察表"
    assert printing.forms(unsealed.desk, unsealed.round) == ("commitments", "signatures")
    with pytest.raises(ZhubiError) as found:
        printing.paper(unsealed.desk, key, "cuts")
    assert (found.value.kind, found.value.details["form"]) == ("printing.no-such-form", "建议核减表")


def test_a_draft_is_printed_as_a_draft_with_all_that_was_typed(
    unsealed: Any, key: ReviewKey, tmp_path: Path
) -> None:
    desk = unsealed.desk
    assert not printing.warned(desk)
    fill(desk, key)
    review.set_opinion(desk, key, "节点指标已现场复测，同意继续实施。")
    printed = printing.write_pdf(desk, key, "review", tmp_path)
    assert (printed.path.name, printed.code) == ("DZ26-002-陈思远-个人评审表.pdf", "")
    text = said(printed.path)
    assert "草稿，尚未签名，不作为评审结果。" in text and "记录短码" not in text
    assert "节点指标已现场复测，同意继续实施。" in text and "重庆市大足区科学技术局" in text
    assert printing.warned(desk)


def test_a_signed_review_names_its_record_before_and_after_the_network(
    unsealed: Any, key: ReviewKey, tmp_path: Path
) -> None:
    desk = unsealed.desk
    fill(desk, key)
    unsealed.server.stop()
    submit.sign(desk, (key,), PIN)
    submit.submit(desk)
    digest = digest_of(desk, key)
    offline = printing.paper(desk, key)
    assert (offline.digest, offline.code) == (digest, receipt_code(digest))
    assert "尚未送达" in dict(offline.facts)["签名情况"]
    unsealed.restart_server()
    assert submit.submit(desk).unsent == 0
    proven = printing.paper(desk, key)
    assert proven.digest == digest
    assert "送达评审组织方" in dict(proven.facts)["签名情况"]
    assert proven.parts == offline.parts
    printed = printing.write_pdf(desk, key, "", tmp_path / "表.pdf")
    assert printed.code in said(printed.path)
    with pytest.raises(ZhubiError) as found:
        printing.write_pdf(desk, key, "", tmp_path / "表.pdf")
    assert found.value.kind == "papers.exists"


def test_a_correction_is_a_draft_while_the_record_before_it_can_still_be_printed_by_its_code(
    unsealed: Any, key: ReviewKey
) -> None:
    desk = unsealed.desk
    fill(desk, key)
    submit.sign(desk, (key,), PIN)
    submit.submit(desk)
    first = digest_of(desk, key)
    review.begin_correction(desk, key, "复核后更正")
    review.set_opinion(desk, key, "更正后的意见。" * 20)
    assert printing.paper(desk, key).digest is None
    for named in (first, receipt_code(first), receipt_code(first).lower()):
        assert printing.paper(desk, key, record=named).digest == first
    submit.sign(desk, (key,), PIN)
    submit.submit(desk)
    assert printing.paper(desk, key).digest == digest_of(desk, key) != first
    assert "更正取代" in dict(printing.paper(desk, key, record=first).facts)["签名情况"]
    with pytest.raises(ZhubiError) as found:
        printing.paper(desk, key, record="0000-00")
    assert found.value.kind == "printing.no-such-record"


def test_what_is_promised_and_declared_in_a_round_is_printed_with_each_declarations_code(
    unsealed: Any,
) -> None:
    made = printing.paper(unsealed.desk, unsealed.round, "commitments")
    table = made.parts[-1]
    assert isinstance(table, Table)
    assert [(row[0], row[2]) for row in table.rows] == [
        (code, "无应回避") for code in ("DZ26-002", "DZ26-004", "DZ26-007")
    ]
    assert all(re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{2}", row[4]) for row in table.rows)
    assert made.digest is not None and "送达评审组织方" in dict(made.facts)["签名情况"]


def test_before_the_commitment_a_round_has_only_a_draft_and_a_project_has_no_form(seated: Any) -> None:
    desk = seated.desk
    seated.sync(desk)
    assert printing.paper(desk, seated.round, "commitments").digest is None
    office = desk.store.offices.all()[0].office
    key = ReviewKey(office, seated.round, seated.ids["DZ26-002"])
    with pytest.raises(ZhubiError) as found:
        printing.paper(desk, key)
    assert found.value.kind == "printing.nothing-to-print"


def test_who_stepped_aside_has_no_form_to_fill_and_stands_so_on_the_page_of_signatures(seated: Any) -> None:
    desk = seated.desk
    seated.declare_all(desk, seated.round, "recuse")
    seated.sync(desk)
    row = overview.rows(desk, None, 0, 1)[0]
    with pytest.raises(ZhubiError) as found:
        printing.paper(desk, row.key)
    assert found.value.kind == "printing.nothing-to-print"
    table = printing.paper(desk, seated.round, "signatures").parts[0]
    assert isinstance(table, Table)
    assert {each[5] for each in table.rows} == {"已回避（未启封）"}
    assert len(declare.declarations(desk, seated.round)) == 3


def test_every_review_of_a_round_goes_into_a_folder_and_one_that_fails_keeps_no_other_back(
    unsealed: Any, tmp_path: Path
) -> None:
    desk = unsealed.desk
    keys = [each.key for each in overview.rows(desk, None, 0, 9)]
    for each in keys[:2]:
        fill(desk, each)
    submit.sign(desk, keys[:1], PIN)
    done = list(printing.write_round(desk, unsealed.round, "", tmp_path))
    assert [bool(each.code) for each in done] == [True, False]
    assert len(list(tmp_path.glob("*.pdf"))) == 2
    again = list(printing.write_round(desk, unsealed.round, "", tmp_path))
    assert all("已存在" in each.problem for each in again)
    table = printing.paper(desk, unsealed.round, "signatures").parts[0]
    assert isinstance(table, Table)
    assert table.rows[0][5] == receipt_code(digest_of(desk, keys[0]))


def test_who_signed_in_before_is_printed_as_there_on_both_sides(unsealed: Any, key: ReviewKey) -> None:
    from zhubi.office.rounds.printing import round_papers

    desk = unsealed.desk
    assert "到会" not in dict(printing.paper(desk, key).facts)
    attendance.sign_in(desk, unsealed.round, (key.dossier,), PIN, "site")
    assert "现场签到" in dict(printing.paper(desk, key).facts)["到会"]
    fill(desk, key)
    submit.sign(desk, (key,), PIN)
    assert submit.submit(desk).unsent == 0
    own = printing.paper(desk, key)
    (made,), _ = round_papers(unsealed.office, unsealed.round, now=unsealed.clock())
    assert (made.paper.digest, made.paper.parts) == (own.digest, own.parts)
    assert dict(made.paper.facts)["到会"] == dict(own.facts)["到会"]
