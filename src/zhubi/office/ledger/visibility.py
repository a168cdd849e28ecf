"""Who sees which record, and from which record on.

Staff keys, and one's own invitations, enrolments and revocations: from enrolment. A round, its changes and chair, and
one's own assignments: from the assignment, or from enrolment when that is later. A dossier's card: from one's
commitment in a round where one has a seat. One's own records, and what answers them: at once. Nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from zhubi.core.model.records import (
    AcceptanceBody,
    AssignmentBody,
    EnrolmentBody,
    RecordType,
    RevocationBody,
)
from zhubi.core.rules.lifecycle import round_view
from zhubi.office.ledger.stored import Stored
from zhubi.office.ledger.tables import people, records

if TYPE_CHECKING:
    from zhubi.office.ledger.writing import Writing

_OF_A_ROUND: Final = (RecordType.ROUND, RecordType.ROUND_CHANGE, RecordType.CHAIR)


class Disclosure:
    """What one turn of the sequencer makes visible; remembers within the turn what it has looked up."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._enrolled: dict[str, bool] = {}
        self._committed: dict[tuple[str, str], bool] = {}
        self._knows_round: set[tuple[str, str]] = set()
        self._rules: dict[RecordType, Callable[[Stored], None]] = {
            RecordType.STAFF_KEY: self._staff_key,
            RecordType.ENROLMENT: self._enrolment,
            RecordType.REVOCATION: self._revocation,
            RecordType.ROUND: self._of_round,
            RecordType.ROUND_CHANGE: self._of_round,
            RecordType.CHAIR: self._of_round,
            RecordType.ASSIGNMENT: self._assignment,
            RecordType.DOSSIER: self._dossier,
            RecordType.COMMITMENT: self._commitment,
            RecordType.DECLARATION: self._own,
            RecordType.REVIEW: self._own,
            RecordType.PURGE: self._own,
            RecordType.ACCEPTANCE: self._acceptance,
            RecordType.INVITATION: self._about,
            RecordType.KEY_RELEASE: self._about,
            RecordType.REFUSAL: self._about,
            RecordType.DECISION: self._about,
            RecordType.RETURN: self._about,
        }

    def reveal(self, stored: Stored) -> None:
        """Lists a record that was just appended, and what it makes visible, for everyone entitled."""
        self._rules[stored.type](stored)

    def _own(self, stored: Stored) -> None:
        self._writing.show(stored.payload.author, stored.digest)

    def _about(self, stored: Stored) -> None:
        person = getattr(stored.body, "person", None)
        if person is not None and self._is_enrolled(person):
            self._writing.show(person, stored.digest)

    def _acceptance(self, stored: Stored) -> None:
        assert isinstance(stored.body, AcceptanceBody)
        accepted = self._writing.record(stored.body.record)
        if accepted is not None:
            self._writing.show(accepted.payload.author, stored.digest)

    def _staff_key(self, stored: Stored) -> None:
        for person in self._everyone():
            self._writing.show(person, stored.digest)

    def _revocation(self, stored: Stored) -> None:
        body = stored.body
        assert isinstance(body, RevocationBody)
        holder = self._writing.registry().known(body.kid)
        if holder is not None and holder.role != "expert":
            self._staff_key(stored)
        else:
            self._about(stored)

    def _enrolment(self, stored: Stored) -> None:
        body = stored.body
        assert isinstance(body, EnrolmentBody)
        self._enrolled[body.person] = True
        writing = self._writing
        for each in writing.by_type(RecordType.STAFF_KEY):
            writing.show(body.person, each.digest)
        for each in writing.by_type(RecordType.REVOCATION):
            if isinstance(each.body, RevocationBody) and self._concerns(each.body, body.person):
                writing.show(body.person, each.digest)
        for kind in (RecordType.INVITATION, RecordType.ENROLMENT):
            for each in writing.by_type(kind, person=body.person):
                writing.show(body.person, each.digest)
        for each in writing.by_type(RecordType.ASSIGNMENT, person=body.person):
            self._assigned(body.person, each)

    def _concerns(self, body: RevocationBody, person: str) -> bool:
        holder = self._writing.registry().known(body.kid)
        return body.person == person or (holder is not None and holder.role != "expert")

    def _of_round(self, stored: Stored) -> None:
        for person in self._seated(stored.payload.round or ""):
            self._writing.show(person, stored.digest)

    def _assignment(self, stored: Stored) -> None:
        body = stored.body
        assert isinstance(body, AssignmentBody)
        if body.person is not None:
            if self._is_enrolled(body.person):
                self._assigned(body.person, stored)
            return
        for person in self._seated(stored.payload.round or "", stored.payload.subjects[:1]):
            self._writing.show(person, stored.digest)

    def _assigned(self, person: str, stored: Stored) -> None:
        """Shows an assignment, before it the round it belongs to, after it the card where one has committed."""
        writing, name = self._writing, stored.payload.round or ""
        if (person, name) not in self._knows_round:
            self._knows_round.add((person, name))
            for kind in _OF_A_ROUND:
                for each in writing.by_type(kind, round=name):
                    writing.show(person, each.digest)
        writing.show(person, stored.digest)
        for subject in stored.payload.subjects:
            self._card(person, name, subject)

    def _card(self, person: str, name: str, dossier: str) -> None:
        current = self._writing.dossier(dossier) if self._has_committed(person, name) else None
        if current is not None and has_seat(self._writing, person, name, dossier):
            self._writing.show(person, current.digest)

    def _commitment(self, stored: Stored) -> None:
        author, name = stored.payload.author, stored.payload.round or ""
        self._committed[author, name] = True
        self._writing.show(author, stored.digest)
        mine = self._writing.by_type(RecordType.ASSIGNMENT, round=name, person=author)
        for subject in dict.fromkeys(each.payload.subjects[0] for each in mine if each.payload.subjects):
            self._card(author, name, subject)

    def _dossier(self, stored: Stored) -> None:
        show_dossier_version(self._writing, stored)

    def _is_enrolled(self, person: str) -> bool:
        known = self._enrolled.get(person)
        if known is None:
            found = self._writing.person(person)
            known = self._enrolled[person] = found is not None and found.enrolled
        return known

    def _has_committed(self, person: str, name: str) -> bool:
        known = self._committed.get((person, name))
        if known is None:
            known = bool(self._writing.by_type(RecordType.COMMITMENT, round=name, author=person))
            self._committed[person, name] = known
        return known

    def _everyone(self) -> list[str]:
        return [each.person for each in self._writing.people(people.c.enrolled.is_(True))]

    def _seated(self, name: str, subjects: tuple[str, ...] = ()) -> list[str]:
        """The enrolled who ever had a seat in a round, or on one dossier of it."""
        if subjects:
            found = self._writing.by_type(RecordType.ASSIGNMENT, round=name, subject=subjects[0])
            persons = dict.fromkeys(str(getattr(each.body, "person", "")) for each in found)
            return [person for person in persons if self._is_enrolled(person)]
        rows = self._writing.conn.execute(
            select(records.c.person)
            .join(people, people.c.person == records.c.person)
            .where(
                records.c.type == RecordType.ASSIGNMENT, records.c.round == name, people.c.enrolled.is_(True)
            )
            .distinct()
            .order_by(records.c.person)
        )
        return [row.person for row in rows]


