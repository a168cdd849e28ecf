"""The part of ``zhubi office`` that runs rounds: seats, windows, decisions, returns, status."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zhubi.locale import language, say

if TYPE_CHECKING:
    from zhubi.cli.office import OfficeAt
    from zhubi.core.rules.panel import PanelFault
    from zhubi.office.opening import Office
    from zhubi.office.rounds.seats import Seat
    from zhubi.office.rounds.status import ProjectStatus


def install(group: click.Group) -> None:
    """Hang the commands of this module on ``zhubi office``."""
    from zhubi.cli.office import here, moment

    @group.group(help=say("office.help-round"))
    def round() -> None:
        """Open and change rounds."""

    @round.command("open", help=say("office.help-open"))
    @click.argument("title")
    @click.option("--policy", required=True, help=say("office.opt-policy"))
    @click.option("--kind", required=True, help=say("office.opt-kind"))
    @click.option("--opens", default="+0m", show_default=True)
    @click.option("--closes", required=True, help=say("office.opt-closes"))
    @click.option(
        "--override", "overrides", multiple=True, metavar="NAME=JSON", help=say("office.opt-override")
    )
    @click.option("--follows", metavar="ROUND", help=say("office.opt-follows"))
    @click.option("--material", help=say("office.opt-material"))
    @here
    def open_(
        at: OfficeAt,
        title: str,
        policy: str,
        kind: str,
        opens: str,
        closes: str,
        overrides: tuple[str, ...],
        follows: str | None,
        material: str | None,
    ) -> None:
        """Open a round."""
        from zhubi.cli.naming import round_named
        from zhubi.office.rounds.windows import open_round

        office = at.open()
        now = office.clock()
        made = open_round(
            office, at.actor(), title=title, policy=_policy(policy), kind=kind, opens_at=moment(opens, now),
            closes_at=moment(closes, now), overrides=_overrides(overrides),
            follows=round_named(office, follows).round if follows else None, material=material, now=now,
        )  # fmt: skip
        click.echo(say("office.round-opened", title=title, round=made))

    def change(name: str) -> None:
        @round.command(name, help=say(f"office.help-{name}"))
        @click.argument("which")
        @click.option("--closes", help=say("office.opt-closes"))
        @click.option("--policy", help=say("office.opt-policy"))
        @click.option("--title")
        @click.option("--override", "overrides", multiple=True, metavar="NAME=JSON")
        @click.option("--reason", default="", help=say("office.ask-reason"))
        @here
        def changed(
            at: OfficeAt,
            which: str,
            closes: str | None,
            policy: str | None,
            title: str | None,
            overrides: tuple[str, ...],
            reason: str,
        ) -> None:
            from zhubi.cli.naming import round_named
            from zhubi.office.rounds.windows import change_round

            office = at.open()
            now = office.clock()
            view = change_round(
                office, at.actor(), round_named(office, which).round, name,  # type: ignore[arg-type]
                closes_at=moment(closes, now) if closes else None,
                policy=_policy(policy) if policy else None,
                overrides=_overrides(overrides) if overrides else None,
                title=title, reason=reason, now=now,
            )  # fmt: skip
            click.echo(say("office.round-changed", title=view.title, closes=_local(view.closes_at)))

    for each in ("amend", "extend", "close", "end"):
        change(each)

    @round.command("show", help=say("office.help-show"))
    @click.argument("which", required=False)
    @here
    def show(at: OfficeAt, which: str | None) -> None:
        """Show one round, or all."""
        _show(at.open(), which)

    @group.command(help=say("office.help-status"))
    @click.argument("which", required=False)
    @here
    def status(at: OfficeAt, which: str | None) -> None:
        """Where rounds stand."""
        _show(at.open(), which)

    @group.command(help=say("office.help-assign"))
    @click.argument("which")
    @click.argument("code", required=False)
    @click.option("--expert", "experts", multiple=True, metavar="NAME[:ROLE[:SEAT[:TAG,TAG]]]")
    @click.option("--file", "listed", type=click.Path(path_type=Path, exists=True, dir_okay=False))
    @click.option("--replace", "gone", help=say("office.opt-replace"))
    @click.option("--order", default=0, type=click.IntRange(0, 100_000))
    @click.option("--reason", default="")
    @click.option("--beyond-term", is_flag=True, help=say("office.opt-beyond-term"))
    @here
    def assign(
        at: OfficeAt,
        which: str,
        code: str | None,
        experts: tuple[str, ...],
        listed: Path | None,
        gone: str | None,
        order: int,
        reason: str,
        beyond_term: bool,
    ) -> None:
        """Give experts their seats."""
        from zhubi.cli.naming import dossier_named, person_named, round_named
        from zhubi.office.rounds import seats

        office = at.open()
        view = round_named(office, which)
        wanted = _listed(office, listed) if listed else {}
        if code and experts:
            wanted.setdefault(code, []).extend(_seat(office, each, order) for each in experts)
        if not wanted or (gone and (len(wanted) != 1 or len(experts) != 1)):
            raise click.UsageError(say("office.assign-usage"))
        for each, given in wanted.items():
            dossier = dossier_named(office, each)
            now = office.clock()
            if gone:
                report = seats.replace(
                    office, at.actor(), view.round, dossier, person_named(office, gone).person, given[0],
                    reason=reason, now=now,
                )  # fmt: skip
            else:
                report = seats.assign(
                    office, at.actor(), view.round, dossier, given, beyond_term=beyond_term, now=now
                )
            click.echo(say("office.assigned", code=each, count=report.assigned))
            for fault in report.faults:
                click.echo("  " + fault_sentence(fault))

    @group.command(help=say("office.help-withdraw"))
    @click.argument("which")
    @click.argument("code")
    @click.option("--reason", prompt=say("office.ask-reason"))
    @here
    def withdraw(at: OfficeAt, which: str, code: str, reason: str) -> None:
        """Take a project out of a round."""
        from zhubi.cli.naming import dossier_named, round_named
        from zhubi.office.rounds.seats import withdraw as take_out

        office = at.open()
        take_out(
            office, at.actor(), round_named(office, which).round, dossier_named(office, code),
            reason=reason, now=office.clock(),
        )  # fmt: skip
        click.echo(say("office.withdrawn", code=code))

    @group.command(help=say("office.help-appoint"))
    @click.argument("which")
    @click.argument("name")
    @here
    def appoint(at: OfficeAt, which: str, name: str) -> None:
        """Name the chair."""
        from zhubi.cli.naming import person_named, round_named
        from zhubi.office.rounds.seats import appoint_chair

        office = at.open()
        view = round_named(office, which)
        appoint_chair(office, at.actor(), view.round, person_named(office, name).person, now=office.clock())
        click.echo(say("office.appointed", name=name, title=view.title))

    @group.command(help=say("office.help-decide"))
    @click.argument("which")
    @click.argument("code")
    @click.argument("name")
    @click.option("--grant/--refuse", "granted", required=True, help=say("office.opt-grant"))
    @click.option("--words", default="")
    @here
    def decide(at: OfficeAt, which: str, code: str, name: str, granted: bool, words: str) -> None:
        """Decide on a declaration that asks, or on a late review."""
        from zhubi.cli.lateness import decided_line
        from zhubi.cli.naming import dossier_named, person_named, round_named
        from zhubi.office.rounds.returns import decide as decide_on

        office = at.open()
        matter = decide_on(
            office, at.actor(), round_named(office, which).round, dossier_named(office, code),
            person_named(office, name).person, granted=granted, words=words, now=office.clock(),
        )  # fmt: skip
        outcome = say("office.granted" if granted else "office.refused")
        late = matter == "late"
        click.echo(
            decided_line(code, name, granted=granted)
            if late
            else say("office.decided-declaration", outcome=outcome)
        )

    @group.command(help=say("office.help-chain"))
    @click.option("--from", "before", required=True, metavar="ROUND", help=say("office.opt-chain-from"))
    @click.option("--to", "after", required=True, metavar="ROUND", help=say("office.opt-chain-to"))
    @click.option("--material", help=say("office.opt-material"))
    @click.argument("codes", nargs=-1, metavar="[CODE]...")
    @here
    def chain(at: OfficeAt, before: str, after: str, material: str | None, codes: tuple[str, ...]) -> None:
        """Bring the conclusions of one round into the next."""
        from zhubi.cli.naming import dossier_named, round_named
        from zhubi.office.rounds.chaining import chain as chain_rounds

        office = at.open()
        done = chain_rounds(
            office, at.actor(), round_named(office, before).round, round_named(office, after).round,
            [dossier_named(office, each) for each in codes], material=material, now=office.clock(),
        )  # fmt: skip
        for each in done:
            click.echo(f"{each.code}\t{say('office.chained-' + each.outcome, version=each.version)}")

    @group.command("return", help=say("office.help-return"))
    @click.argument("which")
    @click.argument("code")
    @click.argument("name")
    @click.option("--words", prompt=say("office.ask-return-words"))
    @click.option("--due")
    @here
    def return_(at: OfficeAt, which: str, code: str, name: str, words: str, due: str | None) -> None:
        """Send a review back to be mended."""
        from zhubi.cli.naming import dossier_named, person_named, round_named
        from zhubi.office.rounds.returns import return_review

        office = at.open()
        now = office.clock()
        return_review(
            office, at.actor(), round_named(office, which).round, dossier_named(office, code),
            person_named(office, name).person, words=words, due_at=moment(due, now) if due else None, now=now,
        )  # fmt: skip
        click.echo(say("office.returned", code=code, name=name))


def fault_sentence(fault: PanelFault) -> str:
    """What a panel lacks, in words, with the clause it rests on."""
    rule = fault.requirement
    name = rule.name.en if language() == "en" else rule.name.zh
    words = say(
        fault.key, needed=fault.needed, found=fault.found, present=fault.present, share=fault.share,
        role=rule.role or "", tag=rule.tag or "", missing=", ".join(fault.missing), name=name,
    )  # fmt: skip
    return f"{say('office.severity-' + fault.severity)} {name}: {words} [{rule.basis}]"


def _policy(name: str) -> Any:
    from zhubi.core.rules.compile import load_policy, shipped, shipped_policies

    path = Path(name)
    if path.is_dir():
        return load_policy(path)
    if name not in shipped_policies():
        raise click.BadParameter(say("office.no-policy", name=name, known=", ".join(shipped_policies())))
    return shipped(name)


def _overrides(given: tuple[str, ...]) -> dict[str, Any]:
    from zhubi.core.trust.canonical import parse_json

    found: dict[str, Any] = {}
    for each in given:
        name, equals, value = each.partition("=")
        if not equals:
            raise click.BadParameter(say("office.bad-override", found=each))
        found[name.strip()] = parse_json(value.encode("utf-8"))
    return found


def _seat(office: Office, text: str, order: int) -> Seat:
    from zhubi.cli.naming import person_named
    from zhubi.office.rounds.seats import Seat

    name, role, seat, tags = [*text.split(":"), "", "", ""][:4]
    return Seat(
        person_named(office, name.strip()).person,
        role.strip() or "technical",
        seat.strip() or None,
        tuple(each.strip() for each in tags.split(",") if each.strip()),
        order,
    )


def _listed(office: Office, path: Path) -> dict[str, list[Seat]]:
    """Seats from a CSV file with the columns code, name, role, seat, tags (parted by spaces), order."""
    from zhubi.cli.naming import person_named
    from zhubi.core.model.errors import ZhubiError
    from zhubi.office.rounds.seats import Seat

    wanted: dict[str, list[Seat]] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise ZhubiError(
            "office.bad-list", "the list cannot be read", path=str(path), reason=str(problem)
        ) from None
    for number, row in enumerate(rows, 2):
        code, name, order = row.get("code"), row.get("name"), (row.get("order") or "0").strip()
        if not code or not name or not order.isdecimal():
            raise ZhubiError("office.bad-row", "a row lacks code or name", path=path.name, row=number)
        wanted.setdefault(code.strip(), []).append(
            Seat(
                person_named(office, name.strip()).person,
                (row.get("role") or "technical").strip(),
                (row.get("seat") or "").strip() or None,
                tuple((row.get("tags") or "").split()),
                int(order),
            )
        )
    return wanted


def _show(office: Office, which: str | None) -> None:
    from zhubi.cli.lateness import late_lines
    from zhubi.cli.naming import round_named
    from zhubi.office.rounds.status import rounds_of
    from zhubi.office.rounds.status import status as status_of

    if which is None:
        with office.ledger.reading() as reading:
            rounds = rounds_of(reading)
        for view in rounds:
            state = "ended" if view.ended else "closed" if view.closed(office.clock()) else "open"
            click.echo(
                f"{view.round}\t{say('office.state-' + state)}\t{_local(view.closes_at)}\t{view.title}"
            )
        if not rounds:
            click.echo(say("office.no-rounds"))
        return
    view = round_named(office, which)
    found = status_of(office, view.round, now=office.clock())
    click.echo(f"{view.title}  {view.kind}  {say('office.closes', closes=_local(view.closes_at))}")
    for project in found.projects:
        _show_project(project)
    for line in late_lines(office, found):
        click.echo(line)


def _show_project(project: ProjectStatus) -> None:
    stages = Counter(member.seat.stage.value for member in project.members)
    counts = " ".join(f"{say('office.stage-' + stage)}{count}" for stage, count in sorted(stages.items()))
    click.echo(f"{project.code} {project.title}  {counts}")
    for member in project.members:
        points = "--" if member.points is None else str(member.points)
        stage = say("office.stage-" + member.seat.stage.value)
        there = "" if member.attendance is None else say(f"office.attended-{member.attendance.mode}")
        click.echo(
            f"    {member.name}\t{member.seat.role}\t{stage}\t{points}\t{member.recommendation or ''}\t{there}".rstrip()
        )
    for fault in project.faults:
        click.echo("    " + fault_sentence(fault))


def _local(moment_: Any) -> str:
    return str(moment_.astimezone().strftime("%Y-%m-%d %H:%M"))
