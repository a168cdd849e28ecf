"""How pictures of screens are taken: a demo's office and expert with a clock that stands, and an SVG a stop."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

SCREENS = Path(__file__).parents[3] / "screens"
NOW = datetime(2026, 7, 3, 6, 32, 7, tzinfo=UTC)
NARROW, WIDE = (80, 24), (120, 40)
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


class Road:
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


class Album:
    """Pictures by name, taken at stops of the road."""

    def __init__(self, road: Road) -> None:
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


def show(make: Any, keys: tuple[str, ...] = ()) -> Any:
    async def act(app: Any, pilot: Any) -> None:
        app.push_screen(make())
        await pilot.pause(0.3)
        await app.workers.wait_for_complete()
        if keys:
            await pilot.press(*keys)

    return act


def press(*keys: str) -> Any:
    async def act(app: Any, pilot: Any) -> None:
        await pilot.press(*keys)

    return act


def draw_plate(path: Path) -> None:
    """A photograph's stand-in: the same bytes each time."""
    from PIL import Image

    Image.linear_gradient("L").resize((320, 240)).convert("RGB").save(path, "PNG")
