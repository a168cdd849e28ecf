"""A whole round for a shell: the grid, the round at a glance, projects side by side. Points are typed by ``sheet``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zhubi.cli import asking
from zhubi.cli.commands import Place
from zhubi.cli.expert import as_json_text, passphrase_file
from zhubi.cli.judging import project_named, round_of
from zhubi.expert.desk.errors import DeskError
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.roundviews import ComparedRow, CompareView, GlanceView, GridCell, GridRow, GridView

_json = click.option("--json", "as_json", is_flag=True, help=say("cli.opt-json"))


@click.command(help=say("cli.help-grid"))
@click.argument("round_name", metavar="ROUND", required=False)
@_json
@passphrase_file
@click.pass_obj
def grid(place: Place, round_name: str | None, as_json: bool, passphrase_file: Path | None) -> int:
    """Print a round as a table."""
    from zhubi.expert.desk import grid as gridding

    with asking.open_desk(place, passphrase_file, read_only=True) as desk:
        row = round_of(desk, round_name)
        view = gridding.grid(desk, row.office, row.round)
        if as_json:
            click.echo(as_json_text(_grid_data(view)))
            return 0
        click.echo(f"{view.title}  {view.kind_name}")
        heads = [f"{each.name}{f'({each.full_text})' if each.full_text else ''}" for each in view.columns]
        behind = [say("grid.total"), say("grid.rank"), say("grid.state")]
        click.echo("\t".join([say("grid.project"), "", *heads, *behind]))
        for each in view.rows:
            click.echo("\t".join(_grid_line(view, each)))
    return 0


def _grid_line(view: GridView, row: GridRow) -> list[str]:
    place = view.places.get(row.key.dossier)
    state = (
        say("grid.missing", count=row.missing)
        if row.editable and row.missing
        else say(f"desk.stage.{row.stage}")
    )
    cells = [_cell_text(each) for each in row.cells]
    return [
        row.code or f"#{row.order}", row.title, *cells, row.total_text or "--", str(place) if place else "--", state,
    ]  # fmt: skip


def _cell_text(cell: GridCell) -> str:
    return "/" if cell.state == "other-role" else cell.text or "--"


def _grid_data(view: GridView) -> dict[str, Any]:
    return {
        "round": view.round, "title": view.title, "kind": view.kind_name,
        "columns": [{"kind": each.kind, "id": each.item, "name": each.name, "full": each.full_text}
                    for each in view.columns],
        "projects": [
            {
                "order": row.order, "code": row.code, "title": row.title, "role": row.role, "stage": row.stage,
                "editable": row.editable, "total": row.total_text, "maximum": row.maximum_text,
                "finished": row.total is not None, "missing": row.missing,
                "rank": str(view.places[row.key.dossier]) if row.key.dossier in view.places else None,
                "cells": {
                    each.item: {"value": cell.value, "state": cell.state, "comment": cell.comment}
                    for each, cell in zip(view.columns, row.cells, strict=True)
                },
            }
            for row in view.rows
        ],
    }  # fmt: skip


@click.command(help=say("cli.help-glance"))
@click.argument("round_name", metavar="ROUND", required=False)
@_json
@passphrase_file
@click.pass_obj
def glance(place: Place, round_name: str | None, as_json: bool, passphrase_file: Path | None) -> int:
    """Print one's own ranks, spread and consistency in a round; nothing of it is sent."""
    from zhubi.expert.desk import glance as glancing

    with asking.open_desk(place, passphrase_file, read_only=True) as desk:
        row = round_of(desk, round_name)
        view = glancing.glance(desk, row.office, row.round)
        if as_json:
            click.echo(as_json_text(asdict(view)))
        else:
            for line in _glance_lines(view):
                click.echo(line)
    return 0


def _glance_lines(view: GlanceView) -> list[str]:
    lines = [f"{view.title}  {view.kind_name}", say("glance.info", finished=view.finished, count=view.mine)]
    lines += [say("glance.local")]
    if view.scored:
        lines += ["", say("glance.ranks")]
        lines += [
            "\t".join((
                each.place or "--", each.code, each.title, f"{each.total_text or '--'}/{each.maximum_text}",
                each.recommendation,
            ))
            for each in view.ranked
        ]  # fmt: skip
    if view.spreads:
        lines += ["", say("glance.spread")]
        for each in view.spreads:
            counts = " ".join(
                say("glance.times", points=points, count=count) for points, count in each.counts
            )
            bands = " ".join(say("glance.band", name=name, count=count) for name, count in each.bands)
            lines.append(
                "\t".join((each.name, each.full_text, f"{each.low}-{each.mean}-{each.high}", bands, counts))
            )
    if view.recommendations:
        lines += ["", say("glance.recommendations")]
        lines += [f"{name}\t{count}" for name, count in view.recommendations]
    hints = [f"- {each.sentence}" for each in view.hints] or [say("glance.no-hints")]
    return [*lines, "", say("glance.hints"), *hints]


@click.command(help=say("cli.help-compare"))
@click.argument("codes", nargs=-1, required=True, metavar="CODE CODE [CODE]")
@click.option("--round", "round_name", metavar="ROUND", help=say("cli.opt-round"))
@click.option("--only-differences", is_flag=True, help=say("cli.opt-only-differences"))
@_json
@passphrase_file
@click.pass_obj
def compare(
    place: Place,
    codes: tuple[str, ...],
    round_name: str | None,
    only_differences: bool,
    as_json: bool,
    passphrase_file: Path | None,
) -> int:
    """Print two or three projects side by side."""
    from zhubi.expert.desk import compare as comparing

    if not 2 <= len(set(codes)) <= comparing.MOST:
        raise DeskError("cli.compare-how-many", "two or three different projects", most=comparing.MOST)
    with asking.open_desk(place, passphrase_file, read_only=True) as desk:
        keys = [project_named(desk, each, round_name) for each in dict.fromkeys(codes)]
        view = comparing.compared(comparing.opened(desk, keys))
    if as_json:
        click.echo(as_json_text(asdict(view)))
    else:
        for line in _compare_lines(view, only_differences):
            click.echo(line)
    for name, problem in zip(view.names, view.problems, strict=True):
        if problem:
            click.echo(say("compare.papers-missing", code=name, reason=problem), err=True)
    return 1 if any(view.problems) else 0


def _compare_lines(view: CompareView, only_differences: bool) -> list[str]:
    lines = ["\t".join(("", *view.names))]
    for part in view.parts:
        rows = [each for each in part.rows if each.differs or not only_differences]
        if rows:
            lines += ["", part.heading]
        for row in rows:
            lines += _compared(row, view.names)
    return lines


def _compared(row: ComparedRow, names: tuple[str, ...]) -> list[str]:
    mark = "*" if row.differs else " "
    if not row.long:
        return ["\t".join((f"{mark} {row.label}", *(each or "--" for each in row.values)))]
    lines = [f"{mark} {row.label}"]
    for name, value in zip(names, row.values, strict=True):
        lines += [f"  {name}：", *(f"    {line}" for line in (value or "--").split("\n"))]
    return lines
