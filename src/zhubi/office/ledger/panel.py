"""What the members of a panel see of one another, and from which record on: nothing before their own review is signed.

The conclusion: its author at once, every member from their own review on. The chair: the others' seats and reviews of
a project, from their own review of it on. Who signed in: those who signed in on the same project. With what a member
said comes what shows that it is theirs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import select

from zhubi.core.model.records import ChairBody, DossierBody, RecordType, RevocationBody, RoundChangeBody
from zhubi.core.rules.lifecycle import AssignmentView, Stage
from zhubi.office.ledger.standing import assignment_standing, round_standing, version_for
from zhubi.office.ledger.stored import Stored
from zhubi.office.ledger.tables import feed, records

if TYPE_CHECKING:
    from zhubi.office.ledger.writing import Writing

_ASIDE = frozenset({Stage.RECUSED, Stage.DECLINED, Stage.REPLACED, Stage.WITHDRAWN, Stage.VOID})


class PanelDisclosure:
    """The part of disclosure that concerns colleagues."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing

    def review(self, stored: Stored) -> None:
        """A member has signed: they see the conclusion that stands, and the chair may see them."""
        writing, author = self._writing, stored.payload.author
        name, dossier = _place(stored)
        self._version_held_back(author, dossier)
        concluded = writing.by_type(RecordType.CONCLUSION, round=name, subject=dossier)
        if concluded and self._has_signed(author, name, dossier):
            self._of_colleagues(author, concluded)
        chair = writing.registry().chair(name)
        if chair == author:
            self._panel_of(author, name, dossier)
        elif chair is not None and self._has_signed(chair, name, dossier):
            self._of_colleagues(chair, [stored])

    def attendance(self, stored: Stored) -> None:
        """Those who are there see who else is; so does the chair who has reviewed the project."""
        writing, author, name = self._writing, stored.payload.author, stored.payload.round or ""
        chair = writing.registry().chair(name)
        for dossier in dict.fromkeys(stored.payload.subjects):
            there = writing.by_type(RecordType.ATTENDANCE, round=name, subject=dossier)
            if self._sits(author, name, dossier):
                self._of_colleagues(author, there)
            others = {each.payload.author for each in there} - {author, chair}
            for person in sorted(others):
                if self._sits(person, name, dossier):
                    self._of_colleagues(person, [stored])
            if chair is not None and chair != author and self._may_lead(chair, name, dossier, there):
                self._of_colleagues(chair, [stored])

    def assignment(self, stored: Stored) -> None:
        """The chair knows who sits on what they have reviewed."""
        name, dossier = _place(stored)
        chair = self._writing.registry().chair(name)
        if chair is not None and self._has_signed(chair, name, dossier):
            self._writing.show(chair, stored.digest)

    def chair(self, stored: Stored) -> None:
        """A new chair sees the panels of what they have reviewed."""
        body, name = stored.body, stored.payload.round or ""
        assert isinstance(body, ChairBody)
        mine = self._writing.by_type(RecordType.REVIEW, round=name, author=body.person)
        for dossier in dict.fromkeys(each.payload.subjects[0] for each in mine):
            if self._has_signed(body.person, name, dossier):
                self._panel_of(body.person, name, dossier)

    def conclusion(self, stored: Stored) -> None:
        """The conclusion reaches every member who has signed their own review."""
        writing = self._writing
        writing.show(stored.payload.author, stored.digest)
        name, dossier = _place(stored)
        signed = writing.by_type(RecordType.REVIEW, round=name, subject=dossier)
        for person in dict.fromkeys(each.payload.author for each in signed):
            if person != stored.payload.author and self._has_signed(person, name, dossier):
                self._of_colleagues(person, [stored])

    def ended(self, stored: Stored) -> None:
        """After a round's end nothing of it is held back in the rounds that follow."""
        body, name = stored.body, stored.payload.round or ""
        if not isinstance(body, RoundChangeBody) or body.change != "end":
            return
        concluded = self._writing.by_type(RecordType.CONCLUSION, round=name)
        for dossier in dict.fromkeys(each.payload.subjects[0] for each in concluded):
            seats = self._writing.by_type(RecordType.ASSIGNMENT, round=name, subject=dossier)
            for person in dict.fromkeys(getattr(each.body, "person", None) for each in seats):
                if person:
                    self._version_held_back(person, dossier)

    def revocation(self, stored: Stored) -> None:
        """Whoever was shown a colleague's key is told that it acts no more."""
        body = stored.body
        assert isinstance(body, RevocationBody)
        rows = self._writing.conn.execute(
            select(feed.c.person)
            .join(records, records.c.log_index == feed.c.log_index)
            .where(
                records.c.type == RecordType.ENROLMENT,
                records.c.person == body.person,
                feed.c.person != body.person,
            )
            .distinct()
            .order_by(feed.c.person)
        )
        for row in rows.all():
            self._writing.show(row.person, stored.digest)

    def _panel_of(self, chair: str, name: str, dossier: str) -> None:
        writing = self._writing
        writing.show_all(chair, writing.by_type(RecordType.ASSIGNMENT, round=name, subject=dossier))
        self._of_colleagues(chair, writing.by_type(RecordType.REVIEW, round=name, subject=dossier))
        self._of_colleagues(chair, writing.by_type(RecordType.ATTENDANCE, round=name, subject=dossier))

    def _of_colleagues(self, person: str, said: Iterable[Stored]) -> None:
        """Shows what others said, each after the keys it was signed with."""
        writing = self._writing
        said = [each for each in said if each.payload.author != person]
        for author in dict.fromkeys(each.payload.author for each in said):
            keys = writing.by_type(RecordType.ENROLMENT, person=author)
            keys += writing.by_type(RecordType.REVOCATION, person=author)
            writing.show_all(person, sorted(keys, key=lambda each: each.index))
        writing.show_all(person, said)

    def _may_lead(self, chair: str, name: str, dossier: str, there: Iterable[Stored]) -> bool:
        """Whether the chair may see who is there: from their own review on, or because they are there too."""
        signed_in = any(each.payload.author == chair for each in there)
        return self._has_signed(chair, name, dossier) or (signed_in and self._sits(chair, name, dossier))

    def _has_signed(self, person: str, name: str, dossier: str) -> bool:
        seat = self._seat(person, name, dossier)
        return seat is not None and bool(seat.review or seat.rivals)

    def _sits(self, person: str, name: str, dossier: str) -> bool:
        return self._seat(person, name, dossier) is not None

    def _seat(self, person: str, name: str, dossier: str) -> AssignmentView | None:
        """Where a person stands on a project; None for one without a seat, or who stood aside."""
        view = round_standing(self._writing, name)
        if view is None:
            return None
        # No stage that is asked about here turns on the clock.
        seat = assignment_standing(self._writing, view, dossier, person, view.opens_at)
        return None if seat is None or seat.stage in _ASIDE else seat

    def _version_held_back(self, person: str, dossier: str) -> None:
        """The version with this round's conclusion, for a member of the next round who had yet to sign in this one."""
        writing = self._writing
        newest = writing.dossier(dossier)
        if newest is None or not isinstance(newest.body, DossierBody) or not newest.body.carries:
            return
        seats = writing.by_type(RecordType.ASSIGNMENT, subject=dossier, person=person)
        for name in dict.fromkeys(each.payload.round or "" for each in seats):
            view = round_standing(writing, name)
            seat = assignment_standing(writing, view, dossier, person, view.opens_at) if view else None
            if view is None or view.ended or seat is None or seat.stage in _ASIDE:
                continue
            if not writing.by_type(RecordType.COMMITMENT, round=name, author=person):
                continue
            found = version_for(writing, newest, name, person)
            if found is not None:
                writing.show(person, found.digest)


def _place(stored: Stored) -> tuple[str, str]:
    return stored.payload.round or "", stored.payload.subjects[0]
