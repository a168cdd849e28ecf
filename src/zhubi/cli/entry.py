"""Where the ``zhubi`` command begins: it answers ``--version`` before anything is imported, else hands on."""

from __future__ import annotations

import sys


def main() -> int:
    """Runs the command line; gives the exit status: 0 done, 1 a problem said in a sentence, 2 wrong usage."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        from zhubi import __version__

        print(f"zhubi {__version__}")
        return 0
    from zhubi.cli.commands import run

    return run(arguments)
