"""A box to tick that shows by its letter, and not by colour alone, whether it is ticked."""

from __future__ import annotations

from textual.widgets import Checkbox


class Tick(Checkbox):
    """Textual draws the same X in two colours; here an empty box is empty."""

    @property
    def BUTTON_INNER(self) -> str:  # type: ignore[override]  # noqa: N802 - the name is Textual's
        """What stands inside the box."""
        return "x" if self.value else " "
