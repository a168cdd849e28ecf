"""Purging: what is sealed leaves this machine for good, also when it is cut short, and nothing else does."""

from __future__ import annotations

import base64
import hashlib
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw
import pytest

from zhubi.core.model.records import RecordType
from zhubi.core.model.sheet import Sheet
from zhubi.expert.store.errors import StoreError
from zhubi.expert.store.migration import back_up
from zhubi.expert.store.places import ReadingPlace
from zhubi.expert.store.store import Store
from zhubi.expert.store.storefile import read_store_file

IDENTITY = base64.b64encode(b"canary: the identity of the sealed version").decode()
TYPED = "canary-typed-about-the-sealed-project"
SIGNED = "canary-signed-by-the-expert"
NOTED = "canary-noted-on-the-papers"
NEEDED = "canary-noted-on-papers-of-a-live-round"
CIPHERTEXT = b"canary: ciphertext of the attachment" * 100
BLOB = hashlib.sha256(CIPHERTEXT).hexdigest()


@pytest.fixture
def ended(store: Store, world: Any, prove: Callable[..., None], now: datetime) -> Store:
    """Two rounds over project 1, which is also in round 2; project 2 is in round 1 only. Round 1 has ended."""
    told = [world.round(1, index=0), world.round(2, index=1)]
    told += [world.assign(1, 1, index=2), world.assign(1, 2, index=3), world.assign(2, 1, index=4)]
    told += [world.dossier(1, index=5), world.dossier(2, index=6, blobs=((BLOB, len(CIPHERTEXT)),))]
    told += [world.commitment(1, index=7), world.commitment(2, index=8)]
    told += [
        world.declaration(1, 1, index=9),
        world.declaration(1, 2, index=10),
        world.declaration(2, 1, index=11),
    ]
    told += [world.release(1, 1, index=12), world.release(1, 2, index=13, sealed=IDENTITY)]
    store.records.add(world.origin, told, now)
    with store.blobs.receive(BLOB, len(CIPHERTEXT)) as incoming:
        incoming.write(CIPHERTEXT)
        incoming.finish()
    for number in (1, 2):
        key = world.key(1, number)
        store.drafts.begin(
            key, Sheet(opinion=TYPED), rulebook="b" * 64, version="e" * 64, missing=1, score_text="", now=now
        )
        store.drafts.write(key, Sheet(opinion=TYPED + "!"), missing=1, score_text="", now=now)
        store.answers.write(key, {"words": TYPED}, now)
    for number, words in ((1, NEEDED), (2, NOTED)):
        dossier = world.key(1, number).dossier
        store.notes.add(world.origin, dossier, BLOB, page=3, row=1, quotation=words, words=words, now=now)
        store.places.keep(world.origin, dossier, ReadingPlace(BLOB, 3, 1), now)
    review = world.arrival(
        world.review(1, 2).record.type,
        {**world.review(1, 2).record.payload.body, "sheet": {"opinion": SIGNED}},
        round=1, dossiers=(2,), author=world.me, index=14,
    )  # fmt: skip
    store.records.add(world.origin, [review], now)
    prove(store, review)
    store.records.add(world.origin, [world.change(1, "end", index=15)], now)
    return store


def decrypted_pages(store: Store, secret: Any, into: Path) -> bytes:
    """Every page of the current database as plaintext, free pages too."""
    file = read_store_file(store.directory, secret.secret)
    store._database.truncate_log()
    copy = into / "copy.db"
    shutil.copyfile(store.directory / file.database, copy)
    connection = apsw.Connection(str(copy))
    connection.pragma("cipher", "chacha20")
    connection.pragma("key", f"raw:{file.key(secret.secret).hex()}")
    connection.pragma("journal_mode", "delete")
    connection.pragma("rekey", "")
    connection.close()
    return copy.read_bytes()


def on_disk(directory: Path) -> bytes:
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())


def spellings(word: str) -> list[bytes]:
    """A word as it stands in a database: plain, or inside a record's base64 at any of its three offsets."""
    found = [word.encode()]
    for shift in range(3):
        text = base64.urlsafe_b64encode(b"x" * shift + word.encode()).decode()
        found.append(text[4 : len(text) - 4].encode())
    return found


def seen(word: str, data: bytes) -> bool:
    return any(each in data for each in spellings(word))


def test_the_canaries_are_there_before_and_never_in_plaintext_on_the_disk(
    ended: Store, secret: Any, tmp_path: Path
) -> None:
    pages = decrypted_pages(ended, secret, tmp_path)
    for word in (IDENTITY, TYPED, SIGNED, NOTED, NEEDED):
        assert seen(word, pages)
        assert not seen(word, on_disk(ended.directory))
    assert CIPHERTEXT in on_disk(ended.directory)


