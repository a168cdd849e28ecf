"""What is reviewed: the card that is shown before declaring, the sealed content, and the manifests of both."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from zhubi.core.model.values import Day, Digest, Frozen, Line, Prose, Recipient, Slug, Uuid, Words, Yuan


class Unit(Frozen):
    """A unit named on a card, and the part it has in the project."""

    name: Line
    part: Literal["lead", "partner", "demand", "joint"]


class Person(Frozen):
    """A person named on a card."""

    name: Line
    unit: Line = ""
    part: Literal["leader", "member", "contact"] = "member"


class Card(Frozen):
    """What an expert sees before declaring: enough to know a conflict, nothing that is sealed."""

    code: Line
    title: Line
    units: Annotated[tuple[Unit, ...], Field(max_length=60)] = ()
    people: Annotated[tuple[Person, ...], Field(max_length=300)] = ()
    field: Line = ""
    summary: Words = ""


class BlobRef(Frozen):
    """A sealed blob by the SHA-256 and the size in bytes of its ciphertext."""

    digest: Digest
    size: Annotated[int, Field(ge=1, le=2 * 1024**3)]


class Manifest(Frozen):
    """The outer manifest: which sealed blobs make up a version. Names and types are inside the seal."""

    content: BlobRef
    attachments: Annotated[tuple[BlobRef, ...], Field(max_length=200)] = ()
    sealed_to: Recipient

    def blobs(self) -> tuple[BlobRef, ...]:
        """The content first, then the attachments in order."""
        return (self.content, *self.attachments)


FactValue = bool | Yuan | Words


class Fact(Frozen):
    """A statement of the papers that rules read: money in 元, a yes or no, or text."""

    name: Slug
    value: FactValue
    section: Slug | None = None


class Section(Frozen):
    """One part of the application's text."""

    id: Slug
    heading: Line
    level: Annotated[int, Field(ge=1, le=6)] = 1
    text: Prose = ""


class BudgetLine(Frozen):
    """One line of the budget: the whole amount and the fiscal part of it, in 元."""

    id: Slug
    subject: Line
    total: Yuan
    fiscal: Yuan = 0
    note: Words = ""


class Indicator(Frozen):
    """An indicator of the task book: what was promised, and what the papers report."""

    id: Slug
    name: Line
    target: Line
    unit: Line = ""
    binding: bool = False
    reported: Line = ""


class Attachment(Frozen):
    """An attachment as the sealed content names it; ``plain`` is the digest of the bytes inside the seal."""

    blob: Digest
    name: Line
    media_type: Line
    plain: Digest
    plain_size: Annotated[int, Field(ge=0, le=2 * 1024**3)]
    material: Slug | None = None
    title: Line = ""


class Content(Frozen):
    """What is inside the seal, apart from the attachments' own bytes."""

    dossier: Uuid
    version: Annotated[int, Field(ge=1)]
    card: Card
    set_up_on: Day | None = None
    sections: Annotated[tuple[Section, ...], Field(max_length=500)] = ()
    facts: Annotated[tuple[Fact, ...], Field(max_length=500)] = ()
    budget: Annotated[tuple[BudgetLine, ...], Field(max_length=500)] = ()
    indicators: Annotated[tuple[Indicator, ...], Field(max_length=500)] = ()
    attachments: Annotated[tuple[Attachment, ...], Field(max_length=200)] = ()

    def facts_by_name(self) -> dict[str, FactValue]:
        """Each stated fact once, by name; the last statement of a name wins."""
        return {fact.name: fact.value for fact in self.facts}

    def materials(self) -> frozenset[str]:
        """The kinds of material that are present."""
        return frozenset(each.material for each in self.attachments if each.material)
