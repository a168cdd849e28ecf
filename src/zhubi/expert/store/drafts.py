"""Sheets as they are typed: every edit is journaled and safe when the call returns; a crash loses none."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from zhubi.expert.store.database import Connection, Database
from zhubi.expert.store.errors import StoreError
from zhubi.expert.store.touched import Touched
from zhubi.expert.store.values import DraftSummary, Key, from_micros, to_micros

if TYPE_CHECKING:
    from zhubi.core.model.sheet import Sheet

_EDITS_KEPT: Final = 250
"""How many edits of one sheet the journal keeps at least; twice as many are its bound."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A sheet before it is signed.

    ``rulebook`` and ``version`` are the digests of the rulebook and of the dossier record it was begun with, and
    ``begun_as`` of the record that made the round what it was then (empty in a draft of the first release).
    ``corrects`` are the digests of the reviews it will supersede, with ``reason``; ``signed_as`` is what it became.
    ``look_again`` are places of the form that ask for another look, ``kept_against`` the digests of records whose
    difference the expert saw and decided against.
    """

    office: str
    round: str
    dossier: str
    sheet: Sheet
    missing: int
    score_text: str
    cursor: str
    saved_at: datetime
    begun_at: datetime
    rulebook: str
    version: str
    corrects: tuple[str, ...]
    reason: str
    signed_as: str | None
    begun_as: str = ""
    look_again: tuple[str, ...] = ()
    kept_against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recovered:
    """What an earlier session left without an orderly end: when typed last, how many edits, what stood before."""

    at: datetime
    edits: int
    before: Sheet


class Drafts:
    """The room of drafts and their journal."""

    def __init__(self, database: Database, touched: Touched) -> None:
        self._database = database
        self._touched = touched
        with database.reading() as connection:
            left = connection.execute("SELECT draft, max(edit) FROM journal GROUP BY draft").fetchall()
        self._left: dict[int, int] = dict(left)

    def begin(
        self,
        key: Key,
        sheet: Sheet,
        *,
        rulebook: str,
        version: str,
        missing: int,
        score_text: str,
        corrects: Iterable[str] = (),
        reason: str = "",
        begun_as: str = "",
        before: Sheet | None = None,
        now: datetime,
    ) -> Draft:
        """Starts a draft in place of any before: the first one, a correction, or one reopened after a refusal.

        Where it starts with an edit, ``before`` is the sheet that was edited: like every edit after it, this one is
        offered again when the session ends without order.
        """
        moment = to_micros(now)
        with self._database.writing() as connection:
            self._remove(connection, key)
            number = connection.execute(
                "INSERT INTO drafts (office, round, dossier, sheet, missing, score_text, cursor, saved_at, begun_at,"
                " rulebook, version, corrects, reason, begun_as) VALUES (?,?,?,?,?,?,'',?,?,?,?,?,?,?) RETURNING id",
                (
                    key.office, key.round, key.dossier, _text(sheet if before is None else before), missing,
                    score_text, moment, moment, rulebook, version, json.dumps(list(corrects)), reason, begun_as,
                ),
            ).fetchone()[0]  # fmt: skip
            if before is not None:
                _append(connection, number, 1, moment, sheet, missing, score_text)
            self._touched.matter(key.office, key.round, (key.dossier,))
        draft = self.read(key)
        assert draft is not None
        return draft

    def read(self, key: Key) -> Draft | None:
        """The draft as it was typed last; None when there is none. ``store.damaged`` when it cannot be read."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT d.office, d.round, d.dossier, coalesce(j.sheet, d.sheet), coalesce(j.missing, d.missing),"
                " coalesce(j.score_text, d.score_text), coalesce(j.cursor, d.cursor), coalesce(j.at, d.saved_at),"
                " d.begun_at, d.rulebook, d.version, d.corrects, d.reason, d.signed_as, d.begun_as, d.look_again,"
                " d.kept_against"
                " FROM drafts d LEFT JOIN journal j ON j.draft = d.id"
                " AND j.edit = (SELECT max(edit) FROM journal WHERE draft = d.id)"
                " WHERE d.office = ? AND d.round = ? AND d.dossier = ?",
                (key.office, key.round, key.dossier),
            ).fetchone()
        if found is None:
            return None
        return Draft(*(
            *found[:3], _sheet(found[3]), *found[4:7], from_micros(found[7]), from_micros(found[8]),
            *found[9:11], tuple(json.loads(found[11])), *found[12:15], tuple(json.loads(found[15])),
            tuple(json.loads(found[16])),
        ))  # fmt: skip

    def write(
        self,
        key: Key,
        sheet: Sheet,
        *,
        missing: int,
        score_text: str,
        cursor: str = "",
        look_again: Iterable[str] | None = None,
        now: datetime,
    ) -> datetime:
        """Journals one edit and gives the moment it was saved at; ``store.no-draft``, ``store.draft-signed``.

        ``look_again`` None: the places that ask for another look are what they were.
        """
        with self._database.writing() as connection:
            number, edit, before, before_score, signed_as = self._newest(connection, key)
            if signed_as is not None:
                raise StoreError("store.draft-signed", "a signed sheet is only corrected", record=signed_as)
            moment = to_micros(now)
            _append(connection, number, edit + 1, moment, sheet, missing, score_text, cursor)
            self._left.pop(number, None)
            if look_again is not None:
                _set(connection, number, "look_again", look_again)
            if (before, before_score) != (missing, score_text):
                connection.execute(
                    "UPDATE drafts SET missing = ?, score_text = ? WHERE id = ?",
                    (missing, score_text, number),
                )
                if (before == 0) != (missing == 0):
                    self._touched.matter(key.office, key.round, (key.dossier,))
                else:
                    # The stage stands: two columns of one row are all that follows from this edit.
                    connection.execute(
                        "UPDATE assignments SET missing = ?, score_text = ? WHERE dossier = ?"
                        " AND round = (SELECT id FROM rounds WHERE office = ? AND round = ?)",
                        (missing, score_text, key.dossier, key.office, key.round),
                    )
            if (edit + 1) % _EDITS_KEPT == 0:
                connection.execute(
                    "DELETE FROM journal WHERE draft = ? AND edit <= ?", (number, edit + 1 - _EDITS_KEPT)
                )
        return from_micros(moment)

    def looked_again(self, key: Key, left: Iterable[str]) -> None:
        """What of the places that asked for another look is left; ``store.no-draft``."""
        with self._database.writing() as connection:
            _set(connection, self._newest(connection, key)[0], "look_again", left)

    def keep_against(self, key: Key, records: Iterable[str]) -> None:
        """The records whose difference was seen and decided against; ``store.no-draft``."""
        with self._database.writing() as connection:
            _set(connection, self._newest(connection, key)[0], "kept_against", records)

    def move(
        self,
        key: Key,
        sheet: Sheet,
        *,
        rulebook: str,
        version: str,
        begun_as: str,
        look_again: Iterable[str],
        missing: int,
        score_text: str,
        now: datetime,
    ) -> None:
        """Moves a draft to another form or version. What it was is settled first, and the caller keeps it.

        ``store.no-draft``, ``store.draft-signed``.
        """
        with self._database.writing() as connection:
            number, _, _, _, signed_as = self._newest(connection, key)
            if signed_as is not None:
                raise StoreError("store.draft-signed", "a signed sheet is only corrected", record=signed_as)
            self._left.pop(number, None)
            _settle(connection, number)
            connection.execute(
                "UPDATE drafts SET sheet = ?, missing = ?, score_text = ?, cursor = '', saved_at = ?, rulebook = ?,"
                " version = ?, begun_as = ?, look_again = ?, kept_against = '[]' WHERE id = ?",
                (
                    _text(sheet), missing, score_text, to_micros(now), rulebook, version, begun_as,
                    json.dumps(list(look_again)), number,
                ),
            )  # fmt: skip
            self._touched.matter(key.office, key.round, (key.dossier,))

    def _newest(self, connection: Connection, key: Key) -> tuple[int, int, int, str, str | None]:
        found = connection.execute(
            "SELECT id, coalesce((SELECT max(edit) FROM journal WHERE draft = id), 0), missing, score_text, signed_as"
            " FROM drafts WHERE office = ? AND round = ? AND dossier = ?",
            (key.office, key.round, key.dossier),
        ).fetchone()
        if found is None:
            raise StoreError("store.no-draft", "there is no draft of this project", dossier=key.dossier)
        return found  # type: ignore[no-any-return]

    def recovered(self, key: Key) -> Recovered | None:
        """What an earlier session left in the journal and nobody has answered for yet; None when it ended in order."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT d.id, d.sheet, max(j.at), max(j.edit) FROM drafts d JOIN journal j ON j.draft = d.id"
                " WHERE d.office = ? AND d.round = ? AND d.dossier = ? GROUP BY d.id",
                (key.office, key.round, key.dossier),
            ).fetchone()
        if found is None or found[0] not in self._left:
            return None
        return Recovered(from_micros(found[2]), found[3], _sheet(found[1]))

    def keep_recovered(self, key: Key) -> None:
        """Goes on with what an earlier session left."""
        self.settle(key)

    def discard_recovered(self, key: Key, *, missing: int, score_text: str) -> None:
        """Goes back to the sheet as it was left in order; its count and score are the caller's."""
        with self._database.writing() as connection:
            number = self._newest(connection, key)[0]
            connection.execute(
                "DELETE FROM journal WHERE draft = ? AND edit <= ?", (number, self._left.pop(number, 0))
            )
            connection.execute(
                "UPDATE drafts SET missing = ?, score_text = ? WHERE id = ?", (missing, score_text, number)
            )
            self._touched.matter(key.office, key.round, (key.dossier,))

    def settle(self, key: Key) -> None:
        """The sheet is left in order: its newest edit is the draft, and the journal before it goes."""
        with self._database.writing() as connection:
            number = self._newest(connection, key)[0]
            self._left.pop(number, None)
            _settle(connection, number)

    def settle_all(self) -> None:
        """Leaves in order every sheet that was edited in this session; what an earlier one left stays on offer."""
        with self._database.writing() as connection:
            for (number,) in connection.execute("SELECT DISTINCT draft FROM journal").fetchall():
                if number not in self._left:
                    _settle(connection, number)

    def drop(self, key: Key) -> None:
        """Removes a draft and its journal; nothing happens when there is none."""
        with self._database.writing() as connection:
            self._remove(connection, key)
            self._touched.matter(key.office, key.round, (key.dossier,))

    def _remove(self, connection: Connection, key: Key) -> None:
        for (number,) in connection.execute(
            "DELETE FROM drafts WHERE office = ? AND round = ? AND dossier = ? RETURNING id",
            (key.office, key.round, key.dossier),
        ).fetchall():
            self._left.pop(number, None)

    def all(self, office: str | None = None, round: str | None = None) -> tuple[DraftSummary, ...]:
        """The drafts of an office or a round, or all of them, without their sheets."""
        with self._database.reading() as connection:
            found = connection.execute(
                "SELECT office, round, dossier, missing, score_text,"
                " coalesce((SELECT max(at) FROM journal WHERE draft = id), saved_at), signed_as FROM drafts"
                " WHERE (?1 IS NULL OR office = ?1) AND (?2 IS NULL OR round = ?2) ORDER BY office, round, dossier",
                (office, round),
            ).fetchall()
        return tuple(DraftSummary(*(*row[:5], from_micros(row[5]), row[6])) for row in found)


