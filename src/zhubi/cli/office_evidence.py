"""``zhubi office evidence``: what the reviews of a round name, and opening it with the office's own key."""

from __future__ import annotations

from pathlib import Path

import click

from zhubi.cli.office import OfficeAt, here
from zhubi.core.model.errors import ZhubiError
from zhubi.locale import explain, say


def install(group: click.Group) -> None:
    """Adds the command to ``zhubi office``."""

    @group.command(help=say("evidence.cli.help-office"))
    @click.argument("round_name", metavar="ROUND")
    @click.option(
        "--output", type=click.Path(path_type=Path, file_okay=False), help=say("evidence.cli.opt-output")
    )
    @here
    def evidence(at: OfficeAt, round_name: str, output: Path | None) -> int:
        """List the evidence of a round; with a directory, open it there."""
        from zhubi.cli.naming import round_named
        from zhubi.office.vault.evidence import evidence_of_round, write_evidence

        office = at.open()
        with office.ledger.reading() as reading:
            found = evidence_of_round(reading, round_named(office, round_name).round)
        failed = False
        for each in found:
            state = say("evidence.state.accepted" if each.accepted else "evidence.state.waiting", percent="")
            click.echo(f"{each.ref.digest}  {each.name}  {each.ref.name}  {each.ref.about}  {state}".rstrip())
            if output is not None and each.accepted:
                try:
                    click.echo("  " + str(write_evidence(office, each, output)))
                except ZhubiError as problem:
                    failed = True
                    click.echo("  " + explain(problem), err=True)
        if not found:
            click.echo(say("evidence.none"))
        elif output is not None:
            click.echo(say("evidence.cli.opened-plain", folder=str(output)))
        return int(failed)
