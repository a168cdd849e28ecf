"""What must be settled about the terminal before Textual is imported."""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from typing import Final

# In these terminals the Kitty key protocol swallows text that an input method is still composing.
_LOSES_COMPOSED_TEXT: Final = ("iTerm.app", "vscode", "WezTerm")


def loses_composed_text(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is known to lose Chinese text in Textual's Kitty key mode."""
    return environment.get("TERM_PROGRAM", "") in _LOSES_COMPOSED_TEXT


def settle(environment: MutableMapping[str, str] | None = None) -> None:
    """Set the variables that Textual reads when it is imported; what the person set already stands."""
    environment = os.environ if environment is None else environment
    if loses_composed_text(environment):
        environment.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    environment.setdefault("TEXTUAL_ANIMATIONS", "none")
