"""``zhubi office receive`` and ``zhubi office packet``: what a secretary carries in, and what goes back.

Nobody's signature but the service's is given here: the same as if it had come over the network.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zhubi.cli.office import OfficeAt, here
from zhubi.core.model.errors import ZhubiError
from zhubi.locale import explain, knows, say

if TYPE_CHECKING:
    from zhubi.core.wire.messages import RecordResult
    from zhubi.office.opening import Office
    from zhubi.office.rounds.packets import Received

_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)


def install(group: click.Group) -> None:
    """Adds the commands to ``zhubi office``."""

    @group.command(help=say("packets.cli.help-receive"))
    @click.argument("packets", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
    @click.option("--answer", type=_FOLDER, help=say("packets.cli.opt-answer"))
    @click.option("--materials", is_flag=True, help=say("packets.cli.opt-materials"))
    @here
    def receive(at: OfficeAt, packets: tuple[Path, ...], answer: Path | None, materials: bool) -> int:
        """Receive the packets of experts, many at once; say what arrived and what is missing."""
        from zhubi.office.rounds.packets import receive_packet

        office, received, failed = at.open(), [], False
        for path in _files(packets):
            try:
                found = receive_packet(office, path, office.clock())
            except ZhubiError as problem:
                failed = True
                click.echo(f"{path.name}  {explain(problem)}", err=True)
                continue
            received.append(found)
            failed |= _tell(found)
        _tell_missing(office, received)
        if answer is not None:
            failed |= _answer(office, received, answer, materials)
        return int(failed)

    @group.command(help=say("packets.cli.help-packet"))
    @click.argument("round_name", metavar="ROUND")
    @click.option("--output", type=_FOLDER, required=True, help=say("packets.cli.opt-output"))
    @click.option("--expert", "names", multiple=True, metavar="NAME", help=say("packets.cli.opt-expert"))
    @click.option("--materials", is_flag=True, help=say("packets.cli.opt-materials"))
    @here
    def packet(at: OfficeAt, round_name: str, output: Path, names: tuple[str, ...], materials: bool) -> int:
        """Make a packet for each expert of a round: what their terminal would get over the network."""
        from zhubi.cli.naming import person_named, round_named
        from zhubi.office.rounds.answering import write_answers
        from zhubi.office.rounds.standing import people_of, seats_of

        office = at.open()
        round_id = round_named(office, round_name).round
        with office.ledger.reading() as reading:
            people = people_of(seats_of(reading, round_id))
        if names:
            people = tuple(person_named(office, name).person for name in names)
        failed = False
        for person in people:
            try:
                made = write_answers(
                    office, person, _path(office, output, person), materials=materials, now=office.clock()
                )
            except ZhubiError as problem:
                failed = True
                click.echo(f"{_name(office, person)}  {explain(problem)}", err=True)
                continue
            click.echo(
                say(
                    "packets.cli.answered",
                    name=made.name,
                    path=made.path,
                    receipts=made.receipts,
                    files=made.blobs,
                )
            )
        return int(failed)


def _files(given: Iterable[Path]) -> list[Path]:
    """The packets named, those in a folder by name."""
    found = []
    for path in given:
        found += sorted(path.glob("*.zhubi")) if path.is_dir() else [path]
    return found


def _tell(found: Received) -> bool:
    """One packet in lines; gives whether something in it was not taken."""
    click.echo(
        say("packets.cli.received", name=found.name, file=found.path.name, fresh=found.fresh, here=found.here,
            evidence=found.evidence, evidence_here=found.evidence_here)
    )  # fmt: skip
    for each in found.waiting:
        click.echo(
            "  " + say("packets.cli.waiting", record=each.digest[:12], waits=(each.waiting_for or "")[:12])
        )
    for each in found.refused:
        click.echo("  " + say("packets.cli.refused", record=each.digest[:12], reason=_reason(each)), err=True)
    for problem in found.spoilt:
        click.echo("  " + explain(problem), err=True)
    return bool(found.refused or found.spoilt)


def _reason(result: RecordResult) -> str:
    kind = result.kind or ""
    return say(kind, **result.details) if kind and knows(kind) else kind


def _tell_missing(office: Office, received: Sequence[Received]) -> None:
    from zhubi.office.rounds.packets import missing

    rounds = sorted({each for found in received for each in found.rounds})
    lacking = missing(office, rounds, office.clock())
    for each in lacking:
        codes = "、".join(each.codes)
        key = "packets.cli.missing-evidence" if not each.codes else "packets.cli.missing"
        click.echo(say(key, title=each.title, name=each.name, codes=codes, evidence=each.evidence))
    if rounds and not lacking:
        click.echo(say("packets.cli.complete"))


def _answer(office: Office, received: Sequence[Received], folder: Path, materials: bool) -> bool:
    from zhubi.office.rounds.answering import write_answers
    from zhubi.office.rounds.packets import by_person

    failed = False
    for person, (heard, results) in by_person(received).items():
        try:
            made = write_answers(
                office, person, _path(office, folder, person), heard=heard, results=results,
                materials=materials, now=office.clock(),
            )  # fmt: skip
        except ZhubiError as problem:
            failed = True
            click.echo(f"{_name(office, person)}  {explain(problem)}", err=True)
            continue
        click.echo(
            say(
                "packets.cli.answered",
                name=made.name,
                path=made.path,
                receipts=made.receipts,
                files=made.blobs,
            )
        )
    return failed


def _path(office: Office, folder: Path, person: str) -> Path:
    """Where the packet for one expert goes: people of one name are told apart by their id."""
    name = "".join(letter for letter in _name(office, person) if letter.isalnum())[:40]
    return folder / f"{say('packets.file-answers')}-{name}-{person[-6:]}.zhubi"


def _name(office: Office, person: str) -> str:
    with office.ledger.reading() as reading:
        known = reading.person(person)
    return known.name if known is not None else person
