"""Evidence over HTTP: in chunks, from where it broke off, accepted once, and never anything but what a review names."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhubi.core.model.records import RecordType
from zhubi.core.model.sheet import EvidenceRef
from zhubi.core.trust.canonical import sha256_hex
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.receipts import Receipt, verify_evidence, verify_receipt
from zhubi.office.api.app import create_app
from zhubi.office.vault.uploads import ORPHANED_AFTER, Uploads

CHUNK = 256 * 1024


@dataclass
class Evidence:
    """A sealed file, its author, and the scene of the review that names it."""

    scene: Any
    pen: Any
    data: bytes
    ref: EvidenceRef
    review: str

    @property
    def path(self) -> str:
        return f"/v1/uploads/{self.ref.digest}"

    def put(self, start: int, end: int, *, data: bytes | None = None, pen: Any = None, **headers: str) -> Any:
        piece = self.data[start:end] if data is None else data
        said = {
            "Content-Range": f"bytes {start}-{end - 1}/{self.ref.size}",
            "Content-Digest": f"sha-256=:{b64encode(hashlib.sha256(piece).digest()).decode()}:",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        return (pen or self.pen).ask("PUT", self.path, content=piece, headers=said)

    def state(self) -> dict[str, Any]:
        answer = self.pen.get(self.path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def accepted(self) -> list[Any]:
        found = self.scene.of_type(RecordType.ACCEPTANCE)
        return [each for each in found if each.body.evidence and each.body.record == self.ref.digest]


def named_in(data: bytes, clock: Any, **said: Any) -> EvidenceRef:
    return EvidenceRef.model_validate(
        {
            "digest": sha256_hex(data),
            "size": len(data),
            "name": "铭牌.jpg",
            "noted_at": "2026-07-01T08:00:00Z",
        }
        | said
    )


@pytest.fixture
def evidence(scene: Any, house: Any, clock: Any) -> Evidence:
    data = bytes(range(256)) * 2500 + b"end"
    pen = scene.pen()
    card, content = scene.brought_to(pen, house.bring("ZJ26-001"))
    ref = named_in(data, clock)
    review = pen.review(scene, card, content, sheet={"evidence": (ref,)})
    scene.logged(pen, review)
    return Evidence(scene, pen, data, ref, review)


def bring(evidence: Evidence) -> dict[str, Any]:
    answer = None
    for start in range(0, evidence.ref.size, CHUNK):
        answer = evidence.put(start, min(start + CHUNK, evidence.ref.size))
        assert answer.status_code == 200, answer.text
    assert answer is not None
    found: dict[str, Any] = answer.json()
    return found


def test_what_arrived_whole_is_accepted_and_the_log_proves_it(evidence: Evidence, office: Any) -> None:
    assert evidence.state() == {
        "received": 0, "size": evidence.ref.size, "complete": False, "accepted": False, "receipt": None,
    }  # fmt: skip
    last = bring(evidence)
    assert (last["received"], last["complete"], last["accepted"]) == (evidence.ref.size, True, True)
    receipt = Receipt(**last["receipt"])
    pins, root = evidence.pen.invitation.pins, evidence.pen.invitation.root_key
    checkpoint, index = verify_evidence(receipt, evidence.ref.digest, pins, root)
    assert index < checkpoint.size
    assert b"".join(office.blobs.get_range(evidence.ref.digest, 0, evidence.ref.size)) == evidence.data
    with pytest.raises(TrustError, match="something else"):
        verify_evidence(receipt, "0" * 64, pins, root)
    with pytest.raises(TrustError):
        verify_receipt(receipt, evidence.review, pins, root)


def test_it_is_accepted_once_however_often_it_comes(evidence: Evidence) -> None:
    bring(evidence)
    again = bring(evidence)
    assert again["accepted"]
    assert len(evidence.accepted()) == 1
    assert evidence.accepted()[0].digest in {each.digest for each in evidence.pen.seen(RecordType.ACCEPTANCE)}


def test_the_acceptance_of_a_record_is_no_acceptance_of_evidence(evidence: Evidence) -> None:
    (result,) = evidence.pen.deliver(evidence.review)
    receipt = Receipt(result.receipt.proof, result.receipt.acceptance, result.receipt.staff_key)
    with pytest.raises(TrustError, match="something else"):
        verify_evidence(
            receipt, result.digest, evidence.pen.invitation.pins, evidence.pen.invitation.root_key
        )


def test_a_restart_of_the_office_loses_no_chunk(evidence: Evidence, office: Any) -> None:
    from fastapi.testclient import TestClient

    for start in range(0, evidence.ref.size, CHUNK):
        evidence.pen.http = TestClient(create_app(office))
        assert evidence.state()["received"] == start
        assert evidence.put(start, min(start + CHUNK, evidence.ref.size)).status_code == 200
    assert evidence.state()["accepted"]


def test_stopped_between_keeping_and_accepting_it_is_finished_on_request(
    evidence: Evidence, office: Any
) -> None:
    office.blobs.put(evidence.data)
    state = evidence.state()
    assert (state["complete"], state["accepted"]) == (True, False)
    finish = evidence.put(0, 0, Content_Range=f"bytes */{evidence.ref.size}")
    assert finish.json()["accepted"]
    assert len(evidence.accepted()) == 1


def test_only_the_author_of_a_logged_review_may_bring_what_it_names(evidence: Evidence) -> None:
    stranger = evidence.scene.pen("刘向前", "宁波大学")
    for answer in (stranger.get(evidence.path), evidence.put(0, CHUNK, pen=stranger)):
        assert (answer.status_code, answer.json()["title"]) == (404, "vault.not-named")
    other = evidence.pen.get(f"/v1/uploads/{'0' * 64}")
    assert (other.status_code, other.json()["title"]) == (404, "vault.not-named")


def test_the_author_may_have_it_back_and_a_stranger_may_not(evidence: Evidence) -> None:
    path = f"/v1/blobs/{evidence.ref.digest}"
    assert evidence.pen.get(path).status_code == 404
    bring(evidence)
    assert evidence.pen.get(path).content == evidence.data
    assert evidence.scene.pen("刘向前", "宁波大学").get(path).status_code == 404


@pytest.mark.parametrize(
    ("start", "end", "more", "kind"),
    [
        (0, CHUNK, {"data": b"x" * CHUNK, "Content_Digest": "sha-256=:AAAA:"}, "api.chunk-damaged"),
        (0, CHUNK, {"Content_Digest": ""}, "api.chunk-damaged"),
        (0, CHUNK, {"Content_Digest": "sha-256=:not base64:"}, "api.chunk-damaged"),
        (0, CHUNK, {"Content_Range": ""}, "api.chunk-range"),
        (0, CHUNK, {"Content_Range": "bytes 0-9/640003"}, "api.chunk-range"),
        (0, CHUNK, {"Content_Range": "bytes 0-262143/9999999"}, "vault.upload-size"),
        (CHUNK, 2 * CHUNK, {}, "vault.upload-gap"),
        (0, 2 * 1024 * 1024, {"data": bytes(2 * 1024 * 1024)}, "api.too-large"),
    ],
)
def test_a_chunk_that_is_not_as_stated_changes_nothing(
    evidence: Evidence, start: int, end: int, more: dict[str, Any], kind: str
) -> None:
    answer = evidence.put(start, end, **more)
    assert (answer.json()["title"], answer.status_code // 100) == (kind, 4), answer.text
    assert evidence.state()["received"] == 0


def test_other_bytes_than_the_review_names_are_thrown_away(evidence: Evidence) -> None:
    false = bytes(evidence.ref.size)
    for start in range(0, evidence.ref.size, CHUNK):
        end = min(start + CHUNK, evidence.ref.size)
        answer = evidence.put(start, end, data=false[start:end])
    assert answer.json()["title"] == "vault.upload-other-bytes"
    assert evidence.state()["received"] == 0
    assert not evidence.accepted()
    assert bring(evidence)["accepted"]


def test_what_another_sends_under_the_same_name_spoils_nothing(
    evidence: Evidence, office: Any, clock: Any
) -> None:
    uploads = Uploads(office.blobs, clock)
    uploads.put("0197c3a0-0000-7000-8000-000000000001", evidence.ref, 0, b"false" * 100)
    assert bring(evidence)["accepted"]


def test_two_at_once_bring_it_once(evidence: Evidence) -> None:
    evidence.state()
    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(bring, evidence) for _ in range(3)]
    assert all(each.result()["accepted"] for each in answers)
    assert evidence.state()["accepted"]
    assert len(evidence.accepted()) == 1


def test_pieces_that_nobody_goes_on_with_are_removed(evidence: Evidence, office: Any, clock: Any) -> None:
    evidence.put(0, CHUNK)
    # The store's own clock stamps them, and that is not the one that the test moves.
    (piece,) = office.blobs.pieces("partial")
    clock.now = piece.kept_at + ORPHANED_AFTER - timedelta(minutes=1)
    fresh = Uploads(office.blobs, clock)
    fresh.put("0197c3a0-0000-7000-8000-000000000001", evidence.ref, 0, b"")
    assert fresh.received(evidence.pen.person, evidence.ref) == CHUNK
    clock.pass_time(hours=2)
    fresh.put("0197c3a0-0000-7000-8000-000000000001", evidence.ref, 0, b"")
    assert fresh.received(evidence.pen.person, evidence.ref) == 0


STEP = 5_000
SIZE = 23_456


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(1, STEP), st.booleans()), max_size=25))
def test_however_chunks_come_they_end_in_the_same_bytes_or_a_named_refusal(
    tmp_path: Path, clock: Any, sent: list[tuple[int, int, bool]]
) -> None:
    from zhubi.office.vault.blobs import BlobStore
    from zhubi.office.vault.errors import VaultError

    data = bytes(index * 7 % 251 for index in range(SIZE))
    ref = named_in(data, clock)
    blobs = BlobStore(str(tmp_path / sha256_hex(repr(sent).encode())[:12]))
    here = 0
    person = "0197c3a0-0000-7000-8000-000000000001"
    uploads = Uploads(blobs, clock)
    for start, length, restarted in sent:
        if restarted:
            uploads = Uploads(blobs, clock)
        piece = data[start : start + length]
        try:
            now = uploads.put(person, ref, start, piece)
        except VaultError as problem:
            assert problem.kind == "vault.upload-gap"
            assert start > here
            now = here
        assert now == max(here, start + len(piece) if start <= here else 0)
        here = now
    while here < SIZE:
        here = uploads.put(person, ref, here, data[here : here + STEP])
    uploads.finish(person, ref)
    assert b"".join(blobs.get_range(ref.digest, 0, SIZE)) == data
    assert not blobs.pieces("partial")
