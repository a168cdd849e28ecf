"""离线交换: a packet made into a folder, a packet looked into and taken in; by USB stick or any other way."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.suggester import Suggester
from textual.widgets import Input

from zhubi.expert.desk import packets
from zhubi.expert.tui import times
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.boxes import PickBox
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.widgets.field import Field
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.packetviews import (
        Destination,
        PacketMade,
        PacketPassed,
        PacketSeen,
        PacketTaken,
        Waiting,
    )

_MEGABYTE = 1_048_576


class _Paths(Suggester):
    """Folders and packets below what is typed."""

    def __init__(self) -> None:
        # What a folder holds changes when a stick is put in: nothing is remembered.
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        found = packets.completions(value) if value else ()
        return next((each for each in found if each.startswith(value)), None)


class ExchangeScreen(Page[None]):
    """One line for the place; Enter looks into a packet and then takes it in, Ctrl+G makes one."""

    NAME = "exchange"
    CSS_PATH: ClassVar[Any] = [FIELDS, "exchange.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("ctrl+g", "make", "make-packet", priority=True),
        bound("f2", "choose", "packet-for", priority=True),
        bound("escape", "back", "back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._to: Destination | None = None
        self._known: tuple[Destination, ...] = ()
        self._seen: PacketSeen | None = None
        self._busy = False

    def body(self) -> ComposeResult:
        with VerticalScroll(id="middle", can_focus=False):
            yield Prose(id="waiting")
            yield Field(say("packets.tui.place"), id="place", limit=1000)
            yield Prose((say("packets.tui.how"), "quiet"), id="how")
            yield Prose(id="answer")
            yield Prose(id="passed")

    def on_mount(self) -> None:
        field = self.query_one("#place", Field)
        field.input.suggester = _Paths()
        field.value = str(Path.home())
        field.input.focus()
        self._load()

    def desk_changed(self) -> None:
        self._load()

    def _load(self) -> None:
        desk, to = self.desk, self._to

        def work() -> tuple[tuple[Destination, ...], Waiting, tuple[PacketPassed, ...]]:
            chosen = to.id if to is not None else packets.OFFICE
            return packets.destinations(desk), packets.waiting(desk, to=chosen), packets.passed(desk)

        self.errand(work, self._show, self._refused)

    def _show(self, found: tuple[tuple[Destination, ...], Waiting, tuple[PacketPassed, ...]]) -> None:
        self._known, waits, passed = found
        self._to = self._to or self._known[0]
        key = "packets.carries" if self._to.id == packets.OFFICE else "packets.carries-drafts"
        carried = say(
            key, records=waits.records, evidence=waits.evidence, drafts=waits.drafts, notes=waits.notes
        )
        size = say("packets.tui.size", size=f"{waits.bytes / _MEGABYTE:.1f}")
        self.query_one("#waiting", Prose).say(
            (say("packets.tui.to", words=self._to.words), "strong"),
            (
                say("packets.tui.nothing") if waits.nothing else f"{carried}  {size}",
                "" if waits.nothing else "warn",
            ),
        )
        lines = [
            (
                say(
                    f"packets.tui.passed-{each.direction}", at=times.day_and_time(each.at), words=each.summary
                ),
                "quiet",
            )
            for each in passed[:8]
        ]
        self.query_one("#passed", Prose).say(
            *([(say("packets.tui.passed"), "head"), *lines] if lines else [])
        )

    def _answer(self, *said: tuple[str, str]) -> None:
        self.query_one("#answer", Prose).say(*said)

    def _refused(self, sentence: str) -> None:
        self._busy = False
        self._answer((sentence, "bad"))

    def _path(self) -> Path:
        return Path(self.query_one("#place", Field).value.strip().strip("'\"")).expanduser()

    @on(Input.Changed)
    def _typed(self, _message: Input.Changed) -> None:
        self._seen = None

    @on(Input.Submitted)
    def _entered(self, _message: Input.Submitted) -> None:
        """Looks into the packet that is named; once more: takes it in. Of a folder, says what room there is."""
        path, desk = self._path(), self.desk
        if self._busy:
            return
        if path.is_dir():
            room = f"{packets.free_space(path) / _MEGABYTE:,.0f}"
            self._answer((say("packets.tui.room", path=path, size=room), ""))
            return
        self._busy = True
        self._answer((say("packets.tui.reading"), "quiet"))
        if self._seen is None:
            self.errand(lambda: packets.inspect(desk, path), self._looked, self._refused)
        else:
            self.errand(lambda: packets.import_packet(desk, path), self._taken, self._refused)

    def _looked(self, seen: PacketSeen) -> None:
        self._busy = False
        first, *rest = seen.sentences
        lines = [(first, "strong"), *[(f"  {each}", "") for each in rest]]
        if not seen.known:
            self._seen = seen
            lines.append((say("packets.tui.again"), "warn"))
        self._answer(*lines)

    def _taken(self, taken: PacketTaken) -> None:
        self._busy = False
        self._seen = None
        look = "good" if taken.changed else "quiet"
        lines = [(each, look) for each in taken.sentences]
        if taken.problem:
            lines.append((taken.problem, "bad"))
        self._answer(*lines)
        if taken.changed:
            self.zhubi.desk_changed()

    def action_make(self) -> None:
        """A packet into the folder that is named, or under that name."""
        path, desk, to = self._path(), self.desk, self._to
        if self._busy or to is None:
            return
        if path.is_file():
            self._answer((say("packets.tui.exists", path=path), "warn"))
            return
        self._busy = True
        self._answer((say("packets.tui.making"), "quiet"))
        self.errand(lambda: packets.export(desk, path, to=to.id), self._made, self._refused)

    def _made(self, made: PacketMade) -> None:
        self._busy = False
        self._answer(
            (str(made.path), "strong"),
            (say("packets.cli.made", summary=made.summary, size=f"{made.size / _MEGABYTE:.1f}"), "good"),
            (say("packets.no-proof" if made.to_office else "packets.for-device"), "warn"),
        )
        self._load()

    def action_choose(self) -> None:
        """For the office, or for another device of mine."""
        if self._busy or not self._known:
            return

        def chosen(place: int | None) -> None:
            if place is not None:
                self._to = self._known[place]
                self._load()

        here = self._known.index(self._to) if self._to in self._known else 0
        self.app.push_screen(
            PickBox(say("packets.tui.for-whom"), [each.words for each in self._known], here=here), chosen
        )

    def action_back(self) -> None:
        """Back; what is being written is finished first."""
        if not self._busy:
            self.app.pop_screen()
