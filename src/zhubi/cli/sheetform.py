"""A sheet as TOML, for a shell: printed with what it lacks and means, and filled in from a file."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Final

from zhubi.expert.desk.errors import DeskError

if TYPE_CHECKING:
    from zhubi.expert.desk.opening import Desk
    from zhubi.expert.desk.sheetviews import SheetState
    from zhubi.expert.desk.views import ReviewKey

_KNOWN: Final = frozenset(
    {"scores", "not_applicable", "comments", "answers", "findings", "grounds", "observed", "judgements",
     "indicator_words", "facts", "cuts", "cut_reasons", "core_indicators_stand", "total_follows", "words",
     "recommendation", "recommendation_words", "opinion", "methods"}
)  # fmt: skip


def fill(desk: Desk, key: ReviewKey, state: SheetState, text: str) -> SheetState:
    """Puts what a TOML sheet says into the draft, item by item; each is kept before the next is looked at.

    What the file does not name stays as it is. ``cli.sheet-form``, and the faults of the single acts.
    """
    from zhubi.expert.desk import onsite, review

    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise DeskError("cli.sheet-form", "the sheet is not TOML", reason=str(problem)) from problem
    unknown = sorted(set(said) - _KNOWN)
    if unknown:
        raise DeskError("cli.sheet-form", "the sheet holds something else", reason=unknown[0])
    for name, value in _table(said, "scores").items():
        state = review.set_score(desk, key, name, str(value))
    for name, value in _table(said, "not_applicable").items():
        state = review.set_not_applicable(desk, key, name, _truth(name, value))
    for name, value in _table(said, "comments").items():
        state = review.set_comment(desk, key, name, str(value))
    for name, value in _table(said, "answers").items():
        state = review.set_answer(desk, key, name, str(value))
    state = _findings(desk, key, state, said)
    state = _indicators(desk, key, state, said)
    for name, value in _table(said, "facts").items():
        if isinstance(value, bool):
            state = review.confirm_fact(desk, key, name, None, value)
        elif str(value):
            state = review.confirm_fact(desk, key, name, str(value))
    state = _cuts(desk, key, state, said)
    if "recommendation" in said or "recommendation_words" in said:
        chosen = next((each.id for each in state.recommendations if each.chosen), "")
        words = str(said.get("recommendation_words", state.recommendation_words))
        state = review.set_recommendation(desk, key, str(said.get("recommendation", chosen)), words)
    for name, value in _table(said, "words").items():
        state = review.set_words(desk, key, name, str(value))
    for name, value in _table(said, "methods").items():
        state = onsite.set_method(
            desk, key, name, value is not False, value if isinstance(value, str) else ""
        )
    if "opinion" in said:
        state = review.set_opinion(desk, key, str(said["opinion"]))
    return state


def _findings(desk: Desk, key: ReviewKey, state: SheetState, said: dict[str, Any]) -> SheetState:
    from zhubi.expert.desk import review

    values, grounds = _table(said, "findings"), _table(said, "grounds")
    before = {each.id: each for each in state.findings}
    for name in dict.fromkeys((*values, *grounds)):
        row = before.get(name)
        value = str(values.get(name, row.value if row else ""))
        state = review.set_finding(desk, key, name, value, str(grounds.get(name, row.words if row else "")))
    return state


def _indicators(desk: Desk, key: ReviewKey, state: SheetState, said: dict[str, Any]) -> SheetState:
    from zhubi.expert.desk import review

    observed, judged = _table(said, "observed"), _table(said, "judgements")
    words = _table(said, "indicator_words")
    before = {each.id: each for each in state.indicators}
    for name in dict.fromkeys((*judged, *observed, *words)):
        row = before.get(name)
        state = review.set_indicator(
            desk, key, name,
            str(observed.get(name, row.observed if row else "")),
            str(judged.get(name, row.judgement if row else "")),
            str(words.get(name, row.words if row else "")),
        )  # fmt: skip
    return state


def _cuts(desk: Desk, key: ReviewKey, state: SheetState, said: dict[str, Any]) -> SheetState:
    from zhubi.expert.desk import review

    amounts, reasons = _table(said, "cuts"), _table(said, "cut_reasons")
    before = {each.id: each for each in state.budget}
    for name in dict.fromkeys((*amounts, *reasons)):
        row = before.get(name)
        amount = str(amounts.get(name, (row.cut or "") if row else ""))
        state = review.set_cut(desk, key, name, amount, str(reasons.get(name, row.cut_reason if row else "")))
    if "core_indicators_stand" in said or "total_follows" in said:
        stands = _truth(
            "core_indicators_stand", said.get("core_indicators_stand", state.cuts.core_indicators_stand)
        )
        follows = _truth("total_follows", said.get("total_follows", state.cuts.total_follows))
        state = review.set_cuts_statement(desk, key, stands, follows)
    return state


def _truth(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise DeskError("cli.sheet-form", "true or false was expected", reason=name)
    return value


def _table(said: dict[str, Any], name: str) -> dict[str, Any]:
    found = said.get(name, {})
    if not isinstance(found, dict):
        raise DeskError("cli.sheet-form", "a table was expected", reason=name)
    return found


def as_toml(state: SheetState) -> list[str]:
    """The sheet as lines of TOML that ``fill`` reads; what it lacks and what its findings mean as remarks."""
    chosen = next((each.id for each in state.recommendations if each.chosen), "")
    options = " / ".join(f"{each.id} {each.name}" for each in state.recommendations)
    lines = [f"# {each.sentence}" for each in state.missing]
    if state.meaning is not None:
        lines += [f"# {each}" for each in (state.meaning.sentence,) if each]
        lines += [f"# ! {each.sentence}" for each in state.meaning.contradictions]
    lines += [f"# {each}" for each in (*state.cuts.problems, *state.advice)]
    lines += [f"recommendation = {_quoted(chosen)}  # {options}"]
    lines += [f"recommendation_words = {_quoted(state.recommendation_words)}"]
    lines += [f"opinion = {_quoted(state.opinion)}"]
    if state.cuts.offered:
        lines += [f"core_indicators_stand = {_bool(state.cuts.core_indicators_stand)}"]
        if state.cuts.total_may_follow:
            lines += [f"total_follows = {_bool(state.cuts.total_follows)}"]
    mine = [each for each in state.criteria if each.mine]
    lines += _part("scores", [(each.id, each.points_text, f"{each.name} {each.full_text}") for each in mine])
    may = [each for each in mine if each.may_not_apply]
    if may:
        lines += [
            "",
            "[not_applicable]",
            *(f"{each.id} = {_bool(each.not_applicable)}  # {each.name}" for each in may),
        ]
    lines += _part("comments", [(each.id, each.comment, each.name) for each in mine])
    lines += _part("answers", [(each.id, each.value, each.name) for each in state.questions])
    lines += _part("findings", [(each.id, each.value, each.name) for each in state.findings])
    lines += _part("grounds", [(each.id, each.words, each.name) for each in state.findings if each.value])
    judged = state.indicators
    lines += _part(
        "judgements", [(each.id, each.judgement, f"{each.name} {each.target}{each.unit}") for each in judged]
    )
    lines += _part("observed", [(each.id, each.observed, each.reported) for each in judged])
    if any(each.words for each in judged):
        lines += _part("indicator_words", [(each.id, each.words, each.name) for each in judged if each.words])
    if state.methods:
        lines += ["", "[methods]"]
        lines += [
            f"{_name(each.id)} = {_quoted(each.words) if each.words else _bool(each.done)}  # {each.name}"
            for each in state.methods
        ]
    if state.cuts.offered:
        may_cut = [each for each in state.budget if each.may_cut]
        lines += _part(
            "cuts", [(each.id, str(each.cut or ""), f"{each.subject} {each.fiscal:,}") for each in may_cut]
        )
        lines += _part(
            "cut_reasons", [(each.id, each.cut_reason, each.subject) for each in may_cut if each.cut]
        )
    lines += ["", "[facts]"]
    for fact in state.facts:
        otherwise = fact.reading_text not in ("", fact.value_text)
        value = _quoted(fact.reading_text) if otherwise else _bool(fact.confirmed)
        lines.append(f"{_name(fact.name)} = {value}  # {fact.label} {fact.value_text}")
    return lines + _part("words", [(each.id, each.words, each.sentence) for each in state.checks])


def _part(name: str, rows: list[tuple[str, str, str]]) -> list[str]:
    return [
        "",
        f"[{name}]",
        *(f"{_name(item)} = {_quoted(value)}  # {' '.join(remark.split())}" for item, value, remark in rows),
    ]


def _name(item: str) -> str:
    return item if item.replace("-", "").replace("_", "").isalnum() and item.isascii() else _quoted(item)


def _bool(value: bool) -> str:
    return "true" if value else "false"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
