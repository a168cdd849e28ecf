"""请托情况报告 for a shell: a form to fill in, what the office sees of it, signing, and the reports sent so far.

What is reported is read from a file, never from options: those stay in the shell's history.
"""

from __future__ import annotations

import sys
import tomllib
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import passphrase_file, pin_file_option
from zhubi.expert.desk.errors import DeskError
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.contact import ContactReport, LetterRow
    from zhubi.expert.desk.opening import Desk

_LONGEST_FORM = 100_000
_SEVERAL_LINES = ("asked", "gift", "words")


@click.command(help=say("cli.help-contact"))
@click.option("--template", is_flag=True, help=say("contact.cli.opt-template"))
@click.option(
    "--from", "form", type=click.Path(path_type=Path, allow_dash=True), help=say("contact.cli.opt-from")
)
@click.option("--keep-copy", is_flag=True, help=say("contact.cli.opt-keep-copy"))
@click.option("--office", "organiser", default="", help=say("contact.cli.opt-office"))
@click.option("--yes", is_flag=True, help=say("contact.cli.opt-yes"))
@click.option("--show", "code", metavar="CODE", help=say("contact.cli.opt-show"))
@pin_file_option
@passphrase_file
@click.pass_obj
def contact(
    place: Place,
    template: bool,
    form: Path | None,
    keep_copy: bool,
    organiser: str,
    yes: bool,
    code: str | None,
    pin_file: Path | None,
    passphrase_file: Path | None,
) -> int:
    """Report lobbying to the inspectors; without a form, list the reports sent from this machine."""
    from zhubi.expert.desk import contact as reporting

    if template:
        click.echo(_template(), nl=False)
        return 0
    with asking.open_desk(place, passphrase_file) as desk:
        if form is not None:
            return _send(desk, _read(form), organiser, keep_copy, yes, pin_file)
        if code is not None:
            for name, words in asdict(reporting.read_copy(desk, code)).items():
                if words:
                    click.echo(f"{say('contact.field.' + name)}: " + words.replace("\n", "\n    "))
            return 0
        rows = reporting.letters(desk)
        for each in rows:
            click.echo(line_of(each))
        if not rows:
            click.echo(say("contact.none"))
    return 0


def line_of(row: LetterRow) -> str:
    """One report that was sealed, as a line."""
    return say(
        "contact.row", code=row.code, time=f"{row.made_at.astimezone():%Y-%m-%d %H:%M}", size=row.size,
        state=_state(row), copy=say("contact.copied" if row.copied else "contact.not-copied"),
        organiser=row.organiser,
    )  # fmt: skip


def _state(row: LetterRow) -> str:
    if row.delivered_at is None:
        return say("contact.waiting")
    return say("contact.delivered", time=f"{row.delivered_at.astimezone():%Y-%m-%d %H:%M}")


def _send(
    desk: Desk, report: ContactReport, organiser: str, keep_copy: bool, yes: bool, pin_file: Path | None
) -> int:
    from zhubi.expert.desk import contact as reporting
    from zhubi.expert.desk.synchronise import sync

    office = reporting.office_for(desk, organiser)
    view = reporting.contact(desk, office.office)
    if not view.inspectors:
        # Perhaps they were appointed since the last sync.
        sync(desk)
        view = reporting.contact(desk, office.office)
    if view.inspectors:
        for line in (*reporting.what_is_seen(view), say("contact.keeps" if keep_copy else "contact.remains")):
            click.echo(line, err=True)
        if not yes and not (sys.stdin.isatty() and click.confirm(say("contact.cli.ask"), err=True)):
            click.echo(say("contact.cli.not-signed"), err=True)
            return 1
    pin = asking.pin(pin_file) if view.inspectors else ""
    row = reporting.send_report(desk, office.office, report, pin, keep_copy=keep_copy)
    problem = sync(desk).problem
    row = next(each for each in reporting.letters(desk) if each.digest == row.digest)
    click.echo(say("contact.sealed", code=row.code, state=_state(row)))
    if problem:
        click.echo(problem, err=True)
    return 0 if row.delivered_at is not None else 1


def _read(form: Path) -> ContactReport:
    from zhubi.expert.desk.contact import ContactReport

    text = asking.read_text(form, _LONGEST_FORM)
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise DeskError("contact.bad-form", "the form cannot be read", reason=str(problem)[:200]) from None
    known = {each.name for each in fields(ContactReport)}
    for name, words in found.items():
        if name not in known or not isinstance(words, str):
            raise DeskError("contact.bad-form", "the form has something else", reason=name[:80])
    return ContactReport(**found)


def _template() -> str:
    from zhubi.expert.desk.contact import LONGEST

    lines = []
    for name, most in LONGEST.items():
        marks = '"""' if name in _SEVERAL_LINES else '"'
        lines.append(f"# {say('contact.field.' + name)} (<= {most})\n{name} = {marks}{marks}\n")
    return "".join(lines)
