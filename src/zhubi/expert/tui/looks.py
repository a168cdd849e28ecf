"""How a piece of text looks, by a name for what it means. The colours are the theme's; the words say it as well.

Not style-sheet classes: each of those costs every widget that has them a pass of Textual's style sheets, and what
paints first must paint at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.style import Style
from textual.color import Color

if TYPE_CHECKING:
    from textual.app import App

# Look: (the theme's variable for the text, for the ground, bold)
_LOOKS: Final[dict[str, tuple[str, str, bool]]] = {
    "strong": ("", "", True),
    "mine": ("primary", "", True),
    "head": ("secondary", "", True),
    "quiet": ("quiet", "", False),
    "warn": ("warning", "", False),
    "bad": ("error", "", False),
    "good": ("success", "", False),
    "cursor": ("block-cursor-foreground", "block-cursor-background", False),
    "resting": ("", "surface", False),
    "bar": ("secondary", "", False),
}
_styles: dict[tuple[str, str], Style] = {}


def look(app: App[Any], name: str) -> Style:
    """The drawing style of a look in the theme that is on; the empty look changes nothing."""
    found = _styles.get((app.theme, name))
    if found is None:
        text, ground, bold = _LOOKS[name] if name else ("", "", False)
        variables = app.theme_variables
        found = Style(
            color=Color.parse(variables[text]).rich_color if text else None,
            bgcolor=Color.parse(variables[ground]).rich_color if ground else None,
            bold=bold or None,
        )
        _styles[app.theme, name] = found
    return found
