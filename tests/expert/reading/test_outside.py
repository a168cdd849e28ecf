"""Opening outside: a private place, a safe name, and deleting."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time

import pytest

from zhubi.expert.reading import outside
from zhubi.expert.reading.errors import ReadingError
from zhubi.expert.reading.outside import OutsideFolder, Wiped, system_opener

OPENER = (
    sys.executable,
    "-c",
    "import sys, pathlib; p = pathlib.Path(sys.argv[1]); p.with_name('shown').write_bytes(p.read_bytes())",
)


@pytest.fixture
def folder(tmp_path):
    made = OutsideFolder(tmp_path / "outside", opener=("true",))
    yield made
    made.wipe()


def test_the_systems_program_is_shown_the_document(tmp_path):
    folder = OutsideFolder(tmp_path / "outside", OPENER)
    path = folder.open("正文".encode(), "申报书.pdf")
    copy = path.with_name("shown")
    for _ in range(200):
        if copy.exists() and copy.stat().st_size:
            break
        time.sleep(0.02)
    assert copy.read_bytes() == "正文".encode()
    assert folder.wipe() == Wiped(2)
    assert list((tmp_path / "outside").iterdir()) == []


def test_only_the_expert_can_look_into_the_folder(tmp_path, folder):
    (tmp_path / "outside").mkdir(mode=0o755)
    path = folder.open(lambda sink: sink.write(b"x"), "a.pdf")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for parent in (path.parent, path.parent.parent, tmp_path / "outside"):
        assert stat.S_IMODE(parent.stat().st_mode) == 0o700


def test_two_documents_of_one_name_do_not_meet(folder):
    assert folder.open(b"1", "附件.pdf") != folder.open(b"2", "附件.pdf")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("../../etc/报告.pdf", "报告.pdf"),
        ("C:\\win\\a.docx", "a.docx"),
        ("a\u202efdp.png", "afdp.png"),
        ("x\x1b[2J.txt", "x[2J.txt"),
    ],
)
def test_a_hostile_name_stays_a_name(tmp_path, folder, name, written):
    path = folder.open(b"x", name)
    assert path.name == written
    assert path.is_relative_to(tmp_path / "outside")


def test_a_long_chinese_name_fits_the_file_system_and_keeps_its_ending(folder):
    path = folder.open(b"x", "长" * 300 + ".pdf")
    assert path.name.endswith("长.pdf")
    assert len(path.name.encode()) <= 255


@pytest.mark.parametrize(
    "name", ["a.exe", "a.pdf.bat", "a.desktop", "a.docm", "a.html", "a", "a.lnk", "a.sh", ".pdf"]
)
def test_what_may_be_a_program_is_not_opened_and_not_written(tmp_path, folder, name):
    with pytest.raises(ReadingError) as caught:
        folder.open(b"x", name)
    assert caught.value.kind == "reading.not-shown"
    assert not (tmp_path / "outside").exists()


def test_without_an_opener_nothing_is_written(tmp_path):
    with pytest.raises(ReadingError) as caught:
        OutsideFolder(tmp_path / "outside", opener=()).open(b"x", "a.pdf")
    assert caught.value.kind == "reading.no-opener"
    assert not (tmp_path / "outside").exists()


def test_an_opener_that_does_not_start_leaves_no_plaintext(tmp_path):
    folder = OutsideFolder(tmp_path / "outside", opener=("/nonexistent/opener",))
    with pytest.raises(ReadingError) as caught:
        folder.open(b"secret", "a.pdf")
    assert caught.value.kind == "reading.no-opener"
    assert list((tmp_path / "outside").rglob("*.pdf")) == []
    folder.wipe()


def test_a_place_that_cannot_be_written_is_said_so(tmp_path):
    (tmp_path / "outside").write_text("a file where the folder should be")
    with pytest.raises(ReadingError) as caught:
        OutsideFolder(tmp_path / "outside", opener=("true",)).open(b"x", "a.pdf")
    assert caught.value.kind == "reading.cannot-write"
    assert caught.value.details["name"] == "a.pdf"


def test_a_link_in_place_of_the_folder_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "outside").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ReadingError) as caught:
        OutsideFolder(tmp_path / "outside", opener=("true",)).open(b"x", "a.pdf")
    assert caught.value.kind == "reading.cannot-write"
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_stream_that_breaks_leaves_nothing_behind(tmp_path, folder):
    def torn(sink) -> None:
        sink.write(b"secret")
        raise OSError(5, "Input/output error")

    with pytest.raises(ReadingError) as caught:
        folder.open(torn, "a.pdf")
    assert caught.value.kind == "reading.cannot-write"
    assert list((tmp_path / "outside").rglob("*.pdf")) == []


def test_deleting_overwrites_first(tmp_path, folder):
    path = folder.open(b"secret" * 1000, "a.pdf")
    with path.open("rb") as held:
        assert folder.wipe() == Wiped(1)
        assert held.read() == bytes(6000)
    assert not path.exists()


def test_deleting_spares_what_is_also_elsewhere(tmp_path, folder):
    path = folder.open(b"mine too", "a.pdf")
    mine = tmp_path / "kept by the expert.pdf"
    os.link(path, mine)
    (path.parent / "link").symlink_to(mine)
    folder.wipe()
    assert mine.read_bytes() == b"mine too"
    assert list((tmp_path / "outside").iterdir()) == []


def test_what_the_system_will_not_give_up_is_named(folder, monkeypatch):
    path = folder.open(b"x", "占用.pdf")
    with monkeypatch.context() as patched:
        patched.setattr(outside, "_delete", lambda _: False)
        assert "占用.pdf" in folder.wipe().left
    assert path.exists()
    assert OutsideFolder(path.parent.parent.parent).wipe_stale() == Wiped(1)
    assert not path.exists()


def test_a_crash_leaves_what_the_next_start_deletes(tmp_path):
    program = (
        "import os, sys, pathlib\n"
        "from zhubi.expert.reading.outside import OutsideFolder\n"
        "OutsideFolder(pathlib.Path(sys.argv[1]), opener=('true',)).open(b'secret', 'a.pdf')\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "outside")], check=False)
    assert len(list((tmp_path / "outside").rglob("*.pdf"))) == 1
    assert OutsideFolder(tmp_path / "outside").wipe_stale() == Wiped(1)
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_second_app_leaves_the_first_ones_documents(tmp_path, folder):
    path = folder.open(b"x", "a.pdf")
    second = OutsideFolder(tmp_path / "outside")
    assert second.wipe_stale() == Wiped(0)
    assert second.wipe() == Wiped(0)
    assert path.read_bytes() == b"x"


def test_nothing_to_delete_is_no_error(tmp_path):
    folder = OutsideFolder(tmp_path / "outside")
    assert (folder.wipe(), folder.wipe_stale()) == (Wiped(0), Wiped(0))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="displays of Linux")
def test_a_session_without_a_display_has_no_opener(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert system_opener() == ()
    monkeypatch.setattr(outside.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert system_opener() == ("xdg-open",)
