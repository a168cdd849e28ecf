"""The store as a whole: opened once for writing, every bad beginning named, a light first paint."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from zhubi.expert.store.errors import StoreError
from zhubi.expert.store.store import Store
from zhubi.locale import catalogue


def kind_of(directory: Path, secret: Any, **known: bool) -> str:
    with pytest.raises(StoreError) as caught:
        Store.open(directory, secret, **known)
    return caught.value.kind


def test_nothing_here_is_not_enrolled(tmp_path: Path, secret: Any) -> None:
    assert not Store.exists(tmp_path)
    assert kind_of(tmp_path, secret) == "store.not-enrolled"
    assert list(tmp_path.iterdir()) == []


def test_a_store_is_made_once(store: Store, secret: Any, tmp_path: Path) -> None:
    assert Store.exists(tmp_path / "device")
    store.close()
    with pytest.raises(StoreError) as caught:
        Store.create(tmp_path / "device", secret)
    assert caught.value.kind == "store.exists"
    with Store.open(tmp_path / "device", secret) as again:
        assert len(again.offices.all()) == 1


def test_the_secret_is_asked_for_once(store: Store, secret: Any, tmp_path: Path) -> None:
    store.close()
    secret.loads = 0
    with Store.open(tmp_path / "device", secret) as again:
        again.offices.all()
        again.vaults.exists("anywhere")
    assert secret.loads == 1


def test_a_second_copy_is_told_and_may_still_read(store: Store, secret: Any, tmp_path: Path) -> None:
    assert kind_of(tmp_path / "device", secret) == "store.in-use"
    with Store.open(tmp_path / "device", secret, read_only=True) as reader:
        assert reader.read_only
        assert len(reader.offices.all()) == 1
        store.settings.set("newer", 1)
        assert reader.settings.get("newer") == 1
        with pytest.raises(StoreError) as caught:
            reader.settings.set("own", 1)
        assert caught.value.kind == "store.opened-for-reading"
    store.settings.set("still", "mine")


def test_another_secret_and_no_secret_are_told_apart(store: Store, secret: Any, tmp_path: Path) -> None:
    store.close()
    secret.secret = b"x" * 32
    assert kind_of(tmp_path / "device", secret) == "store.wrong-key"
    secret.secret = None
    assert kind_of(tmp_path / "device", secret) == "store.no-secret"


def test_a_damaged_store_names_its_backup_and_is_left_as_it_is(
    store: Store, secret: Any, tmp_path: Path
) -> None:
    store.close()
    path = tmp_path / "device" / "store-1.db"
    data = bytearray(path.read_bytes())
    data[2000] ^= 1
    path.write_bytes(data)
    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path / "device", secret)
    assert (caught.value.kind, caught.value.details["backup"]) == (
        "store.damaged",
        "backups/store-1-daily.db",
    )
    assert caught.value.details["database"] == path.name
    assert path.read_bytes() == data
    shutil.copyfile(tmp_path / "device" / str(caught.value.details["backup"]), path)
    with Store.open(tmp_path / "device", secret) as again:
        assert len(again.offices.all()) == 1


def test_the_backup_of_the_day_is_made_once_and_never_of_damaged_pages(
    store: Store, world: Any, secret: Any, now: datetime, tmp_path: Path
) -> None:
    store.records.add(world.origin, [world.round(number, index=number) for number in range(200)], now)
    store.close()
    backup = tmp_path / "device" / "backups" / "store-1-daily.db"
    first = backup.read_bytes()
    with Store.open(tmp_path / "device", secret) as again:
        again.settings.set("newer", 1)
    assert backup.read_bytes() == first
    long_ago = backup.stat().st_mtime - 100_000
    os.utime(backup, (long_ago, long_ago))
    with Store.open(tmp_path / "device", secret) as again:
        again.settings.set("newer", 2)
    second = backup.read_bytes()
    assert second != first
    os.utime(backup, (long_ago, long_ago))
    path = tmp_path / "device" / "store-1.db"
    data = bytearray(path.read_bytes())
    data[-2000] ^= 1
    path.write_bytes(data)
    with Store.open(tmp_path / "device", secret):
        pass
    assert backup.read_bytes() == second
    assert [each.name for each in backup.parent.iterdir()] == [backup.name]


@pytest.mark.parametrize("length", [0, 100, 4096])
def test_a_cut_off_database_is_damaged_never_empty(
    store: Store, secret: Any, tmp_path: Path, length: int
) -> None:
    store.close()
    path = tmp_path / "device" / "store-1.db"
    os.truncate(path, length)
    assert kind_of(tmp_path / "device", secret) == "store.damaged"
    assert path.stat().st_size == length


def test_a_missing_database_is_damaged(store: Store, secret: Any, tmp_path: Path) -> None:
    store.close()
    (tmp_path / "device" / "store-1.db").unlink()
    for read_only in (False, True):
        assert kind_of(tmp_path / "device", secret, read_only=read_only) == "store.damaged"
    assert not (tmp_path / "device" / "store-1.db").exists()


def test_a_newer_schema_is_left_alone(store: Store, secret: Any, tmp_path: Path) -> None:
    with store._database.writing() as connection:
        connection.pragma("user_version", 99)
    store.close()
    for read_only in (False, True):
        assert kind_of(tmp_path / "device", secret, read_only=read_only) == "store.newer-schema"


def test_another_version_of_the_program_makes_the_rows_anew(
    store: Store, world: Any, secret: Any, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhubi.expert.store import store as module

    store.records.add(world.origin, [world.round(1, index=0), world.assign(1, 1, index=1)], now)
    with store._database.writing() as connection:
        connection.execute("UPDATE assignments SET stage = 'as-an-old-version-had-it'")
    store.close()
    stages = []
    for version in (module.__version__, "99.0", "99.0"):
        monkeypatch.setattr(module, "__version__", version)
        with Store.open(tmp_path / "device", secret) as again:
            stages.append(again.assignments.rows(None, 0, 1, now=now)[0].stage)
    assert stages == ["as-an-old-version-had-it", "commit", "commit"]


def test_a_beginning_cut_short_can_begin_again(
    tmp_path: Path, secret: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhubi.expert.store import store as module

    def cut(*given: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "write_store_file", cut)
    with pytest.raises(KeyboardInterrupt):
        Store.create(tmp_path / "device", secret)
    monkeypatch.undo()
    assert not Store.exists(tmp_path / "device")
    with Store.create(tmp_path / "device", secret) as made:
        assert made.offices.all() == ()


READ_ONLY = """
import os, sys
from pathlib import Path
import zhubi.core.trust.privatefile
from zhubi.expert.store.errors import StoreError
from zhubi.expert.store.store import Store
if os.geteuid() == 0:
    os.setuid(65534)  # to root no directory is read-only
