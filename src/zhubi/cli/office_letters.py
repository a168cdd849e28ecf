"""``zhubi office letters``: an inspector opens the sealed letters and reads what they report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from zhubi.locale import explain, say

if TYPE_CHECKING:
    from zhubi.cli.office import OfficeAt
    from zhubi.core.trust.letters import Letter
    from zhubi.office.vault.letters import SealedLetter

_TOLD = ("who", "when", "how", "project", "asked", "gift", "words")


def install(group: click.Group) -> None:
    """Hang the command of this module on ``zhubi office``."""
    from zhubi.cli.office import here

    @group.command(help=say("contact.office.help"))
    @click.argument("code", default="")
    @click.option("--as", "staff", help=say("contact.office.opt-as"))
    @here
    def letters(at: OfficeAt, code: str, staff: str | None) -> int:
        """Open and show the sealed letters, or the one of a code."""
        from zhubi.office.vault.letters import read_letters

        office = at.open()
        found = read_letters(office, office.staff(staff or at.staff).author)
        wanted = [each for each in found if not code or each.code == code.strip().upper()]
        for each in wanted:
            _show(each)
        if not wanted:
            click.echo(say("contact.office.no-such" if code else "contact.office.none", code=code))
        return 0 if all(each.letter is not None for each in wanted) and (wanted or not code) else 1


def _show(found: SealedLetter) -> None:
    at = datetime.fromtimestamp(found.logged_at or 0, UTC).astimezone()
    click.echo(
        say("contact.office.head", code=found.code, time=f"{at:%Y-%m-%d %H:%M}", index=found.index,
            size=found.size)
    )  # fmt: skip
    if found.same_as is not None:
        click.echo("  " + say("contact.office.same", index=found.same_as))
    if found.letter is None:
        kind = found.fault.kind if found.fault is not None else ""
        other = kind == "trust.cannot-open" or found.fault is None
        click.echo("  " + (say("contact.office.not-yours") if other else explain(found.fault)))  # type: ignore[arg-type]
    else:
        _show_report(found.letter)


def _show_report(letter: Letter) -> None:
    author = letter.author
    click.echo(
        "  "
        + say(
            "contact.office.author", name=author.name, unit=author.unit or "--", device=author.device or "--"
        )
    )
    click.echo("  " + say("contact.office.made", made=letter.payload.made_at))
    for name in _TOLD:
        said = getattr(letter.report, name)
        if said:
            words = str(said).replace("\n", "\n    ")
            click.echo(f"  {say('contact.field.' + name)}: {words}")
