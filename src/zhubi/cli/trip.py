"""出发检查 for a shell."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import passphrase_file
from zhubi.cli.judging import round_of, round_option
from zhubi.locale import say


@click.command(help=say("cli.help-pack"))
@round_option
@click.option("--fetch", "fetching", is_flag=True, help=say("trip.cli-fetch"))
@click.option("--json", "as_json", is_flag=True, help=say("trip.cli-json"))
@passphrase_file
@click.pass_obj
def pack(
    place: Place, round_name: str | None, fetching: bool, as_json: bool, passphrase_file: Path | None
) -> int:
    """Say what a trip needs and what is missing; 0 where one can go, 1 where something is lacking."""
    from zhubi.expert.desk import trip

    with asking.open_desk(place, passphrase_file, read_only=not fetching) as desk:
        if fetching:
            report = trip.fetch(desk)
            if report.problem:
                click.echo(report.problem, err=True)
        chosen = round_of(desk, round_name).round if round_name is not None else None
        found = trip.check(desk, chosen)
    if as_json:
        click.echo(json.dumps(asdict(found) | {"ready": found.ready}, ensure_ascii=False, indent=2))
        return int(not found.ready)
    for project in found.projects:
        said = "；".join(f"{what}（{todo}）" for what, todo in project.lacks) or project.draft
        click.echo(f"{'--' if project.lacks else 'ok'}\t{project.code} {project.title}\t{said}")
    marks = {"ok": "ok", "lacking": "--", "note": "  "}
    for line in found.lines:
        todo = f"（{line.todo}）" if line.todo else ""
        click.echo(f"{marks[line.state]}\t{line.name}\t{line.sentence}{todo}")
    click.echo(found.sentence)
    return int(not found.ready)
