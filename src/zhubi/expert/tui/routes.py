"""From one screen to the next. Screens are imported when they are first opened, so that the desk paints at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.passages import Passage
    from zhubi.expert.desk.views import NextStep, ReviewKey, RoundRow, Row
    from zhubi.expert.tui.application import ZhubiApp

_WITH_A_SHEET = frozenset(
    {
        "ready",
        "drafting",
        "complete",
        "signed",
        "submitted",
        "returned",
        "refused",
        "overdue",
        "late",
        "closed",
    }
)


def open_row(app: ZhubiApp, row: Row) -> None:
    """Open what the stage of an assignment asks for."""
    if row.stage == "commit":
        open_commitment(app, row.round)
    elif row.stage in ("declare", "card-waiting") or "redeclare" in row.flags:
        open_declare(app, row.round, row.dossier)
    elif row.stage in _WITH_A_SHEET:
        open_sheet(app, row.key)
    else:
        open_trail(app, row.key)


def do_next(app: ZhubiApp, step: NextStep) -> None:
    """Do the next step."""
    if step.act in ("sync", "send"):
        app.action_sync()
    elif step.act == "commit" and step.round:
        open_commitment(app, step.round)
    elif step.act == "declare" and step.round:
        open_declare(app, step.round, step.dossier)
    elif step.act == "review" and step.round and step.dossier and step.office:
        from zhubi.expert.desk.views import ReviewKey

        open_sheet(app, ReviewKey(step.office, step.round, step.dossier))
    elif step.act == "sign":
        open_submit(app, step.round)
    elif step.act == "purge":
        from zhubi.expert.desk import overview

        for each in overview.rounds(app.desk):
            if each.round == step.round:
                open_purge(app, each)


def open_commitment(app: ZhubiApp, round_id: str) -> None:
    """The one document of a round."""
    from zhubi.expert.tui.screens.commitment import CommitmentScreen

    app.push_screen(CommitmentScreen(round_id))


def open_declare(app: ZhubiApp, round_id: str, dossier: str | None = None) -> None:
    """回避核对 for a round, at one project where it is given."""
    from zhubi.expert.tui.screens.declare import DeclareScreen

    app.push_screen(DeclareScreen(round_id, dossier))


def open_sheet(app: ZhubiApp, key: ReviewKey) -> None:
    """The sheet of one project: on site where one works there, else with its papers."""
    from zhubi.expert.desk import onsite

    if app.attempt(lambda: onsite.is_on_site(app.desk, key)):
        open_on_site(app, key)
    else:
        open_review(app, key)


def open_on_site(app: ZhubiApp, key: ReviewKey) -> None:
    """现场核验 of one project; the screen it is open on already, where there is one."""
    from zhubi.expert.tui.screens.onsite import OnSiteScreen

    opened = next(
        (each for each in app.screen_stack if isinstance(each, OnSiteScreen) and each.key == key), None
    )
    if opened is None:
        app.push_screen(OnSiteScreen(key))
        return
    while app.screen is not opened:
        app.pop_screen()


def open_review(
    app: ZhubiApp, key: ReviewKey, at: tuple[str, str] | None = None, place: Passage | None = None
) -> None:
    """Reader and sheet of one project; at the line ``at`` of its sheet (kind, item), or at ``place`` in its papers."""
    from zhubi.expert.tui.screens.review import ReviewScreen

    app.push_screen(ReviewScreen(key, at, place))


def open_search(app: ZhubiApp) -> None:
    """One search over everything on this machine; over a question nothing is opened."""
    from zhubi.expert.tui.page import Page
    from zhubi.expert.tui.screens.search import SearchScreen

    if isinstance(app.screen, SearchScreen):
        app.screen.begin_again()
    elif isinstance(app.screen, Page):
        app.push_screen(SearchScreen())


def lead_to(
    app: ZhubiApp, key: ReviewKey, at: tuple[str, str] | None = None, place: Passage | None = None
) -> None:
    """A review at a line of its sheet or a place in its papers: the screen it is open on, else another one."""
    from zhubi.expert.tui.screens.review import ReviewScreen

    opened = next(
        (each for each in app.screen_stack if isinstance(each, ReviewScreen) and each.key == key), None
    )
    if opened is None:
        open_review(app, key, at, place)
        return
    while app.screen is not opened:
        app.pop_screen()
    opened.go_to(at, place)


def open_grid(app: ZhubiApp, office: str, round_id: str, dossier: str | None = None) -> None:
    """打分表 of a round, at one project where it is given."""
    from zhubi.expert.tui.screens.grid import GridScreen

    app.push_screen(GridScreen(office, round_id, dossier))


def open_glance(app: ZhubiApp, office: str, round_id: str) -> None:
    """全场一览 of a round."""
    from zhubi.expert.tui.screens.glance import GlanceScreen

    app.push_screen(GlanceScreen(office, round_id))


def open_compare(app: ZhubiApp, keys: tuple[ReviewKey, ...], at: ReviewKey | None = None) -> None:
    """并排比较 of projects, from the one ``at`` on where they do not all fit."""
    from zhubi.expert.tui.screens.compare import CompareScreen

    app.push_screen(CompareScreen(keys, at))


def compare(app: ZhubiApp, at: ReviewKey) -> None:
    """What is ticked side by side, or the rivals of the project ``at``; says how to choose where there are none."""
    from zhubi.expert.desk import compare as comparing

    keys = app.attempt(lambda: comparing.chosen(app.desk, app.ticked, at))
    if keys:
        open_compare(app, keys, at)
    elif keys is not None:
        app.say_done(say("compare.tick-first"))


def tick(app: ZhubiApp, key: ReviewKey) -> None:
    """Tick a project, or take its tick away; no more than three, the oldest gives way."""
    kept = tuple(each for each in app.ticked if each != key)
    app.ticked = kept if key in app.ticked else (*kept, key)[-3:]


def open_submit(app: ZhubiApp, round_id: str | None, only: ReviewKey | None = None) -> None:
    """签名提交 for a round, or for all; ``only`` that review is ticked when it comes from its own screen."""
    from zhubi.expert.tui.screens.submit import SubmitScreen

    app.push_screen(SubmitScreen(round_id, only))


def open_trail(app: ZhubiApp, key: ReviewKey) -> None:
    """The story of one project."""
    from zhubi.expert.tui.screens.trail import TrailScreen

    app.push_screen(TrailScreen(key))


def open_changes(app: ZhubiApp, key: ReviewKey) -> None:
    """What changed under the sheet of one project."""
    from zhubi.expert.tui.screens.changes import ChangesScreen

    app.push_screen(ChangesScreen(key))


def open_trip(app: ZhubiApp, round_id: str | None) -> None:
    """出发检查 for a round, or for all."""
    from zhubi.expert.tui.screens.trip import TripScreen

    app.push_screen(TripScreen(round_id))


def open_receipts(app: ZhubiApp) -> None:
    """All receipts on this machine."""
    from zhubi.expert.tui.screens.receipts import ReceiptsScreen

    app.push_screen(ReceiptsScreen())


def open_exchange(app: ZhubiApp) -> None:
    """离线交换: packets out and in."""
    from zhubi.expert.tui.screens.exchange import ExchangeScreen

    app.push_screen(ExchangeScreen())


def open_purge(app: ZhubiApp, seen: RoundRow) -> None:
    """材料清退 of a round."""
    from zhubi.expert.tui.screens.purge import PurgeBox

    app.push_screen(PurgeBox(seen))
