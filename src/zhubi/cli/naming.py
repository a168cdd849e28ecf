"""What people type for an expert, a project or a round, and the one thing it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zhubi.core.model.errors import ZhubiError

if TYPE_CHECKING:
    from zhubi.core.rules.lifecycle import RoundView
    from zhubi.office.ledger.stored import KnownPerson
    from zhubi.office.opening import Office


def person_named(office: Office, name: str) -> KnownPerson:
    """The expert of this name or id. Raises ``ZhubiError`` office.no-person, office.many-people (with their ids)."""
    with office.ledger.reading() as reading:
        found = [each for each in reading.people() if name in (each.name, each.person)]
    if not found:
        raise ZhubiError("office.no-person", f"no expert is named {name}", name=name)
    if len(found) > 1:
        ids = ", ".join(f"{each.unit} {each.person}" for each in found)
        raise ZhubiError("office.many-people", f"several experts are named {name}: {ids}", name=name, ids=ids)
    return found[0]


def dossier_named(office: Office, code: str) -> str:
    """The dossier id of a project's code, or the id itself. Raises ``ZhubiError`` office.no-dossier."""
    with office.ledger.reading() as reading:
        stored = reading.dossier_by_code(code) or reading.dossier(code)
    if stored is None:
        raise ZhubiError("office.no-dossier", f"no project has the code {code}", code=code)
    return stored.payload.subjects[0]


def round_named(office: Office, name: str) -> RoundView:
    """The round of this title, or whose id begins so. Raises ``ZhubiError`` office.no-round, office.many-rounds."""
    from zhubi.office.rounds.status import rounds_of

    with office.ledger.reading() as reading:
        rounds = rounds_of(reading)
    found = [each for each in rounds if each.title == name or each.round == name]
    if not found and len(name) >= 4:
        found = [each for each in rounds if each.round.endswith(name) or each.round.startswith(name)]
    if not found:
        titles = "、".join(each.title for each in rounds) or "-"
        raise ZhubiError("office.no-round", f"no round is named {name}", name=name, titles=titles)
    if len(found) > 1:
        ids = ", ".join(each.round for each in found)
        raise ZhubiError("office.many-rounds", f"several rounds are named {name}", name=name, ids=ids)
    return found[0]
