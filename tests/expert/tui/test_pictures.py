"""Every screen as it looks at stops of one road through the demo: the pictures in ``screens/`` are these."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

SCREENS = Path(__file__).parents[3] / "screens"
NOW = datetime(2026, 7, 3, 6, 32, 7, tzinfo=UTC)
NARROW, WIDE = (80, 24), (120, 40)
RECUSED, EXPLAINED = "ZJ26-021", "SX24-006"
FONTS = (
    "'Noto Sans Mono CJK SC', 'Sarasa Mono SC', 'Source Han Mono SC', 'PingFang SC', 'Microsoft YaHei Mono', "
    "'Microsoft YaHei', monospace"
)
# What chance made, in the same number of characters: receipt codes (also where a box hides their beginning), digests,
# key fingerprints, invitations, ports.
_LETTER = "[0-9A-HJKMNP-TV-Z]"
_CODE = re.compile(f"(?:(?<![0-9A-Z-]){_LETTER}{{4}}|(?<=>){_LETTER}{{1,3}})-{_LETTER}{{2}}(?![0-9A-Z-])")
_CHANCE = (
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])"), "7f3a9c20" * 8),
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])"), "7f3a9c207f3a"),
    (re.compile(r"(?:[0-9a-f]{4}(?: |&#160;)){5}[0-9a-f]{4}"), "&#160;".join(["7f3a", "9c20", "51de"] * 2)),
    (re.compile(r"127\.0\.0\.1:\d{5}"), "127.0.0.1:50000"),
)
_INVITATION = re.compile(r"(?<![0-9A-Za-z])(?:z?hubi1:)?[0-9A-HJKMNP-TV-Z]{20,}")
Act = Callable[[Any, Any], Awaitable[None]]


def steady(svg: str) -> str:
    """The picture without remote fonts, random ids and whatever chance made."""
    svg = re.sub(r"@font-face\s*\{[^}]*\}", "", svg)
    svg = re.sub(r"font-family:\s*(?:Fira Code|arial)[^;]*;", f"font-family: {FONTS};", svg)
    svg = re.sub(r"terminal-\d+", "terminal", svg)
    for found, shown in _CHANCE:
        svg = found.sub(shown, svg)
    svg = _CODE.sub(lambda code: "7K3M-Q2"[-len(code[0]) :], svg)
    svg = _INVITATION.sub(lambda text: ("7K3M9Q2X" * 12)[: len(text[0])], svg)
    return re.sub(r"\n\s*\n+", "\n", svg).strip() + "\n"


async def render(app: Any, size: tuple[int, int], act: Act | None = None) -> str:
    """The app's picture at a size, after ``act`` (given app and pilot) has brought it where it should be."""
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        if act is not None:
            await act(app, pilot)
        await settle(app, pilot)
        return steady(app.export_screenshot(title="朱笔 Zhubi"))


async def settle(app: Any, pilot: Any) -> None:
    """Wait until every errand is done and what it brought is drawn; blinking carets stand still."""
    from textual.widgets import Input, TextArea

    await app.workers.wait_for_complete()
    await pilot.pause(0.4)
    await app.workers.wait_for_complete()
    for typed in (*app.screen.query(Input), *app.screen.query(TextArea)):
        typed.cursor_blink = False
    app.clear_notifications()
    await pilot.pause(0.2)


class PictureFile(SingleFileSnapshotExtension):
    """One SVG a picture, in ``screens/``."""

    _write_mode = WriteMode.TEXT
    file_extension = "svg"

    @classmethod
    def dirname(cls, *, test_location: Any) -> str:
        return str(SCREENS)

    @classmethod
    def get_snapshot_name(cls, *, test_location: Any, index: Any = 0) -> str:
        return str(index)


class _Road:
    """The demo's office and the sample expert, with a clock that stands."""

    def __init__(self, folder: Path) -> None:
        from zhubi.demo.making import make_office
        from zhubi.demo.place import free_port
        from zhubi.office.api.serving import serve_in_thread

        self.folder = folder
        self.moment = NOW - timedelta(hours=3)
        port = free_port()
        self.office, self.invitation = make_office(
            folder / "office", f"http://127.0.0.1:{port}", lambda _said: None, self.clock
        )
        self.running = serve_in_thread(self.office, port)
        self.desk: Any = None

    def clock(self) -> datetime:
        return self.moment

    def app(self, **options: Any) -> Any:
        from zhubi.expert.tui.application import ZhubiApp

        return ZhubiApp(self.desk, directory=self.folder / "expert", sync_by_itself=False, **options)


