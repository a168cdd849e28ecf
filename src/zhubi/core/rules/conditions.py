"""Conditions of the policies, in CEL: typed when they are compiled, three-valued when they are asked.

The runtime does not raise when a fact is missing: it returns a value of type ERROR whose plain value is a truthy
string, so the type is tested before anything else. ``&&``, ``||`` and ``?:`` absorb such an error where the other
side decides. Shares are written as cross products of integers; an overflow is an error, hence 无法判断, never a wrap.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from cel_expr_python import cel

from zhubi.core.rules.errors import ExpressionFault

Plain = int | bool | str

_DOTTED: Final = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_QUOTED: Final = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"")
_FAULT: Final = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")
_UNDECLARED: Final = re.compile(r"undeclared reference to '([^']+)'")
_MISMATCH: Final = re.compile(r"found no matching overload for '([^']+)' applied to '([^']+)'")
_TYPES: Final = {"int": cel.Type.INT, "bool": cel.Type.BOOL, "string": cel.Type.STRING}
_PYTHON: Final[dict[str, type]] = {"int": int, "bool": bool, "string": str}


class Outcome(StrEnum):
    """符合, 不符, 无法判断."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Judged:
    """What a condition came to; ``missing`` names what it reads and was not given, when that leaves it unknown."""

    outcome: Outcome
    missing: tuple[str, ...] = ()


def _months_after(day: int, months: int) -> int:
    start = date.fromordinal(day)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1])).toordinal()


class Vocabulary:
    """The declared names of one review kind; compiles its expressions once each."""

    def __init__(self, names: tuple[tuple[str, str], ...]) -> None:
        self._names = dict(names)
        shift = cel.Overload(
            "months_after_int_int", cel.Type.INT, [cel.Type.INT, cel.Type.INT], False, _months_after
        )
        self._environment = cel.NewEnv(
            variables={name: _TYPES[kind] for name, kind in names},
            functions=[cel.FunctionDecl("months_after", [shift])],
        )
        self._conditions: dict[str, Condition] = {}
        self._amounts: dict[str, Amount] = {}

    def condition(self, expression: str) -> Condition:
        """The compiled condition. Raises ``ExpressionFault`` for an undeclared name, a wrong type, a slip in syntax."""
        found = self._conditions.get(expression)
        if found is None:
            found = self._conditions[expression] = Condition(*self._compile(expression, "BOOL"))
        return found

    def amount(self, expression: str) -> Amount:
        """The compiled whole number, such as yuan (元) to cut. Raises ``ExpressionFault``."""
        found = self._amounts.get(expression)
        if found is None:
            found = self._amounts[expression] = Amount(*self._compile(expression, "INT"))
        return found

    def _compile(self, expression: str, wanted: str) -> tuple[Any, dict[str, type]]:
        try:
            compiled = self._environment.compile(expression)
        except RuntimeError as problem:
            raise _fault(str(problem), expression) from None
        found = compiled.return_type().name()
        if found != wanted:
            reason = f"expected {wanted}, found {found}"
            raise ExpressionFault("yields", reason, 1, 1, expected=wanted.lower(), found=found.lower())
        reads = {name: _PYTHON[self._names[name]] for name in references(expression) if name in self._names}
        return compiled, reads


def references(expression: str) -> tuple[str, ...]:
    """The dotted names an expression mentions outside its quoted texts, each once, in order."""
    return tuple(dict.fromkeys(_DOTTED.findall(_QUOTED.sub(" ", expression))))


def _fault(message: str, expression: str) -> ExpressionFault:
    match = _FAULT.search(message)
    if match is None:
        return ExpressionFault("syntax", message.splitlines()[0] if message else "not a condition", 1, 1)
    reason = match[3].removesuffix(" [INVALID_ARGUMENT]").replace(" (in container '')", "")
    line, column = int(match[1]), int(match[2])
    text = expression.split("\n")[line - 1] if line <= expression.count("\n") + 1 else ""
    # The compiler points at a dotted name's last dot; people look for where the name begins.
    if text[column - 1 : column] == ".":
        while column > 1 and (text[column - 2].isalnum() or text[column - 2] in "._"):
            column -= 1
    if undeclared := _UNDECLARED.match(reason):
        return ExpressionFault("undeclared", reason, line, column, item=undeclared[1])
    if mismatch := _MISMATCH.match(reason):
        operator = mismatch[1].strip("_") or mismatch[1]
        return ExpressionFault("types", reason, line, column, item=operator, found=mismatch[2])
    return ExpressionFault("syntax", reason.removeprefix("Syntax error: "), line, column)


class _Compiled:
    __slots__ = ("_expression", "_reads")

    def __init__(self, expression: Any, reads: dict[str, type]) -> None:
        self._expression = expression
        self._reads = reads

    @property
    def reads(self) -> tuple[str, ...]:
        """The declared names the expression reads."""
        return tuple(self._reads)

    def _evaluate(self, values: Mapping[str, Plain]) -> tuple[Any, tuple[str, ...]]:
        # A value of another type than declared is as good as none: type() and not isinstance, since True is an int.
        given = {name: values[name] for name, kind in self._reads.items() if type(values.get(name)) is kind}
        result = self._expression.eval(data=given)
        if result.type() == cel.Type.ERROR:
            return None, tuple(name for name in self._reads if name not in given)
        return result.plain_value(), ()


class Condition(_Compiled):
    """A yes-or-no expression."""

    __slots__ = ()

    def outcome(self, values: Mapping[str, Plain]) -> Judged:
        """Met or unmet where what is given decides; else unknown, with the names that were not given."""
        value, missing = self._evaluate(values)
        if value is None:
            return Judged(Outcome.UNKNOWN, missing)
        return Judged(Outcome.MET if value is True else Outcome.UNMET)


class Amount(_Compiled):
    """A whole-number expression."""

    __slots__ = ()

    def value(self, values: Mapping[str, Plain]) -> int | None:
        """The number; None where something it needs was not given or it overflows."""
        value, _ = self._evaluate(values)
        return value if isinstance(value, int) else None


@lru_cache(maxsize=64)
def vocabulary(names: tuple[tuple[str, str], ...]) -> Vocabulary:
    """The vocabulary for these names and types (``ReviewKind.vocabulary``), made once."""
    return Vocabulary(names)
