"""What goes with a declaration: the relations of 应回避 and 需说明, and the units that hints are made from."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static, TextArea

from zhubi.core.model.text import clean_line, clean_text, fold_digits
from zhubi.expert.desk.views import DeclarationRow, Profile, RelationView
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.page import Box
from zhubi.expert.tui.widgets.field import Field
from zhubi.expert.tui.widgets.keyline import KeyLine
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.rows import Piece, Rows, column
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.views import RelationKind


class _KindRows(Rows):
    """The kinds of relation, each ticked or not."""

    DEFAULT_CSS = "_KindRows { height: auto; max-height: 8; background: $surface; }"

    def __init__(self, kinds: tuple[RelationKind, ...], ticked: set[str]) -> None:
        super().__init__()
        self.kinds = kinds
        self.ticked = ticked

    def count_lines(self) -> int:
        return len(self.kinds)

    def pieces(self, line: int, width: int) -> list[Piece]:
        kind = self.kinds[line]
        mark = "[x] " if kind.id in self.ticked else "[ ] "
        name = f"{line + 1} {kind.name}"
        window = min(14, width // 4)
        return [
            (mark, "good" if kind.id in self.ticked else ""),
            column(name, max(8, width - 5 - window)),
            (" ", ""),
            column(kind.window, window, "quiet"),
        ]

    def tick(self, line: int) -> None:
        """Tick a kind, or take the tick back."""
        if 0 <= line < len(self.kinds):
            self.ticked ^= {self.kinds[line].id}
            self.refresh()

    def action_choose(self) -> None:
        self.tick(self.cursor)

    def on_key(self, event: events.Key) -> None:
        character = fold_digits(event.character) if event.character and event.is_printable else ""
        if event.key == "space":
            event.stop()
            self.tick(self.cursor)
        elif len(character) == 1 and character.isdigit():
            event.stop()
            self.tick(int(character) - 1)


class RelationBox(Box[tuple[tuple[RelationView, ...], str]]):
    """Which relations, with whom, until when, and words; 需说明 asks for words."""

    NAME = "relation"
    DEFAULT_CSS = """
    RelationBox .frame { width: 78; }
    RelationBox Field { margin-top: 0; }
    RelationBox TextArea { height: 3; }
    RelationBox #kind { height: 2; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("ctrl+g", "take", "take", priority=True),
        bound("escape", "close", "back"),
    ]

    def __init__(self, card: DeclarationRow, outcome: str, kinds: tuple[RelationKind, ...]) -> None:
        super().__init__()
        self._card = card
        self._outcome = outcome
        self._kinds = kinds

    def compose(self) -> ComposeResult:
        card = self._card
        before = card.relations[0] if card.relations else None
        with VerticalScroll(classes="frame", can_focus=False):
            yield Static(Content(say(f"tui.declare.outcome.{self._outcome}")), classes="title")
            yield Prose((f"{card.code} {card.title}", "strong"), (say("tui.declare.which"), "quiet"))
            yield _KindRows(self._kinds, {each.kind for each in card.relations})
            yield Prose(id="kind")
            yield Field(say("tui.declare.with-whom"), id="whom", value=before.with_whom if before else "")
            yield Field(
                say("tui.declare.until"), id="until", value=before.until if before else "", hint="2025-06-30"
            )
            yield Prose((say(f"tui.declare.words-{self._outcome}"), "quiet"))
            yield TextArea(card.words, soft_wrap=True, tab_behavior="focus")
            yield Prose(id="answer")
            yield KeyLine()

    def on_mount(self) -> None:
        self._say_kind()

    def on_rows_moved(self, _message: Rows.Moved) -> None:
        self._say_kind()

    def _say_kind(self) -> None:
        rows = self.query_one(_KindRows)
        if rows.cursor < len(self._kinds):
            kind = self._kinds[rows.cursor]
            window = say("tui.declare.kind", name=kind.name, window=kind.window, basis=kind.basis)
            self.query_one("#kind", Prose).say((window, "quiet"))

    def action_take(self) -> None:
        """Take what is said; it is kept on this machine until it is signed."""
        words = clean_text(self.query_one(TextArea).text).strip()
        if self._outcome == "explain" and not words:
            self.query_one("#answer", Prose).say((say("tui.declare.needs-words"), "warn"))
            return
        whom = clean_line(self.query_one("#whom", Field).value)
        until = fold_digits(self.query_one("#until", Field).value).strip()
        ticked = self.query_one(_KindRows).ticked
        relations = tuple(RelationView(each.id, whom, until) for each in self._kinds if each.id in ticked)
        self.dismiss((relations, words))

    def action_close(self) -> None:
        """Nothing answered."""
        self.dismiss(None)


class ProfileBox(Box[Profile]):
    """Own units, former units and short names. They stay on this machine."""

    NAME = "profile"
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("ctrl+g", "take", "take", priority=True),
        bound("escape", "close", "back"),
    ]

    def __init__(self, known: Profile) -> None:
        super().__init__()
        self._known = known

    def compose(self) -> ComposeResult:
        known = self._known
        comma, several = say("tui.list-comma"), say("tui.profile.several")
        pairs = say("tui.profile.between").join(f"{short}={whole}" for short, whole in known.aliases)
        with VerticalScroll(classes="frame", can_focus=False):
            yield Static(Content(say("tui.act.own-units")), classes="title")
            yield Prose(say("tui.profile.why"), (say("tui.declare.local"), "quiet"))
            yield Field(say("tui.profile.name"), id="name", value=known.name)
            yield Field(say("tui.profile.unit"), id="unit", value=known.unit)
            yield Field(
                say("tui.profile.units"),
                id="units",
                value=comma.join(known.units),
                hint=say("tui.profile.several"),
            )
            former = comma.join(known.former_units)
            yield Field(say("tui.profile.former"), id="former", value=former, hint=several)
            yield Field(
                say("tui.profile.aliases"), id="aliases", value=pairs, hint=say("tui.profile.aliases-hint")
            )
            yield KeyLine()

    def action_take(self) -> None:
        """Keep it on this machine."""

        def typed(name: str) -> str:
            return clean_line(self.query_one(f"#{name}", Field).value)

        pairs = [each.partition("=") for each in _several(typed("aliases").replace("＝", "="))]
        self.dismiss(
            Profile(
                typed("name"), typed("unit"), _several(typed("units")), _several(typed("former")),
                tuple((short.strip(), whole.strip()) for short, sign, whole in pairs if sign and short.strip()),
            )
        )  # fmt: skip

    def action_close(self) -> None:
        """As it was."""
        self.dismiss(None)


def _several(text: str) -> tuple[str, ...]:
    for mark in "，,;；":
        text = text.replace(mark, "、")
    return tuple(each.strip() for each in text.split("、") if each.strip())
