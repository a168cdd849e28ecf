"""Packets (离线数据包): sealed files that carry what has to be said where no network does.

A packet is a line that names its form, two sizes, one age file for whoever it is meant for, the blobs as they are
(they are sealed already), and the SHA-256 of all that. Inside the seal stand a head signed by who made the packet, the
blobs by digest and size, and what is said. Nothing inside names a file or a folder.
"""

from __future__ import annotations

import errno
import hashlib
import os
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Annotated, Final, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from zhubi.core.model.records import Author
from zhubi.core.model.values import Digest, Frozen, Instant, Line
from zhubi.core.trust.canonical import sha256_hex
from zhubi.core.trust.chance import nonce
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.records import peek, read, sign
from zhubi.core.trust.sealing import SealingKey, seal, unseal

SUFFIX: Final = ".zhubi"
PACKET_TYPE: Final = "zhubi-packet+json"
SAID_LIMIT: Final = 64 * 1024 * 1024
"""How many bytes a packet may say beside its blobs."""
BLOBS_LIMIT: Final = 20_000
"""How many blobs one packet carries at most."""
_MEMBERS_LIMIT: Final = 4_000_000
_FAMILY: Final = b"zhubi-packet/"
_MAGIC: Final = _FAMILY + b"1\n"
_SIZES: Final = struct.Struct(">QQ")
_DIGEST_BYTES: Final = 32
_CHUNK: Final = 1024 * 1024

_Said = TypeVar("_Said", bound=Frozen)

PacketKind = Literal["submission", "answers", "drafts"]


class PacketError(TrustError):
    """A packet that cannot be made, read or believed; ``kind`` is ``packets.…``."""


class PacketHead(Frozen):
    """What a packet says of itself, signed by who made it.

    ``by`` and ``to`` are a person's id or ``service:NAME``; ``device`` is the thumbprint of the signing key of the
    device that made it (whose transport key signs), empty where a service did, and then ``certified`` is the staff-key
    record of that. ``checkpoint`` is the newest one its maker knew, empty for none; ``said`` is the SHA-256 of what
    follows.
    """

    origin: Line
    kind: PacketKind
    by: Author
    to: Author
    made_at: Instant
    device: Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]{43})?$")] = ""
    checkpoint: Annotated[str, Field(max_length=8192)] = ""
    certified: Annotated[str, Field(max_length=16_384)] = ""
    said: Digest


class PacketBlob(Frozen):
    """A sealed file that a packet carries, by the SHA-256 of its bytes."""

    digest: Digest
    size: Annotated[int, Field(ge=1, le=2**40)]


_BLOBS: Final = TypeAdapter(tuple[PacketBlob, ...])


@dataclass(frozen=True, slots=True)
class Carried:
    """A blob to put into a packet, and the file that holds its bytes, or what gives them piece by piece."""

    blob: PacketBlob
    pieces: Callable[[], Iterator[bytes]]


def from_file(blob: PacketBlob, path: Path) -> Carried:
    """A blob whose bytes are a file's."""

    def pieces() -> Iterator[bytes]:
        with path.open("rb") as file:
            while piece := file.read(_CHUNK):
                yield piece

    return Carried(blob, pieces)


