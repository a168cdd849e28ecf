"""材料清退 for a shell: what went when a round ended, what still waits, and the signed confirmation."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import as_json_text, passphrase_file, pin_file_option
from zhubi.cli.judging import round_of
from zhubi.expert.desk import overview
from zhubi.locale import explain, say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.purge import PurgeView


@click.command(help=say("cli.help-purge"))
@click.argument("round_name", metavar="ROUND", required=False)
@click.option("--dry-run", is_flag=True, help=say("purge.cli-opt-dry-run"))
@click.option("--yes", is_flag=True, help=say("cli.opt-yes"))
@click.option("--json", "as_json", is_flag=True, help=say("cli.opt-json"))
@pin_file_option
@passphrase_file
@click.pass_obj
def purge(
    place: Place,
    round_name: str | None,
    dry_run: bool,
    yes: bool,
    as_json: bool,
    pin_file: Path | None,
    passphrase_file: Path | None,
) -> int:
    """Remove what is left of ended rounds from this machine, and sign that."""
    from zhubi.core.model.errors import ZhubiError
    from zhubi.expert.desk import purge as purging

    with asking.open_desk(place, passphrase_file, read_only=dry_run) as desk:
        if not dry_run:
            purging.delete_ended(desk)
        rounds = _rounds(desk, round_name)
        seen = {each: purging.plan(desk, each) for each in rounds}
        if as_json:
            click.echo(as_json_text({each: asdict(view) for each, view in seen.items()}))
        else:
            _tell(seen)
        due = [each for each, view in seen.items() if view.ended and (not view.signed or view.drafts)]
        if dry_run or not due:
            return 0
        if not yes and pin_file is None:
            click.confirm(say("purge.cli-confirm"), abort=True, err=True)
        pin = asking.pin(pin_file)
        failed = False
        for each in due:
            try:
                report = purging.purge_round(desk, each, pin)
            except ZhubiError as problem:
                if problem.kind != "desk.purge-unsent":
                    raise
                click.echo(f"{seen[each].title}  {explain(problem)}", err=True)
                failed = True
                continue
            if not as_json:
                gone = say("purge.gone", dossiers=report.dossiers, blobs=report.blobs)
                click.echo("\n  ".join((f"{seen[each].title}  {gone}{say('purge.signed')}", *report.remarks)))
    return 1 if failed else 0


def _rounds(desk: Desk, name: str | None) -> list[str]:
    """The round that was named, or every one that has ended."""
    if name is not None:
        return [round_of(desk, name).round]
    return [each.round for each in overview.rounds(desk) if each.ended]


def _tell(seen: dict[str, PurgeView]) -> None:
    if not seen:
        click.echo(say("purge.cli-none"))
        return
    for view in seen.values():
        if not view.ended:
            click.echo(f"{view.title}  {say('purge.cli-running')}")
            continue
        counts = say("purge.gone" if view.deleted else "purge.plan", dossiers=view.dossiers, blobs=view.blobs)
        click.echo(f"{view.title}  {counts}{say('purge.signed' if view.signed else 'purge.to-sign')}")
        facts = (
            ("desk.purge-kept", view.kept), ("purge.evidence-waits", view.evidence), ("purge.drafts", view.drafts),
            ("purge.unsent", view.unsent),
        )  # fmt: skip
        for key, count in facts:
            if count:
                click.echo("  " + say(key, count=count))
    click.echo(say("purge.goes"))
    click.echo(say("purge.survives"))
    click.echo(say("purge.beyond"))
