"""The key of a dossier: to whom the log entitles, as one record a device, a version and a round."""

from __future__ import annotations

import pytest

from zhubi.core.model.records import (
    DecisionBody,
    DeclarationOutcome,
    DossierBody,
    KeyReleaseBody,
    RecordType,
    RevocationBody,
    RoundChangeBody,
)
from zhubi.core.trust.encodings import from_base64
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.sealing import SealingKey, unseal
from zhubi.office.ledger.ledger import Stored
from zhubi.office.opening import Office
from zhubi.office.vault.errors import VaultError
from zhubi.office.vault.release import dossier_of, may_fetch, release


def ask(office: Office, expert, dossier: str, name: str, *, device: str | None = None) -> Stored:
    with office.ledger.writing() as writing:
        return release(
            office, writing, expert.person, device or expert.signing.kid, dossier, name, office.clock()
        )


def refused(office: Office, expert, dossier: str, name: str, *, device: str | None = None) -> bool:
    before = releases(office)
    with pytest.raises(VaultError) as caught:
        ask(office, expert, dossier, name, device=device)
    assert caught.value.kind == "vault.not-entitled"
    return releases(office) == before


def releases(office: Office) -> int:
    with office.ledger.reading() as reading:
        return len(reading.by_type(RecordType.KEY_RELEASE))


def fetchable(office: Office, house, expert, dossier: str) -> bool:
    body = house.dossiers[dossier].body
    assert isinstance(body, DossierBody)
    with office.ledger.reading() as reading:
        [answer] = {
            may_fetch(reading, expert.person, each.digest, office.clock()) for each in body.manifest.blobs()
        }
    return answer


def identity(stored: Stored, expert) -> SealingKey:
    assert isinstance(stored.body, KeyReleaseBody)
    return SealingKey.from_text(unseal(from_base64(stored.body.sealed), expert.sealing).decode())


@pytest.fixture
def seat(house):
    """An expert with a seat on a dossier in a round: (expert, dossier, round)."""
    expert = house.enrol("陈思远")
    name, dossier = house.open_round(), house.bring("ZJ26-017")
    house.assign(name, dossier, expert)
    return expert, dossier, name


def test_the_key_comes_after_commitment_and_declaration_and_not_before(office: Office, house, seat) -> None:
    expert, dossier, name = seat
    assert refused(office, expert, dossier, name)
    commitment = house.commit(name, expert)
    assert refused(office, expert, dossier, name)
    assert not fetchable(office, house, expert, dossier)
    declaration = house.declare(name, dossier, expert)
    stored = ask(office, expert, dossier, name)
    assert stored.index > declaration.index > commitment.index
    assert stored.payload.author == office.service.author
    assert stored.payload.relies_on == (house.dossiers[dossier].digest, declaration.digest)
    assert fetchable(office, house, expert, dossier)


def test_the_released_key_opens_what_it_is_for(office: Office, house, seat) -> None:
    expert, dossier, name = seat
    house.commit(name, expert)
    house.declare(name, dossier, expert)
    stored = ask(office, expert, dossier, name)
    body = house.dossiers[dossier].body
    key = identity(stored, expert)
    assert key.recipient == body.manifest.sealed_to
    sealed = b"".join(office.blobs.get_range(body.manifest.content.digest, 0, body.manifest.content.size))
    assert "正文".encode() in unseal(sealed, key)
    stranger = SealingKey.generate()
    with pytest.raises(TrustError):
        unseal(from_base64(stored.body.sealed), stranger)


def test_asked_again_it_is_the_same_release(office: Office, house, seat) -> None:
    expert, dossier, name = seat
    house.commit(name, expert)
    house.declare(name, dossier, expert)
    first = ask(office, expert, dossier, name)
    assert [ask(office, expert, dossier, name).digest for _ in range(3)] == [first.digest] * 3
    assert releases(office) == 1


