"""暂缓: what an expert keeps back when the others are handed in, remembered until it is signed or ticked again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from zhubi.expert.desk.views import ReviewKey

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk

_KEPT_BACK: Final = "submit.kept-back"


def kept_back(desk: Desk) -> frozenset[ReviewKey]:
    """The reviews that are kept back."""
    return frozenset(ReviewKey(*each) for each in desk.store.settings.get(_KEPT_BACK, []))


def keep_back(desk: Desk, keys: Iterable[ReviewKey], *, back: bool) -> None:
    """Keeps reviews back, or lets them go with the others again."""
    before = kept_back(desk)
    after = before.union(keys) if back else before.difference(keys)
    if after != before:
        named = sorted([each.office, each.round, each.dossier] for each in after)
        desk.store.settings.set(_KEPT_BACK, named)
