"""Acts by name: every key binding has an id, and the id has its words in ``tui.toml``.

``act.<id>`` is the name, ``tip.<id>`` the longer sentence, ``initials.<id>`` the pinyin initials by which the palette
finds it. Words are looked up when they are drawn, so that a change of language needs no restart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.binding import Binding

from zhubi.locale import knows, say


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done without a key of its own; the palette offers it. ``action`` is Textual's."""

    id: str
    action: str


def bound(key: str, action: str, act: str, *, show: bool = True, priority: bool = False) -> Binding:
    """A key for an act. ``priority`` keys reach it from inside a text field too."""
    return Binding(key, action, name_of(act), show=show, priority=priority, tooltip=tip_of(act), id=act)


def name_of(act: str) -> str:
    """The act's name in the language in use."""
    return say(f"tui.act.{act}")


def tip_of(act: str) -> str:
    """A sentence on what the act does; its name where there is no more to say."""
    return say(f"tui.tip.{act}") if knows(f"tui.tip.{act}") else name_of(act)


def initials_of(act: str) -> str:
    """The pinyin initials of the act's Chinese name; empty where none are given."""
    return say(f"tui.initials.{act}") if knows(f"tui.initials.{act}") else ""


_NAMED_KEYS: Final = frozenset(
    {"enter", "escape", "space", "up", "down", "left", "right", "pageup", "pagedown", "home", "end",
     "backspace", "delete", "tab"}
)  # fmt: skip


def key_name(key: str) -> str:
    """A key as it is printed for people: ``Ctrl+N``, ``Enter``, ``空格``."""
    parts = key.split("+")
    last = parts[-1]
    if last in _NAMED_KEYS:
        shown = say(f"tui.key.{last}")
    elif last.startswith("f") and last[1:].isdigit():
        shown = last.upper()
    else:
        shown = {"question_mark": "?"}.get(last, last.upper())
    return "+".join([part.capitalize() for part in parts[:-1]] + [shown])