def mark_signed(connection: Connection, key: Key, digest: str) -> None:
    """A draft became a review: it is settled and kept until that is proven; ``store.no-draft``."""
    found = connection.execute(
        "SELECT id FROM drafts WHERE office = ? AND round = ? AND dossier = ?",
        (key.office, key.round, key.dossier),
    ).fetchone()
    if found is None:
        raise StoreError("store.no-draft", "there is no draft of this project", dossier=key.dossier)
    _settle(connection, found[0])
    connection.execute("UPDATE drafts SET signed_as = ? WHERE id = ?", (digest, found[0]))


def _append(
    connection: Connection,
    number: int,
    edit: int,
    moment: int,
    sheet: Sheet,
    missing: int,
    score_text: str,
    cursor: str = "",
) -> None:
    connection.execute(
        "INSERT INTO journal (draft, edit, at, sheet, missing, score_text, cursor) VALUES (?,?,?,?,?,?,?)",
        (number, edit, moment, _text(sheet), missing, score_text, cursor),
    )


def _set(connection: Connection, number: int, column: str, values: Iterable[str]) -> None:
    connection.execute(f"UPDATE drafts SET {column} = ? WHERE id = ?", (json.dumps(list(values)), number))


def _settle(connection: Connection, number: int) -> None:
    connection.execute(
        "UPDATE drafts SET sheet = j.sheet, missing = j.missing, score_text = j.score_text, cursor = j.cursor,"
        " saved_at = j.at FROM (SELECT * FROM journal WHERE draft = ?1 ORDER BY edit DESC LIMIT 1) AS j WHERE id = ?1",
        (number,),
    )
    connection.execute("DELETE FROM journal WHERE draft = ?", (number,))


def _text(sheet: Sheet) -> str:
    # Any spelling will do, for a draft is never hashed; the canonical one took longer than keeping it.
    return sheet.model_dump_json()


def _sheet(text: str) -> Sheet:
    from zhubi.core.model.sheet import Sheet

    return Sheet.model_validate_json(text)
