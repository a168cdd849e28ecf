"""Textual's own text area, as large as the opinion's editor, and nothing around it."""

from textual.app import App, ComposeResult
from textual.widgets import TextArea


class BareText(App[None]):
    """A text area of 64 x 9."""

    CSS = "TextArea { width: 64; height: 9; border: none; }"

    def compose(self) -> ComposeResult:
        yield TextArea(soft_wrap=True, show_line_numbers=False)

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()


BareText().run()
