"""A printed form as it is described before it is typeset: what stands on it, and which record it prints."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from zhubi.core.model.values import Digest, Frozen, Line, Words


class Column(Frozen):
    """A column of a table. ``width`` is its share beside the others; 0: as wide as what stands in it."""

    name: Line
    width: Annotated[int, Field(ge=0, le=100)] = 1
    align: Literal["left", "right", "center"] = "left"


class Table(Frozen):
    """Rows under named columns; every row has a cell for each column."""

    heading: Line = ""
    columns: Annotated[tuple[Column, ...], Field(min_length=1, max_length=12)]
    rows: Annotated[tuple[tuple[Words, ...], ...], Field(max_length=20_000)] = ()


class Passage(Frozen):
    """A heading and what is said under it."""

    heading: Line
    text: Words


class Paper(Frozen):
    """One printed form on A4.

    ``facts`` stand in two columns under the title. ``digest`` is the record that the form prints: as a QR code and in
    the footer, beside its short ``code``. A form without one is a draft, and says so, unless it is a ``listing`` of
    records that each stand on it by a code of their own. ``signatures`` are the lines that are signed by hand.
    """

    form: Literal["review", "onsite", "cuts", "commitments", "signatures"]
    title: Line
    organiser: Line = ""
    facts: Annotated[tuple[tuple[Line, Words], ...], Field(max_length=40)] = ()
    parts: Annotated[tuple[Table | Passage, ...], Field(max_length=60)] = ()
    signatures: Annotated[tuple[Line, ...], Field(max_length=2000)] = ()
    notes: Annotated[tuple[Words, ...], Field(max_length=10)] = ()
    digest: Digest | None = None
    code: Line = ""
    listing: bool = False
    printed_at: Line = ""
