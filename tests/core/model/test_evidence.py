"""What a sheet says of evidence, and that saying nothing leaves everything as it was signed before."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from zhubi.core.model.records import AcceptanceBody
from zhubi.core.model.sheet import EvidenceRef, Sheet

PHOTO = EvidenceRef(
    digest="a" * 64,
    size=300_000,
    name="现场照片.jpg",
    media_type="image/jpeg",
    about="indicator:output",
    taken_at="2026-07-03T10:15:00",
    noted_at="2026-07-03T02:16:00Z",
)


def test_a_sheet_without_evidence_says_nothing_of_it() -> None:
    assert "evidence" not in Sheet().model_dump(mode="json")
    assert "evidence" not in AcceptanceBody(record="a" * 64, payload_sha256="b" * 64).model_dump(mode="json")


def test_evidence_reads_back_as_it_was_written() -> None:
    sheet = Sheet(evidence=(PHOTO,))
    assert Sheet.model_validate_json(sheet.model_dump_json()) == sheet


@pytest.mark.parametrize(
    "about", ["indicator:", "score:innovation", "finding:../x", "signature:abc", "indicator:a\n"]
)
def test_evidence_supports_a_line_of_the_sheet_a_signed_record_or_nothing(about: str) -> None:
    with pytest.raises(ValidationError):
        EvidenceRef.model_validate(PHOTO.model_dump() | {"about": about})


@pytest.mark.parametrize("taken_at", ["yesterday", "2026-07-03", "2026-07-03T10:15:00Z"])
def test_a_camera_knows_no_time_zone(taken_at: str) -> None:
    with pytest.raises(ValidationError):
        EvidenceRef.model_validate(PHOTO.model_dump() | {"taken_at": taken_at})
