"""Committed, and the answer dropped, a hundred times: one leaf each, and one receipt."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from zhubi.core.model.records import AcceptanceBody, RecordType
from zhubi.core.wire.client import OfficeClient
from zhubi.core.wire.connection import Policy
from zhubi.core.wire.errors import WireError
from zhubi.expert.desk import contact, evidence
from zhubi.office.ledger.leaves import letters_in
from zhubi.office.opening import add_staff

PIN = "246810"
TIMES = 100


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zhubi.expert.sync.uploading._PAUSE", 0.0)
    monkeypatch.setitem(OfficeClient.__init__.__kwdefaults__, "policy", Policy(read=20.0, attempts=1))


@pytest.mark.slow
def test_records_evidence_and_letters_whose_answers_are_dropped_are_one_leaf_each(
    seated: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house, expert, round_id, _ = seated
    add_staff(house.office, "监督员", "inspector")
    expert.take_up(round_id)
    expert.fill("DZ-1", "DZ-2")
    notes = {code: f"{code} 现场所见。" for code in ("DZ-1", "DZ-2")}
    pieces = [evidence.add_note(expert.desk, expert.key(code), words).digest for code, words in notes.items()]
    reviews = expert.sign("DZ-1", "DZ-2")

    office = expert.desk.store.offices.all()[0].office

    def dropped(path: str, act: Any) -> None:
        for _ in range(TIMES):
            house.wire.lose(path)
            act()
        answers = [each for each in house.wire.answers if each.path.startswith(path) and each.status == 200]
        assert len(answers) >= TIMES, "it was said, and taken, that often"

    def again() -> None:
        assert expert.try_sync().problem_kind == "wire.cut"

    dropped("/v1/records", again)
    assert {expert.stage(code) for code in ("DZ-1", "DZ-2")} == {"signed"}, "arrived, and not yet proven"
    told = contact.ContactReport(who="某人", asked="打听分数")
    letter = contact.send_report(expert.desk, office, told, PIN, keep_copy=False).digest
    client = expert.desk.session.clients[office][1]

    def brought_again() -> None:
        for digest in pieces:
            house.wire.lose("/v1/uploads")
            sealed = expert.desk.store.blobs.read(digest)
            with pytest.raises(WireError):
                client.upload_chunk(digest, 0, sealed, len(sealed))
        house.wire.lose_nothing()

    dropped("/v1/uploads", brought_again)
    with monkeypatch.context() as held:
        held.setattr("zhubi.expert.sync.synchronising.send_evidence", lambda *given: None)
        expert.sync()
        assert {expert.stage(code) for code in ("DZ-1", "DZ-2")} == {"submitted"}
        dropped("/v1/letters", again)
    expert.sync()
    assert not expert.desk.store.evidence.waiting(office)
    assert not any("evidence-pending" in expert.row(code).flags for code in ("DZ-1", "DZ-2"))
    assert expert.proves() == 5 and not expert.desk.store.letters.waiting(office)
    with house.office.ledger.reading() as reading:
        said = Counter(each.digest for each in reading.by_type(RecordType.REVIEW))
        accepted = Counter(
            each.body.record
            for each in reading.by_type(RecordType.ACCEPTANCE)
            if isinstance(each.body, AcceptanceBody)
        )
        sealed = [digest for _, digest, _ in letters_in(reading.conn)]
    assert said == dict.fromkeys(reviews, 1) and sealed == [letter]
    assert {each: accepted[each] for each in (*reviews, *pieces)} == dict.fromkeys((*reviews, *pieces), 1)
    size = house.size()
    expert.sync()
    assert house.size() == size
