"""The story of a project, and receipts that prove themselves to anyone who holds the keys."""

from __future__ import annotations

import json
from typing import Any

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk import overview, trail
from zhubi.locale import explain

PIN = "246810"


def test_the_trail_tells_who_did_what_in_log_order_with_receipts_verified_now(unsealed: Any) -> None:
    key = overview.rows(unsealed.desk, None, 0, 1)[0].key
    view = trail.trail(unsealed.desk, key)
    told = [(each.who, each.what, each.receipt_state) for each in view.rows]
    assert told == [
        ("评审组织方", "项目材料", "none"),
        ("评审组织方", "开场", "none"),
        ("评审组织方", "分派", "none"),
        ("陈思远", "承诺书", "proven"),
        ("陈思远", "回避声明", "proven"),
        ("评审组织方", "材料启封", "none"),
    ]
    assert (view.verified, view.faults) == (2, ())
    assert all(each.logged for each in view.rows)
    assert view.checkpoint_size > 10


def test_a_receipt_travels_as_a_file_and_its_own_keys_prove_nothing_alone(unsealed: Any) -> None:
    rows = trail.receipts(unsealed.desk)
    assert len(rows) == 4
    text = trail.export_receipt(unsealed.desk, rows[-1].code)
    assert json.loads(text)["pins"]["origin"] == rows[-1].office
    known = trail.verify_receipt_file(unsealed.desk, text.encode())
    assert (known.ok, known.pinned, known.code) == (True, True, rows[-1].code)
    assert any("陈思远" in each for each in known.sentences)
    alone = trail.verify_receipt_file(None, text.encode())
    assert (alone.ok, alone.pinned) == (True, False)
    assert "不能证明是哪个评审组织方" in alone.sentences[-1]


@pytest.mark.parametrize("part", ["record", "proof", "acceptance", "staff_key", "enrolment", "root_key"])
def test_an_altered_file_does_not_verify(unsealed: Any, part: str) -> None:
    found = json.loads(trail.export_receipt(unsealed.desk, trail.receipts(unsealed.desk)[0].digest))
    place = (
        found["receipt"] if part in found["receipt"] else found["pins"] if part in found["pins"] else found
    )
    middle = len(place[part]) // 2
    place[part] = (
        place[part][:middle] + ("A" if place[part][middle] != "A" else "B") + place[part][middle + 1 :]
    )
    data = json.dumps(found).encode()
    altered = trail.verify_receipt_file(None, data)
    assert not altered.ok and len(altered.sentences) == 1


def test_a_receipt_of_another_office_with_our_name_on_it_is_caught(unsealed: Any, tmp_path: Any) -> None:
    """Someone makes an office of their own, a true receipt in it, and writes our origin over it."""
    other = type(unsealed)(tmp_path / "forger", unsealed.clock)
    try:
        other.ids = other.import_dossiers("dazu-2023-26")
        other.round = other.open_round("dazu-2023-26", "dz.milestone-assessment")
        invitation = other.invite()
        other.seat(other.round, next(iter(other.ids.values())), invitation.person)
        desk = other.enrol(invitation)
        other.declare_all(desk, other.round)
        other.sync(desk)
        forged = json.loads(trail.export_receipt(desk, trail.receipts(desk)[0].digest))
    finally:
        other.close()
    ours = unsealed.desk.store.offices.all()[0]
    forged["pins"]["origin"] = ours.office
    assert not trail.verify_receipt_file(unsealed.desk, json.dumps(forged).encode()).ok


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"[1]", b"\xff", b'{"form":"zhubi-receipt/1"}', b"x" * 5_000_000]
)
def test_what_is_no_receipt_file_is_said_in_one_sentence(data: bytes) -> None:
    found = trail.verify_receipt_file(None, data)
    assert (not found.ok and "回执文件" in found.sentences[0]) or "公钥" in found.sentences[0]


def test_a_receipt_that_is_not_here_is_said(unsealed: Any) -> None:
    with pytest.raises(ZhubiError) as caught:
        trail.export_receipt(unsealed.desk, "ZZZZ-ZZ")
    assert "没有这份回执" in explain(caught.value)
