"""The day's work of the demo as data: rounds, panels, what others have already said, and the sample expert."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from zhubi.core.model.sheet import Answer, Cut, Cuts, Finding, IndicatorJudgement, Score, Sheet
from zhubi.core.model.values import Frozen


class ToldReview(Frozen):
    """A finished review of another expert, as far as people write it: what follows from it is worked out."""

    expert: str
    project: str
    scores: tuple[Score, ...] = ()
    findings: tuple[Finding, ...] = ()
    answers: tuple[Answer, ...] = ()
    indicators: tuple[IndicatorJudgement, ...] = ()
    cuts: tuple[Cut, ...] = ()
    total_follows: bool = False
    recommendation: str
    recommendation_words: str = ""
    opinion: str = ""

    def sheet(self) -> Sheet:
        """The sheet before its checks and total."""
        cuts = Cuts(lines=self.cuts, core_indicators_stand=True, total_follows=self.total_follows)
        return Sheet(
            scores=self.scores,
            answers=self.answers,
            findings=self.findings,
            indicators=self.indicators,
            cuts=cuts if self.cuts else None,
            recommendation=self.recommendation,
            recommendation_words=self.recommendation_words.strip(),
            opinion=self.opinion.strip(),
        )


class ToldSeat(Frozen):
    """A seat for one project."""

    project: str
    role: str
    tags: tuple[str, ...] = ()
    seat: str = ""


class ToldExpert(Frozen):
    """Another member of a panel."""

    id: str
    name: str
    unit: str
    post: str = ""
    field: str = ""
    seats: tuple[ToldSeat, ...]


class ToldConclusion(Frozen):
    """What a panel concluded on one project, signed by its chair."""

    project: str
    chosen: str
    findings: tuple[Finding, ...] = ()
    words: str
    problems: str = ""


class ToldRound(Frozen):
    """One round of the demo. Days count from the moment the demo office is made."""

    folder: str
    policy: str
    kind: str
    title: str
    organiser: str
    mode: str
    opens_days: int
    closes_days: int
    overrides: dict[str, Any]
    projects: tuple[str, ...]
    chair: str = ""
    sample: tuple[ToldSeat, ...]
    experts: tuple[ToldExpert, ...]
    reviews: tuple[ToldReview, ...] = ()
    follows: str = ""
    """The title of the round whose conclusion enters this one."""
    conclusion: ToldConclusion | None = None


class ToldUnit(Frozen):
    """A unit of the sample expert, now or formerly."""

    name: str
    current: bool
    aliases: tuple[str, ...] = ()


class SampleExpert(Frozen):
    """The person who uses the demo."""

    name: str
    unit: str
    units: tuple[ToldUnit, ...]


def content_folder() -> Path:
    """Where the demo's dossiers are, inside the installed package."""
    return Path(str(files("zhubi.demo"))) / "content"


def rounds() -> tuple[ToldRound, ...]:
    """The demo's rounds in the order in which they are opened, those that others follow first."""
    texts = (
        (content_folder() / name).read_text(encoding="utf-8") for name in ("earlier.toml", "rounds.toml")
    )
    return tuple(ToldRound.model_validate(each) for text in texts for each in tomllib.loads(text)["rounds"])


def sample_expert() -> SampleExpert:
    """The sample expert."""
    raw = tomllib.loads((content_folder() / "expert.toml").read_text(encoding="utf-8"))
    units = [
        {name: each[name] for name in ("name", "current", "aliases") if name in each} for each in raw["units"]
    ]
    return SampleExpert.model_validate({"name": raw["name"], "unit": raw["unit"], "units": units})
