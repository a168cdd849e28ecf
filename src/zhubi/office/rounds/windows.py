"""A round from its opening to its end: when it may be reviewed in, and under which rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from zhubi.core.model.chains import Follows
from zhubi.core.model.records import RecordType, RoundBody, RoundChangeBody
from zhubi.core.model.rulebook import Policy, ReviewKind
from zhubi.core.model.text import clean_line, clean_text
from zhubi.core.model.values import in_range, instant
from zhubi.core.rules.lifecycle import RoundView
from zhubi.core.rules.overrides import apply_overrides
from zhubi.core.trust.canonical import canonical, sha256_hex
from zhubi.core.trust.chance import uuid7
from zhubi.office.ledger.acts import Actor, compose
from zhubi.office.ledger.ledger import Writing
from zhubi.office.ledger.rulebooks import keep_rulebook
from zhubi.office.opening import Office
from zhubi.office.rounds.errors import RoundsError
from zhubi.office.rounds.standing import policy_of, view_of


def open_round(
    office: Office,
    actor: Actor,
    *,
    title: str,
    policy: Policy,
    kind: str,
    opens_at: datetime,
    closes_at: datetime,
    overrides: Mapping[str, Any] | None = None,
    organiser: str | None = None,
    follows: str | None = None,
    material: str | None = None,
    now: datetime,
) -> str:
    """Open a round of a review kind under one pinned rulebook; gives its id.

    ``organiser`` names who organises it, where that is not the office itself. ``follows`` is the round before, whose
    conclusions enter this one as papers of the kind ``material``, as ``place_of`` reads it.

    Raises ``RoundsError`` rounds.unknown-kind, rounds.dates, rounds.date-range, rounds.no-place-for-conclusion,
    rounds.unknown-round; ``OverrideRefused`` where an override does not stand.
    """
    form = _kind(policy, kind)
    if closes_at <= opens_at:
        raise _dates("a round closes after it opens", opens_at, closes_at)
    _check_range(opens_at, closes_at)
    apply_overrides(form, overrides or {})
    compiled = canonical(policy.model_dump(mode="json"))
    rulebook = sha256_hex(compiled)
    round_id = uuid7(now)
    body = RoundBody(
        title=clean_line(title), kind=kind, rulebook=rulebook, overrides=dict(overrides or {}),
        opens_at=instant(opens_at), closes_at=instant(closes_at),
        organiser=clean_line(organiser) if organiser else office.settings.organiser,
        follows=Follows(round=follows, material=place_of(form, material)) if follows else None,
    )  # fmt: skip
    with office.ledger.writing() as writing:
        if follows:
            view_of(writing, follows)
        keep_rulebook(writing, compiled)
        writing.append(
            compose(
                office.ledger, actor, RecordType.ROUND, body, round=round_id, relies_on=(rulebook,), now=now
            )
        )
    return round_id


def place_of(form: ReviewKind, material: str | None) -> str:
    """The paper of a kind that an earlier round's conclusion becomes: as named, else its only ``…-conclusion``.

    Raises ``RoundsError`` rounds.no-place-for-conclusion.
    """
    known = [each.id for each in form.materials]
    fitting = [each for each in known if each == material or (not material and each.endswith("-conclusion"))]
    if len(fitting) != 1:
        raise RoundsError(
            "rounds.no-place-for-conclusion", "no paper of this kind is a conclusion",
            form=form.id, found=material or "…-conclusion", expected=", ".join(known) or "-",
        )  # fmt: skip
    return fitting[0]


def _kind(policy: Policy, kind: str) -> ReviewKind:
    try:
        return policy.kind(kind)
    except KeyError:
        known = ", ".join(each.id for each in policy.kinds)
        raise RoundsError("rounds.unknown-kind", "no such review kind", found=kind, expected=known) from None


def change_round(
    office: Office,
    actor: Actor,
    round_id: str,
    change: Literal["amend", "extend", "close", "end"],
    *,
    closes_at: datetime | None = None,
    policy: Policy | None = None,
    overrides: Mapping[str, Any] | None = None,
    title: str | None = None,
    reason: str = "",
    now: datetime,
) -> RoundView:
    """Amend, extend, close (now) or end a round, in the open: everyone seated sees the change and its reason.

    Raises ``RoundsError`` rounds.ended, rounds.dates, rounds.closed, rounds.not-closed, rounds.change-nothing,
    rounds.unknown-kind.
    """
    with office.ledger.writing() as writing:
        view = view_of(writing, round_id)
        body = _change(writing, view, change, closes_at, policy, overrides, title, reason, now)
        writing.append(
            compose(
                office.ledger, actor, RecordType.ROUND_CHANGE, body,
                round=round_id, relies_on=(view.record,), now=now,
            )
        )  # fmt: skip
        return view_of(writing, round_id)


def _change(
    writing: Writing,
    view: RoundView,
    change: Literal["amend", "extend", "close", "end"],
    closes_at: datetime | None,
    policy: Policy | None,
    overrides: Mapping[str, Any] | None,
    title: str | None,
    reason: str,
    now: datetime,
) -> RoundChangeBody:
    if view.ended:
        raise RoundsError("rounds.ended", "the round has ended", round=view.title)
    if change == "close":
        # A second close would move the closing on, and what came late in between would pass for timely.
        if view.closed(now):
            raise RoundsError("rounds.closed", "the round is closed already", round=view.title)
        closes_at = now
    elif change == "extend":
        if closes_at is None or closes_at <= view.closes_at:
            raise _dates("an extension ends later than before", view.closes_at, closes_at)
    elif change == "end":
        if not view.closed(now):
            raise RoundsError("rounds.not-closed", "a round is closed before it ends", round=view.title)
    elif policy is None and overrides is None and title is None and closes_at is None:
        raise RoundsError("rounds.change-nothing", "nothing to amend was named")
    elif closes_at is not None and closes_at <= view.opens_at:
        raise _dates("a round closes after it opens", view.opens_at, closes_at)
    if closes_at is not None:
        _check_range(closes_at)
    rulebook = keep_rulebook(writing, canonical(policy.model_dump(mode="json"))) if policy else None
    if policy is not None or overrides is not None:
        form = _kind(policy or policy_of(writing, view.rulebook), view.kind)
        apply_overrides(form, view.overrides if overrides is None else overrides)
    return RoundChangeBody(
        change=change,
        closes_at=instant(closes_at) if closes_at else None,
        rulebook=rulebook,
        overrides=None if overrides is None else dict(overrides),
        title=clean_line(title) if title else None,
        reason=clean_text(reason, 2000),
    )


def _check_range(*moments: datetime) -> None:
    for each in moments:
        if not in_range(each):
            raise RoundsError(
                "rounds.date-range",
                "a date between the years 1970 and 2999 was expected",
                found=instant(each),
            )


def _dates(message: str, after: datetime, found: datetime | None) -> RoundsError:
    return RoundsError(
        "rounds.dates", message, expected=instant(after), found=instant(found) if found else "-"
    )
