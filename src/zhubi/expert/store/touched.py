"""What a transaction touched, so that the derived rows are made anew before it commits."""

from __future__ import annotations

from collections.abc import Iterable


class Touched:
    """Rounds and assignments whose derived rows may have changed. ``None`` for a round: every round of the dossier."""

    def __init__(self) -> None:
        self.rounds: set[tuple[str, str]] = set()
        self.dossiers: set[tuple[str, str | None, str]] = set()

    def round(self, office: str, round_id: str) -> None:
        """Something that concerns a whole round changed."""
        self.rounds.add((office, round_id))

    def matter(self, office: str, round_id: str | None, subjects: Iterable[str]) -> None:
        """Something about these dossiers changed, or about the round itself where there are none."""
        named = False
        for dossier in subjects:
            self.dossiers.add((office, round_id, dossier))
            named = True
        if not named and round_id is not None:
            self.round(office, round_id)

    def clear(self) -> None:
        """Forgets everything: the transaction ended."""
        self.rounds.clear()
        self.dossiers.clear()

    def __bool__(self) -> bool:
        return bool(self.rounds or self.dossiers)
