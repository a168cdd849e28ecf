"""Sealing: age files (X25519) that only the holder of a key can open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import pyrage

from zhubi.core.trust.errors import TrustError

_NO_MATCH: Final = "No matching keys found"


class SealingKey:
    """An age X25519 identity. It shows nothing of itself when printed."""

    __slots__ = ("_identity", "recipient")

    recipient: str
    """What others seal to: ``age1…``."""

    def __init__(self, identity: pyrage.x25519.Identity) -> None:
        self._identity = identity
        self.recipient = str(identity.to_public())

    @classmethod
    def generate(cls) -> SealingKey:
        """A new identity from the system's randomness."""
        return cls(pyrage.x25519.Identity.generate())

    @classmethod
    def from_text(cls, text: str) -> SealingKey:
        """The identity of an ``AGE-SECRET-KEY-1…`` text; ``trust.bad-key``."""
        try:
            return cls(pyrage.x25519.Identity.from_str(text))
        except pyrage.IdentityError as problem:
            raise TrustError("trust.bad-key", "an age secret key was expected") from problem

    @property
    def text(self) -> str:
        """The secret text, as the ``age`` tool reads it."""
        return str(self._identity)

    def __repr__(self) -> str:
        return "SealingKey()"


def _recipients(texts: Sequence[str]) -> list[pyrage.x25519.Recipient]:
    if not texts:
        raise TrustError("trust.bad-recipient", "nothing can be sealed to nobody", found="")
    try:
        return [pyrage.x25519.Recipient.from_str(text) for text in texts]
    except pyrage.RecipientError as problem:
        # A few letters only: someone may have pasted the secret half.
        found = ", ".join(text[:12] for text in texts[:3])
        raise TrustError(
            "trust.bad-recipient", f"an age recipient was expected: {found}", found=found
        ) from problem


def _refused(problem: BaseException) -> TrustError:
    if str(problem) == _NO_MATCH:
        return TrustError("trust.cannot-open", "this was not sealed to this key")
    return TrustError("trust.sealed-damaged", "the sealed data is damaged or cut short")


def seal(data: bytes, recipients: Sequence[str]) -> bytes:
    """``data`` as an age file for every one of ``recipients`` (``age1…``); ``trust.bad-recipient``."""
    return bytes(pyrage.encrypt(data, _recipients(recipients)))


def unseal(data: bytes, key: SealingKey) -> bytes:
    """The bytes inside the seal; ``trust.cannot-open`` (another key's), ``trust.sealed-damaged``."""
    try:
        return bytes(pyrage.decrypt(data, [key._identity]))
    except (pyrage.DecryptError, OSError) as problem:
        raise _refused(problem) from problem


class Source(Protocol):
    """Gives bytes piece by piece, and none at its end."""

    def read(self, size: int = -1, /) -> bytes: ...


class Sink(Protocol):
    """Takes bytes piece by piece."""

    def write(self, data: bytes, /) -> int: ...

    def flush(self) -> None: ...


class _WatchedSource:
    """A source that remembers what went wrong in it: the library turns every fault of ours into one of its own."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.fault: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            return self._source.read(size)
        except Exception as problem:
            self.fault = problem
            raise


class _WatchedSink:
    """A sink that remembers what went wrong in it."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.fault: Exception | None = None

    def write(self, data: bytes) -> int:
        try:
            return self._sink.write(data)
        except Exception as problem:
            self.fault = problem
            raise

    def flush(self) -> None:
        try:
            self._sink.flush()
        except Exception as problem:
            self.fault = problem
            raise


def seal_stream(reader: Source, writer: Sink, recipients: Sequence[str]) -> None:
    """Seals all that ``reader`` gives into ``writer``, in bounded memory; faults of either stream pass through."""
    source, sink = _WatchedSource(reader), _WatchedSink(writer)
    known = _recipients(recipients)
    try:
        pyrage.encrypt_io(source, sink, known)
    except (pyrage.EncryptError, OSError) as problem:
        raise (source.fault or sink.fault or problem) from None


def unseal_stream(reader: Source, writer: Sink, key: SealingKey) -> None:
    """Writes what is inside the seal to ``writer``, in bounded memory.

    ``trust.cannot-open``, ``trust.sealed-damaged``: what was written before the damage was found is authentic but
    incomplete, and the caller discards it. Faults of either stream pass through.
    """
    source, sink = _WatchedSource(reader), _WatchedSink(writer)
    try:
        pyrage.decrypt_io(source, sink, [key._identity])
    except (pyrage.DecryptError, OSError) as problem:
        fault = source.fault or sink.fault
        if fault is not None:
            raise fault from None
        raise _refused(problem) from problem
