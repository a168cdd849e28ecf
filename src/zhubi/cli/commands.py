"""The commands by name, each imported when it is called; and how a fault leaves the program: as a sentence."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Final

import click

from zhubi import __version__
from zhubi.cli.entry import wanted_language
from zhubi.core.model.errors import ZhubiError
from zhubi.locale import explain, say, use_language

DONE: Final = 0
PROBLEM: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 130

_COMMANDS: Final = {
    "enrol": "zhubi.cli.expert:enrol",
    "device": "zhubi.cli.device:device",
    "sync": "zhubi.cli.expert:sync",
    "status": "zhubi.cli.expert:status",
    "commit": "zhubi.cli.judging:commit",
    "declare": "zhubi.cli.judging:declare",
    "read": "zhubi.cli.judging:read",
    "search": "zhubi.cli.search:search",
    "sheet": "zhubi.cli.judging:sheet",
    "grid": "zhubi.cli.round_views:grid",
    "glance": "zhubi.cli.round_views:glance",
    "compare": "zhubi.cli.round_views:compare",
    "changes": "zhubi.cli.changes:changes",
    "adopt": "zhubi.cli.changes:adopt",
    "correct": "zhubi.cli.changes:correct",
    "notes": "zhubi.cli.notes:notes",
    "phrases": "zhubi.cli.phrases:phrases",
    "evidence": "zhubi.cli.evidence:evidence",
    "attend": "zhubi.cli.onsite:attend",
    "pack": "zhubi.cli.trip:pack",
    "submit": "zhubi.cli.submit:submit",
    "packet": "zhubi.cli.packets:packet",
    "purge": "zhubi.cli.purge:purge",
    "conclude": "zhubi.cli.conclude:conclude",
    "print": "zhubi.cli.printing:print_",
    "contact": "zhubi.cli.contact:contact",
    "receipts": "zhubi.cli.receipts:receipts",
    "verify": "zhubi.cli.receipts:verify",
    "demo": "zhubi.demo.command:demo",
    "rulebook": "zhubi.cli.rulebook:rulebook",
    "office": "zhubi.cli.office:office",
}


class Place:
    """What every command is told: where the expert's data is, and how to speak."""

    __slots__ = ("directory", "language", "plain")

    def __init__(self, directory: Path | None, language: str | None, plain: bool) -> None:
        self.directory = directory
        self.language = language
        self.plain = plain


class _Commands(click.Group):
    """The commands, named without importing them: their one-line help is a sentence of the locale."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        target = _COMMANDS.get(cmd_name)
        if target is None:
            return None
        module, _, name = target.partition(":")
        try:
            command = getattr(import_module(module), name)
        except ModuleNotFoundError as problem:
            missing = (problem.name or "").partition(".")[0]
            if missing == "zhubi":
                raise
            raise ZhubiError(
                "cli.not-installed", f"{cmd_name} needs {missing}", command=cmd_name, library=missing
            ) from problem
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(say("cli.commands")):
            formatter.write_dl([(name, say(f"cli.help-{name}")) for name in _COMMANDS])


@click.group(
    cls=_Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--lang", type=click.Choice(["zh", "en"]), envvar="ZHUBI_LANG", help=say("cli.opt-lang"))
@click.option("--plain", is_flag=True, help=say("cli.opt-plain"))
@click.option(
    "--directory",
    type=click.Path(file_okay=False, path_type=Path),
    envvar="ZHUBI_HOME",
    help=say("cli.opt-directory"),
)
@click.version_option(__version__, message="zhubi %(version)s")
@click.pass_context
def zhubi(context: click.Context, lang: str | None, plain: bool, directory: Path | None) -> None:
    """朱笔 Zhubi. Without a command: open the app (打开评审界面)."""
    context.obj = Place(directory, lang, plain)
    if lang is not None:
        # Also where it stands behind an option with a value of its own, which the first look does not read.
        use_language(lang)
    if context.invoked_subcommand is not None:
        return
    from zhubi.expert.tui.app import run as open_app

    context.exit(open_app(directory, language=lang, plain=plain))


def run(arguments: Sequence[str]) -> int:
    """Runs one command line; gives the exit status. No fault leaves as a traceback."""
    use_language(wanted_language(arguments))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        status = zhubi.main(list(arguments), prog_name="zhubi", standalone_mode=False)
        sys.stdout.flush()
    except click.UsageError as problem:
        problem.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        _say_to_people(say("cli.interrupted"))
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read us has enough; without this the interpreter would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PROBLEM
    except click.ClickException as problem:
        _say_to_people(problem.format_message())
        return PROBLEM
    except ZhubiError as problem:
        _say_to_people(explain(problem))
        return PROBLEM
    except Exception as problem:  # noqa: BLE001 - the last door: people get a sentence, never a traceback
        _say_to_people(_unforeseen(problem))
        return PROBLEM
    return status if isinstance(status, int) else DONE


def _say_to_people(sentence: str) -> None:
    click.echo(sentence, err=True)


def _unforeseen(problem: BaseException) -> str:
    # Where, and of what sort: enough to report it by, and no value that could be anyone's secret.
    if isinstance(problem, OSError) and problem.strerror:
        return say("cli.system", reason=problem.strerror, path=str(problem.filename or ""))
    frames = traceback.extract_tb(problem.__traceback__)
    ours = [frame for frame in frames if "zhubi" in Path(frame.filename).parts] or list(frames)
    place = f"{Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else "?"
    return say("cli.fault", name=type(problem).__name__, place=place)
