"""This machine's store: a wrong key, damage, two copies, no room, no right to write. Nothing is half-written."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from zhubi.core.model.errors import ZhubiError
from zhubi.demo.sheets import fill
from zhubi.expert.desk import overview, review, submit, trail
from zhubi.expert.desk.opening import Desk, open_desk

from .house import PASSPHRASE, PIN, Town, is_sentence, said, shell


def files_of(home: Path) -> dict[str, bytes]:
    """Every file of a machine, but the lock."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file() and path.name != "store.lock"
    }


def refused(town: Town, act: Callable[[], object]) -> ZhubiError:
    with pytest.raises(ZhubiError) as caught:
        act()
    said(caught.value)
    return caught.value


def database_of(home: Path) -> Path:
    return next(home.glob("store-*.db"))


# The wrong key


def test_a_wrong_passphrase_opens_nothing_and_changes_nothing(town: Town) -> None:
    before = files_of(town.expert_home)
    for words in ("", "x", "错误的口令错误的口令错误的口令", "\ud800" * 14, "9" * 5000):
        problem = refused(
            town,
            lambda words=words: open_desk(town.expert_home, ask_passphrase=lambda: words),  # type: ignore[misc]
        )
        assert problem.kind == "trust.wrong-passphrase"
    assert files_of(town.expert_home) == before
    assert len(town.rows()) == 2


def test_a_store_under_another_key_is_not_taken_for_a_damaged_one(town: Town) -> None:
    other = town.folder / "other"
    shutil.copytree(town.expert_home, other)
    from zhubi.core.trust.keyfile import wrap_secret

    (other / "secret.json").write_bytes(wrap_secret(b"\x07" * 32, PASSPHRASE))
    before = files_of(other)
    problem = refused(town, lambda: open_desk(other, ask_passphrase=lambda: PASSPHRASE))
    assert problem.kind == "store.wrong-key"
    assert files_of(other) == before
    assert shell("status", home=other).returncode == 1


def test_a_lost_secret_says_so(town: Town) -> None:
    (town.expert_home / "secret.json").unlink()
    assert refused(town, town.open_desk).kind == "store.no-secret"


# Damage


def walk_through(desk: Desk) -> None:
    """Everything that reads: the desk, each sheet, each trail."""
    overview.rounds(desk)
    overview.next_step(desk)
    overview.status_line(desk)
    for row in overview.rows(desk, None, 0, 10):
        review.open_review(desk, row.key)
        trail.trail(desk, row.key)
    trail.receipts(desk)


