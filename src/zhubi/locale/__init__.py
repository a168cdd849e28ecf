"""The app's words in Chinese and English: a folder a language, a TOML file a room, loaded when first spoken."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final, Protocol

LANGUAGES: Final = ("zh_CN", "en")
_catalogues: dict[tuple[str, str], dict[str, str]] = {}
_language = LANGUAGES[0]


class Explained(Protocol):
    """An error that names its sentence: see ``zhubi.core.model.errors.ZhubiError``."""

    kind: str
    details: object


def use_language(language: str) -> None:
    """Speak ``zh_CN`` or ``en`` from now on; any other value falls back to Chinese, the app's first language."""
    global _language
    tag = language.replace("-", "_")
    _language = "en" if tag.lower().startswith("en") else LANGUAGES[0]


def language() -> str:
    """The language spoken now: ``zh_CN`` or ``en``."""
    return _language


def _flatten(prefix: str, table: dict[str, object], into: dict[str, str]) -> None:
    for name, value in table.items():
        key = f"{prefix}.{name}"
        if isinstance(value, dict):
            _flatten(key, value, into)
        else:
            into[key] = str(value)


def catalogue(room: str, tongue: str) -> dict[str, str]:
    """All sentences of one room in one language, keyed ``room.slug``; empty when the room says nothing."""
    found = _catalogues.get((room, tongue))
    if found is None:
        found = {}
        # Not importlib.resources: importing it costs more than everything that is said before the first paint.
        source = Path(__file__).with_name(tongue) / f"{room}.toml"
        if source.is_file():
            _flatten(room, tomllib.loads(source.read_text(encoding="utf-8")), found)
        _catalogues[room, tongue] = found
    return found


def say(key: str, /, **values: object) -> str:
    """The sentence ``room.slug`` in the language in use, its ``{placeholders}`` filled; the key itself when unknown."""
    room = key.partition(".")[0]
    template = catalogue(room, _language).get(key) or catalogue(room, LANGUAGES[0]).get(key)
    return key if template is None else template.format_map(_Given(values))


def knows(key: str) -> bool:
    """Whether the language in use, or Chinese, has this sentence."""
    room = key.partition(".")[0]
    return key in catalogue(room, _language) or key in catalogue(room, LANGUAGES[0])


def explain(error: BaseException) -> str:
    """The sentence for an error: by its ``kind`` and ``details`` where it has them, else its own message."""
    kind = getattr(error, "kind", None)
    details = getattr(error, "details", None)
    if isinstance(kind, str) and knows(kind):
        return say(kind, **(details if isinstance(details, dict) else {}))
    return str(error) or type(error).__name__


class _Given(dict[str, object]):
    """Values by name; one that a foreign answer leaves out is a question mark, and does not end the sentence."""

    def __init__(self, values: dict[str, object]) -> None:
        super().__init__(values)

    def __missing__(self, name: str) -> str:
        return "?"
