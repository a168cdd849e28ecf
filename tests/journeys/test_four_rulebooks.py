"""Each shipped policy, from an invitation to a verified receipt, with the demo's dossiers."""

from __future__ import annotations

from importlib.resources import as_file, files
from typing import Any

import pytest

from zhubi.core.model.records import RecordType
from zhubi.expert.desk import reading
from zhubi.expert.reading.document import Page

KINDS = [
    ("zhejiang-2023", "zj.project-appraisal"),
    ("shapingba-2023-41", "spb.project-appraisal"),
    ("shanxi-2024-10", "sx.acceptance-meeting"),
    ("dazu-2023-26", "dz.milestone-assessment"),
]


@pytest.mark.slow
@pytest.mark.parametrize("rules", KINDS, ids=[policy for policy, _ in KINDS])
def test_an_invited_expert_reviews_every_project_of_a_round_and_holds_receipts_that_prove_it(
    house: Any, enrol: Any, rules: tuple[str, str]
) -> None:
    with as_file(files("zhubi.demo") / "content" / rules[0]) as folder:
        dossiers = house.bring(folder)
    expert = enrol()
    round_id = house.open_round(rules)
    house.seat(round_id, dossiers.values(), expert.person)

    expert.sync()
    assert {each.stage for each in expert.rows_all()} == {"commit"}
    assert set(expert.rows()) == {""}, "before the commitment a row says nothing of its project"

    expert.commit(round_id)
    assert {expert.stage(code) for code in dossiers} == {"declare"}
    expert.declare(round_id)
    assert {expert.stage(code) for code in dossiers} == {"ready"}

    first = min(dossiers)
    content = reading.content(expert.desk, expert.key(first))
    attachment = min(content.attachments, key=lambda each: each.size)
    assert attachment.state == "here"
    pages = list(reading.attachment_pages(expert.desk, expert.key(first), attachment.blob))
    assert any(isinstance(each, Page) for each in pages)

    expert.fill(*dossiers)
    assert {expert.stage(code) for code in dossiers} == {"complete"}
    digests = expert.sign(*dossiers)
    assert {expert.stage(code) for code in dossiers} == {"signed"}
    report = expert.submit()
    assert report.complete == (("阶段评估", len(dossiers)),)
    assert {expert.stage(code) for code in dossiers} == {"submitted"}

    # The commitment, a declaration and a review each: all proven, by the file and the pinned keys alone.
    assert expert.proves() == 1 + 2 * len(dossiers)
    assert set(digests) <= set(expert.receipts())
    assert {house.stands(round_id, each, expert.person) for each in dossiers.values()} == {"submitted"}
    assert sorted(each.digest for each in house.logged(RecordType.REVIEW)) == sorted(digests)
    expert.sync()
    assert not expert.sync().changed, "after the acceptances there is nothing left to bring"