def write_packet(
    path: Path,
    *,
    origin: str,
    kind: PacketKind,
    by: str,
    to: str,
    made_at: str,
    said: bytes,
    blobs: Sequence[Carried],
    key: SigningKey,
    recipients: Sequence[str],
    device: str = "",
    checkpoint: str = "",
    certified: str = "",
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> str:
    """Makes a packet at ``path``, whole or not at all; gives its name, the SHA-256 at its end. Memory stays flat.

    ``progress`` is told the bytes of blobs written, and how many there are. ``packets.too-large`` where more is to be
    said than one packet takes, ``packets.blob-changed``: a blob is not what its digest names, ``packets.no-room``,
    ``packets.cannot-write``.
    """
    listed = _BLOBS.dump_json(tuple(each.blob for each in blobs))
    content = listed + b"\n" + said
    _check_said(content, len(blobs))
    head = PacketHead(
        origin=origin, kind=kind, by=by, to=to, made_at=made_at, device=device, checkpoint=checkpoint,
        certified=certified, said=sha256_hex(content),
    )  # fmt: skip
    signed = sign(head.model_dump(mode="json"), key, typ=PACKET_TYPE)
    sealed = seal(signed.encode("ascii") + b"\n" + content, recipients)
    total = sum(each.blob.size for each in blobs)
    draft = path.with_name(f".{path.name}.{nonce()[:8]}.part")
    try:
        with draft.open("xb") as file:
            target = _Hashed(file)
            target.write(_MAGIC + _SIZES.pack(len(sealed), total))
            target.write(sealed)
            done = 0
            for each in blobs:
                for written in _copy(each, target):
                    done += written
                    progress(done, total)
            file.write(target.hash.digest())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as problem:
        raise _cannot("packets.cannot-write", "write", path, problem) from problem
    finally:
        _forget(draft)
    return target.hash.hexdigest()


def _forget(draft: Path) -> None:
    try:
        draft.unlink(missing_ok=True)
    except OSError:
        return  # the stick is gone, and the draft with it


class _Hashed:
    """A file that is hashed as it is written."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.hash = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self.hash.update(data)
        self._file.write(data)


def _copy(each: Carried, target: _Hashed) -> Iterator[int]:
    found, size = hashlib.sha256(), 0
    for piece in each.pieces():
        found.update(piece)
        size += len(piece)
        if size > each.blob.size:
            break
        target.write(piece)
        yield len(piece)
    if size != each.blob.size or found.hexdigest() != each.blob.digest:
        raise PacketError(
            "packets.blob-changed", "a sealed file is not what its digest names", blob=each.blob.digest[:12]
        )


@dataclass(frozen=True, slots=True, repr=False)
class Packet:
    """A packet whose bytes are those that were written, opened with a key it is sealed to.

    Who signed the head is said by ``check_maker``: until then nothing inside is more than a claim. ``digest`` names the
    packet, ``size`` counts its bytes. ``said`` is what it says, JSON.
    """

    path: Path
    digest: str
    size: int
    unverified_head: PacketHead
    signed_head: str
    content: bytes
    start: int

    def __repr__(self) -> str:
        return f"Packet({self.path.name!r})"

    def check_maker(self, key_for: Callable[[str], str | None]) -> Verified:
        """The packet with its head, what it says and its blobs, once a key of ``key_for`` signed exactly these.

        ``packets.unknown-maker``, ``packets.altered``, ``packets.too-large``.
        """
        try:
            payload, kid = read(self.signed_head, key_for, typ=PACKET_TYPE)
        except TrustError as problem:
            raise PacketError(
                "packets.unknown-maker", f"no key that is known here made this packet: {problem}"
            ) from problem
        head = PacketHead.model_validate(payload)
        if sha256_hex(self.content) != head.said:
            raise _altered("what it says")
        listed, _, said = self.content.partition(b"\n")
        # Counted before it is parsed: a few bytes of JSON can be a great many objects.
        _check_said(self.content, listed.count(b"{"))
        try:
            blobs = _BLOBS.validate_json(listed)
        except ValidationError as problem:
            raise _altered("its list of sealed files") from problem
        places, start = {}, self.start
        for each in blobs:
            places[each.digest] = (start, each.size)
            start += each.size
        if start != self.size - _DIGEST_BYTES:
            raise _altered("its list of sealed files")
        return Verified(self, head, kid, said, places)


@dataclass(frozen=True, slots=True, repr=False)
class Verified:
    """A packet and who made it: the head they signed, the thumbprint of their key, what is said, the blobs' places."""

    packet: Packet
    head: PacketHead
    kid: str
    said: bytes
    _places: dict[str, tuple[int, int]]

    def __repr__(self) -> str:
        return f"Verified({self.packet.path.name!r})"

    @property
    def blobs(self) -> tuple[PacketBlob, ...]:
        """The blobs it carries."""
        return tuple(PacketBlob(digest=digest, size=size) for digest, (_, size) in self._places.items())

    def blob(self, digest: str, start: int = 0) -> Iterator[bytes]:
        """The bytes of a blob from ``start`` on, in pieces; ``packets.no-blob``, ``packets.cannot-read``.

        Their digest is the caller's to check.
        """
        place = self._places.get(digest)
        if place is None:
            raise PacketError("packets.no-blob", f"the packet does not carry {digest[:12]}", blob=digest[:12])
        first, left = place[0] + start, place[1] - start
        try:
            with self.packet.path.open("rb") as file:
                file.seek(first)
                while left > 0 and (piece := file.read(min(_CHUNK, left))):
                    left -= len(piece)
                    yield piece
        except OSError as problem:
            raise _cannot("packets.cannot-read", "read", self.packet.path, problem) from problem


def read_packet(
    path: Path, keys: Sequence[SealingKey], progress: Callable[[int, int], None] = lambda done, total: None
) -> Packet:
    """A packet, all of its bytes checked before anything is believed; memory is bounded by what it may say.

    ``packets.not-a-packet``, ``packets.newer``, ``packets.truncated``, ``packets.altered``, ``packets.too-large``,
    ``packets.other-recipient``: none of these keys opens it; ``packets.cannot-read``.
    """
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            beginning, sealed_size = _beginning(file, size)
            found = hashlib.sha256(beginning)
            sealed = file.read(sealed_size)
            found.update(sealed)
            place = len(beginning) + len(sealed)
            start = place
            while place < size - _DIGEST_BYTES and (
                piece := file.read(min(_CHUNK, size - _DIGEST_BYTES - place))
            ):
                found.update(piece)
                place += len(piece)
                progress(place, size)
            if place != size - _DIGEST_BYTES or file.read(_DIGEST_BYTES + 1) != found.digest():
                raise _altered("its bytes")
    except OSError as problem:
        raise _cannot("packets.cannot-read", "read", path, problem) from problem
    signed, content = _unsealed(sealed, keys, found.hexdigest())
    try:
        claimed, _ = peek(signed, typ=PACKET_TYPE)
        head = PacketHead.model_validate(claimed)
    except (TrustError, ValidationError) as problem:
        raise _altered("its head") from problem
    return Packet(path, found.hexdigest(), size, head, signed, content, start)


def _beginning(file: IO[bytes], size: int) -> tuple[bytes, int]:
    """The first bytes and the size of the sealed part, once the sizes that they state come out even."""
    magic = file.read(len(_MAGIC))
    if magic != _MAGIC:
        if magic and _MAGIC.startswith(magic):
            raise _truncated(size, len(_MAGIC))
        if magic.startswith(_FAMILY) and magic[len(_FAMILY) :].strip().isdigit():
            raise PacketError("packets.newer", "the packet is of a newer form than this version reads")
        raise PacketError("packets.not-a-packet", "this file is no packet")
    sizes = file.read(_SIZES.size)
    if len(sizes) < _SIZES.size:
        raise _truncated(size, len(_MAGIC) + _SIZES.size)
    sealed, blobs = _SIZES.unpack(sizes)
    stated = len(_MAGIC) + _SIZES.size + sealed + blobs + _DIGEST_BYTES
    if size < stated:
        raise _truncated(size, stated)
    if size > stated:
        raise _altered("its end: something follows it")
    if sealed > SAID_LIMIT + 1024 * 1024:
        raise _too_large(sealed)
    return magic + sizes, sealed


def _unsealed(sealed: bytes, keys: Sequence[SealingKey], digest: str) -> tuple[str, bytes]:
    for key in keys:
        try:
            inside = unseal(sealed, key)
        except TrustError as problem:
            if problem.kind == "trust.cannot-open":
                continue
            raise _altered("its seal") from problem
        signed, _, content = inside.partition(b"\n")
        try:
            return signed.decode("ascii"), content
        except UnicodeDecodeError as problem:
            raise _altered("its head") from problem
    raise PacketError("packets.other-recipient", "this packet is for somebody else", packet=digest)


def _check_said(content: bytes, blobs: int) -> None:
    if len(content) > SAID_LIMIT or blobs > BLOBS_LIMIT:
        raise _too_large(len(content))
    if sum(content.count(sign) for sign in (b"{", b"[", b",")) > _MEMBERS_LIMIT:
        raise _too_large(len(content))


def parse_said(model: type[_Said], said: bytes) -> _Said:
    """What a packet says, typed; ``packets.altered`` where it is not of this form.

    Whoever calls has checked who signed it.
    """
    try:
        return model.model_validate_json(said)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"][:3]))
        raise _altered(f"{place}: {first['type']}") from problem


def say_json(model: Frozen) -> bytes:
    """What a packet is to say, as its bytes."""
    return model.model_dump_json().encode()


def wrong_log(expected: str, found: str) -> PacketError:
    """The fault of a packet that speaks of another office's log."""
    return PacketError(
        "packets.wrong-log", f"the packet speaks of another log: {found}", expected=expected, found=found
    )


def _altered(part: str) -> PacketError:
    return PacketError("packets.altered", f"the packet is not as it was made: {part}", part=part[:120])


def _truncated(found: int, expected: int) -> PacketError:
    return PacketError(
        "packets.truncated", f"{found} of at least {expected} bytes", found=found, expected=expected
    )


def _too_large(found: int) -> PacketError:
    return PacketError(
        "packets.too-large", f"{found} bytes to be said, at most {SAID_LIMIT}", found=found, limit=SAID_LIMIT
    )


def _cannot(kind: str, act: str, path: Path, problem: OSError) -> PacketError:
    reason = problem.strerror or type(problem).__name__
    if kind == "packets.cannot-write" and problem.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        kind = "packets.no-room"
    return PacketError(kind, f"cannot {act} {path}: {reason}", path=str(path), reason=reason)
