"""The three themes: ink-dark, paper-light and high contrast; vermilion marks what is ours, words say what is meant."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="dark",
    primary="#e0674f",
    secondary="#8fb3c9",
    accent="#e0674f",
    warning="#e8b45a",
    error="#ff8a80",
    success="#8fc78f",
    foreground="#e6e2d8",
    background="#15171b",
    surface="#1c1f25",
    panel="#262a32",
    dark=True,
    variables={
        "block-cursor-background": "#37455a",
        "block-cursor-foreground": "#ffffff",
        "input-selection-background": "#4a5c78",
        "quiet": "#9a9890",
        "line": "#434852",
        "scrollbar": "#434852",
        "scrollbar-background": "#1c1f25",
    },
)

LIGHT: Final = Theme(
    name="light",
    primary="#b03a26",
    secondary="#2f5f7d",
    accent="#b03a26",
    warning="#8a5a00",
    error="#b3261e",
    success="#2e6b34",
    foreground="#24221e",
    background="#f7f4ec",
    surface="#efeadd",
    panel="#e4ddcb",
    dark=False,
    variables={
        "block-cursor-background": "#cfdbe8",
        "block-cursor-foreground": "#10100e",
        "input-selection-background": "#b7cbe0",
        "quiet": "#6a655a",
        "line": "#bdb49e",
        "scrollbar": "#bdb49e",
        "scrollbar-background": "#efeadd",
    },
)

HIGH_CONTRAST: Final = Theme(
    name="high-contrast",
    primary="#ffb199",
    secondary="#9fe0ff",
    accent="#ffb199",
    warning="#ffe066",
    error="#ffb3b3",
    success="#a8ffa8",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    dark=True,
    variables={
        "block-cursor-background": "#ffffff",
        "block-cursor-foreground": "#000000",
        "input-selection-background": "#0050a0",
        "quiet": "#dddddd",
        "line": "#ffffff",
        "scrollbar": "#ffffff",
        "scrollbar-background": "#000000",
    },
)

THEMES: Final = (DARK, LIGHT, HIGH_CONTRAST)
"""In the order in which the palette offers them; their names are the values of ``Settings.theme``."""
