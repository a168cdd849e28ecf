"""Moments as people read them, in this machine's time zone."""

from __future__ import annotations

from datetime import datetime

from zhubi.locale import say


def hour_and_minute(moment: datetime) -> str:
    """``14:32``."""
    return f"{moment.astimezone():%H:%M}"


def to_the_second(moment: datetime) -> str:
    """``14:31:07``."""
    return f"{moment.astimezone():%H:%M:%S}"


def day(moment: datetime) -> str:
    """``7月3日``."""
    local = moment.astimezone()
    return say("tui.time.day", month=local.month, day=local.day, name=f"{local:%b}")


def day_and_time(moment: datetime) -> str:
    """``7月3日 15:04``."""
    return f"{day(moment)} {hour_and_minute(moment)}"


def today(moment: datetime) -> str:
    """``7月3日周五 15:04``: the clock of the top line."""
    local = moment.astimezone()
    return f"{day(moment)}{say(f'tui.time.weekday.{local.isoweekday()}')} {hour_and_minute(moment)}"


def full(moment: datetime) -> str:
    """``2026-07-03 15:04:05``: where the year matters."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"
