"""An expert who has something new to say or to receive in each exchange, and what must have come of it in the end."""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest

from zhubi.core.model.records import AcceptanceBody, RecordType
from zhubi.expert.desk import contact, declare, evidence, review, submit
from zhubi.office.intake.importing import import_path
from zhubi.office.ledger.leaves import letters_in
from zhubi.office.rounds.seats import Seat, assign

from .badway import IMPATIENT, PATIENT, BadWay, serve_without_limits, wait_for
from .house import PIN, Town, is_sentence, write_dossier

EXCHANGES: Final = {
    "records and evidence": ("writes",),
    "a letter": ("reports",),
    "feed, releases and papers": ("is_given", "declares"),
}
"""The acts of each exchange, in their order."""


class Story:
    """An expert who has something new to say or to receive in each exchange, and what must have come of it."""

    def __init__(self, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
        self.town, self.patched = town, monkeypatch
        monkeypatch.setattr("zhubi.expert.sync.uploading._PAUSE", 0.0)
        serve_without_limits(monkeypatch)
        self.number = 0
        self.reviews: list[str] = []
        self.evidence: list[str] = []
        self.letters: list[str] = []
        self.dossiers: list[str] = []
        self.way = BadWay(town.url)
        town.meet_at(self.way.url)
        self.well()
        self.size = self._size()
        self.strays = 0

    # What there is to exchange

    def writes(self) -> None:
        """A review corrected, with a new note as evidence, signed."""
        self.number += 1
        desk, key = self.town.desk, self.town.key
        review.begin_correction(desk, key, f"第{self.number}次更正")
        row = evidence.add_note(desk, key, f"第{self.number}次所见：样机运行正常。" * self.number)
        (signed,) = submit.sign(desk, [key], PIN)
        assert signed.digest, signed.problem
        self.evidence.append(row.digest)
        self.reviews.append(signed.digest)
        self.size += 3

    def reports(self) -> None:
        """A letter to the inspectors."""
        self.number += 1
        desk = self.town.desk
        told = contact.ContactReport(who="某人", asked=f"第{self.number}次请托")
        office = desk.store.offices.all()[0].office
        self.letters.append(contact.send_report(desk, office, told, PIN, keep_copy=False).digest)
        self.size += 1

    def is_given(self) -> None:
        """A project more to be reviewed."""
        self.number += 1
        town, office = self.town, self.town.office
        folder, code = town.folder / f"more-{self.number}", f"MORE-{self.number}"
        write_dossier(folder, code, text="正文。" * 40 * self.number)
        (brought,) = import_path(office, office.staff(), folder, now=town.office_clock())
        given = [Seat(town.desk.store.offices.all()[0].person, order=self.number)]
        assign(office, office.staff(), town.round, brought.dossier, given, now=town.office_clock())
        self.dossiers.append(brought.dossier)
        self.size += 2

    def declares(self) -> None:
        """A declaration on what was given last; delivered, it brings the key and the papers."""
        desk, dossier = self.town.desk, self.dossiers[-1]
        declare.answer(desk, self.town.round, dossier, "clear")
        assert not declare.sign_declarations(desk, self.town.round, PIN).problems
        self.size += 3

    # Exchanging it

    def badly(self) -> str:
        """A sync on which something goes wrong; the kind of what it says, which is a sentence."""
        wait_for(self.patched, IMPATIENT)
        report = self.town.sync()
        assert not report.problem or is_sentence(report.problem), report
        self.claims_nothing_unproven()
        return report.problem_kind

    def well(self) -> None:
        """Syncs on which nothing goes wrong: one for what is signed, and one for letters, which never go beside it."""
        self.way.expect(None)
        wait_for(self.patched, PATIENT)
        for _ in range(2):
            report = self.town.sync()
            assert not report.problem, report

    def reopened(self) -> None:
        """The office is opened again after its process was killed, at another address."""
        self.way.close()
        self.way = BadWay(self.town.url)
        self.town.meet_at(self.way.url)

    def claims_nothing_unproven(self) -> None:
        """Whatever stands as submitted has its receipt, and what has none waits here to be sent again."""
        store = self.town.desk.store
        waiting = {each.digest for each in store.outbox.pending() if each.type == "review"}
        assert waiting == {each for each in self.reviews if store.receipts.get(each) is None}
        (first, *_) = self.town.rows()
        if self.reviews:
            assert (first.stage == "submitted") == (not waiting), first

    def is_whole(self) -> None:
        """Everything said is a leaf once, accepted once, and proven here; nothing else came into the log."""
        town, store = self.town, self.town.desk.store
        office = store.offices.all()[0].office
        assert not store.outbox.unsent() and not store.evidence.waiting(office)
        assert not store.letters.waiting(office) and not store.blobs.wanted(office)
        self.claims_nothing_unproven()
        with town.office.ledger.reading() as reading:
            accepted = Counter(
                each.body.record
                for each in reading.by_type(RecordType.ACCEPTANCE)
                if isinstance(each.body, AcceptanceBody)
            )
            held = Counter(each.digest for each in reading.by_type(RecordType.REVIEW))
            letters = Counter(digest for _, digest, _ in letters_in(reading.conn))
        assert all(held[each] == accepted[each] == 1 for each in self.reviews)
        assert all(accepted[each] == 1 for each in self.evidence)
        assert all(letters[each] == 1 for each in self.letters)
        self.strays = sum(letters.values()) - len(self.letters)
        assert self._size() == self.size + self.strays, "one leaf for each act"
        rows = {each.dossier: each for each in town.rows()}
        assert {rows[each].stage for each in self.dossiers} <= {"declare", "ready"}
        for each in self.dossiers:
            if rows[each].stage == "ready":
                assert review.open_review(town.desk, rows[each].key).content is not None

    def _size(self) -> int:
        with self.town.office.ledger.reading() as reading:
            return reading.size()
