"""The smallest app there is: one widget, one text. What any Textual app costs before it shows anything of its own."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class OneWidget(App[None]):
    """Shows a text."""

    def compose(self) -> ComposeResult:
        yield Static("PAINTED")


OneWidget().run()
