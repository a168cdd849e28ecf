"""From a sealed file straight to whoever reads it: in pieces, proven at the end, and in nobody's memory whole."""

from __future__ import annotations

import hashlib
from typing import Protocol

from zhubi.core.trust.sealing import SealingKey, Sink, Source, unseal_stream
from zhubi.expert.reading.errors import ReadingError


class Pour(Protocol):
    """Writes a whole document into a sink; returning means that all of it came and is what it should be."""

    def __call__(self, sink: Sink, /) -> None:
        """Writes all of it, or raises."""
        ...


def pour_unsealed(ciphertext: Source, sink: Sink, key: SealingKey, *, plain: str, plain_size: int) -> None:
    """Writes what is inside the seal to ``sink``: ``plain_size`` bytes with the SHA-256 ``plain``.

    Raises ReadingError ``reading.other-content`` where it is anything else, and the faults of ``unseal_stream``. What
    was written until then is worth nothing, and whoever took it throws it away.
    """
    proof = _Proof(sink, plain_size)
    unseal_stream(ciphertext, proof, key)
    if proof.size != plain_size or proof.digest != plain:
        raise _other_content()


class _Proof:
    """Counts and hashes what passes through."""

    def __init__(self, sink: Sink, most: int) -> None:
        self._sink = sink
        self._most = most
        self._hash = hashlib.sha256()
        self.size = 0

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        if self.size > self._most:
            raise _other_content()
        self._hash.update(data)
        return self._sink.write(data)

    def flush(self) -> None:
        """Nothing is held back here."""


def _other_content() -> ReadingError:
    return ReadingError("reading.other-content", "what was sealed is not what the record of it says")
