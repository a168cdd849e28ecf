"""What of the expert's own is found on a card: compared here, explained, and never sent anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhubi.core.rules.matching import Match, OwnUnit, match_card
from zhubi.expert.desk.views import MatchView, Profile
from zhubi.locale import say

if TYPE_CHECKING:
    from zhubi.core.model.dossier import Card
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.store.values import Office


def read_profile(desk: Desk, office: Office | None) -> Profile:
    """The profile as it was saved; name and unit of the enrolment where none was."""
    found = desk.store.profile.read()
    return Profile(
        str(found.get("name") or (office.name if office else "")),
        str(found.get("unit") or (office.unit if office else "")),
        tuple(found.get("units", ())),
        tuple(found.get("former_units", ())),
        tuple((str(one), str(other)) for one, other in found.get("aliases", ())),
    )


def hints_for(mine: Profile, card: Card) -> tuple[MatchView, ...]:
    """The hints of a card, the surest first, each with both names so that it can be judged."""
    current = dict.fromkeys(each for each in (mine.unit, *mine.units) if each)
    units = [_own(each, True, mine) for each in current]
    units += [_own(each, False, mine) for each in dict.fromkeys(mine.former_units) if each not in current]
    found = match_card(
        mine.name,
        units,
        [each.name for each in card.units],
        [(each.name, each.unit) for each in card.people],
    )
    return tuple(MatchView(each.strength, _sentence(each)) for each in found)


def _own(name: str, current: bool, mine: Profile) -> OwnUnit:
    # A pair names one unit by two names, in whichever order it was typed.
    others = [other for one, other in mine.aliases if one == name]
    others += [one for one, other in mine.aliases if other == name]
    return OwnUnit(name, current, tuple(others))


def _sentence(match: Match) -> str:
    reason = say(match.reason, mine=match.mine, theirs=match.theirs)
    return say("desk.hint", reason=reason, mine=match.mine, theirs=match.theirs)