def test_each_device_each_version_and_each_round_has_its_own(office: Office, house, seat) -> None:
    expert, dossier, name = seat
    house.commit(name, expert)
    house.declare(name, dossier, expert)
    first = ask(office, expert, dossier, name)
    second_device = house.enrol("陈思远", person=expert.person)
    on_second = ask(office, second_device, dossier, name)
    assert identity(on_second, second_device).recipient == identity(first, expert).recipient
    house.bring("ZJ26-017", dossier=dossier, text="修订")
    newer = ask(office, expert, dossier, name)
    assert identity(newer, expert).recipient == house.dossiers[dossier].body.manifest.sealed_to
    chained = house.open_round("会议验收")
    house.assign(chained, dossier, expert)
    house.commit(chained, expert)
    house.declare(chained, dossier, expert)
    again = ask(office, expert, dossier, chained)
    assert len({each.digest for each in (first, on_second, newer, again)}) == releases(office) == 4


@pytest.mark.parametrize("outcome", [DeclarationOutcome.RECUSE, DeclarationOutcome.DECLINE])
def test_who_steps_aside_never_receives_it(office: Office, house, seat, outcome: DeclarationOutcome) -> None:
    expert, dossier, name = seat
    house.commit(name, expert)
    house.declare(name, dossier, expert, outcome)
    assert refused(office, expert, dossier, name)
    assert not fetchable(office, house, expert, dossier)


def test_who_asks_the_organiser_receives_it_when_granted(office: Office, house, seat) -> None:
    expert, dossier, name = seat
    house.commit(name, expert)
    declaration = house.declare(name, dossier, expert, DeclarationOutcome.EXPLAIN)
    assert refused(office, expert, dossier, name)

    def decide(granted: bool) -> Stored:
        body = DecisionBody(
            about=declaration.digest, person=expert.person, matter="declaration", granted=granted
        )
        return house.log(office.staff(), RecordType.DECISION, body, round=name, subjects=(dossier,))

    decide(False)
    assert refused(office, expert, dossier, name)
    decision = decide(True)
    assert decision.digest in ask(office, expert, dossier, name).payload.relies_on


def test_unknown_and_forbidden_read_alike(office: Office, house, seat) -> None:
    expert, dossier, name = seat
    house.commit(name, expert)
    house.declare(name, dossier, expert)
    other = house.enrol("林若彤")
    nothing = "01981d8e-0000-7000-8000-000000000001"
    assert refused(office, other, dossier, name)
    assert refused(office, expert, nothing, name)
    assert refused(office, expert, dossier, nothing)
    assert refused(office, expert, dossier, name, device=other.signing.kid)
    assert refused(office, expert, dossier, name, device="x" * 43)
    assert not fetchable(office, house, other, dossier)
    with office.ledger.reading() as reading:
        assert not may_fetch(reading, expert.person, "0" * 64, office.clock())


def test_a_revoked_device_receives_nothing_more(office: Office, house, seat) -> None:
    expert, dossier, name = seat
    house.commit(name, expert)
    house.declare(name, dossier, expert)
    body = RevocationBody(person=expert.person, kid=expert.signing.kid, reason="遗失")
    house.log(office.staff(), RecordType.REVOCATION, body)
    assert refused(office, expert, dossier, name)


def test_who_was_replaced_receives_neither_key_nor_blob(office: Office, house, seat) -> None:
    expert, dossier, name = seat
    house.commit(name, expert)
    house.declare(name, dossier, expert)
    house.assign(name, dossier, expert, "replace")
    assert refused(office, expert, dossier, name)
    assert not fetchable(office, house, expert, dossier)


def test_an_ended_round_gives_neither_key_nor_blob_unless_another_needs_them(
    office: Office, house, seat
) -> None:
    expert, dossier, name = seat
    house.commit(name, expert)
    house.declare(name, dossier, expert)
    ask(office, expert, dossier, name)
    house.log(office.staff(), RecordType.ROUND_CHANGE, RoundChangeBody(change="end"), round=name)
    assert refused(office, expert, dossier, name)
    assert not fetchable(office, house, expert, dossier)
    chained = house.open_round("会议验收")
    house.assign(chained, dossier, expert)
    house.commit(chained, expert)
    house.declare(chained, dossier, expert)
    assert fetchable(office, house, expert, dossier)


def test_a_manifest_leads_to_its_dossier(office: Office, house) -> None:
    dossier = house.bring("ZJ26-017")
    with office.ledger.reading() as reading:
        assert dossier_of(reading, house.dossiers[dossier].body.manifest_digest) == dossier
        assert dossier_of(reading, "0" * 64) is None
