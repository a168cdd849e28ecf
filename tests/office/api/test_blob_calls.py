"""Sealed bytes over HTTP: whole, from where a transfer broke off, or only that they have not changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zhubi.core.model.records import RecordType
from zhubi.core.trust.canonical import sha256_hex
from zhubi.core.trust.records import record_digest
from zhubi.office.rounds.windows import change_round
from zhubi.office.vault.sealing import SourceFile


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Bytes come from the blob store, not from the database."""
    return f"sqlite:///{tmp_path / 'test.db'}"


@pytest.fixture
def sealed(scene: Any, house: Any, tmp_path: Path) -> tuple[Any, str, int]:
    """An expert who may read, and one blob of nearly a megabyte by digest and size."""
    paper = tmp_path / "检测报告.bin"
    paper.write_bytes(bytes(range(256)) * 3700)
    dossier = house.bring("ZJ26-001", files=(SourceFile(paper, "检测报告.bin", "application/octet-stream"),))
    pen = scene.pen()
    card, _ = scene.brought_to(pen, dossier)
    blob = card.body.manifest.attachments[0]
    return pen, blob.digest, blob.size


def test_a_blob_comes_whole_under_the_digest_of_its_ciphertext(sealed: Any) -> None:
    pen, digest, size = sealed
    answer = pen.get(f"/v1/blobs/{digest}")
    assert (answer.status_code, len(answer.content)) == (200, size)
    assert sha256_hex(answer.content) == digest
    assert answer.headers["content-length"] == str(size)
    assert answer.headers["accept-ranges"] == "bytes"
    assert "content-encoding" not in answer.headers
    same = pen.get(f"/v1/blobs/{digest}", headers={"If-None-Match": answer.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("0-0", 0, 1),
        ("0-", 0, None),
        ("500000-", 500_000, None),
        ("262143-262144", 262_143, 262_145),
        ("-last", -1, None),
        ("10-99999999999", 10, None),
    ],
)
def test_a_part_is_exactly_the_part(sealed: Any, asked: str, start: int, end: int | None) -> None:
    pen, digest, size = sealed
    whole = pen.get(f"/v1/blobs/{digest}").content
    if asked == "-last":
        asked = f"{size - 1}-{size - 1}"
    answer = pen.get(f"/v1/blobs/{digest}", headers={"Range": f"bytes={asked}"})
    assert answer.status_code == 206
    assert answer.content == whole[start:end]
    first = start % size
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(answer.content) - 1}/{size}"
    assert answer.headers["content-length"] == str(len(answer.content))


def test_a_transfer_cut_anywhere_is_completed_by_the_rest(sealed: Any) -> None:
    pen, digest, size = sealed
    for cut in (1, 65_535, 262_144, size - 1):
        head = pen.get(f"/v1/blobs/{digest}", headers={"Range": f"bytes=0-{cut - 1}"}).content
        tail = pen.get(f"/v1/blobs/{digest}", headers={"Range": f"bytes={cut}-"}).content
        assert sha256_hex(head + tail) == digest


@pytest.mark.parametrize("beyond", ["size-", "99999999999-", "size-size", "5-3"])
def test_beyond_the_end_there_is_nothing_and_the_size_is_told(sealed: Any, beyond: str) -> None:
    pen, digest, size = sealed
    asked = beyond.replace("size", str(size))
    answer = pen.get(f"/v1/blobs/{digest}", headers={"Range": f"bytes={asked}"})
    assert (answer.status_code, answer.json()["title"]) == (416, "api.range")
    assert answer.headers["content-range"] == f"bytes */{size}"


@pytest.mark.parametrize(
    "malformed",
    ["bytes=a-b", "bytes=--5", "bytes=", "lines=0-5", "bytes=0-1,5-6", "0-5", "bytes=" + "9" * 400 + "-"],
)
def test_a_range_not_understood_brings_the_whole(sealed: Any, malformed: str) -> None:
    pen, digest, size = sealed
    answer = pen.get(f"/v1/blobs/{digest}", headers={"Range": malformed})
    assert (answer.status_code, len(answer.content)) == (200, size)


def test_of_an_ended_round_neither_key_nor_blob_is_given(scene: Any, house: Any) -> None:
    dossier = house.bring("ZJ26-001")
    pen = scene.pen()
    card, _ = scene.brought_to(pen, dossier)
    blob, manifest = card.body.manifest.content.digest, card.body.manifest_digest
    (release,) = scene.of_type(RecordType.KEY_RELEASE)

    def given() -> list[int]:
        paths = (f"/v1/blobs/{blob}", f"/v1/records/{release.digest}")
        return [
            *(pen.get(each).status_code for each in paths),
            pen.ask_key(manifest, scene.round).status_code,
        ]

    def told() -> list[str]:
        items = pen.get("/v1/feed").json()["items"]
        return [record_digest(each["record"]) for each in items]

    assert given() == [200, 200, 200] and release.digest in told()
    staff = scene.office.staff()
    for change in ("close", "end"):
        change_round(scene.office, staff, scene.round, change, now=scene.clock())
    size = scene.leaves()
    assert given() == [404, 404, 404], "as if there had never been any"
    assert release.digest not in told(), "to a device that begins anew"
    assert scene.leaves() == size
