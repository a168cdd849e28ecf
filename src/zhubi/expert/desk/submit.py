"""签名提交: check, sign, deliver, verify. What is signed waits on this machine until a receipt proves it arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal

from zhubi.core.model.errors import ZhubiError
from zhubi.core.model.records import DossierBody, KeyReleaseBody, RecordType, ReviewBody
from zhubi.core.model.sheet import Sheet
from zhubi.core.rules.citations import tidy
from zhubi.core.rules.completeness import opinion_length, recommendation_of
from zhubi.core.rules.lifecycle import Stage
from zhubi.expert.desk import overview
from zhubi.expert.desk.changes import against_signed, news
from zhubi.expert.desk.composing import compose, payload_of
from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.forms import office_of
from zhubi.expert.desk.selection import keep_back, kept_back
from zhubi.expert.desk.sheetstate import lack_name
from zhubi.expert.desk.synchronise import each_office, summed
from zhubi.expert.desk.unlock import signing_key
from zhubi.expert.desk.views import (
    Delivered,
    ReviewKey,
    SignResult,
    SubmitReport,
    SubmitRow,
    SubmitStep,
)
from zhubi.expert.desk.working import Work, refused_words, superseded, work_on
from zhubi.locale import explain, language, say

if TYPE_CHECKING:
    from zhubi.core.trust.keys import SigningKey
    from zhubi.core.wire.client import OfficeClient
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.values import Office, Outgoing
    from zhubi.expert.sync.progress import SyncReport as Brought

Progress = Callable[[SubmitStep], None]
_LISTED: Final = (
    "returned",
    "refused",
    "drafting",
    "complete",
    "signed",
    "overdue",
    "submitted",
    "late",
    "disputed",
)
_TOGETHER: Final = 32
"""Reviews signed in one transaction: few enough that the records of all of them are remembered until it ends."""
_WAYS: Final = frozenset(
    {"wire.unreachable", "wire.slow", "wire.cut", "wire.server-error", "wire.office-full"}
)


def ready(desk: Desk, round: str | None = None) -> tuple[SubmitRow, ...]:
    """The reviews with something typed or signed that is not proven yet, of one round or of all."""
    drafts = {
        (each.office, each.round, each.dossier): each
        for each in desk.store.drafts.all(round=round)
        if each.signed_as is None
    }
    back = kept_back(desk)
    found = []
    for row in desk.store.assignments.with_stage(_LISTED, now=desk.clock(), round=round):
        key = ReviewKey(row.office, row.round, row.dossier)
        if (row.office, row.round, row.dossier) in drafts or row.stage in ("signed", "refused"):
            found.append(_row(desk, work_on(desk, key), row.code, row.title, kept_back=key in back))
    return tuple(found)


def _row(desk: Desk, work: Work, code: str, title: str, *, kept_back: bool) -> SubmitRow:
    sheet, results = work.completed(work.sheet)
    chosen = recommendation_of(work.form.kind, sheet)
    lacks = [each for each in work.missing(sheet, results) if each.severity == "block"]
    contradicts = chosen is not None and chosen.affirmative and any(each.is_block for each in results)
    said = sheet.recommendation_words.strip() or any(each.words.strip() for each in sheet.checks)
    state: Literal["ready", "missing", "refused", "signed"]
    if work.draft is None:
        state = "refused" if work.view.stage.value == "refused" else "signed"
    else:
        state = "missing" if lacks else "ready"
    return SubmitRow(
        work.key,
        code,
        title,
        work.score_text(sheet),
        chosen.name.said(language()) if chosen is not None else "",
        opinion_length(sheet.opinion),
        state,
        len(lacks),
        contradicts,
        bool(said),
        refused_words(work.view),
        _changed(desk, work),
        news(desk, work) if work.draft is not None else frozenset(),
        tuple(lack_name(work.form.kind, each) for each in lacks) if state == "missing" else (),
        kept_back,
        # What answers a return is not late, whenever it comes.
        work.form.view.closed(desk.clock()) and work.view.stage is not Stage.RETURNED,
    )


def _changed(desk: Desk, work: Work) -> int | None:
    review = work.view.review
    if work.draft is None or review is None or not work.draft.corrects:
        return None
    return sum(not each.inner for each in against_signed(desk, work, review))


def sign(
    desk: Desk, keys: Sequence[ReviewKey], pin: str, progress: Progress | None = None
) -> tuple[SignResult, ...]:
    """Checks and signs reviews under one PIN; each signed record is kept and waits in the outbox.

    One that cannot be signed keeps no other back: its result says why. Raises the faults of ``unlock``. Killed on the
    way, those of the groups that were whole are signed, and the others are as they were.
    """
    tell = progress or (lambda step: None)
    pens = {office: signing_key(desk, office, pin) for office in dict.fromkeys(each.office for each in keys)}
    results: list[SignResult] = []
    for start in range(0, len(keys), _TOGETHER):
        with desk.store.writing():
            results += [
                _sign_one(desk, key, pens[key.office], tell) for key in keys[start : start + _TOGETHER]
            ]
    keep_back(desk, [each.key for each in results if each.digest], back=False)
    return tuple(results)


def _sign_one(desk: Desk, key: ReviewKey, pen: SigningKey, tell: Progress) -> SignResult:
    code, step = "", "check"
    try:
        work = work_on(desk, key, papers=False)
        code = _code_on(work)
        body = _body(desk, work)
        tell(SubmitStep(key, code, "check", True))
        step = "sign"
        digest = _sign(desk, work, body, pen)
    except ZhubiError as problem:
        sentence = explain(problem)
        if not code:
            row = desk.store.assignments.row(key, now=desk.clock())
            code = row.code if row is not None else ""
        tell(SubmitStep(key, code, "check" if step == "check" else "sign", False, sentence))
        return SignResult(key, code, "", sentence)
    tell(SubmitStep(key, code, "sign", True))
    return SignResult(key, code, digest)


def _code_on(work: Work) -> str:
    # The card is at hand; asking the store for it again, review by review, would be felt.
    current = work.view.current
    return current.body.card.code if current is not None and isinstance(current.body, DossierBody) else ""


def _body(desk: Desk, work: Work) -> ReviewBody:
    draft, current = work.draft, work.view.current
    release = work.view.release.body if work.view.release is not None else None
    if draft is None:
        raise DeskError("desk.nothing-to-sign", "nothing was typed since the last signature")
    if work.form.view.ended:
        raise DeskError("desk.not-editable", "the round has ended")
    if (
        current is None
        or not isinstance(current.body, DossierBody)
        or not isinstance(release, KeyReleaseBody)
    ):
        raise DeskError("desk.not-unsealed", "the papers are not here")
    if release.manifest_digest != current.body.manifest_digest:
        raise DeskError("desk.newer-version", "a newer version is known, whose key is not here yet")
    sheet, missing = draft.sheet, draft.missing
    if draft.version != current.digest:
        # Typed over an older version: what the rules say of it is said anew, over the papers that are signed.
        sheet, missing = _checked_anew(work_on(desk, work.key))
    if missing:
        raise DeskError("desk.incomplete", f"{missing} required items are missing", missing=missing)
    return ReviewBody(
        dossier=current.digest,
        manifest_digest=current.body.manifest_digest,
        rulebook=work.form.rulebook,
        kind=work.form.kind.id,
        role=work.view.role,
        # A passage that nobody's words mention any more is no part of what is said.
        sheet=tidy(sheet),
        reason=draft.reason,
    )


def _checked_anew(work: Work) -> tuple[Sheet, int]:
    if work.opened is None:
        raise work.problem or DeskError("desk.not-unsealed", "the papers are not here")
    sheet, results = work.completed(work.sheet)
    return sheet, sum(each.severity == "block" for each in work.missing(sheet, results))


def _sign(desk: Desk, work: Work, body: ReviewBody, pen: SigningKey) -> str:
    assert work.draft is not None
    office = office_of(desk, work.key.office)
    now = desk.clock()
    compact, record = compose(desk, office, pen, RecordType.REVIEW, body, **_around(work, body), now=now)
    desk.store.outbox.put(office.office, compact, record, now=now, key=work.key)
    return record.digest


def review_payload(desk: Desk, work: Work) -> dict[str, Any]:
    """What a review would say if it were signed now; the faults of a sheet that cannot be signed yet."""
    body = _body(desk, work)
    office = office_of(desk, work.key.office)
    return payload_of(desk, office, RecordType.REVIEW, body, **_around(work, body), now=desk.clock())


def _around(work: Work, body: ReviewBody) -> dict[str, Any]:
    """What the record of a review says beside its body."""
    return {
        "round": work.key.round,
        "subjects": (work.key.dossier,),
        "relies_on": (work.form.begun.record, body.rulebook, body.dossier, body.manifest_digest),
        "supersedes": superseded(work.view),
    }


def submit(desk: Desk, progress: Progress | None = None) -> SubmitReport:
    """Delivers everything that is signed, and verifies the receipts; blocking. Again changes nothing.

    Raises ``desk.sync-running``. Off the network everything stays signed and waits.
    """
    from zhubi.expert.sync.synchronising import deliver

    tell = progress or (lambda step: None)
    pending = {each.digest: each for each in desk.store.outbox.pending()}
    outcomes: dict[str, tuple[str, str]] = {}

    def told(digest: str, step: str, problem: ZhubiError | None) -> None:
        outgoing = pending.get(digest)
        sentence = "" if problem is None else explain(problem)
        if problem is not None or step == "verify":
            outcomes[digest] = (problem.kind if problem is not None else "", sentence)
        if outgoing is not None and outgoing.type == RecordType.REVIEW.value:
            key, code = _whose(desk, outgoing)
            if key is not None:
                tell(
                    SubmitStep(
                        key, code, "verify" if step == "verify" else "deliver", problem is None, sentence
                    )
                )

    def one(office: Office, client: OfficeClient) -> Brought:
        return deliver(desk.store, client, office, now=desk.clock(), told=told)

    brought = summed(each_office(desk, one))
    if brought.problem_kind in _WAYS:
        for digest, outgoing in pending.items():
            key, code = _whose(desk, outgoing)
            if digest not in outcomes and key is not None and outgoing.type == RecordType.REVIEW.value:
                tell(SubmitStep(key, code, "deliver", False, brought.problem))
    left = {each.digest: each for each in desk.store.outbox.pending()}
    delivered = tuple(_delivered(desk, each, left, outcomes, brought.problem) for each in pending.values())
    return SubmitReport(delivered, len(left), brought.problem, _complete(desk, pending.values()))


def _whose(desk: Desk, outgoing: Outgoing) -> tuple[ReviewKey | None, str]:
    if outgoing.round is None or not outgoing.subjects:
        return None, ""
    key = ReviewKey(outgoing.office, outgoing.round, outgoing.subjects[0])
    row = desk.store.assignments.row(key, now=desk.clock())
    return key, row.code if row is not None else ""


def _delivered(
    desk: Desk,
    outgoing: Outgoing,
    left: dict[str, Outgoing],
    outcomes: dict[str, tuple[str, str]],
    problem: str,
) -> Delivered:
    key, code = _whose(desk, outgoing)
    kind, sentence = outcomes.get(outgoing.digest, ("", problem))
    receipt = desk.store.receipts.get(outgoing.digest)
    what = say(f"desk.record-{outgoing.type}")
    if receipt is not None:
        return Delivered(key, code, what, "proven", receipt.code, "")
    if outgoing.digest not in left:
        return Delivered(key, code, what, "refused", "", sentence)
    return Delivered(key, code, what, "waiting" if kind == "sync.waiting" else "unsent", "", sentence)


def _complete(desk: Desk, sent: Iterable[Outgoing]) -> tuple[tuple[str, int], ...]:
    """The rounds that something was sent of and in which nothing of this expert's is open any more."""
    touched = {each.round for each in sent}
    done = []
    for each in overview.rounds(desk):
        open_stages = set(each.stage_counts) - overview.SETTLED
        if (
            each.round in touched
            and each.submitted
            and not any(each.stage_counts[name] for name in open_stages)
        ):
            done.append((each.title, each.submitted))
    return tuple(done)
