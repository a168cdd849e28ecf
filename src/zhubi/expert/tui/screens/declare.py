"""回避核对: one table for the whole round; nothing is preset, and only what was shown in full can be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical

from zhubi.core.model.text import fold_digits
from zhubi.expert.desk import declare
from zhubi.expert.tui.acts import Act, bound
from zhubi.expert.tui.boxes import PinBox
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.relationbox import ProfileBox, RelationBox
from zhubi.expert.tui.widgets.cards import OUTCOMES, CardHead, CardRows, card_paragraphs
from zhubi.expert.tui.widgets.line import OneLine
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.expert.tui.widgets.rows import Rows
from zhubi.expert.tui.widgets.tillend import TillEnd
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.views import DeclarationRow, Profile, RelationView, SignedReport

_WITH_RELATIONS = frozenset({"recuse", "explain"})


class DeclareScreen(Page[None]):
    """Digits 1 to 5 answer; Ctrl+G signs what is answered."""

    NAME = "declare"
    CSS_PATH: ClassVar[Any] = [FIELDS, "declare.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("space", "more", "whole-card"),
        bound("ctrl+g", "sign", "sign-declarations", priority=True),
        bound("f4", "profile", "own-units"),
        bound("escape", "back", "back"),
    ]
    ACTS: ClassVar[tuple[Act, ...]] = (Act("commitment", "screen.commitment"),)

    def __init__(self, round_id: str, dossier: str | None = None) -> None:
        super().__init__()
        self._round = round_id
        self._wanted = dossier
        self._loaded = False

    def body(self) -> ComposeResult:
        yield OneLine(id="info")
        with Horizontal(id="panes"):
            with Vertical(id="table"):
                yield CardHead()
                yield CardRows()
            with TillEnd(id="card"):
                yield Prose((say("tui.review.opening"), "quiet"), id="about")
        yield OneLine(id="keys")

    @property
    def cards(self) -> CardRows:
        """The table."""
        return self.query_one(CardRows)

    def on_mount(self) -> None:
        self.query_one("#card").can_focus = False
        self.cards.focus()
        self._load()

    def desk_changed(self) -> None:
        self._load()

    def _load(self) -> None:
        desk, round_id = self.desk, self._round
        self.errand(lambda: declare.declarations(desk, round_id), self._show, self._failed)

    def _failed(self, sentence: str) -> None:
        self.query_one("#about", Prose).say((sentence, "bad"), "", (say("tui.review.go-back"), "quiet"))

    def _show(self, cards: tuple[DeclarationRow, ...]) -> None:
        table = self.cards
        here = table.current.key.dossier if table.current is not None else self._wanted
        table.show(cards)
        place = next((number for number, each in enumerate(cards) if each.key.dossier == here), None)
        if place is None or not self._loaded:
            open_ones = [number for number, each in enumerate(cards) if each.outcome is None]
            place = place if place is not None and self._wanted else (open_ones or [0])[0]
        table.cursor = place
        self._loaded = True
        if not cards:
            self._failed(say("tui.declare.empty"))
            return
        self._say_info()
        self._say_card()
        self._ask_profile_once()

    def _say_info(self) -> None:
        cards = self.cards.cards
        answered = sum(each.outcome is not None for each in cards)
        unsigned = sum(each.outcome is not None and not each.signed for each in cards)
        text = say("tui.declare.count", count=len(cards), answered=answered)
        waiting = say("tui.declare.unsigned", count=unsigned) if unsigned else ""
        self.query_one("#info", OneLine).say(text, waiting, right_look="warn")
        current = self.cards.current
        offered = [
            f"{number} {say(f'tui.declare.outcome.{each}')}"
            for number, each in enumerate(OUTCOMES, 1)
            if each != "policy-seat" or (current is not None and current.seat)
        ]
        self.query_one("#keys", OneLine).say("  ".join(offered), left_look="mine")

    def _say_card(self) -> None:
        card = self.cards.current
        if card is not None:
            self.query_one("#about", Prose).say(*card_paragraphs(card))
            self.query_one(TillEnd).scroll_home(animate=False)
            self.call_after_refresh(self.query_one(TillEnd).look)

    def on_till_end_seen(self, message: TillEnd.Seen) -> None:
        """All of a card has been on the screen."""
        card = self.cards.current
        if card is None or message.text != "\n".join(text for text, _ in card_paragraphs(card)):
            return  # it was of the card before
        if card.key.dossier not in self.cards.shown:
            self.cards.shown.add(card.key.dossier)
            self.cards.refresh()

    def on_rows_moved(self, _message: Rows.Moved) -> None:
        self._say_info()
        self._say_card()

    def on_rows_chosen(self, _message: Rows.Chosen) -> None:
        self.action_more()

    # Answering

    def on_key(self, event: events.Key) -> None:
        character = fold_digits(event.character) if event.character and event.is_printable else ""
        if len(character) == 1 and character in "12345":
            event.stop()
            self._answer(OUTCOMES[int(character) - 1])

    def _answer(self, outcome: str) -> None:
        card = self.cards.current
        if card is None:
            return
        if card.key.dossier not in self.cards.shown:
            self.action_more()
            self.zhubi.say_problem(say("tui.declare.read-first"))
            return
        if outcome == "policy-seat" and not card.seat:
            self.zhubi.say_problem(say("tui.declare.no-seat"))
        elif card.outcome == outcome and not card.signed and outcome not in _WITH_RELATIONS:
            self._keep(card, None)
        elif outcome in _WITH_RELATIONS:
            self._ask_relations(card, outcome)
        else:
            self._keep(card, outcome)

    def _ask_relations(self, card: DeclarationRow, outcome: str) -> None:
        kinds = self.zhubi.attempt(lambda: declare.relations(self.desk, self._round)) or ()

        def answered(found: tuple[tuple[RelationView, ...], str] | None) -> None:
            if found is not None:
                self._keep(card, outcome, *found)

        self.app.push_screen(RelationBox(card, outcome, kinds), answered)

    def _keep(
        self,
        card: DeclarationRow,
        outcome: str | None,
        relations: tuple[RelationView, ...] = (),
        words: str = "",
    ) -> None:
        desk, round_id, dossier = self.desk, self._round, card.key.dossier

        def work() -> bool:
            declare.answer(desk, round_id, dossier, outcome, relations, words)
            return True

        if self.zhubi.attempt(work):
            cards = self.zhubi.attempt(lambda: declare.declarations(desk, round_id))
            if cards is not None:
                self.cards.show(cards)
                if outcome is not None:
                    self.cards.action_move(1)
                self._say_info()
                self._say_card()

    # Acts

    def action_more(self) -> None:
        """Further down the card, and from its end back to its top."""
        pane = self.query_one(TillEnd)
        if pane.at_end:
            pane.scroll_home(animate=False)
        else:
            pane.page()

    def action_sign(self) -> None:
        """Sign all that is answered and not signed yet."""
        count = sum(each.outcome is not None and not each.signed for each in self.cards.cards)
        if not count:
            self.zhubi.say_problem(say("tui.declare.nothing"))
            return
        desk, round_id = self.desk, self._round

        def signed(report: SignedReport | None) -> None:
            if report is None:
                return
            for problem in report.problems:
                self.zhubi.say_problem(problem)
            if report.signed:
                self.zhubi.say_done(say("tui.declare.done", count=report.signed))
                if not report.problems and all(each.outcome is not None for each in self.cards.cards):
                    self.app.pop_screen()  # nothing is left to declare here
                self.zhubi.desk_changed()
                self.zhubi.action_sync()

        what = say("tui.declare.what", count=count)
        box = PinBox(
            say("tui.act.sign-declarations"),
            lambda pin: declare.sign_declarations(desk, round_id, pin),
            what,
            "",
        )
        self.app.push_screen(box, signed)

    def _ask_profile_once(self) -> None:
        if self.zhubi.asked_own_units:
            return
        self.zhubi.asked_own_units = True
        known = self.zhubi.attempt(lambda: declare.profile(self.desk))
        if known is not None and not (known.units or known.former_units or known.aliases):
            self._ask_profile(known)

    def action_profile(self) -> None:
        """Own units, former units and short names, for the hints."""
        known = self.zhubi.attempt(lambda: declare.profile(self.desk))
        if known is not None:
            self._ask_profile(known)

    def _ask_profile(self, known: Profile) -> None:
        def answered(profile: Profile | None) -> None:
            if profile is not None:
                self.zhubi.attempt(lambda: declare.save_profile(self.desk, profile))
                self._load()

        self.app.push_screen(ProfileBox(known), answered)

    def action_commitment(self) -> None:
        """The commitment of this round."""
        from zhubi.expert.tui import routes

        routes.open_commitment(self.zhubi, self._round)

    def action_back(self) -> None:
        """Back to the desk; answers are kept on this machine."""
        self.app.pop_screen()
