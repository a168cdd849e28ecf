"""The calls that bring what is mine: paged by a cursor, cheap when nothing changed, never more than a page."""

from __future__ import annotations

from typing import Any

import pytest

from zhubi.core.trust.canonical import sha256_hex
from zhubi.core.trust.checkpoints import read_checkpoint
from zhubi.core.trust.proofs import verify_proof
from zhubi.core.trust.tiles import TreeReader, check_extends
from zhubi.office.api import record_calls


@pytest.fixture
def dossier(house: Any) -> str:
    return house.bring("ZJ26-001")


def page(pen: Any, after: str, limit: int = 500) -> Any:
    answer = pen.get(f"/v1/feed?after={after}&limit={limit}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_feed_goes_on_from_any_cursor_and_misses_nothing(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    card, content = scene.brought_to(pen, dossier)
    scene.logged(pen, pen.review(scene, card, content))
    whole = page(pen, "0.0")
    assert not whole["more"]
    one_by_one, after = [], ""
    while True:
        step = page(pen, after, limit=1)
        one_by_one += step["items"]
        after = step["next"]
        if not step["more"]:
            break
    assert one_by_one == whole["items"]
    places = [(item["at"], item["position"]) for item in whole["items"]]
    assert places == sorted(set(places))
    for item in whole["items"]:
        rest = page(pen, f"{item['at']}.{item['position']}")["items"]
        assert rest == [each for each in whole["items"] if (each["at"], each["position"]) > place(item)]


def place(item: Any) -> tuple[int, int]:
    return item["at"], item["position"]


def test_a_cursor_at_the_end_stays_where_it_is_until_something_comes(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    end = page(pen, "0.0")["next"]
    assert page(pen, end) == {"items": [], "next": end, "more": False, "checkpoint": scene_checkpoint(scene)}
    scene.seat(dossier, pen)
    assert [each["at"] for each in page(pen, end)["items"]] == [scene.leaves() - 1] * 2


def scene_checkpoint(scene: Any) -> str:
    return str(scene.office.ledger.checkpoint())


def test_only_what_the_checkpoint_beside_it_covers_is_listed(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    scene.brought_to(pen, dossier)
    whole = page(pen, "0.0")
    covered = read_checkpoint(whole["checkpoint"], pen.invitation.pins)
    assert all(item["at"] < covered.size and item["index"] <= item["at"] for item in whole["items"])


@pytest.mark.parametrize("query", ["after=999999999999999.999999999", "limit=1", "limit=1000"])
def test_the_furthest_cursor_is_only_empty(scene: Any, query: str) -> None:
    assert scene.pen().get(f"/v1/feed?{query}").status_code == 200


def test_a_page_is_bounded_in_bytes_and_still_brings_everything(
    scene: Any, dossier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pen = scene.pen()
    scene.brought_to(pen, dossier)
    whole = [each.digest for each in pen.feed()]
    monkeypatch.setattr(record_calls, "PAGE_BYTES", 2000)
    first = page(pen, "0.0")
    assert first["more"]
    assert 1 <= len(first["items"]) < len(whole)
    assert [each.digest for each in pen.feed()] == whole


def test_a_record_is_served_as_it_was_signed_and_never_changes(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    scene.brought_to(pen, dossier)
    for item in page(pen, "0.0")["items"]:
        digest = sha256_hex(item["record"].encode())
        answer = pen.get(f"/v1/records/{digest}")
        assert answer.text == item["record"]
        assert answer.headers["etag"] == f'"{digest}"'
        assert "immutable" in answer.headers["cache-control"]
        again = pen.get(f"/v1/records/{digest}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        other = pen.get(f"/v1/records/{digest}", headers={"If-None-Match": '"something else"'})
        assert other.content == answer.content


def test_the_pinned_rulebook_is_the_bytes_its_digest_names(scene: Any) -> None:
    pen = scene.pen()
    answer = pen.get(f"/v1/rulebooks/{scene.rulebook}")
    assert sha256_hex(answer.content) == scene.rulebook
    tag = {"If-None-Match": answer.headers["etag"]}
    assert pen.get(f"/v1/rulebooks/{scene.rulebook}", headers=tag).status_code == 304
    assert pen.get("/v1/rulebooks/" + "0" * 64).json()["type"] == "urn:zhubi:problem:api.not-found"


def test_a_receipt_comes_again_with_the_same_record(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    scene.seat(dossier, pen)
    commitment = pen.commitment(scene)
    (first,) = scene.logged(pen, commitment)
    (again,) = scene.logged(pen, commitment)
    assert again.receipt.acceptance == first.receipt.acceptance


# The public log


def test_the_log_is_public_and_shows_count_and_time_only(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    scene.brought_to(pen, dossier)
    checkpoint = read_checkpoint(pen.http.get("/v1/log/checkpoint").text, pen.invitation.pins)
    assert (checkpoint.size, checkpoint.time) == (scene.leaves(), int(scene.clock().timestamp()))

    def fetch(path: str) -> bytes:
        answer = pen.http.get(f"/v1/log/{path}")
        assert answer.status_code == 200, path
        return bytes(answer.content)

    reader = TreeReader(checkpoint, fetch)
    reader.authenticate()
    with scene.office.ledger.reading() as reading:
        stored = [reading.at(index) for index in range(checkpoint.size)]
    for each in stored:
        reader.leaf(each.index)
        proof = pen.http.get(f"/v1/log/proof/{each.digest}").text
        assert verify_proof(proof, each.digest, pen.invitation.pins).size == checkpoint.size
    bundle = fetch(f"tile/entries/000.p/{checkpoint.size}")
    assert all(bytes.fromhex(each.digest) in bundle for each in stored)
    assert len(bundle) == checkpoint.size * (32 + 2)


def test_a_log_that_grew_continues_the_one_seen_before(scene: Any, house: Any, dossier: str) -> None:
    pen = scene.pen()
    ask = pen.http.get

    def seen() -> Any:
        return read_checkpoint(ask("/v1/log/checkpoint").text, pen.invitation.pins)

    old = seen()
    for number in range(40):
        house.assign(scene.round, dossier, f"0198a000-0000-7000-8000-{number:012x}")
    new = seen()
    assert new.size == old.size + 40
    check_extends(old, new, lambda path: bytes(ask(f"/v1/log/{path}").content))


def test_a_checkpoint_is_not_sent_again_while_nothing_was_added(scene: Any, dossier: str) -> None:
    pen = scene.pen()
    first = pen.http.get("/v1/log/checkpoint")
    tag = {"If-None-Match": first.headers["etag"]}
    same = pen.http.get("/v1/log/checkpoint", headers=tag)
    assert (same.status_code, same.content) == (304, b"")
    scene.seat(dossier, pen)
    assert pen.http.get("/v1/log/checkpoint", headers=tag).status_code == 200


def test_nobody_asks_for_what_is_theirs_without_a_name(scene: Any) -> None:
    for method, path in (
        ("GET", "/v1/feed"), ("GET", "/v1/records/" + "0" * 64), ("GET", "/v1/rulebooks/" + scene.rulebook),
        ("GET", "/v1/blobs/" + "0" * 64), ("POST", "/v1/records"),
        ("POST", "/v1/releases"),
    ):  # fmt: skip
        answer = scene.http.request(method, path)
        assert answer.status_code == 401, path
        assert answer.json()["title"] == "access.token"