def show_dossier_version(writing: Writing, stored: Stored) -> None:
    """Lists a dossier's version for those who have a seat on it, and have committed, in a round that has not ended.

    ``append`` calls this for every ``dossier`` record.
    """
    dossier = stored.payload.subjects[0]
    seats = writing.by_type(RecordType.ASSIGNMENT, subject=dossier)
    for name in dict.fromkeys(each.payload.round for each in seats if each.payload.round):
        here = [each for each in seats if each.payload.round == name]
        changes = writing.by_type(RecordType.ROUND, round=name) + writing.by_type(
            RecordType.ROUND_CHANGE, round=name
        )
        view = round_view(each.record for each in changes)
        if view is None or view.ended:
            continue
        for person in dict.fromkeys(getattr(each.body, "person", None) for each in here):
            if person is None or not _seated_in(here, person):
                continue
            if writing.by_type(RecordType.COMMITMENT, round=name, author=person):
                writing.show(person, stored.digest)


def has_seat(writing: Writing, person: str, name: str, dossier: str) -> bool:
    """Whether a person sits on a dossier in a round: assigned, neither replaced nor the project withdrawn since."""
    return _seated_in(writing.by_type(RecordType.ASSIGNMENT, round=name, subject=dossier), person)


def _seated_in(assignments: list[Stored], person: str) -> bool:
    seated = False
    for each in assignments:
        body = each.body
        assert isinstance(body, AssignmentBody)
        if body.person == person:
            seated = body.action == "assign"
        elif body.action == "withdraw":
            seated = False
    return seated
