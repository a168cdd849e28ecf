"""The log's hashes as tiles (C2SP tlog-tiles), and a reader that believes only what hashes up to a checkpoint."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence
from typing import Final, Literal

from zhubi.core.trust.checkpoints import CosignedCheckpoint
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.merkle import HASH_BYTES, MAX_SIZE, empty_root, root_from_nodes, root_of

HEIGHT: Final = 8
WIDTH: Final = 256
MAX_LEVEL: Final = 63
TileLevel = int | Literal["entries"]
Fetch = Callable[[str], bytes]
_PATH: Final = re.compile(
    r"tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)


def tile_path(level: TileLevel, index: int, width: int = WIDTH) -> str:
    """The path of a tile, as ``tile/0/x001/x234/067`` or, when partial, ``tile/0/x001/x234/067.p/8``.

    ``trust.bad-tile-path`` for a level, index or width that no tile has.
    """
    if (
        not (level == "entries" or 0 <= level <= MAX_LEVEL)
        or not 0 <= index < MAX_SIZE
        or not 1 <= width <= WIDTH
    ):
        raise _bad_path(f"{level}/{index}/{width}")
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    suffix = "" if width == WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{suffix}"


def _bad_path(found: str) -> TrustError:
    return TrustError("trust.bad-tile-path", f"no tile has this path: {found[:120]}", found=found[:120])


def parse_tile_path(path: str) -> tuple[TileLevel, int, int]:
    """Level (or ``entries``), index and width of a tile's path; ``trust.bad-tile-path`` for any other spelling."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise _bad_path(path)
    level: TileLevel = "entries" if match[1] == "entries" else int(match[1])
    index = int(match[2].replace("x", "").replace("/", ""))
    width = WIDTH if match[3] is None else int(match[3])
    if (match[3] is not None and width >= WIDTH) or tile_path(level, index, width) != path:
        raise _bad_path(path)
    return level, index, width


def encode_entries(entries: Sequence[bytes]) -> bytes:
    """An entry bundle: each entry after its length as big-endian uint16."""
    return b"".join(struct.pack(">H", len(entry)) + entry for entry in entries)


def decode_entries(bundle: bytes) -> tuple[bytes, ...]:
    """The entries of a bundle; ``trust.tile-damaged`` when the lengths do not come out even."""
    entries = []
    place = 0
    while place < len(bundle):
        end = place + 2
        if end <= len(bundle):
            end += int.from_bytes(bundle[place:end], "big")
        else:
            end = len(bundle) + 1
        if end > len(bundle):
            raise TrustError("trust.tile-damaged", "an entry bundle that ends in the middle", path="entries")
        entries.append(bundle[place + 2 : end])
        place = end
    return tuple(entries)


