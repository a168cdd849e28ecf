"""The first five minutes: an invitation is pasted, its keys are looked at, a PIN is chosen, and the desk opens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, TextArea

from zhubi.core.model.text import clean_line, fold_digits
from zhubi.expert.tui import times
from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.pasted import pasted
from zhubi.expert.tui.widgets.field import Field
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.enrol import Asked
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.views import InvitationView

_STEPS = ("paste", "confirm", "pin")


class EnrolScreen(Page[None]):
    """Three short steps; Esc goes one back, and nothing leaves this machine before the last."""

    NAME = "enrol"
    CSS_PATH: ClassVar[Any] = [FIELDS, "enrol.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [
        bound("ctrl+g", "onward", "onward", priority=True),
        bound("f2", "ask_voucher", "ask-voucher", priority=True),
        bound("escape", "step_back", "back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._step = 0
        self._view: InvitationView | None = None
        self._asks_passphrase = False
        self._busy = False

    def body(self) -> ComposeResult:
        with VerticalScroll(id="middle", can_focus=False):
            yield Prose(id="steps")
            with Vertical(id="paste"):
                yield Prose(say("enrol.paste"), (say("enrol.paste-how"), "quiet"))
                yield TextArea(id="text", soft_wrap=True, tab_behavior="focus")
            with Vertical(id="confirm"):
                yield Prose(id="who")
                yield Prose(id="keys")
                yield Field(say("enrol.name"), id="name")
                yield Field(say("enrol.unit"), id="unit")
            with Vertical(id="pin"):
                yield Prose(id="why")
                yield Field(say("enrol.pin"), id="pin-once", password=True)
                yield Field(say("enrol.pin-again"), id="pin-twice", password=True)
                yield Prose(id="why-passphrase")
                yield Field(say("enrol.passphrase"), id="passphrase-once", password=True)
                yield Field(say("enrol.passphrase-again"), id="passphrase-twice", password=True)
            yield Prose(id="answer")
            yield Prose((say("tui.unlock.classified"), "warn"), id="classified")

    def on_mount(self) -> None:
        self._show(0)

    def _show(self, step: int) -> None:
        self._step = step
        self.refresh_bindings()
        for number, name in enumerate(_STEPS):
            self.query_one(f"#{name}", Vertical).display = number == step
        marks = [
            say(
                "enrol.step-here" if number == step else "enrol.step",
                number=number + 1,
                name=say(f"enrol.step-{name}"),
            )
            for number, name in enumerate(_STEPS)
        ]
        self.query_one("#steps", Prose).say(("  ".join(marks), "head"))
        self._answer("")
        first = {0: "#text", 1: "#name Input", 2: "#pin-once Input"}[step]
        self.query_one(first).focus()

    def _answer(self, sentence: str, look: str = "bad") -> None:
        self.query_one("#answer", Prose).say((sentence, look))

    def action_step_back(self) -> None:
        """One step back; from the first, out."""
        if self._busy:
            return
        if self._step:
            self._show(self._step - 1)
        elif self.zhubi.has_desk:
            self.dismiss(None)
        else:
            self.app.exit(0)

    def action_onward(self) -> None:
        """What Enter and Ctrl+G do: the next step."""
        if not self._busy:
            (self._read, self._confirm, self._enrol)[self._step]()

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        fields = [each for each in self.query(f"#{_STEPS[self._step]} Input").results(Input) if each.display]
        shown = [each for each in fields if each.parent is not None and each.parent.display]
        place = shown.index(message.input) if message.input in shown else len(shown) - 1
        if place + 1 < len(shown):
            shown[place + 1].focus()
        else:
            self.action_onward()

    # The invitation

    def _read(self) -> None:
        from zhubi.expert.desk import enrol

        text = self.query_one("#text", TextArea).text
        if not text.strip():
            self._answer(say("enrol.empty"), "warn")
            return
        found = self.zhubi.attempt(lambda: pasted(text))
        text = found if found is not None else text
        self._busy = True
        self.errand(lambda: enrol.read_invitation(text), self._found, self._refused)

    def _found(self, view: InvitationView) -> None:
        self._busy = False
        self._view = view
        if view.expired:
            self._answer(say("access.code-expired", found=times.day_and_time(view.expires_at)))
            return
        self.query_one("#who", Prose).say(
            (say("enrol.organiser", organiser=view.organiser), "strong"),
            (say("enrol.address", url=view.url), "quiet"),
            (say("enrol.until", at=times.day_and_time(view.expires_at)), "quiet"),
        )
        self.query_one("#keys", Prose).say(
            (say("enrol.keys"), "quiet"), *[(f"  {each}", "") for each in view.keys_in_words]
        )
        self.query_one("#name", Field).value = view.name
        self.query_one("#unit", Field).value = view.unit
        self._show(1)

    def _refused(self, sentence: str) -> None:
        self._busy = False
        self._answer(sentence)

    # The person

    def _confirm(self) -> None:
        if not clean_line(self.query_one("#name", Field).value):
            self._answer(say("enrol.name-empty"), "warn")
            return
        from zhubi.expert.desk import enrol

        if self.zhubi.has_desk:
            self._ask_pin(needs_passphrase=False)
            return
        directory = self.zhubi.directory
        self._busy = True
        self.errand(lambda: enrol.needs_passphrase(directory), self._ask_pin, self._refused)

    def _ask_pin(self, needs_passphrase: bool) -> None:
        self._busy = False
        self._asks_passphrase = needs_passphrase
        joins = self.zhubi.has_desk
        self.query_one("#why", Prose).say(
            say("device.join-pin" if joins else "enrol.why-pin"), (say("device.drafts"), "quiet")
        )
        self.query_one("#pin-twice").display = not joins
        self.query_one("#why-passphrase", Prose).say(say("enrol.why-passphrase"))
        for name in ("#why-passphrase", "#passphrase-once", "#passphrase-twice"):
            self.query_one(name).display = needs_passphrase
        self._show(2)

    # The keys

    def _secrets(self) -> tuple[str, str | None] | None:
        """The PIN and the passphrase as they were chosen; None, and it is said why, where one is not."""
        once = fold_digits(self.query_one("#pin-once", Field).value)
        again = once if self.zhubi.has_desk else fold_digits(self.query_one("#pin-twice", Field).value)
        pin = self._twice("pin", once, again)
        passphrase = None
        if self._asks_passphrase and pin is not None:
            passphrase = self._twice(
                "passphrase",
                self.query_one("#passphrase-once", Field).value,
                self.query_one("#passphrase-twice", Field).value,
            )
        if pin is None or (self._asks_passphrase and passphrase is None):
            return None
        return pin, passphrase

    def _enrol(self, vouched: str = "") -> None:
        from zhubi.expert.desk import enrol, opening

        view, chosen = self._view, self._secrets()
        assert view is not None
        if chosen is None:
            return
        pin, passphrase = chosen
        name, unit = self.query_one("#name", Field).value, self.query_one("#unit", Field).value
        directory, here = self.zhubi.directory, self.zhubi.desk if self.zhubi.has_desk else None
        self._busy = True
        self._answer(say("enrol.busy"), "quiet")

        def work() -> Desk:
            if here is not None:
                enrol.join_office(here, view.invitation, name=name, unit=unit, pin=pin, vouched=vouched)
                return here
            enrol.enrol(
                directory,
                view.invitation,
                name=name,
                unit=unit,
                pin=pin,
                passphrase=passphrase,
                vouched=vouched,
            )
            return opening.open_desk(directory, ask_passphrase=lambda: passphrase or "")

        self.errand(work, self._enrolled, self._refused)

    def action_ask_voucher(self) -> None:
        """Have a device that is enrolled already vouch for this one."""
        from zhubi.expert.desk import enrol

        view = self._view
        if self._busy or self._step != len(_STEPS) - 1 or view is None:
            return
        chosen = self._secrets()
        if chosen is None:
            return
        pin, passphrase = chosen
        directory, here = self.zhubi.directory, self.zhubi.desk if self.zhubi.has_desk else None
        self._busy = True

        def work() -> Asked:
            if here is not None:
                return enrol.ask_voucher_of(here, view.invitation, pin=pin)
            return enrol.ask_voucher(directory, view.invitation, pin=pin, passphrase=passphrase)

        self.errand(work, self._asked, self._refused)

    def _asked(self, asked: Asked) -> None:
        from zhubi.expert.tui.vouching import offer_asking

        self._busy = False
        self._answer("")
        offer_asking(self.zhubi, asked, self._enrol)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A device is vouched for once its keys can be made: at the last step."""
        return self._step == len(_STEPS) - 1 if action == "ask_voucher" else True

    def _twice(self, what: str, once: str, again: str) -> str | None:
        if not once:
            self._answer(say(f"enrol.{what}-empty"), "warn")
        elif once != again:
            self._answer(say(f"enrol.{what}-differs"), "warn")
            self.query_one(f"#{what}-twice", Field).value = ""
        else:
            return once
        return None

    def _enrolled(self, desk: Desk) -> None:
        self._busy = False
        if self.zhubi.has_desk:
            view = self._view
            assert view is not None
            self.dismiss(None)
            self.zhubi.say_done(say("device.joined", organiser=view.organiser))
            self.zhubi.desk_changed()
            self.zhubi.action_sync()
            return
        self.zhubi.enter(desk)
        self.zhubi.say_done(say("enrol.done"))

    def heading(self) -> str:
        return say("enrol.title")
