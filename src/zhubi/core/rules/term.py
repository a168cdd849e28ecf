"""Whether a policy governs a project: judged on the day the project was set up, never on the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zhubi.core.model.rulebook import Basis, Policy

Standing = Literal["governed", "earlier", "later", "unknown"]


@dataclass(frozen=True, slots=True)
class TermJudgement:
    """``governed`` by this policy; set up ``earlier`` (under the rules before it) or ``later`` (after it lapsed);
    ``unknown`` while the set-up date, on which it hangs, is not given. ``key`` names the sentence."""

    standing: Standing
    key: str
    basis: Basis


def applies(policy: Policy, set_up_on: str | None) -> TermJudgement:
    """How a project set up on this day (``YYYY-MM-DD``) stands to the policy's term.

    A policy whose text neither ends nor looks at the set-up date governs whatever is reviewed under it.
    """
    term = policy.term
    standing: Standing = "governed"
    if term.judged_on == "set-up":
        if set_up_on is None:
            standing = "unknown"
        elif term.starts is not None and set_up_on < term.starts:
            standing = "earlier"
        elif term.ends is not None and set_up_on > term.ends:
            standing = "later"
    return TermJudgement(standing, f"rules.term-{standing}", term.basis)
