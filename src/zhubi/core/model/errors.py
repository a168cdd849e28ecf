"""The root of every error that a person may be shown."""

from __future__ import annotations

from collections.abc import Mapping

Detail = str | int | bool


class ZhubiError(Exception):
    """Something expected went wrong, with a name for the sentence and the facts that fill it.

    ``kind`` is a stable dotted slug (``trust.wrong-pin``): the key of the sentence in ``zhubi.locale``.
    ``details`` are the values the sentence names: what was expected, what was found. They never hold secrets.
    The message is the same in plain English, for logs and for languages that lack the key.
    """

    def __init__(self, kind: str, message: str, **details: Detail) -> None:
        super().__init__(message)
        self.kind = kind
        self.details: Mapping[str, Detail] = details
