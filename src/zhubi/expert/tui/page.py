"""What every screen has: a top line, a key line, help, widths to adapt to, and the desk behind it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar, cast

from textual import events
from textual._callback import invoke
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import ModalScreen, Screen
from textual.widget import Widget

from zhubi.expert.tui.acts import Act
from zhubi.expert.tui.widgets.keyline import KeyLine
from zhubi.expert.tui.widgets.topline import TopLine
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.tui.application import ZhubiApp

FIELDS: Final = Path(__file__).with_name("fields.tcss")
"""How fields, lists, buttons and boxes look: beside the own sheet of every screen that has any."""

Result = TypeVar("Result")
Done = TypeVar("Done")


class _Served:
    """What screens and boxes share: the app in its own type, and errands beside the drawing thread."""

    if TYPE_CHECKING:
        app: Any

    @property
    def zhubi(self) -> ZhubiApp:
        """The app, in its own type."""
        return cast("ZhubiApp", self.app)

    @property
    def desk(self) -> Desk:
        """The desk: the only door to what an expert can do."""
        return self.zhubi.desk

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Where text is typed, the terminal's own cursor stands: input methods put their candidates beside it."""
        takes_text = _takes_text(event.widget)
        self.zhubi.show_caret(takes_text)
        if takes_text:
            # A field that has the focus before it is laid out does not know yet where it stands.
            event.widget.call_after_refresh(self._place_caret, event.widget)

    def _place_caret(self, widget: Any) -> None:
        if widget.has_focus and widget.is_attached:
            self.app.cursor_position = widget.cursor_screen_offset

    def errand(
        self,
        work: Callable[[], Done],
        done: Callable[[Done], object],
        failed: Callable[[str], None] | None = None,
        *,
        group: str = "screen",
    ) -> None:
        """Do blocking work beside the drawing; see ``ZhubiApp.errand``. A screen that is gone hears nothing."""

        async def still_here(result: Done) -> None:
            if self.is_attached:  # type: ignore[attr-defined]
                await invoke(done, result)

        def failed_here(sentence: str) -> None:
            if failed is not None and self.is_attached:  # type: ignore[attr-defined]
                failed(sentence)

        self.zhubi.errand(work, still_here, failed_here if failed is not None else None, group=group)


def _takes_text(widget: Widget) -> bool:
    # By name: importing the field widgets to ask them would delay the first paint, which has none.
    return any(kind.__name__ in ("Input", "TextArea") for kind in type(widget).__mro__)


class Page(_Served, Screen[Result]):
    """A whole screen. ``NAME`` gives ``tui.title.<NAME>`` and ``tui.help.<NAME>``."""

    NAME: ClassVar[str] = ""
    HELP: ClassVar[str | None] = ""
    ACTS: ClassVar[tuple[Act, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = []
    HORIZONTAL_BREAKPOINTS: ClassVar[Any] = [(0, "-narrow"), (100, "-wide"), (150, "-broad")]  # type: ignore[misc]
    AUTO_FOCUS = "*"

    def compose(self) -> ComposeResult:
        yield TopLine(say("tui.brand"), self.heading())
        yield from self.body()
        yield KeyLine()

    def heading(self) -> str:
        """What the top line calls this screen."""
        return say(f"tui.title.{self.NAME}")

    def body(self) -> ComposeResult:
        """The widgets between the two lines."""
        yield from ()

    def set_heading(self, text: str) -> None:
        """Call this screen something else in its top line."""
        self.query_one(TopLine).heading = text

    def on_screen_resume(self) -> None:
        self.zhubi.show_caret(self.focused is not None and _takes_text(self.focused))
        self.zhubi.show_status()

    def desk_changed(self) -> None:
        """The store changed underneath (a sync, a delivery): draw again what may have."""


class Box(_Served, ModalScreen[Result]):
    """A question over a screen. ``NAME`` gives ``tui.help.<NAME>``."""

    NAME: ClassVar[str] = ""
    CSS_PATH: ClassVar[str | PurePath | list[str | PurePath] | None] = FIELDS
    HELP: ClassVar[str | None] = ""
    ACTS: ClassVar[tuple[Act, ...]] = ()
    AUTO_FOCUS = "*"

    def desk_changed(self) -> None:
        """Nothing in a box follows the store."""
