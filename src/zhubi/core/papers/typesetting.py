"""A form as a PDF: A4, fonts embedded, the record's digest as QR code and short code."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Final

from zhubi.core.model.paper import Paper
from zhubi.core.papers.errors import PapersError
from zhubi.core.papers.fonts import FOLDER, families_for
from zhubi.locale import say

_FORM: Final = Path(__file__).parent / "forms" / "paper.typ"
_WORDS: Final = ("draft", "draft-note", "record-code", "digest", "uncertified")
MARK: Final = "zhubi:record:"
"""What the QR code says before the 64 digits of the digest."""


def typeset(paper: Paper) -> bytes:
    """The form as PDF bytes. ``papers.missing-glyph`` names characters no font has; ``papers.not-typeset``."""
    import typst

    words = {each: say(f"papers.{each}") for each in _WORDS}
    words["page"] = say("papers.page", page="{page}", total="{total}")
    described = paper.model_dump(mode="json")
    described["fonts"] = list(families_for(_letters(described) + "".join(words.values()) + _CHROME))
    inputs = {
        "paper": json.dumps(described, ensure_ascii=False),
        "words": json.dumps(words, ensure_ascii=False),
        "mark": _mark(paper.digest) if paper.digest else "",
    }
    try:
        made = typst.compile(
            _FORM,
            format="pdf",
            font_paths=[FOLDER],
            ignore_system_fonts=len(described["fonts"]) == 1,
            sys_inputs=inputs,
        )
    except (RuntimeError, typst.TypstError) as problem:
        raise PapersError("papers.not-typeset", f"the form could not be set: {problem}") from problem
    return made


_CHROME: Final = "0123456789/_ "


def _letters(described: object) -> str:
    if isinstance(described, str):
        return described
    if isinstance(described, dict):
        return "".join(_letters(each) for each in described.values())
    return "".join(_letters(each) for each in described) if isinstance(described, list) else ""


def _mark(digest: str) -> str:
    import segno

    drawn = io.BytesIO()
    segno.make(MARK + digest, error="m", micro=False).save(drawn, kind="svg", border=1, scale=4)
    return drawn.getvalue().decode()
