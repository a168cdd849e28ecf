"""How the app behaves on this machine: readable before anything is unlocked, and nothing of anyone's work."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhubi.expert.desk.errors import DeskError
from zhubi.expert.desk.views import Settings
from zhubi.expert.store import preferences

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk

_CHOICES: dict[str, tuple[Any, ...]] = {
    "language": ("zh_CN", "en"),
    "theme": ("dark", "light", "high-contrast"),
    "plain": (False, True),
    "copying": (False, True),
    "ask_pin_at_start": (True, False),
    "score_downwards": (False, True),
}


def get(desk: Desk) -> Settings:
    """The settings in use."""
    return read(desk.directory)


def read(directory: Path) -> Settings:
    """The settings of a data directory; what is missing or makes no sense is as at first."""
    found = preferences.read(directory)
    kept = {name: found[name] for name, allowed in _CHOICES.items() if found.get(name) in allowed}
    keymap = found.get("keymap")
    if isinstance(keymap, dict):
        kept["keymap"] = {str(name): str(keys) for name, keys in keymap.items()}
    return Settings(**kept)


def put(desk: Desk, name: str, value: object) -> Settings:
    """Changes one setting and gives all of them; ``desk.unknown-setting``."""
    before = get(desk)
    sound = value in _CHOICES[name] if name in _CHOICES else name == "keymap" and isinstance(value, dict)
    if not sound:
        raise DeskError("desk.unknown-setting", f"no setting {name} = {value}", name=name, value=str(value))
    after = replace(before, **{name: value})  # type: ignore[arg-type]
    preferences.write(desk.directory, {each: getattr(after, each) for each in (*_CHOICES, "keymap")})
    return after
