"""试送: what the office would say to reviews as they are, before a PIN is asked for; nothing is signed or kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from zhubi.core.model.errors import ZhubiError
from zhubi.core.trust.records import unsigned
from zhubi.core.wire.messages import RECORDS_PER_POST
from zhubi.expert.desk.actviews import TrialReport, TrialResult
from zhubi.expert.desk.forms import office_of
from zhubi.expert.desk.submit import review_payload
from zhubi.expert.desk.synchronise import each_office, summed
from zhubi.expert.desk.working import work_on
from zhubi.expert.sync.delivery import reason_of
from zhubi.locale import explain, say

if TYPE_CHECKING:
    from zhubi.core.wire.client import OfficeClient
    from zhubi.core.wire.messages import RecordResult
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import ReviewKey
    from zhubi.expert.store.values import Office
    from zhubi.expert.sync.progress import SyncReport as Brought

_LATE = "rounds.would-be-late"


def try_out(desk: Desk, keys: Sequence[ReviewKey]) -> TrialReport:
    """A result for each review: what lacks something here is said here, the others are put to their office; blocking.

    Raises ``desk.sync-running``. Off the network the report says so, and results of what could be asked nowhere lack.
    """
    results: dict[ReviewKey, TrialResult] = {}
    asked: dict[str, list[tuple[ReviewKey, str]]] = {}
    waiting = {each.digest: each.compact for each in desk.store.outbox.pending()}
    for key in keys:
        try:
            asked.setdefault(key.office, []).append((key, _as_it_is(desk, key, waiting)))
        except ZhubiError as problem:
            results[key] = TrialResult(key, _code(desk, key), "lacks", explain(problem))

    def one(office: Office, client: OfficeClient) -> Brought:
        from zhubi.expert.sync.progress import SyncReport as Brought

        mine = asked.get(office.office, [])
        for start in range(0, len(mine), RECORDS_PER_POST):
            some = mine[start : start + RECORDS_PER_POST]
            answer = client.submit([compact for _, compact in some], dry_run=True)
            for (key, _), result in zip(some, answer.results, strict=True):
                results[key] = _said(key, _code(desk, key), result)
        return Brought()

    trouble = summed(each_office(desk, one)).problem if asked else ""
    return TrialReport(tuple(results[key] for key in keys if key in results), trouble)


def _as_it_is(desk: Desk, key: ReviewKey, waiting: dict[str, str]) -> str:
    """What would be sent: the signed record, or what would be signed."""
    work = work_on(desk, key, papers=False)
    review = work.view.review
    if work.draft is None and review is not None and review.digest in waiting:
        return waiting[review.digest]
    return unsigned(review_payload(desk, work), office_of(desk, key.office).device)


def _said(key: ReviewKey, code: str, result: RecordResult) -> TrialResult:
    state: Literal["fits", "late", "waits", "refused"]
    if result.status == "logged":
        state = "late" if result.kind == _LATE else "fits"
        return TrialResult(key, code, state, say(f"sending.{state}"))
    if result.status == "waiting":
        return TrialResult(key, code, "waits", say("sending.waits"))
    return TrialResult(key, code, "refused", explain(reason_of(result)))


def _code(desk: Desk, key: ReviewKey) -> str:
    row = desk.store.assignments.row(key, now=desk.clock())
    return row.code if row is not None else ""
