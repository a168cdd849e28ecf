"""Merkle trees as in RFC 6962, section 2.1: roots, inclusion proofs, consistency proofs.

Hashes are 32 raw bytes. A node is named by ``(level, index)``: the root of the complete subtree over the leaves
``index * 2**level`` up to, not including, ``(index + 1) * 2**level``. Complete subtrees never change as a log grows,
so ``read(level, index)`` may come from a table, a tile or memory.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

from zhubi.core.trust.errors import TrustError

HASH_BYTES: Final = 32
MAX_SIZE: Final = 2**62

NodeReader = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf: SHA-256 of 0x00 and the entry."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 of 0x01 and both children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def empty_root() -> bytes:
    """The root of a tree without leaves: SHA-256 of nothing."""
    return hashlib.sha256(b"").digest()


def root_of(leaf_hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, all in memory."""
    row = list(leaf_hashes)
    if not row:
        return empty_root()
    while len(row) > 1:
        # A last odd node rises unchanged, which is the RFC's split at the largest power of two.
        paired = [node_hash(row[i], row[i + 1]) for i in range(0, len(row) - 1, 2)]
        row = paired + row[len(paired) * 2 :]
    return row[0]


def perfect_subtrees(size: int) -> list[tuple[int, int]]:
    """The complete subtrees ``(level, index)`` that make up a tree of ``size`` leaves, left to right."""
    found = []
    start = 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def _joined(hashes: Sequence[bytes]) -> bytes:
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def root_from_nodes(size: int, read: NodeReader) -> bytes:
    """The root of a tree of ``size`` leaves from its complete subtrees."""
    if size == 0:
        return empty_root()
    return _joined([read(level, index) for level, index in perfect_subtrees(size)])


def _range_root(start: int, end: int, read: NodeReader) -> bytes:
    """The root over the leaves [start, end): start is a multiple of the power of two that covers the range."""
    level = 0
    hashes = []
    for level in range((end - start).bit_length() - 1, -1, -1):
        if (end - start) >> level & 1:
            hashes.append(read(level, start >> level))
            start += 1 << level
    return _joined(hashes)


def _split(count: int) -> int:
    """The largest power of two smaller than ``count``."""
    return 1 << (count - 1).bit_length() - 1


def new_nodes(size: int, leaf: bytes, read: NodeReader) -> list[tuple[int, int, bytes]]:
    """The complete nodes ``(level, index, hash)`` that appending one leaf hash to a tree of ``size`` leaves makes."""
    made = [(0, size, leaf)]
    level, index, node = 0, size, leaf
    while index & 1:
        node = node_hash(read(level, index - 1), node)
        level, index = level + 1, index >> 1
        made.append((level, index, node))
    return made


def inclusion_proof(index: int, size: int, read: NodeReader) -> tuple[bytes, ...]:
    """The audit path of leaf ``index`` in a tree of ``size`` leaves, from the leaf's sibling up.

    ``trust.no-such-leaf`` when the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise TrustError(
            "trust.no-such-leaf", f"leaf {index} is not in a tree of {size}", index=index, size=size
        )
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(_range_root(middle, end, read))
            end = middle
        else:
            path.append(_range_root(start, middle, read))
            start = middle
    return tuple(reversed(path))


def consistency_proof(old: int, new: int, read: NodeReader) -> tuple[bytes, ...]:
    """The proof that the tree of ``old`` leaves is a prefix of the tree of ``new``; empty when either says nothing.

    ``trust.log-shrank`` when ``old`` is larger.
    """
    if not 0 <= old <= new:
        raise TrustError("trust.log-shrank", f"a log of {old} cannot become one of {new}", old=old, new=new)
    if old in (0, new):
        return ()
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(_range_root(middle, end, read))
            end = middle
        else:
            path.append(_range_root(start, middle, read))
            start, whole = middle, False
    if not whole:
        path.append(_range_root(start, end, read))
    return tuple(reversed(path))


def _not_included(why: str) -> TrustError:
    return TrustError(
        "trust.not-included", f"the proof does not show this entry in the log: {why}", reason=why
    )


def check_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Returns when the proof leads from the leaf hash to the root (RFC 9162, 2.1.3.2); else ``trust.not-included``."""
    if not 0 <= index < size <= MAX_SIZE:
        raise _not_included("the leaf lies outside the tree")
    if not _are_hashes(leaf, root, *proof):
        raise _not_included("a hash that has not 32 bytes")
    node, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise _not_included("the proof is too long")
        if node & 1 or node == last:
            found = node_hash(step, found)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            found = node_hash(found, step)
        node, last = node >> 1, last >> 1
    if last != 0:
        raise _not_included("the proof is too short")
    if found != root:
        raise _not_included("it leads to another root")


def _are_hashes(*found: bytes) -> bool:
    return all(len(each) == HASH_BYTES for each in found)


def _forked(old: int, new: int) -> TrustError:
    return TrustError(
        "trust.log-forked", f"the log of {new} entries does not continue the one of {old}", old=old, new=new
    )


def check_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Returns when the proof shows the old tree to be a prefix of the new (RFC 9162, 2.1.4.2).

    ``trust.log-shrank``: fewer leaves than before. ``trust.log-rewritten``: as many, another root.
    ``trust.log-forked``: the proof does not fit.
    """
    if not 0 <= old_size <= new_size <= MAX_SIZE:
        raise TrustError(
            "trust.log-shrank", f"a log of {old_size} became one of {new_size}", old=old_size, new=new_size
        )
    if not _are_hashes(old_root, new_root, *proof):
        raise _forked(old_size, new_size)
    if old_size == new_size:
        if old_root != new_root or proof:
            raise TrustError(
                "trust.log-rewritten", f"two different logs of {new_size} entries", size=new_size
            )
        return
    if old_size == 0:
        if old_root != empty_root() or proof:
            raise _forked(old_size, new_size)
        return
    steps = list(proof)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        raise _forked(old_size, new_size)
    node, last = old_size - 1, new_size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise _forked(old_size, new_size)
        if node & 1 or node == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            after = node_hash(after, step)
        node, last = node >> 1, last >> 1
    if last != 0 or before != old_root or after != new_root:
        raise _forked(old_size, new_size)