def test_a_damaged_page_anywhere_is_said_and_never_believed(town: Town) -> None:
    walk_through(town.desk)
    expected = overview.rows(town.desk, None, 0, 10)
    town.leave()
    database = database_of(town.expert_home)
    whole = database.read_bytes()
    said_so = 0
    places = [0, 1, 16, 20, 24, 100, len(whole) - 1, *range(2000, len(whole), max(1, len(whole) // 40))]
    for place in places:
        changed = bytearray(whole)
        changed[place] ^= 0xFF
        database.write_bytes(bytes(changed))
        try:
            with open_desk(town.expert_home, ask_passphrase=lambda: PASSPHRASE, clock=town.clock) as desk:
                walk_through(desk)
                assert overview.rows(desk, None, 0, 10) == expected
        except ZhubiError as problem:
            assert problem.kind.startswith("store.damaged"), (place, problem.kind)
            said(problem)
            said_so += 1
        for extra in town.expert_home.glob("store-*.db-*"):
            extra.unlink()
    assert said_so > len(places) // 3
    database.write_bytes(whole)
    assert overview.rows(town.desk, None, 0, 10) == expected


@pytest.mark.parametrize("cut", [0, 1, 15, 16, 100, 4095, 4096, 5000])
def test_a_cut_database_is_damaged(town: Town, cut: int) -> None:
    database = database_of(town.expert_home)
    database.write_bytes(database.read_bytes()[:cut])
    problem = refused(town, town.open_desk)
    assert problem.kind.startswith("store.damaged")
    assert database.stat().st_size == cut
    done = shell("--lang", "en", "status", home=town.expert_home)
    assert done.returncode == 1
    assert is_sentence(done.stderr.strip())


def test_a_missing_database_is_not_made_anew(town: Town) -> None:
    database_of(town.expert_home).unlink()
    assert refused(town, town.open_desk).kind.startswith("store.damaged")
    assert not list(town.expert_home.glob("store-*.db"))


@pytest.mark.parametrize("name", ["store.json", "place.json", "secret.json", "keys.json"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"null",
        b"[" * 4000,
        b"\xff\xfe",
        b'{"form": 3}',
        b"9" * 4000,
        b'{"a":' * 600,
        b"\x00" * 300,
    ],
    ids=["empty", "object", "null", "deep", "no-text", "number", "digits", "deep-objects", "zeros"],
)
def test_a_spoilt_file_beside_the_database(town: Town, name: str, content: bytes) -> None:
    file = next(town.expert_home.rglob(name))
    whole = file.read_bytes()
    file.write_bytes(content)

    def use() -> None:
        from zhubi.expert.desk.unlock import unlock

        with town.open_desk() as desk:
            unlock(desk, PIN)

    refused(town, use)
    assert file.read_bytes() == content
    file.write_bytes(whole)
    use()


def test_spoilt_settings_never_keep_anyone_out(town: Town) -> None:
    from zhubi.expert.desk import settings

    for content in (b"", b"[" * 5000, b"null", b'{"language": 3, "theme": []}', b"\xff"):
        for file in [*town.expert_home.glob("prefer*"), town.expert_home / "preferences.json"]:
            file.write_bytes(content)
        settings.read(town.expert_home)
        with town.open_desk() as desk:
            walk_through(desk)


# Two copies


def test_a_second_copy_of_the_app_is_sent_to_the_first(town: Town) -> None:
    fill(town.desk, town.key)
    problem = refused(town, town.open_desk)
    assert problem.kind == "store.in-use"
    assert problem.details["pid"] == os.getpid()
    done = shell("sync", home=town.expert_home)
    assert done.returncode == 1
    assert str(os.getpid()) in done.stderr
    assert shell("status", home=town.expert_home).returncode == 0
    with town.open_desk(read_only=True) as looking:
        walk_through(looking)
        assert refused(town, lambda: fill(looking, town.key)).kind == "store.opened-for-reading"
    assert submit.sign(town.desk, [town.key], PIN)[0].digest


# No room, no right


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("a small disk takes the right to mount one")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill_up(filler: Path) -> None:
    """Leaves no byte of room."""
    with filler.open("wb", buffering=0) as file:
        for size in (65536, 1):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"\xaa" * size)


def test_a_full_disk_keeps_what_was_and_takes_up_again(town: Town, small_disk: Path) -> None:
    home = small_disk / "expert"
    shutil.copytree(town.expert_home, home)
    shutil.rmtree(town.expert_home)
    town.expert_home.symlink_to(home)
    fill(town.desk, town.key)
    before = review.open_review(town.desk, town.key).state.sheet
    filler = small_disk / "filler"
    fill_up(filler)
    kinds = set()
    for number in range(40):
        try:
            review_words = "意见" * 3000 + str(number)
            review.set_opinion(town.desk, town.key, review_words)
            before = review.open_review(town.desk, town.key).state.sheet
        except ZhubiError as problem:
            kinds.add(problem.kind)
            said(problem)
    assert kinds == {"store.disk-full"}
    assert review.open_review(town.desk, town.key).state.sheet == before
    with pytest.raises(ZhubiError) as caught:
        submit.sign(town.desk, [town.key], PIN)
    said(caught.value)
    assert town.desk.store.outbox.unsent() == 0
    assert town.sync().problem == "" or is_sentence(town.sync().problem)
    town.leave()
    done = shell("status", home=home)
    assert done.returncode in (0, 1)

    filler.unlink()
    assert review.open_review(town.desk, town.key).state.sheet == before
    assert submit.sign(town.desk, [town.key], PIN)[0].digest
    assert submit.submit(town.desk).unsent == 0


def test_a_disk_that_fills_while_material_comes(newcomer: Town, small_disk: Path) -> None:
    home = small_disk / "expert"
    shutil.copytree(newcomer.expert_home, home)
    shutil.rmtree(newcomer.expert_home)
    newcomer.expert_home.symlink_to(home)
    newcomer.commit_and_declare()
    newcomer.unseal()
    for path in (home / "blobs").rglob("*"):
        if path.is_file():
            path.unlink()
    newcomer.desk.session.contents.clear()
    for row in newcomer.rows():
        assert review.open_review(newcomer.desk, row.key).content is None
    filler = small_disk / "filler"
    fill_up(filler)
    report = newcomer.sync()
    assert is_sentence(report.problem)
    assert report.problem_kind == "store.disk-full"
    filler.unlink()
    assert not newcomer.sync().problem
    assert review.open_review(newcomer.desk, newcomer.key).content is not None


@pytest.fixture
def read_only(town: Town) -> Iterator[Path]:
    """The expert's directory on a medium that takes no writing."""
    town.leave()
    home = str(town.expert_home)
    for command in (["mount", "--bind", home, home], ["mount", "-o", "remount,ro,bind", home]):
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("a medium that takes no writing takes the right to mount one")
    yield town.expert_home
    subprocess.run(["umount", "-l", home], check=True)


@pytest.mark.parametrize("what", [("sync",), ("submit", "--yes")])
def test_a_directory_that_may_not_be_written(town: Town, read_only: Path, what: tuple[str, ...]) -> None:
    before = files_of(read_only)
    assert refused(town, town.open_desk).kind == "store.read-only"
    for language in ("zh", "en"):
        done = shell("--lang", language, *what, home=read_only)
        assert done.returncode == 1, done.stdout
        assert is_sentence(done.stderr.strip().splitlines()[-1]), done.stderr
    with town.open_desk(read_only=True) as looking:
        walk_through(looking)
    assert shell("status", home=read_only).returncode == 0
    assert files_of(read_only) == before


def test_a_new_machine_whose_place_cannot_be_written(newcomer: Town, tmp_path: Path) -> None:
    from .house import enrolled, invited

    invitation = invited(newcomer.office, newcomer.office_clock())
    taken = tmp_path / "taken"
    taken.write_text("a file, where a directory should be")
    for home in (taken, taken / "below"):
        with pytest.raises(ZhubiError) as caught:
            enrolled(home, invitation, newcomer.url, newcomer.clock)
        said(caught.value)
    done = shell("status", home=taken / "below")
    assert done.returncode == 1
    assert is_sentence(done.stderr.strip())
