"""What a panel must be, counted over those present and not recused, dossier by dossier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from zhubi.core.model.rulebook import PanelRule, Requirement, ReviewKind, Severity, spelled
from zhubi.core.model.sheet import FactValue
from zhubi.core.rules.conditions import Outcome, Plain, vocabulary
from zhubi.core.rules.facts import fact_values


@dataclass(frozen=True, slots=True)
class Member:
    """One member as a dossier sees them."""

    person: str
    role: str
    tags: frozenset[str] = frozenset()
    present: bool = True
    recused: bool = False


@dataclass(frozen=True, slots=True)
class PanelFacts:
    """The counts a panel's rules read. ``mean``: of the members' totals, in the scale's smallest step."""

    present: int
    recused: int = 0
    roles: Mapping[str, int] = field(default_factory=dict)
    tags: Mapping[str, int] = field(default_factory=dict)
    mean: int | None = None

    def values(self, kind: ReviewKind) -> dict[str, Plain]:
        """The counts under the names that conditions use."""
        values: dict[str, Plain] = {"panel.present": self.present, "panel.recused": self.recused}
        values |= {f"panel.role.{spelled(role.id)}": self.roles.get(role.id, 0) for role in kind.roles}
        values |= {f"panel.tag.{spelled(tag.id)}": self.tags.get(tag.id, 0) for tag in kind.tags}
        if self.mean is not None:
            values["panel.mean"] = self.mean
        return values


@dataclass(frozen=True, slots=True)
class PanelFault:
    """A requirement the panel does not meet, or (``missing`` not empty) that cannot be judged.

    ``key`` names the sentence; ``needed`` and ``found`` are members; ``share`` is as in ``2/3``.
    """

    requirement: Requirement
    key: str
    severity: Severity
    needed: int = 0
    found: int = 0
    present: int = 0
    missing: tuple[str, ...] = ()

    @property
    def share(self) -> str:
        """The share asked for, as the policy writes it."""
        return f"{self.requirement.numerator}/{self.requirement.denominator}"

    def details(self, kind: ReviewKind, language: str) -> dict[str, str | int]:
        """What the sentence of ``key`` names, in the language asked for."""
        roles = {role.id: role.name.said(language) for role in kind.roles}
        tags = {tag.id: tag.name.said(language) for tag in kind.tags}
        facts = {fact.id: fact.name.said(language) for fact in kind.facts}
        return {
            "item": self.requirement.name.said(language),
            "basis": self.requirement.basis.text,
            "role": roles.get(self.requirement.role or "", ""),
            "tag": tags.get(self.requirement.tag or "", ""),
            "share": self.share,
            "needed": self.needed,
            "found": self.found,
            "present": self.present,
            "missing": ", ".join(facts.get(name, name) for name in self.missing),
        }


def panel_facts(members: Sequence[Member], mean: int | None = None) -> PanelFacts:
    """The counts over those present and not recused."""
    counted = [member for member in members if member.present and not member.recused]
    return PanelFacts(
        present=len(counted),
        recused=sum(member.present and member.recused for member in members),
        roles=Counter(member.role for member in counted),
        tags=Counter(tag for member in counted for tag in member.tags),
        mean=mean,
    )


def panel_faults(
    rule: PanelRule,
    members: Sequence[Member],
    *,
    kind: ReviewKind | None = None,
    facts: Mapping[str, FactValue] | None = None,
) -> tuple[PanelFault, ...]:
    """What the panel lacks for one dossier, in the rule's order.

    ``kind`` and the dossier's ``facts`` decide the requirements that apply only sometimes; without them such a
    requirement cannot be judged and says so.
    """
    counts = panel_facts(members)
    values = fact_values(kind, facts or {}) if kind is not None else {}
    faults: list[PanelFault] = []
    for requirement in rule.requirements:
        if requirement.when:
            if kind is None:
                faults.append(_unjudged(requirement, ()))
                continue
            judged = vocabulary(kind.vocabulary).condition(requirement.when).outcome(values)
            if judged.outcome is Outcome.UNMET:
                continue
            if judged.outcome is Outcome.UNKNOWN:
                faults.append(
                    _unjudged(requirement, tuple(name.removeprefix("fact.") for name in judged.missing))
                )
                continue
        fault = _fault(requirement, counts)
        if fault is not None:
            faults.append(fault)
    return tuple(faults)


def _unjudged(requirement: Requirement, missing: tuple[str, ...]) -> PanelFault:
    return PanelFault(requirement, "rules.panel-unknown", "warn", missing=missing)


def _fault(requirement: Requirement, counts: PanelFacts) -> PanelFault | None:
    present = counts.present
    of_role = counts.roles.get(requirement.role or "", 0)
    of_tag = counts.tags.get(requirement.tag or "", 0)
    needed, found, holds = {
        "minimum": (requirement.count, present, present >= requirement.count),
        "maximum": (requirement.count, present, present <= requirement.count),
        "odd": (present + 1, present, present % 2 == 1),
        "share": (
            least_share(requirement, present),
            of_role,
            of_role * requirement.denominator >= present * requirement.numerator,
        ),
        "role-minimum": (requirement.count, of_role, of_role >= requirement.count),
        "role-expected": (1, of_role, of_role >= 1),
        "tag": (requirement.count, of_tag, of_tag >= requirement.count),
    }[requirement.kind]
    if holds:
        return None
    key = f"rules.panel-{requirement.kind}"
    return PanelFault(requirement, key, requirement.severity, needed, found, present)


def least_share(requirement: Requirement, present: int) -> int:
    """How many members a share asks for among ``present``, rounded up."""
    return -(-present * requirement.numerator // requirement.denominator)


def is_satisfiable(rule: PanelRule) -> bool:
    """Whether any panel of up to 200 members could meet every head count, share and the odd number at once."""
    by_kind: dict[str, list[Requirement]] = {}
    for requirement in rule.requirements:
        by_kind.setdefault(requirement.kind, []).append(requirement)
    lowest = max((each.count for each in by_kind.get("minimum", [])), default=1)
    highest = min((each.count for each in by_kind.get("maximum", [])), default=200)
    for present in range(lowest, highest + 1):
        if "odd" in by_kind and present % 2 == 0:
            continue
        roles: dict[str | None, int] = {}
        for each in by_kind.get("share", []):
            roles[each.role] = max(roles.get(each.role, 0), least_share(each, present))
        for each in by_kind.get("role-minimum", []) + by_kind.get("role-expected", []):
            roles[each.role] = max(roles.get(each.role, 0), each.count)
        if sum(roles.values()) <= present:
            return True
    return False
