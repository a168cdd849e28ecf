"""How moments, money and shares of time are written."""

from __future__ import annotations

from datetime import datetime

from zhubi.core.rules.timing import Nearness, Punctuality, SigningTime, time_left
from zhubi.locale import say


def left_text(closes_at: datetime, now: datetime) -> str:
    """What is left until a closing (``2小时56分``), in the two largest units; empty when it is past."""
    left = time_left(closes_at, now)
    if left.nearness is Nearness.PAST:
        return ""
    if left.days:
        return say("desk.left-days", days=left.days, hours=left.hours)
    if left.hours:
        return say("desk.left-hours", hours=left.hours, minutes=left.minutes)
    return say("desk.left-minutes", minutes=left.minutes)


def day_text(moment: datetime, now: datetime) -> str:
    """A moment's day and time as people say it here: ``今日18:00``, ``明日09:00``, ``7月8日18:00``."""
    there, here = moment.astimezone(), now.astimezone()
    hour = f"{there:%H:%M}"
    days = (there.date() - here.date()).days
    if days in (0, 1):
        return say("desk.today" if days == 0 else "desk.tomorrow", time=hour)
    slug = "desk.day" if there.year == here.year else "desk.day-of-year"
    return say(slug, year=there.year, month=there.month, day=there.day, name=f"{there:%b}", time=hour)


def closing_text(closes_at: datetime, now: datetime) -> str:
    """A closing and what is left until it: ``今日18:00截止（剩2小时56分）``."""
    left = left_text(closes_at, now)
    when = day_text(closes_at, now)
    return say("desk.closing", when=when, left=left) if left else say("desk.closed", when=when)


def yuan_text(amount: int) -> str:
    """Money in 元 with its thousands parted."""
    return say("desk.yuan", amount=f"{amount:,}")


def signing_text(when: SigningTime) -> tuple[str, ...]:
    """When a record was signed, its claim beside its bounds; and, where it came after the closing, what that means."""

    def at(moment: datetime | None) -> str:
        return "" if moment is None else f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"

    bounds = "sent" if when.not_after is not None else "unsent"
    key = f"timing.{bounds}" if when.not_before is not None else f"timing.{bounds}-unseen"
    said = say(key, claimed=at(when.claimed), not_before=at(when.not_before), not_after=at(when.not_after))
    late = when.punctuality in (Punctuality.CLAIMED, Punctuality.SIGNED_AFTER)
    return (said, say(f"timing.{when.punctuality.value}")) if late else (said,)
