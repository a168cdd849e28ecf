"""Unlock: a small screen that asks for the PIN, and for the passphrase where no keyring works."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input

from zhubi.expert.tui.acts import bound
from zhubi.expert.tui.page import FIELDS, Page
from zhubi.expert.tui.purging import signed_too
from zhubi.expert.tui.widgets.field import Field
from zhubi.expert.tui.widgets.prose import Prose
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk


class UnlockScreen(Page[None]):
    """``passphrase``: the desk is not open yet because its passphrase must be typed first."""

    NAME = "unlock"
    CSS_PATH: ClassVar[Any] = [FIELDS, "unlock.tcss"]
    BINDINGS: ClassVar[list[BindingType]] = [bound("escape", "app.quit", "quit-short")]

    def __init__(self, *, passphrase: bool = False) -> None:
        super().__init__()
        self._needs_passphrase = passphrase
        self._busy = False

    def body(self) -> ComposeResult:
        with Vertical(id="middle"):
            yield Prose((say("tui.unlock.brand"), "mine"), (say("tui.unlock.what"), "quiet"), id="brand")
            if self._needs_passphrase:
                yield Field(say("tui.unlock.passphrase"), id="passphrase", password=True)
            else:
                yield Field(say("tui.unlock.pin"), id="pin", password=True)
                yield Prose(*signed_too(self.zhubi), id="too")
            yield Prose(id="answer")
            yield Prose((say("tui.unlock.classified"), "warn"), id="classified")

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        secret = message.value
        if self._busy or not secret:
            return
        self._busy = True
        self.query_one("#answer", Prose).say((say("tui.unlock.busy"), "quiet"))
        if self._needs_passphrase:
            self._open(secret)
        else:
            self._unlock(secret)

    def _open(self, passphrase: str) -> None:
        from zhubi.expert.desk import opening, unlock

        directory = self.zhubi.directory

        def opened(desk: Desk) -> None:
            if unlock.asks_at_start(desk):
                self.zhubi.adopt(desk)
                self.app.push_screen(UnlockScreen())
            else:
                self.zhubi.enter(desk)

        self.errand(
            lambda: opening.open_desk(directory, ask_passphrase=lambda: passphrase), opened, self._refused
        )

    def _unlock(self, pin: str) -> None:
        from zhubi.expert.desk import unlock

        desk = self.desk
        self.errand(lambda: unlock.unlock(desk, pin), lambda _none: self.zhubi.enter(desk), self._refused)

    def _refused(self, sentence: str) -> None:
        self._busy = False
        self.query_one("#answer", Prose).say((sentence, "bad"))
        self.query_one(Input).value = ""
        self.query_one(Input).focus()
