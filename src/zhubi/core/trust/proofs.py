"""Proofs that a log holds a record, in a text that needs nobody's help to check (C2SP tlog-proof v1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from zhubi.core.trust.checkpoints import CosignedCheckpoint, PinnedLog, read_checkpoint
from zhubi.core.trust.encodings import from_base64, to_base64
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.merkle import HASH_BYTES, MAX_SIZE, check_inclusion, leaf_hash

_HEADER: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_MAX_PROOF: Final = 256 * 1024
_MAX_HASHES: Final = 63


@dataclass(frozen=True, slots=True)
class Proof:
    """A leaf's index, its audit path from the sibling up, and the checkpoint it leads to; ``extra`` is unproven."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint_text: str
    extra: bytes | None = None


def make_proof(index: int, hashes: Sequence[bytes], checkpoint_text: str, extra: bytes | None = None) -> str:
    """The text of a proof."""
    lines = [_HEADER]
    if extra is not None:
        lines.append(f"extra {to_base64(extra)}")
    lines.append(f"index {index}")
    lines.extend(to_base64(each) for each in hashes)
    return "\n".join(lines) + "\n\n" + checkpoint_text


def _malformed(found: str) -> TrustError:
    return TrustError("trust.proof-malformed", f"not a log proof: {found}", found=found)


def _decoded(text: str) -> bytes:
    try:
        return from_base64(text)
    except TrustError as problem:
        raise _malformed("a line that is not base64") from problem


def read_proof(text: str) -> Proof:
    """The parts of a proof, nothing verified yet; ``trust.proof-malformed``."""
    if len(text) > _MAX_PROOF:
        raise _malformed("too long")
    head, gap, checkpoint_text = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines[0] != _HEADER:
        raise _malformed("its first line or its checkpoint is missing")
    rest = lines[1:]
    extra = None
    if rest and rest[0].startswith("extra "):
        extra = _decoded(rest[0].removeprefix("extra "))
        rest = rest[1:]
    index = _INDEX.fullmatch(rest[0]) if rest else None
    if index is None or int(index[1]) >= MAX_SIZE:
        raise _malformed("its index line is missing")
    if len(rest) > 1 + _MAX_HASHES:
        raise _malformed(f"{len(rest) - 1} hashes")
    hashes = tuple(_decoded(line) for line in rest[1:])
    if any(len(each) != HASH_BYTES for each in hashes):
        raise _malformed("a hash that has not 32 bytes")
    return Proof(int(index[1]), hashes, checkpoint_text, extra)


def verify_proof(text: str, record_digest_hex: str, pins: PinnedLog) -> CosignedCheckpoint:
    """The checkpoint that proves the record to be in the pinned log, from the pinned keys alone.

    The leaf's entry is the record's digest as 32 bytes. ``trust.proof-malformed``, ``trust.not-included``, and the
    faults of ``read_checkpoint``.
    """
    if _DIGEST.fullmatch(record_digest_hex) is None:
        raise _malformed("a record digest of 64 hexadecimal digits was expected")
    proof = read_proof(text)
    checkpoint = read_checkpoint(proof.checkpoint_text, pins)
    leaf = leaf_hash(bytes.fromhex(record_digest_hex))
    check_inclusion(leaf, proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return checkpoint
