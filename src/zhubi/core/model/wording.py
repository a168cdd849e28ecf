"""How a rulebook speaks: short wordings in two languages, names and conditions."""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from zhubi.core.model.values import Frozen, Words

Expression = Annotated[Words, StringConstraints(max_length=2000)]
"""A CEL condition; empty where the field's own description says what empty means."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
"""The name of a fact or finding: lower case with underscores, as conditions spell it."""


class Bilingual(Frozen):
    """A short wording of our own, in Chinese and English."""

    zh: Words
    en: Words

    def said(self, language: str) -> str:
        """The wording in ``en`` when that is asked for, else in Chinese."""
        return self.en if language.lower().startswith("en") and self.en else self.zh
