"""请托情况报告: written, signed with the PIN after what the office still sees of it was read, and sealed."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Static, TextArea

from zhubi.expert.desk import contact
from zhubi.expert.desk.contact import LONGEST, ContactReport
from zhubi.expert.tui import times
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.boxes import PickBox, PinBox, TellBox
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.widgets.field import Field
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.contact import ContactView, LetterRow

_FIELDS = ("who", "when", "how", "project", "gift")
_AREAS = ("asked", "words")
_PAUSE = 0.4
"""Seconds without a key after which what was written is kept."""


class SealBox(PinBox[Any]):
    """The PIN, under what the office still sees: all of it at once, also in 80 columns."""

    CSS_PATH: ClassVar[Any] = [FIELDS, "contact.tcss"]


class ContactScreen(Page[None]):
    """One report. Leaving keeps what was written, sealed to this machine."""

    NAME = "contact"
    CSS_PATH: ClassVar[Any] = [FIELDS, "contact.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("ctrl+g", "sign", "sign-contact", priority=True),
        bound("f2", "keep_copy", "keep-copy"),
        bound("f4", "sent", "letters-sent"),
        bound("escape", "back", "back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._view: ContactView | None = None
        self._keep = False
        self._saving: Timer | None = None

    def body(self) -> ComposeResult:
        with VerticalScroll(id="form", can_focus=False):
            yield Prose(id="to")
            for name in _FIELDS[:4]:
                yield Field(
                    say(f"contact.field.{name}"),
                    id=name,
                    hint=say(f"contact.hint.{name}"),
                    limit=LONGEST[name],
                )
            yield Static(Content(say("contact.ask-asked")), classes="asking")
            yield TextArea(id="asked", soft_wrap=True, tab_behavior="focus")
            yield Field(
                say("contact.field.gift"), id="gift", hint=say("contact.hint.gift"), limit=LONGEST["gift"]
            )
            yield Static(Content(say("contact.ask-words")), classes="asking")
            yield TextArea(id="words", soft_wrap=True, tab_behavior="focus")
        yield Prose(id="copy")

    def on_mount(self) -> None:
        offices = self.desk.store.offices.all()
        if len(offices) == 1:
            self._open(offices[0].office)
            return

        def picked(place: int | None) -> None:
            if place is None:
                self.app.pop_screen()
            else:
                self._open(offices[place].office)

        self.app.push_screen(
            PickBox(say("contact.pick-office"), [each.organiser for each in offices]), picked
        )

    def _open(self, office: str) -> None:
        view = self.zhubi.attempt(lambda: contact.contact(self.desk, office))
        if view is None:
            return
        self._view = view
        self._say_to()
        for name, words in asdict(view.report).items():
            if name in _AREAS:
                self.query_one(f"#{name}", TextArea).load_text(words)
            else:
                self.query_one(f"#{name}", Field).value = words
        self._say_copy()
        self.query_one("#who Input", Input).focus()

    def _say_to(self) -> None:
        view = self._view
        if view is None:
            return
        if view.inspectors:
            names = say("tui.list-comma").join(view.inspectors)
            said = (say("contact.to", organiser=view.organiser, names=names), "strong")
        else:
            said = (say("contact.no-inspector", organiser=view.organiser), "warn")
        self.query_one("#to", Prose).say(said, (say("contact.draft"), "quiet"))

    def _say_copy(self) -> None:
        self.query_one("#copy", Prose).say(
            (say("contact.copy-yes" if self._keep else "contact.copy-no"), "warn" if self._keep else "quiet")
        )

    def desk_changed(self) -> None:
        """Inspectors may have come or gone with a sync."""
        if self._view is not None:
            office, report = self._view.office, self._written()
            view = self.zhubi.attempt(lambda: contact.contact(self.desk, office))
            if view is not None:
                self._view = type(view)(view.office, view.organiser, view.inspectors, report)
                self._say_to()

    # Writing

    def _written(self) -> ContactReport:
        said = {name: self.query_one(f"#{name}", Field).value for name in _FIELDS}
        said |= {name: self.query_one(f"#{name}", TextArea).text for name in _AREAS}
        return ContactReport(**said)

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _typed(self) -> None:
        if self._saving is not None:
            self._saving.stop()
        self._saving = self.set_timer(_PAUSE, self._save)

    def _save(self) -> None:
        self._saving = None
        if self._view is not None:
            office, report = self._view.office, self._written()
            self.zhubi.attempt(lambda: contact.keep_draft(self.desk, office, report))

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    def action_keep_copy(self) -> None:
        """Keep a copy that only this machine opens, or not."""
        self._keep = not self._keep
        self._say_copy()

    # Signing

    def action_sign(self) -> None:
        """Read what the office still sees, and sign."""
        view = self._view
        if view is None:
            return
        desk, report, keep = self.desk, self._written(), self._keep
        if self.zhubi.attempt(lambda: contact.check(desk, view.office, report)) is None:
            return

        def work(pin: str) -> LetterRow:
            return contact.send_report(desk, view.office, report, pin, keep_copy=keep)

        rest = say("contact.keeps" if keep else "contact.remains")
        self.app.push_screen(
            SealBox(say("tui.act.sign-contact"), work, *contact.what_is_seen(view), rest), self._signed
        )

    def _signed(self, row: LetterRow | None) -> None:
        if row is None:
            return
        if self._saving is not None:
            self._saving.stop()
            self._saving = None
        self._view = None
        self.zhubi.say_done(say("contact.sealed", code=row.code, state=say("contact.waiting")))
        self.app.pop_screen()
        self.zhubi.action_sync()

    # What was sent

    def action_sent(self) -> None:
        """The reports sent from this machine; Enter reads the copy of one."""
        rows = self.zhubi.attempt(lambda: contact.letters(self.desk)) or ()
        if not rows:
            self.zhubi.say_done(say("contact.none"))
            return

        def picked(place: int | None) -> None:
            if place is not None:
                self._read(rows[place])

        self.app.push_screen(PickBox(say("tui.act.letters-sent"), [_line(each) for each in rows]), picked)

    def _read(self, row: LetterRow) -> None:
        found = self.zhubi.attempt(lambda: contact.read_copy(self.desk, row.digest))
        if found is not None:
            said = [
                f"{say('contact.field.' + name)}: {words}" for name, words in asdict(found).items() if words
            ]
            self.app.push_screen(TellBox(say("contact.copy-of", code=row.code), *said))

    def action_back(self) -> None:
        """Back; what was written stays here."""
        if self._saving is not None:
            self._saving.stop()
            self._save()
        self.app.pop_screen()


def _line(row: LetterRow) -> str:
    state = say("contact.waiting")
    if row.delivered_at is not None:
        state = say("contact.delivered", time=times.day_and_time(row.delivered_at))
    copied = say("contact.copied" if row.copied else "contact.not-copied")
    return f"{row.code} {times.day_and_time(row.made_at)} {state} {copied}"
