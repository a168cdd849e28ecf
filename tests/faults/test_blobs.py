"""Sealed material that comes truncated, swapped, altered or too large; and that is spoilt on this machine."""

from __future__ import annotations

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.expert.desk import reading, review

from .house import Town, is_sentence, said
from .waylayer import Change, hurry, meddling


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


def swapped() -> Change:
    """Each answer is the one before it."""
    last = [b"x"]

    def change(body: bytes) -> bytes:
        last.append(body)
        return last[-2]

    return change


CHANGES = {
    "truncated": lambda body: body[:-1],
    "to-nothing": lambda body: b"",
    "altered": lambda body: body[:50] + bytes([body[50] ^ 1]) + body[51:],
    "oversized": lambda body: body + b"x",
    "far-too-large": lambda body: body * 50,
    "zeros": lambda body: bytes(len(body)),
    "swapped": swapped(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_comes_is_what_was_logged_or_nothing(
    declared: Town, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with meddling(monkeypatch, "/v1/blobs/", CHANGES[name]) as meddler:
        for _ in range(2):
            report = declared.sync()
            assert is_sentence(report.problem)
        assert meddler.met
    for row in declared.rows():
        view = review.open_review(declared.desk, row.key)
        assert view.content is None
    assert not declared.sync().problem
    for row in declared.rows():
        content = reading.content(declared.desk, row.key)
        assert content.sections
        for attachment in content.attachments:
            assert attachment.state == "here"
            list(reading.attachment_pages(declared.desk, row.key, attachment.blob))


@pytest.mark.parametrize("change", ["flip", "cut", "empty", "swap", "gone"])
def test_what_is_spoilt_here_is_not_used_and_comes_again(town: Town, change: str) -> None:
    blobs = sorted(path for path in (town.expert_home / "blobs").rglob("*") if path.is_file())
    kept = [path.read_bytes() for path in blobs]
    for place, path in enumerate(blobs):
        match change:
            case "flip":
                path.write_bytes(kept[place][:-1] + bytes([kept[place][-1] ^ 1]))
            case "cut":
                path.write_bytes(kept[place][:-1])
            case "empty":
                path.write_bytes(b"")
            case "swap":
                path.write_bytes(kept[place - 1])
            case "gone":
                path.unlink()
    for row in town.rows():
        with pytest.raises(ZhubiError) as caught:
            reading.content(town.desk, row.key)
        assert caught.value.kind in ("store.blob-damaged", "store.blob-missing")
        said(caught.value)
        review.open_review(town.desk, row.key)
    assert not town.sync().problem
    for row in town.rows():
        content = reading.content(town.desk, row.key)
        for attachment in content.attachments:
            events = []
            try:
                events = list(reading.attachment_pages(town.desk, row.key, attachment.blob))
            except ZhubiError as problem:
                said(problem)
                assert not town.sync().problem
                events = list(reading.attachment_pages(town.desk, row.key, attachment.blob))
            assert events
