"""The sheet as lines: what stands on it in which order, and how each line reads. Plain functions, no widget."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from rich.cells import cell_len

from zhubi.expert.tui.widgets.measure import cut, fit
from zhubi.expert.tui.widgets.rows import Piece, column
from zhubi.locale import language, say

if TYPE_CHECKING:
    from zhubi.expert.desk.sheetviews import (
        BudgetRow,
        CheckRow,
        CriterionRow,
        FactRow,
        FindingRow,
        IndicatorRow,
        MissingRow,
        QuestionRow,
        SheetState,
    )

Kind = Literal[
    "head", "note", "fixed", "score", "question", "finding", "indicator", "fact", "check", "cut", "cuts",
    "recommendation", "opinion", "methods",
]  # fmt: skip

JUDGEMENTS: Final = ("met", "partly", "not-met", "not-checked")
FINDINGS: Final = ("yes", "no", "unknown")
_OUTCOMES: Final = ("unmet", "unknown", "met")
_VERDICT_LOOK: Final = {
    "one": "good",
    "conflict": "warn",
    "uncovered": "warn",
    "undecided": "quiet",
    "open": "quiet",
}
_OUTCOME_LOOK: Final = {"unmet": "bad", "unknown": "warn", "met": "quiet"}


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One line. ``item`` is the id of what it is about; ``text`` what headings and notes say."""

    kind: Kind
    item: str = ""
    text: str = ""
    look: str = ""

    @property
    def selectable(self) -> bool:
        """Whether something can be answered here."""
        return self.kind not in ("head", "note", "fixed")


def lines_of(state: SheetState) -> tuple[SheetLine, ...]:
    """All lines of a sheet, in the order in which people fill it in."""
    return tuple(_lines(state))


def _lines(state: SheetState) -> Iterator[SheetLine]:
    gates = [each for each in state.questions if each.gate]
    asked = [each for each in state.questions if not each.gate]
    if gates:
        yield _head("gates")
        yield from (SheetLine("question", each.id) for each in gates)
    if state.criteria:
        yield SheetLine("head", "scores")
        for criterion in state.criteria:
            yield SheetLine("score" if criterion.mine else "note", criterion.id, look="quiet")
    if state.findings:
        yield _head("findings")
        yield from (SheetLine("finding", each.id) for each in state.findings)
        yield from _meaning_lines(state)
    if asked:
        yield _head("questions")
        yield from (SheetLine("question", each.id) for each in asked)
    if state.indicators:
        yield _head("indicators")
        yield from (SheetLine("indicator", each.id) for each in state.indicators)
    if state.checks:
        counts = [sum(each.outcome == outcome for each in state.checks) for outcome in _OUTCOMES]
        yield _head("checks", unmet=counts[0], unknown=counts[1], met=counts[2])
        ordered = sorted(state.checks, key=lambda each: _OUTCOMES.index(each.outcome))
        yield from (SheetLine("check", each.id) for each in ordered)
    if state.cuts.offered:
        yield from _cut_lines(state)
    if state.recommendations:
        yield _head("recommendation")
        yield SheetLine("recommendation", "recommendation")
        yield from _contradictions(state, spoken=True)
        yield from (SheetLine("note", "", each, "warn") for each in state.advice)
    yield _head("opinion")
    yield SheetLine("opinion", "opinion")
    if state.facts:
        yield _head("facts")
        yield from (SheetLine("fact", each.name) for each in state.facts)


def _meaning_lines(state: SheetState) -> Iterator[SheetLine]:
    meaning = state.meaning
    if meaning is not None and meaning.sentence:
        yield SheetLine("note", "", meaning.sentence, _VERDICT_LOOK[meaning.verdict])
    yield from _contradictions(state, spoken=not state.recommendations)


def _contradictions(state: SheetState, *, spoken: bool) -> Iterator[SheetLine]:
    """Those that touch the recommendation, or the others."""
    for each in state.meaning.contradictions if state.meaning is not None else ():
        if any(what == "recommendation" for what, _ in each.touches) == spoken or not state.findings:
            yield SheetLine("note", "", say("tui.sheet.contradiction", what=each.sentence), "warn")


def name_of_missing(state: SheetState, missing: MissingRow) -> str:
    """What is missing, by its own name; its sentence where it has none."""
    if missing.what in ("score", "comment"):
        found = next((each.name for each in state.criteria if each.id == missing.item), "")
    elif missing.what == "answer":
        found = next((each.name for each in state.questions if each.id == missing.item), "")
    elif missing.what == "finding":
        found = next((each.name for each in state.findings if each.id == missing.item), "")
    elif missing.what in ("recommendation", "opinion"):
        found = say(f"tui.sheet.head.{missing.what}")
    else:
        found = ""
    return found or missing.sentence


