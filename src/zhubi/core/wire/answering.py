"""What an office answers, whichever way the answers come: over the network, or in a packet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from zhubi.core.wire.messages import FeedPage, RecordsAnswer, ReleaseAnswer, UploadAnswer


class OfficeAnswers(Protocol):
    """The calls that bring store and office together, as ``OfficeClient`` has them; each raises ``WireError``."""

    def tile(self, path: str) -> bytes:
        """A tile of the log by its path, not authenticated."""
        ...

    def feed(self, after: str, limit: int = 500) -> FeedPage:
        """What became visible after the cursor."""
        ...

    def rulebook(self, digest: str) -> bytes:
        """A compiled rulebook whose digest was checked."""
        ...

    def submit(self, records: Sequence[str], *, dry_run: bool = False) -> RecordsAnswer:
        """A result for each record, in their order."""
        ...

    def release(self, manifest: str, round_id: str) -> ReleaseAnswer:
        """The key of a dossier version, released to this device."""
        ...

    def blob(self, digest: str, size: int, start: int = 0) -> Iterator[bytes]:
        """The bytes of a blob from ``start`` on; the caller checks the digest."""
        ...

    def upload(self, digest: str) -> UploadAnswer:
        """How much of a piece of evidence the office holds."""
        ...

    def upload_chunk(self, digest: str, start: int, data: bytes, size: int) -> UploadAnswer:
        """Brings the next bytes of a piece of evidence."""
        ...
