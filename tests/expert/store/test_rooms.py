"""The smaller rooms: offices, the log's words, rulebooks, answers, settings, the profile, preferences, keys."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.sealing import SealingKey
from zhubi.core.trust.wrapping import ArgonCost
from zhubi.expert.store import preferences
from zhubi.expert.store.errors import StoreError
from zhubi.expert.store.store import Store
from zhubi.expert.store.values import KindSummary

CHEAP = ArgonCost(memory_kib=8 * 1024, passes=1)


def test_an_office_is_kept_with_what_was_pinned(store: Store, world: Any, now: datetime) -> None:
    assert store.offices.get(world.origin) == world.office()
    assert store.offices.get("elsewhere") is None
    other = replace(world.office(), office="other.example/log", enrolled_at=now)
    store.offices.put(other)
    assert [each.office for each in store.offices.all()] == [world.origin, "other.example/log"]


def test_an_office_remembers_how_the_last_sync_went(store: Store, world: Any, now: datetime) -> None:
    store.offices.failed(world.origin, "wire.unreachable", {"host": "review.example.gov", "seconds": 30})
    found = store.offices.get(world.origin)
    assert found is not None
    assert (found.problem, found.problem_details["seconds"], found.synced_at) == (
        "wire.unreachable",
        30,
        None,
    )
    store.offices.synced(world.origin, now)
    found = store.offices.get(world.origin)
    assert found is not None
    assert (found.problem, found.problem_details, found.synced_at) == (None, {}, now)


def test_the_log_goes_forward_and_keeps_contradictions(store: Store, world: Any, now: datetime) -> None:
    log, origin = store.log, world.origin
    assert log.checkpoint(origin) is log.cursor(origin) is None
    for size in (3, 9):
        log.advance(
            origin,
            f"checkpoint of {size}",
            size=size,
            root=f"{size:064x}",
            time=1_782_000_000 + size,
            now=now,
        )
    found = log.checkpoint(origin)
    assert found is not None
    assert (found.text, found.size, found.root, found.time) == (
        "checkpoint of 9",
        9,
        f"{9:064x}",
        1_782_000_009,
    )
    log.move_cursor(origin, "8.1")
    assert log.cursor(origin) == "8.1"
    for _ in range(2):
        log.keep_evidence(origin, "trust.log-forked", "checkpoint of 9", "another of 9", now)
    (evidence,) = log.evidence(origin)
    assert (evidence.kind, evidence.kept, evidence.found, evidence.at) == (
        "trust.log-forked", "checkpoint of 9", "another of 9", now,
    )  # fmt: skip


def test_the_cursor_survives_a_new_enrolment(store: Store, world: Any) -> None:
    store.log.move_cursor(world.origin, "8.1")
    store.offices.put(replace(world.office(), device="x" * 43))
    assert store.log.cursor(world.origin) == "8.1"


def test_tiles_are_kept_by_office_and_path(store: Store, world: Any) -> None:
    store.log.keep_tiles(world.origin, {"tile/0/000": b"\x00" * 64, "tile/0/001.p/3": b"\x01" * 96})
    assert store.log.tile(world.origin, "tile/0/000") == b"\x00" * 64
    assert store.log.tile("elsewhere", "tile/0/000") is None
    store.log.forget_tiles(world.origin)
    assert store.log.tile(world.origin, "tile/0/000") is None


def test_rulebooks_that_rounds_pin_are_wanted_until_they_are_here(
    store: Store, world: Any, now: datetime
) -> None:
    store.records.add(world.origin, [world.round(1, index=0), world.round(2, index=1)], now)
    assert store.rulebooks.wanted(world.origin) == ("b" * 64,)
    store.rulebooks.put("b" * 64, b'{"id":"zhejiang"}', kinds={"project-appraisal": KindSummary("立项评审")})
    assert store.rulebooks.wanted(world.origin) == ()
    assert store.rulebooks.get("b" * 64) == b'{"id":"zhejiang"}'
    assert store.rulebooks.get("c" * 64) is None
    assert {each.kind_name for each in store.assignments.rounds(now)} == {"立项评审"}


def test_answers_are_kept_until_they_are_signed(store: Store, world: Any, now: datetime) -> None:
    key = world.key(1, 3)
    assert store.answers.all(world.origin, key.round) == {}
    store.answers.write(key, {"outcome": "explain"}, now)
    store.answers.write(
        key, {"outcome": "recuse", "relations": [{"kind": "employed", "with_whom": "某公司"}]}, now
    )
    told = {"outcome": "recuse", "relations": [{"kind": "employed", "with_whom": "某公司"}]}
    assert store.answers.all(world.origin, key.round) == {key.dossier: told}
    store.answers.drop(key)
    assert store.answers.all(world.origin, key.round) == {}


def test_settings_and_the_profile_do_not_mix(store: Store) -> None:
    assert store.settings.get("pin-wait", {"tries": 0}) == {"tries": 0}
    store.settings.set("pin-wait", {"tries": 3})
    store.profile.save({"units": ["浙江大学"], "aliases": [["浙大一院", "浙江大学医学院附属第一医院"]]})
    assert store.settings.get("pin-wait") == {"tries": 3}
    assert store.profile.read()["units"] == ["浙江大学"]


def test_preferences_are_readable_before_anything_is_unlocked(tmp_path: Path) -> None:
    assert preferences.read(tmp_path) == {}
    preferences.write(tmp_path / "device", {"language": "zh_CN", "plain": True})
    assert preferences.read(tmp_path / "device") == {"language": "zh_CN", "plain": True}


@pytest.mark.parametrize("content", [b"", b"[1]", b"\xff", b"[" * 50_000, b'{"language"'])
def test_broken_preferences_are_no_preferences(tmp_path: Path, content: bytes) -> None:
    (tmp_path / preferences.NAME).write_bytes(content)
    assert preferences.read(tmp_path) == {}


def test_keys_open_as_they_were_made_and_signing_needs_the_pin(store: Store, world: Any) -> None:
    signing, transport, sealing = SigningKey.generate(), SigningKey.generate(), SealingKey.generate()
    assert not store.vaults.exists(world.origin)
    store.vaults.create(
        world.origin, pin="135790", signing=signing, transport=transport, sealing=sealing, argon=CHEAP
    )
    opened = store.vaults.open(world.origin)
    assert (opened.transport.kid, opened.sealing.recipient) == (transport.kid, sealing.recipient)
    assert store.vaults.unlock(world.origin, "１３５７９０").kid == signing.kid
    with pytest.raises(TrustError) as caught:
        store.vaults.unlock(world.origin, "135791")
    assert caught.value.kind == "trust.wrong-pin"
    assert (repr(opened), repr(store.vaults)) == ("OpenVault()", "Vaults()")


def test_each_office_has_its_own_keys(store: Store, world: Any) -> None:
    made = {}
    for origin in ("a.example/log", "a.example-log", "../../etc", world.origin):
        made[origin] = SigningKey.generate()
        store.vaults.create(
            origin, pin="135790", signing=made[origin], transport=SigningKey.generate(),
            sealing=SealingKey.generate(), argon=CHEAP,
        )  # fmt: skip
    for origin, signing in made.items():
        assert store.vaults.unlock(origin, "135790").kid == signing.kid
    assert {path.parent.parent for path in store.directory.rglob("keys.json")} == {
        store.directory / "offices"
    }
    store.vaults.forget("../../etc")
    store.vaults.forget("../../etc")
    assert not store.vaults.exists("../../etc")
    assert store.vaults.exists(world.origin)


def test_without_keys_nothing_opens(store: Store) -> None:
    for act in (lambda: store.vaults.open("elsewhere"), lambda: store.vaults.unlock("elsewhere", "135790")):
        with pytest.raises(StoreError) as caught:
            act()
        assert caught.value.kind == "store.no-keys"


def test_a_new_enrolment_takes_the_place_of_the_old_keys(store: Store, world: Any, now: datetime) -> None:
    for number in range(2):
        signing = SigningKey.from_seed(bytes([number]) * 32)
        store.vaults.create(
            world.origin,
            pin="135790",
            signing=signing,
            transport=signing,
            sealing=SealingKey.generate(),
            argon=CHEAP,
        )
    store.offices.put(replace(world.office(), device=signing.kid, enrolled_at=now + timedelta(days=1)))
    assert store.vaults.unlock(world.origin, "135790").kid == signing.kid
    assert len(store.offices.all()) == 1