def test_what_is_sealed_is_gone_and_what_was_signed_stays(
    ended: Store, world: Any, secret: Any, now: datetime, tmp_path: Path
) -> None:
    one = world.key(1, 1).round
    plan = ended.purge.plan(world.origin, one)
    assert (plan.dossiers, plan.blobs, plan.bytes, plan.kept, plan.unsent, plan.drafts) == (
        1, 1, len(CIPHERTEXT), 1, 0, 2,
    )  # fmt: skip
    outcome = ended.purge.purge_round(world.origin, one, now)
    assert (outcome.dossiers, outcome.blobs, outcome.bytes, outcome.kept) == (1, 1, len(CIPHERTEXT), 1)
    pages = decrypted_pages(ended, secret, tmp_path)
    for word in (IDENTITY, TYPED, NOTED):
        assert not seen(word, pages)
    assert seen(SIGNED, pages)
    assert CIPHERTEXT not in on_disk(ended.directory)
    assert ended.drafts.all() == ()
    assert not ended.purge.unfinished()


def test_notes_and_places_go_with_the_papers_and_stay_where_another_live_round_needs_them(
    ended: Store, world: Any, now: datetime
) -> None:
    needed, gone = (world.key(1, number).dossier for number in (1, 2))
    ended.purge.purge_round(world.origin, world.key(1, 1).round, now)
    assert [each.words for each in ended.notes.all()] == [NEEDED]
    assert ended.places.of(world.origin, needed) == (ReadingPlace(BLOB, 3, 1),)
    assert ended.places.of(world.origin, gone) == ()


def test_the_database_is_another_file_under_another_key_and_goes_on(
    ended: Store, world: Any, secret: Any, now: datetime, tmp_path: Path
) -> None:
    before = read_store_file(ended.directory, secret.secret)
    rows = ended.assignments.rows(None, 0, 10, now=now)
    ended.purge.purge_round(world.origin, world.key(1, 1).round, now)
    after = read_store_file(ended.directory, secret.secret)
    assert after.generation == before.generation + 1
    assert after.key(secret.secret) != before.key(secret.secret)
    assert [path.name for path in ended.directory.glob("store-*.db")] == [after.database]
    assert [row.title for row in ended.assignments.rows(None, 0, 10, now=now)] == [row.title for row in rows]
    ended.settings.set("still", "writing")
    ended.close()
    with Store.open(tmp_path / "device", secret) as again:
        assert again.settings.get("still") == "writing"


def test_what_colleagues_wrote_of_the_material_goes_with_it(ended: Store, world: Any, now: datetime) -> None:
    theirs = [
        world.arrival(
            RecordType.REVIEW, world.review(of, 1, index=0).record.payload.body, round=of, dossiers=(1,),
            author="019066fe-0000-7000-8000-00000000000f", index=40 + of,
        )
        for of in (1, 2)
    ]  # fmt: skip
    ended.records.add(world.origin, theirs, now)
    ended.purge.purge_round(world.origin, world.key(1, 1).round, now)
    gone, kept = (ended.records.get(each.record.digest) for each in theirs)
    assert gone is None and kept is not None, "the other round lives"
    ended.records.add(world.origin, theirs, now)
    assert ended.records.get(theirs[0].record.digest) is None, "told again, it stays gone"


def test_what_a_live_round_needs_stays_until_that_one_ends(ended: Store, world: Any, now: datetime) -> None:
    first, second = world.key(1, 1), world.key(2, 1)
    ended.purge.purge_round(world.origin, first.round, now)
    kept = ended.records.of_dossier(world.origin, first.dossier, first.round)
    assert "key-release" in [each.record.type.value for each in kept]
    ended.records.add(world.origin, [world.change(2, "end", index=20)], now)
    outcome = ended.purge.purge_round(world.origin, second.round, now)
    assert (outcome.dossiers, outcome.kept) == (1, 0)
    left = ended.records.of_dossier(world.origin, first.dossier, first.round)
    assert "key-release" not in [each.record.type.value for each in left]


def test_a_key_of_a_purged_round_that_the_feed_brings_again_is_not_kept(
    ended: Store, world: Any, now: datetime
) -> None:
    (release,) = (
        each
        for each in ended.records.by_type(world.origin, ["key-release"])
        if each.record.payload.subjects == (world.key(1, 2).dossier,)
    )
    from zhubi.expert.store.records import Arrival

    ended.purge.purge_round(world.origin, world.key(1, 1).round, now)
    again = Arrival(release.compact, release.record, release.logged_at)
    assert ended.records.add(world.origin, [again], now) == ()
    assert ended.records.get(release.digest) is None
    live = [world.round(3, index=30), world.assign(3, 2, index=31), world.commitment(3, index=32)]
    ended.records.add(world.origin, live, now)
    assert ended.records.add(world.origin, [again], now) == (release.digest,)
    assert ended.records.get(release.digest) is not None


def test_a_round_that_goes_on_is_not_purged(ended: Store, world: Any, now: datetime) -> None:
    for number in (2, 9):
        with pytest.raises(StoreError) as caught:
            ended.purge.purge_round(world.origin, world.key(number, 1).round, now)
        assert caught.value.kind == "store.round-not-ended"
    assert ended.blobs.have(BLOB)


