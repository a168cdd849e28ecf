"""What a sheet still lacks. Saving is never held back; signing only by what the form itself requires.

An affirmative recommendation against an unmet *block* needs written words; no condition asks for more than that.
A comment that the rulebook requires is counted where it is missing, and holds back signing only where the rule says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zhubi.core.model.rulebook import Criterion, Recommendation, ReviewKind
from zhubi.core.model.sheet import Score, Sheet
from zhubi.core.rules.checks import CheckResult
from zhubi.core.rules.conditions import Outcome, vocabulary
from zhubi.core.rules.facts import sheet_values
from zhubi.core.rules.scoring import criteria_for, is_scored

What = Literal["score", "comment", "answer", "finding", "recommendation", "words", "opinion"]
Hint = Literal["opinion-short", "warn-words", "comment-short", "fact-unconfirmed"]


@dataclass(frozen=True, slots=True)
class Missing:
    """Something not filled in. ``severity`` block holds back signing; warn is counted and shown, and no more."""

    what: What
    item: str
    severity: Literal["block", "warn"] = "block"


@dataclass(frozen=True, slots=True)
class Advice:
    """A hint that holds back nothing. ``found`` and ``wanted`` are characters of an opinion or comment."""

    what: Hint
    item: str = ""
    found: int = 0
    wanted: int = 0


def recommendation_of(kind: ReviewKind, sheet: Sheet) -> Recommendation | None:
    """The rulebook's entry for what the sheet recommends; None when it recommends nothing the rulebook knows."""
    return next((each for each in kind.recommendations if each.id == sheet.recommendation), None)


def missing_items(
    kind: ReviewKind, sheet: Sheet, role: str, results: Sequence[CheckResult]
) -> tuple[Missing, ...]:
    """What is missing, in the order of the form: gates and questions, scores and their comments, findings,
    recommendation, words, opinion.

    ``results`` are those of ``check_results`` for the same sheet.
    """
    answered = {answer.question for answer in sheet.answers if answer.value.strip()}
    missing = [
        Missing("answer", each.id)
        for each in kind.questions
        if each.required and _mine(each.roles, role) and each.id not in answered
    ]
    scores = {score.criterion: score for score in sheet.scores}
    for each in criteria_for(kind, role):
        score = scores.get(each.id)
        if not is_scored(each, score):
            missing.append(Missing("score", each.id))
        elif wants_comment(each, score) and not (score and score.comment.strip()):
            missing.append(Missing("comment", each.id, each.comment_severity))
    found = {finding.finding for finding in sheet.findings}
    missing += [
        Missing("finding", each.id)
        for each in kind.findings
        if each.required and _mine(each.roles, role) and each.id not in found
    ]
    recommendation = recommendation_of(kind, sheet)
    if kind.recommendations and recommendation is None:
        missing.append(Missing("recommendation", "recommendation"))
    if recommendation is not None:
        missing += _words_missing(kind, sheet, role, recommendation, results)
    if kind.opinion_minimum > 0 and not sheet.opinion.strip():
        missing.append(Missing("opinion", "opinion", "warn"))
    return tuple(missing)


def wants_comment(criterion: Criterion, score: Score | None) -> bool:
    """Whether the points lie where the rulebook requires a comment, given or not."""
    if score is None or score.points is None or score.not_applicable:
        return False
    share = score.points * 100
    high = criterion.comment_above < 100 and share > criterion.comment_above * criterion.full
    return high or share < criterion.comment_below * criterion.full


def _mine(roles: Sequence[str], role: str) -> bool:
    return not roles or role in roles


def _words_missing(
    kind: ReviewKind,
    sheet: Sheet,
    role: str,
    recommendation: Recommendation,
    results: Sequence[CheckResult],
) -> list[Missing]:
    if sheet.recommendation_words.strip():
        return []
    if recommendation.needs_words_when:
        condition = vocabulary(kind.vocabulary).condition(recommendation.needs_words_when)
        if condition.outcome(sheet_values(kind, sheet, role)).outcome is Outcome.MET:
            return [Missing("words", "recommendation")]
    if not recommendation.affirmative:
        return []
    written = {seen.check for seen in sheet.checks if seen.words.strip()}
    return [
        Missing("words", result.check)
        for result in results
        if result.is_block and result.check not in written
    ]


def can_sign(kind: ReviewKind, sheet: Sheet, role: str, results: Sequence[CheckResult]) -> bool:
    """Whether nothing that holds back signing is missing."""
    return not any(each.severity == "block" for each in missing_items(kind, sheet, role, results))


def opinion_length(opinion: str) -> int:
    """The characters of an opinion or comment that count (字数): all but white space."""
    return len("".join(opinion.split()))


def advice(kind: ReviewKind, sheet: Sheet, role: str, results: Sequence[CheckResult]) -> tuple[Advice, ...]:
    """Hints: words invited by a warning, facts read but not confirmed.

    An opinion, or a comment that is required, shorter than its minimum is hinted at; an empty one stands among the
    missing items instead.
    """
    hints: list[Advice] = []
    scores = {score.criterion: score for score in sheet.scores}
    for criterion in criteria_for(kind, role):
        score = scores.get(criterion.id)
        length = opinion_length(score.comment) if score else 0
        if wants_comment(criterion, score) and 0 < length < criterion.comment_minimum:
            hints.append(Advice("comment-short", criterion.id, length, criterion.comment_minimum))
    recommendation = recommendation_of(kind, sheet)
    written = {seen.check for seen in sheet.checks if seen.words.strip()}
    if recommendation is not None and recommendation.affirmative and not sheet.recommendation_words.strip():
        hints += [
            Advice("warn-words", result.check)
            for result in results
            if result.outcome is Outcome.UNMET and result.severity == "warn" and result.check not in written
        ]
    hints += [Advice("fact-unconfirmed", each.fact) for each in sheet.facts if not each.confirmed]
    length = opinion_length(sheet.opinion)
    if 0 < length < kind.opinion_minimum:
        hints.append(Advice("opinion-short", "opinion", length, kind.opinion_minimum))
    return tuple(hints)
