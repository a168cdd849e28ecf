"""What a shell is asked: the desk of which directory, the PIN, the passphrase. Files first, a terminal second."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhubi.cli.commands import Place
from zhubi.expert.desk import opening, settings
from zhubi.expert.desk.errors import DeskError
from zhubi.locale import say, use_language

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk

_SECRET_LIMIT = 4096


def directory_of(place: Place) -> Path:
    """The expert's data directory; from here on the language of its settings is spoken, unless one was asked for."""
    directory = place.directory or opening.default_directory()
    if place.language is None:
        use_language(settings.read(directory).language)
    return directory


def open_desk(place: Place, passphrase_file: Path | None, *, read_only: bool = False) -> Desk:
    """The desk; the passphrase, where one is needed, comes from the file or is asked for."""
    directory = directory_of(place)

    def ask() -> str:
        return passphrase(passphrase_file)

    return opening.open_desk(directory, ask_passphrase=ask, read_only=read_only)


def passphrase(file: Path | None, *, new: bool = False) -> str:
    """The passphrase of this machine; ``desk.passphrase-needed`` where nobody can be asked."""
    found = _secret(file, "cli.ask-passphrase", new)
    if found is None:
        raise DeskError("desk.passphrase-needed", "a passphrase is needed; give it by --passphrase-file")
    return found


def pin(file: Path | None, *, new: bool = False) -> str:
    """The PIN; ``cli.pin-needed`` where nobody can be asked."""
    found = _secret(file, "cli.ask-new-pin" if new else "cli.ask-pin", new)
    if found is None:
        raise DeskError("cli.pin-needed", "a PIN is needed; give it by --pin-file")
    return found


def _secret(file: Path | None, question: str, new: bool) -> str | None:
    if file is not None:
        return read_text(file, _SECRET_LIMIT).rstrip("\r\n")
    if not sys.stdin.isatty():
        return None
    answer: str = click.prompt(say(question), hide_input=True, confirmation_prompt=new, err=True)
    return answer


def read_text(file: Path, limit: int) -> str:
    """A text file, or standard input for ``-``; ``cli.too-long`` above ``limit`` characters."""
    with click.open_file(str(file), encoding="utf-8", errors="replace") as source:
        text: str = source.read(limit + 1)
    if len(text) > limit:
        raise DeskError("cli.too-long", f"more than {limit} characters", path=str(file), limit=limit)
    return text