def test_what_has_not_arrived_stays_with_its_draft(ended: Store, world: Any, now: datetime) -> None:
    unsent = world.review(1, 1)
    ended.outbox.put(world.origin, unsent.compact, unsent.record, now=now, key=world.key(1, 1))
    one = world.key(1, 1).round
    assert ended.purge.plan(world.origin, one).unsent == 1
    ended.purge.purge_round(world.origin, one, now)
    assert [each.digest for each in ended.outbox.pending()] == [unsent.record.digest]
    assert [each.signed_as for each in ended.drafts.all()] == [unsent.record.digest]


def test_what_a_machine_deletes_by_itself_leaves_unsigned_sheets(
    ended: Store, world: Any, secret: Any, now: datetime, tmp_path: Path
) -> None:
    one = world.key(1, 1).round
    assert ended.purge.due() == ((world.origin, one),)
    ended.purge.purge_round(world.origin, one, now, drafts=False)
    assert ended.purge.due() == ()
    assert ended.purge.unconfirmed() == ((world.origin, one),)
    assert len(ended.drafts.all()) == 2
    pages = decrypted_pages(ended, secret, tmp_path)
    assert not seen(IDENTITY, pages) and not seen(NOTED, pages)
    assert seen(TYPED, pages)
    assert CIPHERTEXT not in on_disk(ended.directory)
    ended.purge.purge_round(world.origin, one, now)
    assert not seen(TYPED, decrypted_pages(ended, secret, tmp_path))
    taken = ended.purge.taken(world.origin, one)
    assert taken is not None
    assert (taken.dossiers, taken.blobs, taken.bytes, taken.kept) == (1, 1, len(CIPHERTEXT), 1)


def test_a_signed_record_of_this_machine_confirms_a_purge(ended: Store, world: Any, now: datetime) -> None:
    one = world.key(1, 1).round
    ended.purge.purge_round(world.origin, one, now)
    body = {"device": world.mine.kid, "dossiers": 1, "blobs": 1}
    said = world.arrival(RecordType.PURGE, body, round=1, author=world.me)
    ended.outbox.put(world.origin, said.compact, said.record, now=now)
    assert ended.purge.unconfirmed() == ()


def test_old_backups_go_too(ended: Store, world: Any, now: datetime) -> None:
    backup = back_up(ended._database, "v1")
    ended.purge.purge_round(world.origin, world.key(1, 1).round, now)
    assert not backup.exists()


class Cut(BaseException):
    """The process is gone."""


STEPS = ["remove", "index", "backups", "copy_to", "write_store_file", "switch", "remove_database", "done"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [False, True])
def test_cut_short_at_any_step_it_is_finished_at_the_next_opening(
    ended: Store,
    world: Any,
    secret: Any,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    after: bool,
) -> None:
    cut_at(monkeypatch, ended, step, after)
    with pytest.raises(Cut):
        ended.purge.purge_round(world.origin, world.key(1, 1).round, now)
    monkeypatch.undo()
    ended._database.close()
    ended._lock.drop()
    with Store.open(tmp_path / "device", secret) as again:
        assert not again.purge.unfinished()
        pages = decrypted_pages(again, secret, tmp_path)
        assert not seen(IDENTITY, pages)
        assert not seen(TYPED, pages)
        assert CIPHERTEXT not in on_disk(again.directory)
        assert len(list(again.directory.glob("store-*.db"))) == 1
        assert read_store_file(again.directory, secret.secret).generation > 1
        assert len(again.assignments.rows(None, 0, 10, now=now)) == 3


def cut_at(monkeypatch: pytest.MonkeyPatch, store: Store, step: str, after: bool) -> None:
    """The process dies before or after one step of a purge."""
    from zhubi.expert.store import purge

    def cutting(real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*given: Any, **known: Any) -> Any:
            if after:
                real(*given, **known)
            raise Cut

        return act

    owner: Any = {
        "remove": store.blobs, "copy_to": store._database, "switch": store._database, "done": store._database,
        "index": store.search, "backups": store.purge,
    }.get(step, purge)  # fmt: skip
    name = {
        "switch": "_switch", "done": "truncate_log", "index": "remove", "backups": "_remove_backups",
    }.get(step, step)  # fmt: skip
    monkeypatch.setattr(owner, name, cutting(getattr(owner, name)))


def test_a_full_disk_in_a_purge_keeps_nobody_from_the_work(
    ended: Store, world: Any, secret: Any, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zhubi.expert.store.database import Database
    from zhubi.expert.store.errors import disk_full

    def full(self: Database, path: Path, key: bytes | None = None) -> None:
        raise disk_full(str(path.parent))

    monkeypatch.setattr(Database, "copy_to", full)
    with pytest.raises(StoreError) as caught:
        ended.purge.purge_round(world.origin, world.key(1, 1).round, now)
    assert caught.value.kind == "store.disk-full"
    ended.settings.set("still", "writing")
    ended.close()
    with Store.open(tmp_path / "device", secret) as again:
        assert again.purge.unfinished()
        assert again.settings.get("still") == "writing"
        monkeypatch.undo()
        again.purge.finish()
        assert not again.purge.unfinished()
