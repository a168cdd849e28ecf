"""What can be wrong with a rulebook, an override or a condition."""

from __future__ import annotations

from collections.abc import Mapping

from zhubi.core.model.errors import Detail, ZhubiError


class RulesError(ZhubiError):
    """Something in the rules cannot be used as it stands."""


class ExpressionFault(RulesError):
    """A condition that does not compile: where inside it (both counted from 1), and why.

    ``what``: undeclared (the name ``item``), types (the operator ``item`` on ``found``), yields (``expected``, not
    ``found``), or syntax.
    """

    def __init__(
        self,
        what: str,
        reason: str,
        line: int,
        column: int,
        *,
        item: str = "",
        expected: str = "",
        found: str = "",
    ) -> None:
        details = {"reason": reason, "item": item, "expected": expected, "found": found}
        super().__init__(f"rules.expression-{what}", reason, line=line, column=column, **details)
        self.what = what
        self.reason = reason
        self.line = line
        self.column = column


class RulebookFault(RulesError):
    """A fault in a rulebook's file: which file, where, what, and the line itself with a caret under the fault.

    ``line`` and ``column`` count from 1; 0 where the fault has no place of its own.
    """

    def __init__(
        self,
        what: str,
        file: str,
        line: int,
        column: int,
        reason: str,
        excerpt: str = "",
        details: Mapping[str, Detail] | None = None,
    ) -> None:
        super().__init__(
            f"rules.fault-{what}",
            f"{file}:{line}:{column}: {reason}",
            file=file,
            line=line,
            column=column,
            **{"reason": reason, **(details or {})},
        )
        self.what = what
        self.file = file
        self.line = line
        self.column = column
        self.reason = reason
        self.excerpt = excerpt


class OverrideRefused(RulesError):
    """A round may not replace this: it rests on a clause, does not exist, or does not fit."""