class TreeReader:
    """The hashes of a log at one checkpoint, each authenticated before it is given.

    ``fetch(path)`` brings a tile's bytes. The partial tiles at the right edge are authenticated together, by the root
    they make; a full tile by the one hash that stands for it in its parent. Tiles stay in memory as long as the
    reader. Nothing is fetched before it is needed.
    """

    def __init__(self, checkpoint: CosignedCheckpoint, fetch: Fetch) -> None:
        self.checkpoint = checkpoint
        self._fetch = fetch
        self._tiles: dict[tuple[int, int], tuple[bytes, ...]] = {}
        self._edge_known = checkpoint.size == 0

    def leaf(self, index: int) -> bytes:
        """The hash of leaf ``index``; ``trust.no-such-leaf``, ``trust.tile-damaged``."""
        return self.node(0, index)

    def node(self, level: int, index: int) -> bytes:
        """The root of the complete subtree ``(level, index)``; ``trust.no-such-leaf``, ``trust.tile-damaged``."""
        size = self.checkpoint.size
        if level < 0 or index < 0 or (index + 1) << level > size:
            raise TrustError(
                "trust.no-such-leaf",
                f"subtree {level}/{index} is not in a tree of {size}",
                index=index,
                size=size,
            )
        self.authenticate()
        tile_level, above = divmod(level, HEIGHT)
        first = index << above
        tile = self._tile(tile_level, first // WIDTH)
        return root_of(tile[first % WIDTH : first % WIDTH + (1 << above)])

    def root_at(self, size: int) -> bytes:
        """The root this log had when it held ``size`` leaves; ``trust.no-such-leaf`` when it never has."""
        return root_from_nodes(size, self.node) if size else empty_root()

    def authenticate(self) -> None:
        """Fetches the right edge once and compares its root with the checkpoint's: ``trust.tile-damaged``."""
        if self._edge_known:
            return
        edge: dict[tuple[int, int], tuple[bytes, ...]] = {}
        level, count = 0, self.checkpoint.size
        while count:
            if count % WIDTH:
                edge[level, count // WIDTH] = self._bring(level, count // WIDTH, count % WIDTH)
            level, count = level + 1, count // WIDTH

        def read(node_level: int, index: int) -> bytes:
            tile_level, above = divmod(node_level, HEIGHT)
            first = index << above
            tile = edge[tile_level, first // WIDTH]
            return root_of(tile[first % WIDTH : first % WIDTH + (1 << above)])

        if root_from_nodes(self.checkpoint.size, read) != self.checkpoint.root:
            raise _damaged("the right edge", "it does not hash up to the checkpoint")
        self._tiles.update(edge)
        self._edge_known = True

    def _tile(self, level: int, index: int) -> tuple[bytes, ...]:
        found = self._tiles.get((level, index))
        if found is None:
            # Every full tile stands as one hash in the tile above, which ends at the authenticated edge.
            expected = self._tile(level + 1, index // WIDTH)[index % WIDTH]
            found = self._bring(level, index, WIDTH)
            if root_of(found) != expected:
                raise _damaged(tile_path(level, index), "it does not hash up to the tile above")
            self._tiles[level, index] = found
        return found

    def _bring(self, level: int, index: int, width: int) -> tuple[bytes, ...]:
        path = tile_path(level, index, width)
        data = self._fetch(path)
        if len(data) != width * HASH_BYTES:
            raise _damaged(path, f"{len(data)} bytes instead of {width * HASH_BYTES}")
        return tuple(data[place : place + HASH_BYTES] for place in range(0, len(data), HASH_BYTES))


def _damaged(path: str, reason: str) -> TrustError:
    return TrustError("trust.tile-damaged", f"a damaged tile ({path}): {reason}", path=path, reason=reason)


def check_extends(old: CosignedCheckpoint | None, new: CosignedCheckpoint, fetch: Fetch) -> TreeReader:
    """A reader of the new checkpoint's tree, once that tree is known to continue the old one.

    ``old`` is the newest checkpoint seen before, ``None`` at the first meeting. Nothing is fetched when both are the
    same tree. ``trust.wrong-origin``; ``trust.log-shrank``: fewer leaves than before; ``trust.log-rewritten``: as many,
    another root; ``trust.log-forked``: the old tree is no prefix of the new; ``trust.tile-damaged``.
    """
    reader = TreeReader(new, fetch)
    if old is None:
        reader.authenticate()
        return reader
    if old.origin != new.origin:
        raise TrustError(
            "trust.wrong-origin",
            f"the log {old.origin} was expected, this is {new.origin}",
            expected=old.origin,
            found=new.origin,
        )
    if new.size < old.size:
        raise TrustError(
            "trust.log-shrank", f"a log of {old.size} became one of {new.size}", old=old.size, new=new.size
        )
    if new.size == old.size:
        if new.root != old.root:
            raise TrustError(
                "trust.log-rewritten", f"two different logs of {new.size} entries", size=new.size
            )
        return reader
    reader.authenticate()
    if reader.root_at(old.size) != old.root:
        raise TrustError(
            "trust.log-forked",
            f"the log of {new.size} entries does not continue the one of {old.size}",
            old=old.size,
            new=new.size,
        )
    return reader
