"""Handing in from a shell: one PIN for all that is ready, a line for each, and the same again after a fault.

Exit status: 0 when all that was asked for is proven (in a trial: would be taken); 1 when something is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import as_json_text, passphrase_file, pin_file_option
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import Delivered, SubmitReport, SubmitRow, SubmitStep


@click.command(help=say("cli.help-submit"))
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@click.option("--all", "every", is_flag=True, help=say("sending.opt-all"))
@click.option("--round", "which", metavar="TITLE", help=say("sending.opt-round"))
@click.option("--dry-run", is_flag=True, help=say("sending.opt-dry-run"))
@click.option("--yes", is_flag=True, help=say("cli.opt-yes"))
@click.option("--json", "as_json", is_flag=True, help=say("cli.opt-json"))
@pin_file_option
@passphrase_file
@click.pass_obj
def submit(
    place: Place,
    codes: tuple[str, ...],
    every: bool,
    which: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    pin_file: Path | None,
    passphrase_file: Path | None,
) -> int:
    from zhubi.expert.desk import submit as submitting

    with asking.open_desk(place, passphrase_file, read_only=dry_run) as desk:
        listed = submitting.ready(desk, _round(desk, which))
        chosen = [each for each in listed if _is_asked_for(each, codes, every)]
        unknown = sorted(set(codes) - {each.code for each in chosen})
        if not as_json:
            for row in chosen if codes else listed:
                click.echo(_row_line(row))
        for code in unknown:
            click.echo(say("cli.unknown-code", code=code), err=True)
        # Who names a project, or all of them, asks for it to go: what cannot go then is a fault.
        stuck = [each for each in chosen if each.state in ("missing", "refused")]
        for row in stuck:
            if row.lacks:
                click.echo(
                    say("sending.lacks", code=row.code, items=say("tui.list-comma").join(row.lacks)), err=True
                )
        failed = bool(unknown or (stuck and (codes or every)))
        if dry_run:
            return _try(desk, listed, chosen, failed=failed, as_json=as_json)
        return _send(desk, listed, chosen, failed, yes=yes, as_json=as_json, pin_file=pin_file)


def _round(desk: Desk, which: str | None) -> str | None:
    """The round of that title, or id."""
    from zhubi.expert.desk import overview

    if which is None:
        return None
    found = [each.round for each in overview.rounds(desk) if which in (each.title, each.round)]
    if len(found) != 1:
        titles = say("tui.list-comma").join(each.title for each in overview.rounds(desk))
        raise click.BadParameter(say("sending.no-round", name=which, titles=titles))
    return found[0]


def _is_asked_for(row: SubmitRow, codes: tuple[str, ...], every: bool) -> bool:
    return row.code in codes if codes else every or not row.kept_back


def _try(
    desk: Desk, listed: Sequence[SubmitRow], chosen: list[SubmitRow], *, failed: bool, as_json: bool
) -> int:
    from zhubi.expert.desk.trial import try_out

    report = try_out(desk, [each.key for each in chosen if each.state in ("ready", "signed")])
    if as_json:
        click.echo(as_json_text({"listed": [asdict(each) for each in listed], "trial": asdict(report)}))
    else:
        for each in report.results:
            click.echo(f"{each.code} {each.sentence}")
    if report.problem:
        click.echo(say("sending.offline", why=report.problem), err=True)
    held_up = any(each.state in ("refused", "lacks") for each in report.results)
    return 1 if failed or report.problem or held_up else 0


def _send(
    desk: Desk,
    listed: Sequence[SubmitRow],
    chosen: list[SubmitRow],
    failed: bool,
    *,
    yes: bool,
    as_json: bool,
    pin_file: Path | None,
) -> int:
    from zhubi.expert.desk import submit as submitting

    keys = [each.key for each in chosen if each.state == "ready"]
    signed: tuple[Any, ...] = ()
    if keys:
        if not yes and pin_file is None:
            click.confirm(say("cli.confirm-sign", count=len(keys)), abort=True, err=True)
        signed = submitting.sign(desk, keys, asking.pin(pin_file), _step)
    report = submitting.submit(desk, _step)
    if as_json:
        told = {"listed": listed, "signed": signed, "delivered": report.delivered}
        lists = {name: [asdict(each) for each in found] for name, found in told.items()}
        click.echo(as_json_text({**lists, "unsent": report.unsent, "problem": report.problem}))
    else:
        _tell(report)
    if report.problem:
        click.echo(report.problem, err=True)
    if report.unsent:
        click.echo(say("cli.unsent", count=report.unsent), err=True)
    refused = any(each.state == "refused" for each in report.delivered)
    failed = failed or refused or any(each.problem for each in signed)
    return 1 if failed or report.problem or report.unsent else 0


def _tell(report: SubmitReport) -> None:
    for each in report.delivered:
        click.echo(_delivered_line(each))
    for title, count in report.complete:
        click.echo(say("cli.complete", title=title, count=count))


def _row_line(row: SubmitRow) -> str:
    mark = "[ ]" if row.kept_back else {"ready": "[x]", "signed": "[>]"}.get(row.state, "[ ]")
    note = say(f"cli.row-{row.state}", missing=row.missing_count)
    back = say("sending.kept-back") if row.kept_back else ""
    late = say("timing.undelivered") if row.overdue and row.state in ("ready", "signed") else ""
    parts = (mark, row.code, row.score_text, row.recommendation_name, note, back, row.reason, late)
    return " ".join(part for part in parts if part)


def _step(step: SubmitStep) -> None:
    if not step.ok:
        click.echo(f"{step.code} {say(f'cli.step-{step.step}')} {step.sentence}", err=True)


def _delivered_line(each: Delivered) -> str:
    outcome = say(f"cli.delivered-{each.state}")
    return " ".join(
        part for part in (each.code, each.what, outcome, each.receipt_code, each.sentence) if part
    )
