"""Sealed blobs: resumed where they were cut off, and never found unless they are what the manifest names."""

from __future__ import annotations

import errno
import hashlib
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from zhubi.expert.store.errors import StoreError
from zhubi.expert.store.store import Store

DATA = bytes(range(256)) * 40
DIGEST = hashlib.sha256(DATA).hexdigest()


def bring(store: Store, data: bytes = DATA, digest: str = DIGEST, size: int | None = None) -> Path:
    with store.blobs.receive(digest, len(data) if size is None else size) as incoming:
        for at in range(incoming.offset, len(data), 1000):
            incoming.write(data[at : at + 1000])
        return incoming.finish()


def test_a_blob_that_came_whole_is_here(store: Store) -> None:
    assert (store.blobs.state(DIGEST, len(DATA)).state, store.blobs.have(DIGEST)) == ("missing", False)
    path = bring(store)
    assert path.parent.name == DIGEST[:2]
    assert (store.blobs.state(DIGEST, len(DATA)).state, store.blobs.have(DIGEST)) == ("here", True)
    assert store.blobs.read(DIGEST) == DATA
    assert store.blobs.path(DIGEST) == path
    assert store.disk_use().blobs == len(DATA)


def test_a_blob_cut_off_goes_on_where_it_stopped(store: Store) -> None:
    with pytest.raises(ConnectionError), store.blobs.receive(DIGEST, len(DATA)) as incoming:
        incoming.write(DATA[:6400])
        raise ConnectionError("the stream was cut")
    state = store.blobs.state(DIGEST, len(DATA))
    assert (state.state, state.percent) == ("partial", 62)
    with store.blobs.receive(DIGEST, len(DATA)) as incoming:
        assert incoming.offset == 6400
        incoming.write(DATA[6400:])
        incoming.finish()
    assert store.blobs.read(DIGEST) == DATA


def test_a_blob_too_short_stays_partial(store: Store) -> None:
    with store.blobs.receive(DIGEST, len(DATA)) as incoming:
        incoming.write(DATA[:5120])
        with pytest.raises(StoreError) as caught:
            incoming.finish()
    assert (caught.value.kind, caught.value.details["percent"]) == ("store.blob-short", 50)
    assert store.blobs.state(DIGEST, len(DATA)).percent == 50


@pytest.mark.parametrize("at", [0, 5000, len(DATA) - 1])
def test_other_bytes_under_its_name_are_thrown_away(store: Store, at: int) -> None:
    swapped = bytearray(DATA)
    swapped[at] ^= 1
    with pytest.raises(StoreError) as caught:
        bring(store, bytes(swapped))
    assert caught.value.kind == "store.blob-mismatch"
    assert store.blobs.state(DIGEST, len(DATA)).state == "missing"
    bring(store)


def test_more_than_announced_is_refused_while_it_comes(store: Store) -> None:
    with pytest.raises(StoreError) as caught:
        bring(store, DATA + b"more")
    assert caught.value.kind == "store.blob-mismatch"
    with pytest.raises(StoreError) as caught:
        bring(store, DATA + b"more", size=len(DATA))
    assert (caught.value.kind, caught.value.details["expected"]) == ("store.blob-too-large", len(DATA))
    assert store.blobs.state(DIGEST, len(DATA)).state == "missing"


def test_a_part_longer_than_the_blob_is_started_again(store: Store) -> None:
    with store.blobs.receive(DIGEST, 10**6) as incoming:
        incoming.write(b"x" * (len(DATA) + 1))
    with store.blobs.receive(DIGEST, len(DATA)) as incoming:
        assert incoming.offset == 0


def test_a_file_that_changed_or_went_is_wanted_again(store: Store) -> None:
    path = bring(store)
    path.write_bytes(DATA[:-1])
    with pytest.raises(StoreError) as caught:
        store.blobs.read(DIGEST)
    assert caught.value.kind == "store.blob-damaged"
    assert not store.blobs.have(DIGEST)
    bring(store).unlink()
    with pytest.raises(StoreError) as caught:
        store.blobs.read(DIGEST)
    assert caught.value.kind == "store.blob-missing"
    assert store.blobs.state(DIGEST, len(DATA)).state == "missing"


@pytest.mark.parametrize("name", ["../store.json", "A" * 64, "", "0" * 63, "0" * 63 + "/"])
def test_a_name_that_is_no_digest_touches_nothing(store: Store, name: str) -> None:
    for act in (store.blobs.read, store.blobs.remove, lambda each: store.blobs.receive(each, 10)):
        with pytest.raises(StoreError) as caught:
            act(name)
        assert caught.value.kind == "store.blob-name"


class FullDisk:
    """A file on a disk that has no room."""

    def write(self, chunk: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    def close(self) -> None:
        pass


def test_a_full_disk_is_named_and_keeps_what_came(store: Store) -> None:
    with store.blobs.receive(DIGEST, len(DATA)) as incoming:
        incoming.write(DATA[:1000])
        assert incoming._file is not None
        incoming._file.flush()
        incoming._file = FullDisk()  # type: ignore[assignment]
        with pytest.raises(StoreError) as caught:
            incoming.write(DATA[1000:2000])
    assert caught.value.kind == "store.disk-full"
    with store.blobs.receive(DIGEST, len(DATA)) as incoming:
        assert incoming.offset == 1000


def test_four_come_side_by_side(store: Store) -> None:
    blobs = [(bytes([number]) * 50_000) for number in range(12)]
    faults: list[BaseException] = []

    def work(mine: list[bytes]) -> None:
        try:
            for data in mine:
                bring(store, data, hashlib.sha256(data).hexdigest())
        except BaseException as problem:  # noqa: BLE001 - handed to the test
            faults.append(problem)

    threads = [threading.Thread(target=work, args=(blobs[number::4],)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert all(store.blobs.have(hashlib.sha256(data).hexdigest()) for data in blobs)


def test_only_what_may_be_unsealed_is_wanted(store: Store, world: Any, now: datetime) -> None:
    names = [hashlib.sha256(bytes([number])).hexdigest() for number in range(4)]
    told = [
        world.round(1, index=0),
        world.assign(1, 1, index=1),
        world.assign(1, 2, index=2),
        world.dossier(1, index=3, blobs=((names[0], 1), (names[1], 1))),
        world.dossier(2, index=4, blobs=((names[2], 1),)),
        world.commitment(1, index=5),
    ]
    store.records.add(world.origin, told, now)
    assert store.blobs.wanted(world.origin) == ()
    store.records.add(
        world.origin, [world.declaration(1, 1, index=6), world.declaration(1, 2, "recuse", index=7)], now
    )
    wanted = store.blobs.wanted(world.origin)
    assert [each.digest for each in wanted] == names[:2]
    assert {each.dossier for each in wanted} == {world.key(1, 1).dossier}
    bring(store, bytes([0]), names[0])
    assert [each.digest for each in store.blobs.wanted(world.origin)] == names[1:2]
    newer = world.dossier(1, index=8, version=2, blobs=((names[0], 1), (names[3], 1)))
    store.records.add(world.origin, [newer], now)
    assert [each.digest for each in store.blobs.wanted(world.origin)] == names[3:]
    store.records.add(world.origin, [world.change(1, "end", index=9)], now)
    assert store.blobs.wanted(world.origin) == ()
