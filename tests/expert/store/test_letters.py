"""Letters on the expert's machine: ciphertext until they are delivered, a receipt afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from zhubi.expert.store.store import Store

DIGEST, SECOND = "a" * 64, "b" * 64


def test_a_letter_waits_until_the_log_proves_it(store: Store, world: Any, now: datetime) -> None:
    store.letters.put(world.origin, SECOND, b"second", None, now + timedelta(minutes=1))
    store.letters.put(world.origin, DIGEST, b"first", None, now)
    assert store.letters.waiting(world.origin) == ((DIGEST, b"first"), (SECOND, b"second"))
    assert store.letters.waiting("another.example/log") == ()
    store.letters.delivered(DIGEST, "proof", now + timedelta(hours=1))
    store.letters.delivered(DIGEST, "another proof", now + timedelta(hours=2))
    assert store.letters.waiting(world.origin) == ((SECOND, b"second"),)
    newest, oldest = store.letters.all()
    assert (newest.digest, newest.delivered_at, newest.proof) == (SECOND, None, None)
    assert (oldest.delivered_at, oldest.proof) == (now + timedelta(hours=1), "proof")
    assert (oldest.size, oldest.made_at, oldest.copied) == (5, now, False)


def test_a_copy_is_there_only_where_it_was_asked_for(store: Store, world: Any, now: datetime) -> None:
    store.letters.put(world.origin, DIGEST, b"first", b"copy", now)
    store.letters.put(world.origin, SECOND, b"second", None, now)
    assert store.letters.copy(DIGEST) == b"copy"
    assert store.letters.copy(SECOND) is None and store.letters.copy("c" * 64) is None
    assert {each.digest: each.copied for each in store.letters.all()} == {DIGEST: True, SECOND: False}


def test_a_purge_leaves_receipts_of_what_arrived_and_takes_every_copy(
    store: Store, world: Any, now: datetime
) -> None:
    told = [world.round(1, index=0), world.assign(1, 1, index=1), world.change(1, "end", index=2)]
    store.records.add(world.origin, told, now)
    for digest in (DIGEST, SECOND):
        store.letters.put(world.origin, digest, b"sealed " + digest[:1].encode(), b"copy", now)
    store.letters.delivered(DIGEST, "proof", now)
    store.purge.purge_round(world.origin, world.key(1, 1).round, now)
    by_digest = {each.digest: each for each in store.letters.all()}
    assert by_digest[DIGEST].proof == "proof" and by_digest[DIGEST].size == len(b"sealed a")
    assert not any(each.copied for each in by_digest.values())
    assert store.letters.waiting(world.origin) == ((SECOND, b"sealed b"),)


def test_what_is_being_written_outlives_the_app_and_is_in_no_database(
    store: Store, world: Any, tmp_path: Path
) -> None:
    assert store.letters.draft(world.origin) is None
    store.letters.drop_draft(world.origin)
    store.letters.keep_draft(world.origin, b"sealed draft")
    store.letters.keep_draft(world.origin, b"sealed draft, more of it")
    assert store.letters.draft(world.origin) == b"sealed draft, more of it"
    assert store.letters.draft("another.example/log") is None
    (file,) = (tmp_path / "device" / "letters").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    store.letters.drop_draft(world.origin)
    assert store.letters.draft(world.origin) is None
    assert not list((tmp_path / "device" / "letters").iterdir())
