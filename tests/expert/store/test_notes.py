"""Notes and reading places: kept through a restart, in the order of the pages, and taken by a purge."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from zhubi.expert.store.places import ReadingPlace
from zhubi.expert.store.store import Store

BLOB, OTHER = "a" * 64, "b" * 64


def note(store: Store, world: Any, dossier: int, now: datetime, **changes: Any) -> Any:
    key = world.key(1, dossier)
    said = {"page": 1, "row": 0, "quotation": "敲除效率 92.5%", "words": "未见原始数据", **changes}
    return store.notes.add(key.office, key.dossier, said.pop("blob", BLOB), now=now, **said)


def test_notes_come_in_the_order_of_the_pages(store: Store, world: Any, now: datetime) -> None:
    for page, row in ((2, 0), (1, 5), (1, 2)):
        note(store, world, 1, now, page=page, row=row)
    note(store, world, 2, now)
    key = world.key(1, 1)
    assert [(each.page, each.row) for each in store.notes.of(key.office, key.dossier)] == [
        (1, 2),
        (1, 5),
        (2, 0),
    ]
    assert len(store.notes.all()) == 4


def test_a_note_is_changed_and_removed(store: Store, world: Any, now: datetime) -> None:
    made = note(store, world, 1, now)
    later = now + timedelta(minutes=3)
    changed = store.notes.change(made.id, "已核对", later)
    assert changed is not None
    assert (changed.words, changed.quotation, changed.made_at, changed.changed_at) == (
        "已核对", made.quotation, now, later,
    )  # fmt: skip
    assert store.notes.get(made.id) == changed
    assert store.notes.remove(made.id) and not store.notes.remove(made.id)
    assert store.notes.get(made.id) is None and store.notes.change(made.id, "", later) is None


def test_the_document_read_last_comes_first_after_a_restart(
    store: Store, world: Any, secret: Any, now: datetime
) -> None:
    key = world.key(1, 1)
    for minutes, place in enumerate(
        (ReadingPlace(BLOB, 1, 0), ReadingPlace(OTHER, 7, 3), ReadingPlace(BLOB, 4, 9))
    ):
        store.places.keep(key.office, key.dossier, place, now + timedelta(minutes=minutes))
    store.close()
    with Store.open(store.directory, secret) as again:
        assert again.places.of(key.office, key.dossier) == (
            ReadingPlace(BLOB, 4, 9),
            ReadingPlace(OTHER, 7, 3),
        )
