"""Where the ``zhubi`` command begins: it answers ``--version`` before anything is imported, else hands on."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main() -> int:
    """Runs the command line; gives the exit status: 0 done, 1 a problem said in a sentence, 2 wrong usage."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        from zhubi import __version__

        print(f"zhubi {__version__}")
        return 0
    if not arguments:
        # The app asks nothing of a command-line library, whose import would delay its first paint.
        from zhubi.expert.tui.app import run as open_app

        return open_app(language=os.environ.get("ZHUBI_LANG"))
    from zhubi.locale import use_language

    # Before the commands are imported, since their own help is already in a language.
    use_language(wanted_language(arguments))
    from zhubi.cli.commands import run

    return run(arguments)


def wanted_language(arguments: Sequence[str]) -> str:
    """The language that a command line asks for: ``--lang`` before the command, else ``ZHUBI_LANG``, else Chinese."""
    for place, word in enumerate(arguments):
        if word.startswith("--lang="):
            return word.removeprefix("--lang=")
        if word == "--lang" and place + 1 < len(arguments):
            return arguments[place + 1]
        if not word.startswith("-"):
            break
    return os.environ.get("ZHUBI_LANG", "zh")