def _head(name: str, **values: object) -> SheetLine:
    return SheetLine("head", name, say(f"tui.sheet.head.{name}", **values), "head")


def _cut_lines(state: SheetState) -> Iterator[SheetLine]:
    cuts = state.cuts
    head = say(
        "tui.sheet.head.cuts" if cuts.total_cut else "tui.sheet.head.cuts-none",
        cut=money(cuts.total_cut),
        before=money(cuts.fiscal_before),
        share=share_text(cuts.fiscal_before, cuts.total_before),
        after=money(cuts.fiscal_after),
        then=share_text(cuts.fiscal_after, cuts.total_after),
    )
    yield SheetLine("head", "cuts", head, "head")
    yield from (SheetLine("cut" if each.may_cut else "fixed", each.id) for each in state.budget)
    yield SheetLine("cuts", "core-indicators-stand")
    if cuts.total_may_follow:
        yield SheetLine("cuts", "total-follows")
    yield from (SheetLine("note", "", each, "bad") for each in cuts.problems)


def share_text(part: int, whole: int) -> str:
    """A share in per cent with one decimal place, rounded half up; ``--`` of nothing."""
    if whole <= 0:
        return "--"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


def money(yuan: int) -> str:
    """An amount in yuan (元) as budgets write it: in Chinese in 万, where that loses nothing."""
    if language() != "en" and yuan and yuan % 100 == 0 and abs(yuan) >= 10_000:
        wan = f"{yuan / 10_000:,.2f}".rstrip("0").rstrip(".")
        return say("tui.money.wan", amount=wan)
    return say("tui.money.yuan", amount=f"{yuan:,}")


@dataclass(frozen=True, slots=True)
class Typing:
    """What is being typed on the line under the cursor, and what is wrong with it."""

    text: str
    problem: str = ""


def draw(line: SheetLine, state: SheetState, width: int, typing: Typing | None = None) -> list[Piece]:
    """A line of the sheet in at most ``width`` cells; one that asks for another look says so at its end."""
    if not state.look_again or not line.selectable or _place(line) not in state.look_again:
        return _draw(line, state, width, typing)
    mark = f" {say('changes.mark')}"
    room = width - cell_len(mark)
    if line.kind != "score":
        return [*_draw(line, state, room, typing), (mark, "warn")]
    # Points stay in their columns: the comment, which comes last, makes room.
    kept: list[Piece] = []
    for text, look in _draw(line, state, width, typing):
        kept.append((cut(text, room), look))
        room = max(0, room - cell_len(text))
    return [*kept, (" " * room + mark, "warn")]


def _place(line: SheetLine) -> str:
    kind = "answer" if line.kind == "question" else line.kind
    return kind if kind in ("recommendation", "opinion") else f"{kind}:{line.item}"


def _draw(line: SheetLine, state: SheetState, width: int, typing: Typing | None) -> list[Piece]:
    if line.kind == "head" and line.item == "scores":
        return _score_head(width)
    if line.kind in ("head", "note") and line.text:
        return [column(line.text, width, line.look)]
    if line.kind in ("score", "note"):
        return _score(_by_id(state.criteria, line.item), width, typing)
    if line.kind == "question":
        return _question(_by_id(state.questions, line.item), width, typing)
    if line.kind == "finding":
        return _finding(_by_id(state.findings, line.item), width)
    if line.kind == "indicator":
        return _indicator(_by_id(state.indicators, line.item), width)
    if line.kind == "fact":
        return _fact(next(each for each in state.facts if each.name == line.item), width)
    if line.kind == "check":
        return _check(_by_id(state.checks, line.item), width)
    if line.kind == "cut":
        return _cut(_by_id(state.budget, line.item), width, typing)
    if line.kind == "fixed":
        return _fixed(_by_id(state.budget, line.item), width)
    if line.kind == "cuts":
        return _statement(line.item, state, width)
    if line.kind == "recommendation":
        return _recommendation(state, width)
    return _opinion(state, width)


def _by_id(items: tuple[_Named, ...], wanted: str) -> _Named:
    return next(each for each in items if each.id == wanted)