class _Album:
    """Pictures by name, taken at stops of the road."""

    def __init__(self, road: _Road) -> None:
        self.road = road
        self.pictures: dict[str, str] = {}

    def take(self, name: str, act: Any = None, sizes: tuple[tuple[int, int], ...] = (NARROW, WIDE)) -> None:
        for size in sizes:
            self.one(f"{name}-{size[0]}x{size[1]}", size, act)

    def one(
        self, name: str, size: tuple[int, int], act: Any = None, theme: str = "dark", **options: Any
    ) -> None:
        app = self.road.app(**options)
        app.theme = theme
        self.pictures[name] = asyncio.run(render(app, size, act))


def _show(make: Any, keys: tuple[str, ...] = ()) -> Any:
    async def act(app: Any, pilot: Any) -> None:
        app.push_screen(make())
        await pilot.pause(0.3)
        await app.workers.wait_for_complete()
        if keys:
            await pilot.press(*keys)

    return act


def _press(*keys: str) -> Any:
    async def act(app: Any, pilot: Any) -> None:
        await pilot.press(*keys)

    return act


def _enrolling(album: _Album) -> None:
    from textual.widgets import TextArea

    from zhubi.core.trust.invitations import encode_invitation

    text = encode_invitation(album.road.invitation)

    async def paste(app: Any, pilot: Any) -> None:
        app.screen.query_one(TextArea).text = text
        await pilot.press("ctrl+g")
        await pilot.pause(0.3)

    for size in (NARROW, WIDE):
        name = f"{size[0]}x{size[1]}"
        album.one(f"enrol-{name}", size, paste, first="enrol")
        album.one(f"enrol-paste-{name}", size, first="enrol")


def _key(road: _Road, code: str) -> Any:
    from zhubi.expert.desk import overview

    return next(row.key for row in overview.rows(road.desk, None, 0, 100) if row.code == code)


def _round(road: _Road, code: str) -> str:
    found: str = _key(road, code).round
    return found


def _walk(road: _Road, album: _Album) -> None:
    from zhubi.demo.command import enrol_sample
    from zhubi.demo.place import PIN, DemoPlace
    from zhubi.demo.sheets import fill
    from zhubi.expert.desk import commit, declare, overview, review, settings, submit, synchronise
    from zhubi.expert.desk.opening import open_desk
    from zhubi.expert.desk.views import RelationView
    from zhubi.expert.tui.screens.commitment import CommitmentScreen
    from zhubi.expert.tui.screens.declare import DeclareScreen
    from zhubi.expert.tui.screens.purge import PurgeBox
    from zhubi.expert.tui.screens.receipts import ReceiptsScreen
    from zhubi.expert.tui.screens.review import ReviewScreen
    from zhubi.expert.tui.screens.settings import SettingsScreen
    from zhubi.expert.tui.screens.submit import SubmitScreen
    from zhubi.expert.tui.screens.trail import TrailScreen
    from zhubi.expert.tui.screens.unlock import UnlockScreen
    from zhubi.office.rounds.windows import change_round

    place = DemoPlace(road.folder, 1, "correct horse battery", True)
    enrol_sample(place, road.invitation)
    road.desk = desk = open_desk(place.expert, ask_passphrase=lambda: place.passphrase, clock=road.clock)
    settings.put(desk, "ask_pin_at_start", False)
    album.take("unlock", _show(UnlockScreen))
    album.take("desk-empty", sizes=(NARROW,))
    synchronise.sync(desk)
    rounds = overview.rounds(desk)
    album.take("desk-first", sizes=(NARROW,))
    album.take("commitment", _show(lambda: CommitmentScreen(rounds[0].round)))
    for each in rounds:
        commit.sign_commitment(desk, each.round, PIN)
    synchronise.sync(desk)
    zhejiang = _round(road, RECUSED)
    declare.answer(desk, zhejiang, _key(road, "ZJ26-017").dossier, "clear")
    relation = RelationView("same-employer", "浙江大学医学院附属第一医院")
    declare.answer(desk, zhejiang, _key(road, RECUSED).dossier, "recuse", (relation,))
    album.take("declare", _show(lambda: DeclareScreen(zhejiang, _key(road, RECUSED).dossier)))
    for each in rounds:
        for row in declare.declarations(desk, each.round):
            if row.outcome is None and row.code == EXPLAINED:
                words = "本人曾在该参与单位工作，离开已满三年，请组织方决定。"
                former = RelationView("former-employer", "江南仪器仪表研究所", "2022-06-30", words)
                declare.answer(desk, each.round, row.key.dossier, "explain", (former,), words)
            elif row.outcome is None:
                outcome = "policy-seat" if row.code in ("SPB26-005", "DZ26-007") else "clear"
                declare.answer(desk, each.round, row.key.dossier, outcome)
        declare.sign_declarations(desk, each.round, PIN)
    synchronise.sync(desk)

    road.moment = NOW
    for code in ("ZJ26-023", "SX24-009", "DZ26-002"):
        fill(desk, _key(road, code))
        submit.sign(desk, [_key(road, code)], PIN)
    submit.submit(desk)
    drafted = _key(road, "ZJ26-017")
    fill(desk, drafted)
    for criterion in ("co-support",):
        review.set_score(desk, drafted, criterion, "")
    review.set_recommendation(desk, drafted, "recommend-after-revision", "")
    review.set_opinion(desk, drafted, "选题对准断供问题，指标可考核。自筹比例偏低，请补充落实文件。")
    fill(desk, _key(road, "ZJ26-028"))
    road.moment = NOW + timedelta(minutes=1)

    async def to_sheet(app: Any, pilot: Any) -> None:
        await _show(lambda: ReviewScreen(drafted))(app, pilot)
        await pilot.press("down", "down")

    album.take("desk")
    album.take("review", to_sheet)
    for name, theme, options in (
        ("light", "light", {}),
        ("high-contrast", "high-contrast", {}),
        ("plain", "dark", {"plain": True}),
    ):
        album.one(f"desk-120x40-{name}", WIDE, None, theme, **options)
        album.one(f"review-120x40-{name}", WIDE, to_sheet, theme, **options)
    album.take("review-findings", _show(lambda: ReviewScreen(_key(road, "SX24-014"))), sizes=(WIDE,))
    album.take("submit", _show(lambda: SubmitScreen(zhejiang)))
    album.take("trail", _show(lambda: TrailScreen(_key(road, "ZJ26-023"))))
    album.take("receipts", _show(ReceiptsScreen))
    album.take("settings", _show(SettingsScreen))
    album.take("palette", _press("ctrl+p"))
    album.take("help", _press("f1"))
    _in_english(road, album, to_sheet)

    submit.sign(desk, [_key(road, "ZJ26-028")], PIN)
    album.take("leave", _press("ctrl+q"), sizes=(NARROW, WIDE))
    road.running.stop()
    synchronise.sync(desk)
    album.take("desk-offline", sizes=(NARROW,))
    dazu = _round(road, "DZ26-002")
    change_round(road.office, road.office.staff(), dazu, "close", now=road.moment)
    seen = next(each for each in overview.rounds(desk) if each.round == dazu)
    album.take("purge", _show(lambda: PurgeBox(seen)))


