"""The 回避核对 table: a project a line, its units, the strongest hint, the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from zhubi.expert.tui.widgets.measure import fit
from zhubi.expert.tui.widgets.rows import Piece, Rows, column
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.views import DeclarationRow

OUTCOMES: Final = ("clear", "recuse", "explain", "policy-seat", "decline")
"""In the order of the keys 1 to 5."""
_ORDER, _ANSWER = 4, 18


def _widths(width: int) -> tuple[int, int]:
    rest = width - _ORDER - 1 - _ANSWER - 2
    hint = min(34, max(16, rest * 2 // 5))
    return rest - hint, hint


class CardHead(Widget):
    """The names of the columns."""

    DEFAULT_CSS = "CardHead { height: 1; color: $quiet; }"

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        project, hint = _widths(width - 3)
        texts = [
            "  ", fit(say("tui.desk.column.order"), _ORDER, "right"), " ",
            fit(say("tui.declare.project"), project), " ",
            fit(say("tui.declare.hint"), hint), " ", fit(say("tui.declare.answer"), _ANSWER),
        ]  # fmt: skip
        return Strip([Segment("".join(texts), self.rich_style)]).adjust_cell_length(width, self.rich_style)


class CardRows(Rows):
    """The cards of one round."""

    def __init__(self) -> None:
        super().__init__()
        self.cards: tuple[DeclarationRow, ...] = ()
        self.shown: set[str] = set()
        """Dossiers whose card has been on the screen in full."""

    def show(self, cards: tuple[DeclarationRow, ...]) -> None:
        """Other cards, or the same with other answers."""
        self.cards = cards
        self.reload()

    def count_lines(self) -> int:
        return len(self.cards)

    @property
    def current(self) -> DeclarationRow | None:
        """The card under the cursor."""
        return self.cards[self.cursor] if self.cursor < len(self.cards) else None

    def pieces(self, line: int, width: int) -> list[Piece]:
        card = self.cards[line]
        project, hint = _widths(width - 1)
        units = say("tui.list-comma").join(name for name, _ in card.units)
        title = f"{card.title} {units}" if units else card.title
        return [
            column(str(card.order), _ORDER, "quiet", right=True),
            (" ", ""),
            column(title, project),
            (" ", ""),
            column(hint_words(card), hint, "warn" if card.hints else "quiet"),
            (" ", ""),
            column(*answer_words(card, seen=card.key.dossier in self.shown)),
        ]


def hint_words(card: DeclarationRow) -> str:
    """The strongest hint in few words."""
    if card.seat_name:
        return say("tui.declare.seat", seat=card.seat_name)
    if not card.hints:
        return "--"
    return say(f"tui.declare.strength.{card.hints[0].strength}", count=len(card.hints))


def answer_words(card: DeclarationRow, *, seen: bool) -> tuple[str, int, str]:
    """The answer as the table shows it: its words, its cells, its look."""
    if card.outcome is None:
        return ("[ ]" if seen else say("tui.declare.unseen")), _ANSWER, "quiet"
    number = OUTCOMES.index(card.outcome) + 1
    words = f"{number} {say(f'tui.declare.outcome.{card.outcome}')}"
    if card.redeclare:
        return words + say("tui.declare.again"), _ANSWER, "warn"
    if card.signed:
        return words + say("tui.declare.signed"), _ANSWER, "good"
    return words, _ANSWER, "strong"


def card_paragraphs(card: DeclarationRow) -> list[tuple[str, str]]:
    """The whole card: units, people, hints, the seat, what was answered."""
    said = [(f"{card.code} {card.title}", "strong")]
    if card.hints:
        said += [(each.sentence, "warn") for each in card.hints]
    said.append((say("tui.declare.units"), "head"))
    said += [(f"{name}  {part}", "") for name, part in card.units]
    if card.people:
        said.append((say("tui.declare.people", count=len(card.people)), "head"))
        people = [
            f"{name}（{unit} {part}）" if unit else f"{name}（{part}）" for name, unit, part in card.people
        ]
        said.append((say("tui.list-comma").join(people), ""))
    if card.summary:
        said += [(say("tui.declare.summary"), "head"), (card.summary, "")]
    if card.redeclare:
        said.append((say("tui.declare.card-changed"), "warn"))
    if card.decision:
        said.append((card.decision, "good"))
    if card.words:
        said.append((say("tui.declare.your-words", words=card.words), ""))
    return said