if TYPE_CHECKING:
    from typing import TypeVar

    _Named = TypeVar("_Named", CriterionRow, QuestionRow, FindingRow, IndicatorRow, CheckRow, BudgetRow)

_FULL, _POINTS, _BAND = 5, 7, 5


def _score_widths(width: int) -> tuple[int, int]:
    rest = width - _FULL - _POINTS - _BAND - 2
    name = max(14, min(28, rest * 11 // 20))
    return name, max(0, rest - name)


def _score_head(width: int) -> list[Piece]:
    name, comment = _score_widths(width)
    return [
        column(say("tui.sheet.head.scores"), name, "head"),
        column(say("tui.sheet.full"), _FULL, "quiet", right=True),
        column(say("tui.sheet.points"), _POINTS, "quiet", right=True),
        (" ", ""),
        column(say("tui.sheet.band"), _BAND, "quiet"),
        (" ", ""),
        column(say("tui.sheet.comment"), comment, "quiet"),
    ]


def _score(row: CriterionRow, width: int, typing: Typing | None) -> list[Piece]:
    name, comment = _score_widths(width)
    if not row.mine:
        remark = say("tui.sheet.not-mine", roles=row.scored_by)
        rest = _POINTS + _BAND + comment + 2
        return [
            column(row.name, name, "quiet"),
            column(row.full_text, _FULL, "quiet", right=True),
            column("  " + remark, rest, "quiet"),
        ]
    if typing is not None:
        points = column(f"[{typing.text:>2}]", _POINTS, "bad" if typing.problem else "strong", right=True)
    elif row.not_applicable:
        points = column(say("tui.sheet.na"), _POINTS, "quiet", right=True)
    else:
        points = column(row.points_text or "--", _POINTS, "" if row.points_text else "warn", right=True)
    said = " ".join(row.comment.split())
    if not said and row.comment_invited:
        asked = say("tui.sheet.comment-required" if row.comment_required else "tui.sheet.comment-invited")
        return [*_score_left(row, name, points), column(asked, comment, "warn")]
    return [*_score_left(row, name, points), column(said, comment, "quiet")]


def _score_left(row: CriterionRow, name: int, points: Piece) -> list[Piece]:
    return [
        column(row.name, name), column(row.full_text, _FULL, "quiet", right=True), points, (" ", ""),
        column(row.band or "--", _BAND), (" ", ""),
    ]  # fmt: skip


def _choices(options: list[tuple[str, bool]]) -> list[Piece]:
    """``1 是  [2 否]``: the chosen one in brackets, so that it is never colour alone."""
    pieces: list[Piece] = []
    for number, (name, chosen) in enumerate(options, 1):
        text = f"[{number} {name}]" if chosen else f" {number} {name} "
        pieces.append((text, "good" if chosen else ""))
    return pieces


def _named(name: str, width: int, pieces: list[Piece], look: str = "") -> list[Piece]:
    """A name in what is left of the line, then the pieces at its right."""
    taken = sum(cell_len(text) for text, _ in pieces)
    room = max(8, width - taken - 1)
    return [column(name, room, look), (" ", ""), *pieces]


def _question(row: QuestionRow, width: int, typing: Typing | None) -> list[Piece]:
    if row.asks == "number":
        shown = typing.text if typing is not None else row.value or "--"
        look = "bad" if typing and typing.problem else "" if row.value else "warn"
        return _named(row.name, width, [(f"[{shown}]{row.unit}", look)])
    if row.asks == "text":
        said = " ".join(row.value.split())
        return _named(row.name, width, [column(said or "--", min(30, width // 3), "" if said else "warn")])
    options = (
        [(say("tui.sheet.yes"), row.value == "yes"), (say("tui.sheet.no"), row.value == "no")]
        if row.asks == "yes-no"
        else [(each.name, each.id == row.value) for each in row.choices]
    )
    pieces = _choices(options)
    if sum(cell_len(text) for text, _ in pieces) > width // 2:
        chosen = next((name for name, on in options if on), "")
        pieces = [
            column(f"[{chosen}]" if chosen else "--", min(24, width // 3), "good" if chosen else "warn")
        ]
    return _named(row.name, width, pieces)


def _finding(row: FindingRow, width: int) -> list[Piece]:
    options = [(say(f"tui.sheet.finding.{each}"), row.value == each) for each in FINDINGS]
    return _named(row.name, width, _choices(options))


def _indicator(row: IndicatorRow, width: int) -> list[Piece]:
    judged = say(f"tui.sheet.judgement.{row.judgement}") if row.judgement else "--"
    binding = say("tui.sheet.binding") if row.binding else ""
    name = max(12, width // 3)
    cells = max(6, (width - name - 9) // 3)
    return [
        column(row.name + binding, name),
        column(" " + row.target, cells, "quiet"),
        column(" " + (row.reported or "--"), cells, "quiet"),
        column(" " + (row.observed or "--"), cells),
        column(f"[{judged}]", 9, "" if row.judgement else "warn"),
    ]


def _fact(row: FactRow, width: int) -> list[Piece]:
    done = say("tui.sheet.confirmed") if row.confirmed else say("tui.sheet.unconfirmed")
    value = row.reading_text or row.value_text or say("tui.sheet.fact-missing")
    value_cells = max(12, width // 3)
    return [
        column(row.label, max(8, width - value_cells - 10)),
        column(value, value_cells, "" if row.reading_text or row.value_text else "warn", right=True),
        (" ", ""),
        column(f"[{done}]", 9, "good" if row.confirmed else "quiet"),
    ]


def _check(row: CheckRow, width: int) -> list[Piece]:
    outcome = say(f"tui.sheet.outcome.{row.outcome}")
    severity = say(f"tui.sheet.severity.{row.severity}") if row.outcome == "unmet" else ""
    tail = (
        say("tui.sheet.words-given")
        if row.words
        else say("tui.sheet.words-needed")
        if row.needs_words
        else ""
    )
    look = _OUTCOME_LOOK[row.outcome]
    pieces: list[Piece] = [(fit(outcome, 9), look), (fit(severity, 7), look)]
    sentence = row.sentence or row.name
    room = max(4, width - 16 - cell_len(tail) - (1 if tail else 0))
    pieces.append(column(sentence, room, "" if row.outcome == "unmet" else "quiet"))
    if tail:
        pieces += [(" ", ""), (tail, "good" if row.words else "warn")]
    return pieces


def _cut(row: BudgetRow, width: int, typing: Typing | None) -> list[Piece]:
    shown = typing.text if typing is not None else money(row.cut) if row.cut else "--"
    look = "bad" if typing and typing.problem else "warn" if row.cut else "quiet"
    reason = " ".join(row.cut_reason.split())
    name = max(10, width // 4)
    return [
        column(row.subject, name),
        column(say("tui.sheet.fiscal", amount=money(row.fiscal)), 22, "quiet", right=True),
        (" ", ""),
        column(f"[{shown}]", 14, look, right=True),
        (" ", ""),
        column(reason, max(0, width - name - 38), "quiet"),
    ]


def _fixed(row: BudgetRow, width: int) -> list[Piece]:
    name = max(10, width // 4)
    return [
        column(row.subject, name, "quiet"),
        column(say("tui.sheet.fiscal", amount=money(row.fiscal)), 22, "quiet", right=True),
        (" ", ""),
        column(say("tui.sheet.not-to-cut"), 14, "quiet", right=True),
    ]


def _statement(item: str, state: SheetState, width: int) -> list[Piece]:
    stands = state.cuts.core_indicators_stand if item == "core-indicators-stand" else state.cuts.total_follows
    options = [(say("tui.sheet.yes"), stands), (say("tui.sheet.no"), not stands)]
    return _named(say(f"tui.sheet.cuts.{item}"), width, _choices(options))


def _recommendation(state: SheetState, width: int) -> list[Piece]:
    options = [(each.name, each.chosen) for each in state.recommendations]
    pieces = _choices(options)
    needs = any(each.chosen and each.needs_words for each in state.recommendations)
    if needs:
        given = bool(state.recommendation_words.strip())
        text = say("tui.sheet.words-given") if given else say("tui.sheet.words-needed")
        pieces += [(" ", ""), (text, "good" if given else "warn")]
    taken = 0
    kept: list[Piece] = []
    for text, look in pieces:
        if taken + cell_len(text) > width:
            break
        kept.append((text, look))
        taken += cell_len(text)
    return kept


def _opinion(state: SheetState, width: int) -> list[Piece]:
    counted = say("tui.sheet.characters", count=state.opinion_length, least=state.opinion_minimum)
    enough = state.opinion_length >= state.opinion_minimum
    said = " ".join(state.opinion.split())
    tail = cell_len(counted) + 1
    return [
        column(said or say("tui.sheet.opinion-empty"), max(4, width - tail), "" if said else "quiet"),
        (" ", ""),
        (counted, "good" if enough else "warn"),
    ]