def _in_english(road: _Road, album: _Album, to_sheet: Any) -> None:
    from zhubi.locale import use_language

    use_language("en")
    try:
        album.one("desk-120x40-en", WIDE)
        album.one("review-120x40-en", WIDE, to_sheet)
    finally:
        use_language("zh_CN")


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """All pictures of one walk; what one costs is mostly the walk."""
    before = {name: os.environ.get(name) for name in ("TZ", "XDG_DATA_HOME")}
    folder = tmp_path_factory.mktemp("album")
    os.environ.update({"TZ": "Asia/Shanghai", "XDG_DATA_HOME": str(folder / "data")})
    time.tzset()
    with ExitStack() as left:
        road = _Road(folder)
        left.callback(lambda: road.office.close())
        left.callback(lambda: road.running.stop())
        taken = _Album(road)
        _enrolling(taken)
        _walk(road, taken)
        road.desk.close()
        yield taken.pictures
    for name, value in before.items():
        os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)
    time.tzset()


pytestmark = pytest.mark.filterwarnings(
    "ignore:\\s*Can not relate snapshot"
)  # they stand in screens/ on purpose

NAMES = sorted(
    [
        *(f"{screen}-{size}" for size in ("80x24", "120x40") for screen in (
            "desk", "enrol", "enrol-paste", "unlock", "commitment", "declare", "review", "submit", "trail",
            "receipts", "settings", "palette", "help", "leave", "purge",
        )),
        *(f"{screen}-120x40-{look}" for screen in ("desk", "review")
          for look in ("light", "high-contrast", "plain", "en")),
        "desk-empty-80x24", "desk-first-80x24", "desk-offline-80x24", "review-findings-120x40",
    ]
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_the_screen_looks_as_its_picture(
    name: str, album: dict[str, str], snapshot: SnapshotAssertion
) -> None:
    assert album[name] == snapshot(name=name, extension_class=PictureFile)


def test_every_screen_has_a_picture_and_every_picture_a_test(album: dict[str, str]) -> None:
    folder = Path(__file__).parents[3] / "src" / "zhubi" / "expert" / "tui" / "screens"
    screens = {each.stem for each in folder.glob("*.py")} - {"__init__"}
    assert all(any(name.startswith(screen) for name in NAMES) for screen in screens)
    assert {each.stem for each in SCREENS.glob("*.svg")} == set(NAMES) == set(album)


def test_no_picture_asks_the_network_for_anything(album: dict[str, str]) -> None:
    for name, svg in album.items():
        outside = [each for each in ("url(", "@import", "<image", "href") if each in svg.replace("url(#", "")]
        assert not outside, name
