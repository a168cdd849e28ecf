"""Who sees which record, and from which record on.

Staff keys, and one's own invitations, enrolments and revocations: from enrolment. A round, its changes and chair, and
one's own assignments: from the assignment, or from enrolment when that is later. A dossier's card: from one's
commitment in a round where one has a seat. One's own records, and what answers them: at once. Of colleagues: what
``zhubi.office.ledger.panel`` says. Nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sqlalchemy import or_, select

from zhubi.core.model.records import (
    AcceptanceBody,
    AssignmentBody,
    EnrolmentBody,
    RecordType,
    RevocationBody,
)
from zhubi.office.ledger.panel import PanelDisclosure
from zhubi.office.ledger.standing import round_standing, version_for
from zhubi.office.ledger.stored import Stored
from zhubi.office.ledger.tables import people, records

if TYPE_CHECKING:
    from zhubi.office.ledger.writing import Writing

_OF_A_ROUND: Final = (RecordType.ROUND, RecordType.ROUND_CHANGE, RecordType.CHAIR)


class Disclosure:
    """What one turn of the sequencer makes visible; remembers within the turn what it has looked up."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._panel = PanelDisclosure(writing)
        self._enrolled: dict[str, bool] = {}
        self._committed: dict[tuple[str, str], bool] = {}
        self._knows_round: set[tuple[str, str]] = set()
        self._rules: dict[RecordType, Callable[[Stored], None]] = {
            RecordType.STAFF_KEY: self._staff_key,
            RecordType.ENROLMENT: self._enrolment,
            RecordType.REVOCATION: self._revocation,
            RecordType.ROUND: self._of_round,
            RecordType.ROUND_CHANGE: self._round_change,
            RecordType.CHAIR: self._chair,
            RecordType.ASSIGNMENT: self._assignment,
            RecordType.DOSSIER: self._dossier,
            RecordType.COMMITMENT: self._commitment,
            RecordType.DECLARATION: self._own,
            RecordType.REVIEW: self._review,
            RecordType.ATTENDANCE: self._attendance,
            RecordType.CONCLUSION: self._panel.conclusion,
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

    def _review(self, stored: Stored) -> None:
        self._own(stored)
        self._panel.review(stored)

    def _attendance(self, stored: Stored) -> None:
        self._own(stored)
        self._panel.attendance(stored)

    def _round_change(self, stored: Stored) -> None:
        self._of_round(stored)
        self._panel.ended(stored)

    def _chair(self, stored: Stored) -> None:
        self._of_round(stored)
        self._panel.chair(stored)

    def _about(self, stored: Stored) -> None:
        person = getattr(stored.body, "person", None)
        if person is not None and self._is_enrolled(person):
            self._writing.show(person, stored.digest)

    def _acceptance(self, stored: Stored) -> None:
        assert isinstance(stored.body, AcceptanceBody)
        # A sealed file is no record: its acceptance relies on the review that names it.
        named = stored.payload.relies_on if stored.body.evidence else (stored.body.record,)
        for accepted in filter(None, map(self._writing.record, named)):
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
            self._panel.revocation(stored)

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
        self._assigned(body.person, writing.by_type(RecordType.ASSIGNMENT, person=body.person))

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
                self._assigned(body.person, [stored])
            self._panel.assignment(stored)
            return
        seats = self._writing.by_type(
            RecordType.ASSIGNMENT, round=stored.payload.round, subject=stored.payload.subjects[0]
        )
        for person in dict.fromkeys(getattr(each.body, "person", None) for each in seats):
            if person and self._is_enrolled(person):
                self._writing.show(person, stored.digest)

    def _assigned(self, person: str, seats: list[Stored]) -> None:
        """Shows assignments; before them their rounds, after them the cards where the person has committed."""
        writing = self._writing
        by_round: dict[str, list[Stored]] = {}
        for each in seats:
            by_round.setdefault(each.payload.round or "", []).append(each)
        for name, here in by_round.items():
            dossiers = {dossier for each in here for dossier in each.payload.subjects}
            if (person, name) not in self._knows_round:
                self._knows_round.add((person, name))
                known = writing.matching(records.c.round == name, records.c.type.in_(_OF_A_ROUND))
                writing.show_all(person, known)
                # A project may have been withdrawn between the assignment and the enrolment.
                here = self._with_withdrawals(name, here, dossiers)
            writing.show_all(person, here)
            if self._has_committed(person, name):
                self._cards(person, name, dossiers)

    def _with_withdrawals(self, name: str, seats: list[Stored], dossiers: set[str]) -> list[Stored]:
        withdrawals = self._writing.matching(
            records.c.type == RecordType.ASSIGNMENT, records.c.round == name, records.c.person.is_(None)
        )
        mine = [each for each in withdrawals if not dossiers.isdisjoint(each.payload.subjects)]
        return sorted((*seats, *mine), key=lambda each: each.index)

    def _commitment(self, stored: Stored) -> None:
        author, name = stored.payload.author, stored.payload.round or ""
        self._committed[author, name] = True
        self._writing.show(author, stored.digest)
        self._cards(author, name)

    def _cards(self, person: str, name: str, only: set[str] | None = None) -> None:
        """Shows the newest version of every dossier that a person sits on in a round, or of some of them."""
        found = self._writing.matching(
            records.c.type == RecordType.ASSIGNMENT,
            records.c.round == name,
            or_(records.c.person == person, records.c.person.is_(None)),
            subject=next(iter(only)) if only is not None and len(only) == 1 else None,
        )
        by_dossier: dict[str, list[Stored]] = {}
        for each in found:
            for dossier in each.payload.subjects:
                by_dossier.setdefault(dossier, []).append(each)
        seats = [dossier for dossier, each in by_dossier.items() if _seated_in(each, person)]
        newest = self._writing.newest_versions(seats if only is None else only.intersection(seats))
        mine = (version_for(self._writing, each, name, person) for each in newest)
        self._writing.show_all(person, [each for each in mine if each is not None])

    def _dossier(self, stored: Stored) -> None:
        """Lists a version for those who have a seat on it, and have committed, in a round that has not ended."""
        seats = self._writing.by_type(RecordType.ASSIGNMENT, subject=stored.payload.subjects[0])
        for name in dict.fromkeys(each.payload.round or "" for each in seats):
            view = round_standing(self._writing, name)
            if view is None or view.ended:
                continue
            here = [each for each in seats if each.payload.round == name]
            for person in dict.fromkeys(getattr(each.body, "person", None) for each in here):
                if person and _seated_in(here, person) and self._has_committed(person, name):
                    found = version_for(self._writing, stored, name, person)
                    if found is not None:
                        self._writing.show(person, found.digest)

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

    def _seated(self, name: str) -> list[str]:
        """The enrolled who ever had a seat in a round."""
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


def _seated_in(assignments: list[Stored], person: str) -> bool:
    """Whether a person sits on a dossier: assigned, neither replaced nor the project withdrawn since."""
    seated = False
    for each in assignments:
        body = each.body
        assert isinstance(body, AssignmentBody)
        if body.person == person:
            seated = body.action == "assign"
        elif body.action == "withdraw":
            seated = False
    return seated
