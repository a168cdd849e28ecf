"""A form becomes a new file for its owner alone, whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from zhubi.core.model.paper import Paper
from zhubi.core.papers.errors import PapersError
from zhubi.core.papers.writing import write_paper

PAPER = Paper(form="review", title="个人评审表")


def test_a_form_is_written_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "评审表.pdf"
    write_paper(PAPER, path)
    assert path.read_bytes().startswith(b"%PDF-")
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_there_already_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "评审表.pdf"
    path.write_text("别的", encoding="utf-8")
    with pytest.raises(PapersError) as found:
        write_paper(PAPER, path)
    assert found.value.kind == "papers.exists"
    assert path.read_text(encoding="utf-8") == "别的"


def test_a_folder_that_is_not_there_is_said_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(PapersError) as found:
        write_paper(PAPER, tmp_path / "没有" / "评审表.pdf")
    assert found.value.kind == "papers.cannot-write"
    assert not list(tmp_path.iterdir())


def test_a_disk_that_is_full_leaves_no_half_of_a_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> object:
        class Full:
            def __enter__(self) -> Full:
                return self

            def __exit__(self, *_: object) -> None: ...

            def write(self, _data: bytes) -> int:
                raise OSError(28, "No space left on device")

        return Full()

    monkeypatch.setattr("zhubi.core.papers.writing.os.fdopen", full)
    with pytest.raises(PapersError) as found:
        write_paper(PAPER, tmp_path / "评审表.pdf")
    assert found.value.kind == "papers.cannot-write" and "No space" in str(found.value)
    assert not list(tmp_path.iterdir())
