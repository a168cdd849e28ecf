"""签到: who takes part in reviewing a project, as the records say it."""

from __future__ import annotations

from collections.abc import Iterable

from zhubi.core.model.records import AttendanceBody, Record, RefusalBody
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.rules.heads import heads

_GATHERED = frozenset({"meeting", "onsite"})


def gathers(kind: ReviewKind) -> bool:
    """Whether the experts of a review kind come together, so that it means something who did."""
    return not _GATHERED.isdisjoint(kind.modes)


def attendances(records: Iterable[Record], dossier: str, *, before: int | None = None) -> dict[str, Record]:
    """Of each person the newest attendance that counts for a dossier, in the order of the log.

    ``records``: of one round; attendances and refusals are looked at. ``before``: only what the log holds below this
    index, which two sides that know a log of that size read alike; None: all, also what is not logged yet.
    """
    records = tuple(records)
    refused = {each.body.record for each in records if isinstance(each.body, RefusalBody)}
    matters: dict[tuple[str, tuple[str, ...]], list[Record]] = {}
    for each in records:
        if not isinstance(each.body, AttendanceBody) or each.digest in refused:
            continue
        if before is not None and (each.index is None or each.index >= before):
            continue
        if dossier in each.payload.subjects:
            matters.setdefault((each.payload.author, each.payload.subjects), []).append(each)
    counting = [head for theirs in matters.values() if (head := heads(theirs).one) is not None]
    counting.sort(key=lambda each: (each.index is None, each.index or 0, each.digest))
    return {each.payload.author: each for each in counting}
