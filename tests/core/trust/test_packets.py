"""Packets: what went in comes out; whatever happened on the way has a name, and nothing of it is believed."""

from __future__ import annotations

import hashlib
import struct
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.packets import (
    SAID_LIMIT,
    Carried,
    Packet,
    PacketBlob,
    PacketError,
    read_packet,
    write_packet,
)
from zhubi.core.trust.sealing import SealingKey

MAKER, READER = SigningKey.generate(), SealingKey.generate()
DAMAGED = {
    "packets.not-a-packet",
    "packets.newer",
    "packets.truncated",
    "packets.altered",
    "packets.too-large",
}
ANY_OFFSET = settings(
    max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


def carried(data: bytes) -> Carried:
    blob = PacketBlob(digest=hashlib.sha256(data).hexdigest(), size=len(data))
    return Carried(blob, lambda: iter([data]))


def make(path: Path, *blobs: Carried, **how: Any) -> str:
    said: dict[str, Any] = {
        "origin": "office.example/1", "kind": "submission", "by": "somebody", "to": "service:office",
        "made_at": "2026-07-03T10:00:00Z", "said": b'{"records":[]}', "key": MAKER, "recipients": [READER.recipient],
    }  # fmt: skip
    return write_packet(path, blobs=blobs, **(said | how))


def mine(kid: str) -> str | None:
    return MAKER.public if kid == MAKER.kid else None


@pytest.fixture
def packet(tmp_path: Path) -> Path:
    path = tmp_path / "a.zhubi"
    make(path, carried(b"photo" * 100), carried(b"scan"))
    return path


def test_what_is_put_in_comes_out_as_it_was(packet: Path) -> None:
    found = read_packet(packet, [SealingKey.generate(), READER])
    opened = found.check_maker(mine)
    assert opened.said == b'{"records":[]}'
    assert opened.head.origin == "office.example/1" and opened.kid == MAKER.kid
    assert [b"".join(opened.blob(each.digest)) for each in opened.blobs] == [b"photo" * 100, b"scan"]
    assert b"".join(opened.blob(opened.blobs[0].digest, 495)) == b"photo"
    assert found.digest == hashlib.sha256(packet.read_bytes()[:-32]).hexdigest()
    assert b"office.example" not in packet.read_bytes(), (
        "outside the seal there are two sizes and nothing else"
    )


@ANY_OFFSET
@given(data=st.data())
def test_a_flipped_bit_anywhere_is_named(packet: Path, data: st.DataObject) -> None:
    whole = bytearray(packet.read_bytes())
    whole[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    packet.with_name("b").write_bytes(whole)
    with pytest.raises(PacketError) as caught:
        read_packet(packet.with_name("b"), [READER])
    assert caught.value.kind in DAMAGED


@ANY_OFFSET
@given(data=st.data())
def test_cut_anywhere_it_is_named(packet: Path, data: st.DataObject) -> None:
    whole = packet.read_bytes()
    end = data.draw(st.integers(0, len(whole) - 1))
    packet.with_name("b").write_bytes(whole[:end])
    with pytest.raises(PacketError) as caught:
        read_packet(packet.with_name("b"), [READER])
    assert caught.value.kind == ("packets.truncated" if end else "packets.not-a-packet")


def test_two_packets_in_one_file_are_none(packet: Path) -> None:
    packet.write_bytes(packet.read_bytes() * 2)
    with pytest.raises(PacketError, match="follows") as caught:
        read_packet(packet, [READER])
    assert caught.value.kind == "packets.altered"


def test_one_for_somebody_else_is_named_as_such(packet: Path) -> None:
    with pytest.raises(PacketError) as caught:
        read_packet(packet, [SealingKey.generate()])
    assert caught.value.kind == "packets.other-recipient"


def test_a_newer_form_is_named_as_such(packet: Path) -> None:
    packet.write_bytes(packet.read_bytes().replace(b"zhubi-packet/1\n", b"zhubi-packet/27\n", 1))
    with pytest.raises(PacketError) as caught:
        read_packet(packet, [READER])
    assert caught.value.kind == "packets.newer"


def test_whoever_is_not_known_is_not_believed(packet: Path) -> None:
    with pytest.raises(PacketError) as caught:
        read_packet(packet, [READER]).check_maker(lambda kid: None)
    assert caught.value.kind == "packets.unknown-maker"


def test_what_is_said_under_a_foreign_head_is_altered(tmp_path: Path, packet: Path) -> None:
    other = tmp_path / "other.zhubi"
    make(other, said=b'{"records":["x"]}')
    first, second = read_packet(packet, [READER]), read_packet(other, [READER])
    mixed = Packet(
        first.path, first.digest, first.size, first.unverified_head, first.signed_head, second.content, first.start
    )  # fmt: skip
    with pytest.raises(PacketError) as caught:
        mixed.check_maker(mine)
    assert caught.value.kind == "packets.altered"


def _with_sizes(sealed: int, blobs: int) -> bytes:
    body = b"zhubi-packet/1\n" + struct.pack(">QQ", sealed, blobs) + b"x" * 100
    return body + hashlib.sha256(body).digest()


@pytest.mark.parametrize("sizes", [(2**63, 0), (0, 2**63), (2**40, 2**40), (2**64 - 1, 2**64 - 1)])
def test_sizes_that_are_not_there_are_refused_without_reserving_them(
    tmp_path: Path, sizes: tuple[int, int]
) -> None:
    path = tmp_path / "huge.zhubi"
    path.write_bytes(_with_sizes(*sizes))
    tracemalloc.start()
    with pytest.raises(PacketError) as caught:
        read_packet(path, [READER])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.kind == "packets.truncated" and peak < 1_000_000


def test_a_seal_larger_than_a_packet_may_say_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.zhubi"
    sealed = SAID_LIMIT * 4
    with path.open("wb") as file:
        file.write(b"zhubi-packet/1\n" + struct.pack(">QQ", sealed, 0))
        file.truncate(len(b"zhubi-packet/1\n") + 16 + sealed + 32)
    tracemalloc.start()
    with pytest.raises(PacketError) as caught:
        read_packet(path, [READER])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert caught.value.kind == "packets.too-large" and peak < 1_000_000


def test_a_million_nothings_are_refused_before_they_are_made(tmp_path: Path) -> None:
    with pytest.raises(PacketError) as caught:
        make(tmp_path / "a.zhubi", said=b"[" + b"{}," * 3_000_000 + b"{}]")
    assert caught.value.kind == "packets.too-large" and not list(tmp_path.iterdir())


@pytest.mark.parametrize("pieces", [[b"scanned"], [b"sca"], [b"scap"]])
def test_a_blob_that_is_not_what_its_digest_names_makes_no_packet(
    tmp_path: Path, pieces: list[bytes]
) -> None:
    blob = PacketBlob(digest=hashlib.sha256(b"scan").hexdigest(), size=4)
    with pytest.raises(PacketError) as caught:
        make(tmp_path / "a.zhubi", Carried(blob, lambda: iter(pieces)))
    assert caught.value.kind == "packets.blob-changed" and not list(tmp_path.iterdir())


def test_a_packet_that_cannot_be_made_leaves_the_older_one(packet: Path) -> None:
    before = packet.read_bytes()

    def gone() -> Iterator[bytes]:
        yield b"sc"
        raise OSError(28, "No space left on device")

    with pytest.raises(PacketError) as caught:
        make(packet, Carried(PacketBlob(digest="0" * 64, size=4), gone))
    assert caught.value.kind == "packets.no-room"
    assert packet.read_bytes() == before and [each.name for each in packet.parent.iterdir()] == [packet.name]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PacketError) as caught:
        make(tmp_path / "no" / "a.zhubi")
    assert caught.value.kind == "packets.cannot-write"
    with pytest.raises(PacketError) as caught:
        read_packet(tmp_path / "none.zhubi", [READER])
    assert caught.value.kind == "packets.cannot-read"


def test_memory_does_not_grow_with_the_blobs(tmp_path: Path) -> None:
    piece, count = bytes(1024 * 1024), 48
    found = hashlib.sha256()
    for _ in range(count):
        found.update(piece)
    blob = PacketBlob(digest=found.hexdigest(), size=count * len(piece))
    path = tmp_path / "a.zhubi"
    tracemalloc.start()
    make(path, Carried(blob, lambda: iter([piece] * count)))
    opened = read_packet(path, [READER]).check_maker(mine)
    assert sum(len(each) for each in opened.blob(blob.digest)) == blob.size
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 * len(piece)
