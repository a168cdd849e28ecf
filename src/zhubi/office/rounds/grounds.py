"""What a record of an expert stands on: the project, the version, the form, and the author's own earlier words."""

from __future__ import annotations

from zhubi.core.model.records import ConclusionBody, Record, RecordType, ReviewBody
from zhubi.core.rules.lifecycle import RoundView, round_view
from zhubi.office.ledger.ledger import Reading, Stored
from zhubi.office.ledger.standing import is_for
from zhubi.office.rounds.errors import RoundsError


def version_named(
    reading: Reading, dossier: str, record: Record, body: ReviewBody | ConclusionBody
) -> Stored:
    """The version judged: the current one, or one that was current as far as the author had seen (law 6)."""
    versions = [
        each
        for each in reading.by_type(RecordType.DOSSIER, subject=dossier)
        if is_for(reading, each, record.payload.round or "", record.payload.author)
    ]
    named = next((each for each in versions if each.record.digest == body.dossier), None)
    if named is None or getattr(named.record.body, "manifest_digest", None) != body.manifest_digest:
        raise RoundsError("rounds.wrong-dossier", "the record names another project's material")
    later = [each for each in versions if (each.record.index or 0) > (named.record.index or 0)]
    seen = record.payload.seen.size if record.payload.seen else 0
    if later and seen > (later[0].record.index or 0):
        raise RoundsError(
            "rounds.older-version", "the material had been replaced before the record was signed"
        )
    return named


def form_begun(reading: Reading, view: RoundView, record: Record, rulebook: str) -> RoundView | None:
    """The round as it stood when the form was begun (law 6): as the record relied on left it, or as its rulebook."""
    changes = sorted(
        (
            each.record
            for kind in (RecordType.ROUND, RecordType.ROUND_CHANGE)
            for each in reading.by_type(kind, round=view.round)
        ),
        key=lambda each: each.index or 0,
    )
    stood = [round_view(changes[: end + 1]) for end in range(len(changes))]
    fitting = [each for each in stood if each is not None and each.rulebook == rulebook]
    named = [each for each in fitting if each.record in record.payload.relies_on]
    return next(reversed(named or fitting), None)


def one_subject(record: Record) -> str:
    """The project a record is about. Raises ``RoundsError`` rounds.one-subject."""
    if len(record.payload.subjects) != 1:
        raise RoundsError(
            "rounds.one-subject", "exactly one project was expected", found=len(record.payload.subjects)
        )
    return record.payload.subjects[0]


def supersedes_own(reading: Reading, record: Record, kind: RecordType) -> None:
    """Returns when a record supersedes only its author's own on the same matter; rounds.supersedes-other."""
    for digest in record.payload.supersedes:
        stored = reading.record(digest)
        if stored is None:
            continue
        other = stored.record
        same = (
            other.type is kind
            and other.payload.author == record.payload.author
            and other.payload.round == record.payload.round
            and other.payload.subjects == record.payload.subjects
        )
        if not same:
            raise RoundsError(
                "rounds.supersedes-other", "a record supersedes only its author's own on the same matter"
            )
