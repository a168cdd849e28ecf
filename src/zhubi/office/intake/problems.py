"""What is wrong with something that was to be imported, named by the place where a person can mend it."""

from __future__ import annotations

from dataclasses import dataclass, field

from zhubi.core.model.errors import ZhubiError


@dataclass(frozen=True, slots=True)
class IntakeProblem:
    """One thing to mend. ``place`` is a file and field, or a sheet, row and cell; ``key`` names the sentence."""

    place: str
    key: str
    details: dict[str, str] = field(default_factory=dict)


class IntakeRefused(ZhubiError):
    """Nothing was imported, because of these problems."""

    def __init__(self, problems: tuple[IntakeProblem, ...]) -> None:
        super().__init__(
            "intake.refused", f"{len(problems)} problems; nothing was imported", count=len(problems)
        )
        self.problems = problems


class Problems:
    """Gathers problems while something is read, so that all of them can be mended at once."""

    def __init__(self) -> None:
        self.found: list[IntakeProblem] = []

    def add(self, place: str, key: str, **details: object) -> None:
        """Note a problem: ``key`` without its room, details as text."""
        self.found.append(
            IntakeProblem(place, f"intake.{key}", {name: str(value) for name, value in details.items()})
        )

    def raise_any(self) -> None:
        """Raise ``IntakeRefused`` with everything noted, where anything was."""
        if self.found:
            raise IntakeRefused(tuple(self.found))