class Secret:
    def load(self): return bytes.fromhex(sys.argv[2])
    def save(self, secret): pass
def kind(act):
    try:
        with act() as store:
            return "offices " + str(len(store.offices.all()))
    except StoreError as problem:
        return problem.kind
directory = Path(sys.argv[1])
print(kind(lambda: Store.open(directory, Secret())))
print(kind(lambda: Store.open(directory, Secret(), read_only=True)))
print(kind(lambda: Store.create(directory / "below", Secret())))
"""


def test_a_directory_that_cannot_be_written_is_named_and_can_be_read(store: Store, secret: Any) -> None:
    store.close()
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "device"
        shutil.copytree(store.directory, directory)
        (directory / "store.lock").unlink()
        for path in [Path(folder), directory, *directory.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        command = [sys.executable, "-c", READ_ONLY, str(directory), secret.secret.hex()]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
        for path in (Path(folder), directory):
            path.chmod(0o755)
    assert (found.stdout, found.stderr) == ("store.read-only\noffices 1\nstore.read-only\n", "")


LIGHT = """
import sys
import tempfile
from datetime import datetime, UTC
from pathlib import Path
from zhubi.expert.store.store import Store
class Secret:
    def load(self): return bytes.fromhex(sys.argv[2])
with Store.open(Path(sys.argv[1]), Secret()) as store:
    now = datetime.now(UTC)
    rows = store.assignments.rows(None, 0, 30, now=now)
    store.assignments.rounds(now)
    store.assignments.with_stage(["declare"], now=now, limit=1)
    store.outbox.unsent(), store.offices.all(), store.drafts.all(), store.settings.get("x")
heavy = ("pydantic", "httpx", "keyring", "cryptography", "textual", "joserfc", "pyrage", "cel_expr_python")
print(len(rows), [name for name in heavy if name in sys.modules])
"""


def test_the_first_paint_imports_nothing_heavy(store: Store, world: Any, secret: Any, now: datetime) -> None:
    store.records.add(world.origin, [world.round(1, index=0), world.assign(1, 1, index=1)], now)
    store.close()
    command = [sys.executable, "-c", LIGHT, str(store.directory), secret.secret.hex()]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "1 []\n"


def test_canaries_of_every_room_are_nowhere_in_plaintext(store: Store, world: Any, now: datetime) -> None:
    canary = "canary-of-every-room"
    store.settings.set(canary, canary)
    store.profile.save({"units": [canary]})
    store.answers.write(world.key(1, 1), {"words": canary}, now)
    store.rulebooks.put("b" * 64, canary.encode(), kinds={})
    store.log.keep_tiles(world.origin, {"tile/0/000": canary.encode()})
    store.log.keep_evidence(world.origin, "trust.log-forked", canary, canary, now)
    store.offices.failed(world.origin, "wire.slow", {"host": canary})
    store.records.add(world.origin, [world.round(1, index=0, title=canary)], now)
    for closing in (False, True):
        if closing:
            store.close()
        data = b"".join(path.read_bytes() for path in store.directory.rglob("*") if path.is_file())
        assert canary.encode() not in data


def test_nothing_secret_is_shown(store: Store, secret: Any) -> None:
    for shown in (repr(store), repr(store.purge), repr(store.vaults), repr(store._database)):
        assert secret.secret.hex() not in shown
        assert repr(secret.secret) not in shown


def test_closing_twice_and_leaving_the_block_are_the_same(store: Store, secret: Any, tmp_path: Path) -> None:
    store.close()
    store.close()
    with Store.open(tmp_path / "device", secret) as again:
        again.close()


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_fault_has_its_sentence(language: str) -> None:
    import re

    folder = Path(sys.modules["zhubi.expert.store.store"].__file__ or "").parent
    kinds = {
        kind
        for path in folder.glob("*.py")
        for kind in re.findall(r'"(store\.[a-z-]+)"', path.read_text(encoding="utf-8"))
        if kind not in ("store.json", "store.lock")
    }
    said = catalogue("store", language)
    assert kinds <= said.keys()
    assert said.keys() <= kinds


def test_a_sentence_is_filled_by_the_error_that_names_it(tmp_path: Path, secret: Any) -> None:
    from zhubi.locale import explain

    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path, secret)
    assert "{" not in explain(caught.value)
