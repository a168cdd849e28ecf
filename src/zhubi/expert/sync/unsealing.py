"""What opens and explains the dossiers: key releases to this device, and the rules that rounds pin."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import KeyReleaseBody
from zhubi.core.model.rulebook import Policy
from zhubi.core.trust.canonical import digest_of
from zhubi.core.wire.errors import WireError
from zhubi.expert.store.records import Arrival
from zhubi.expert.store.values import KindSummary
from zhubi.expert.sync.errors import SyncError
from zhubi.expert.sync.verifying import Unknown

if TYPE_CHECKING:
    from datetime import datetime

    from zhubi.core.wire.answering import OfficeAnswers
    from zhubi.core.wire.messages import ReleaseAnswer
    from zhubi.expert.store.store import Store
    from zhubi.expert.store.values import KeyWanted, Office
    from zhubi.expert.sync.following import LogFollower
    from zhubi.expert.sync.progress import Progress, SyncReport
    from zhubi.expert.sync.verifying import Verifier

AT_ONCE: Final = 4
_TOGETHER: Final = 100


def receive_releases(
    store: Store,
    client: OfficeAnswers,
    office: Office,
    log: LogFollower,
    verifier: Verifier,
    report: SyncReport,
    progress: Progress,
    now: datetime,
) -> None:
    """The keys of every version that the log entitles this device to and that are not here.

    One that the office refuses keeps no other back, and is asked for again at the next sync. Raises faults of the way.
    """
    wanted = store.assignments.keys_wanted(office.office)
    done = 0
    for group in _groups(wanted):
        answers = _ask(client, group, report)
        arrivals = []
        if answers:
            log.agree(max(answers, key=lambda pair: pair[1].index)[1].checkpoint)
        for each, answer in answers:
            try:
                arrivals.append(_released(each, answer, office, log, verifier))
            except ZhubiError as problem:
                report.problems.append(problem)
        report.releases += len(store.records.add(office.office, arrivals, now))
        done += len(group)
        progress("releases", done, len(wanted))


def _ask(
    client: OfficeAnswers, group: Sequence[KeyWanted], report: SyncReport
) -> list[tuple[KeyWanted, ReleaseAnswer]]:
    def ask(each: KeyWanted) -> ReleaseAnswer | WireError:
        try:
            return client.release(each.manifest, each.round)
        except WireError as problem:
            return problem

    answers: list[tuple[KeyWanted, ReleaseAnswer]] = []
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="zhubi-release") as pool:
        for each, answer in zip(group, pool.map(ask, group), strict=True):
            if not isinstance(answer, WireError):
                answers.append((each, answer))
            elif answer.offline or answer.kind == "wire.unauthorised":
                raise answer
            else:
                report.problems.append(answer)
    return answers


def _released(
    wanted: KeyWanted, answer: ReleaseAnswer, office: Office, log: LogFollower, verifier: Verifier
) -> Arrival:
    try:
        record = verifier.read(answer.record, answer.index)
    except Unknown as problem:
        raise _other(wanted) from problem
    log.check_leaf(answer.index, record.digest)
    body = record.body
    if not isinstance(body, KeyReleaseBody) or record.payload.round != wanted.round:
        raise _other(wanted)
    expected = (office.person, office.device, wanted.manifest)
    if (body.person, body.device, body.manifest_digest) != expected:
        raise _other(wanted)
    assert log.current is not None
    return Arrival(answer.record, record, min(answer.logged_at, log.current.time))


def _other(wanted: KeyWanted) -> SyncError:
    return SyncError("sync.answer-elsewhere", "the office released another key", record=wanted.manifest[:12])


def _groups(wanted: Sequence[KeyWanted]) -> Iterator[Sequence[KeyWanted]]:
    for start in range(0, len(wanted), _TOGETHER):
        yield wanted[start : start + _TOGETHER]


def receive_rulebooks(
    store: Store, client: OfficeAnswers, office: str, report: SyncReport, progress: Progress
) -> None:
    """The compiled rules that my rounds pin, each checked against its digest and read once before it is kept."""
    wanted = store.rulebooks.wanted(office)
    for done, digest in enumerate(wanted, 1):
        data = client.rulebook(digest)
        try:
            policy = Policy.model_validate(json.loads(data))
        except ValidationError as problem:
            raise SyncError(
                "sync.rulebook-unreadable", "the rules cannot be read", record=digest[:12]
            ) from problem
        # Not only the bytes: what this version understands of them must be all that they say.
        if digest_of(policy.model_dump(mode="json")) != digest:
            raise SyncError(
                "sync.rulebook-newer", "the rules say more than is understood", record=digest[:12]
            )
        kinds = {
            kind.id: KindSummary(kind.name.zh, kind.scale.steps_a_point if kind.scale else 1)
            for kind in policy.kinds
        }
        store.rulebooks.put(digest, data, kinds=kinds)
        report.rulebooks += 1
        progress("rulebooks", done, len(wanted))
