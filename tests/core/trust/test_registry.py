"""Whose key is whose: only what the root, a service and the log say, from where they say it."""

from __future__ import annotations

import pytest

from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import SigningKey, thumbprint
from zhubi.core.trust.possession import prove, statement
from zhubi.core.trust.records import read
from zhubi.core.trust.registry import Registry


@pytest.fixture
def registry(office):
    made = Registry(office.root.public, office.log.signer.name)
    learn(made, office.service_record, 0)
    return made


def learn(registry, compact, index):
    """As a reader does it: verify the signature, then learn."""
    payload, kid = read(compact, registry.public_for)
    return registry.learn(payload, kid, index)


def kind(registry, compact, index):
    with pytest.raises(TrustError) as caught:
        learn(registry, compact, index)
    return caught.value.kind


@pytest.fixture
def device():
    return SigningKey.generate(), SigningKey.generate()


def test_the_root_is_known_from_the_start(office):
    registry = Registry(office.root.public)
    root = registry.holder(office.root.kid)
    assert (root.person, root.role, root.since) == ("root", "root", -1)
    assert registry.public_for(office.root.kid) == office.root.public
    assert registry.public_for(office.service.kid) is None and registry.holder("x") is None


def test_the_root_certifies_staff_and_services(registry, office):
    learn(registry, office.staff_key("chen.li", "secretary", office.secretary), 1)
    holder = registry.holder(office.secretary.kid)
    assert (holder.person, holder.role, holder.since, holder.signing) == (
        "chen.li",
        "secretary",
        1,
        office.secretary.public,
    )
    assert [each.person for each in registry.staff("service")] == ["service:ledger"]
    assert [each.role for each in registry.staff()] == ["service", "secretary"]
    assert registry.staff("inspector") == ()


def test_nobody_else_certifies_staff(registry, office):
    learn(registry, office.staff_key("chen.li", "manager", office.secretary), 1)
    new = SigningKey.generate()
    assert (
        kind(registry, office.staff_key("x", "manager", new, by=office.secretary), 2)
        == "trust.registry-refused"
    )
    assert (
        kind(registry, office.staff_key("x", "manager", new, by=office.service), 2)
        == "trust.registry-refused"
    )
    assert kind(registry, office.staff_key("x", "manager", new, by=new), 2) == "trust.unknown-key"
    assert registry.known(new.kid) is None


@pytest.mark.parametrize(
    ("name", "role"), [("ledger", "service"), ("service:x", "manager"), ("root", "manager")]
)
def test_names_tell_services_from_people(registry, office, name, role):
    assert kind(registry, office.staff_key(name, role, SigningKey.generate()), 1) == "trust.registry-refused"


def test_an_enrolment_binds_a_device(registry, office, person, device):
    signing, transport = device
    assert learn(registry, office.enrolment(person, signing, transport), 4) is True
    holder = registry.holder(signing.kid)
    assert (holder.person, holder.name, holder.role, holder.since) == (person, "王芳", "expert", 4)
    assert holder.transport == transport.public and holder.sealing.startswith("age1")
    assert registry.by_transport(transport.kid) == holder
    # The transport key signs in; it signs no records.
    assert registry.public_for(transport.kid) is None
    assert [each.kid for each in registry.devices(person)] == [signing.kid]
    assert all(each.role != "expert" for each in registry.staff())


def test_only_a_service_enrols(registry, office, person, device):
    learn(registry, office.staff_key("chen.li", "manager", office.secretary), 1)
    for signer in (office.secretary, office.root):
        assert kind(registry, office.enrolment(person, *device, by=signer), 2) == "trust.registry-refused"


def test_possession_is_proven_by_both_keys(registry, office, person, device):
    signing, transport = device
    stranger = SigningKey.generate()
    said = statement(
        origin=office.log.signer.name,
        invitation="a" * 64,
        person=person,
        signing=signing.public,
        transport=transport.public,
        sealing="age1" + "q" * 58,
    )
    for changes in (
        {"signing_proof": prove(said, signing)},
        {"transport_proof": "nonsense"},
        {"signing": stranger.public},
        {"transport": stranger.public},
        {"transport": signing.public},
        {"person": "019f0000-0000-7000-8000-000000000009"},
        {"invitation": "b" * 64},
    ):
        compact = office.enrolment(person, signing, transport, changes=changes)
        assert kind(registry, compact, 2) == "trust.possession-unproven"
    assert registry.devices(person) == ()


def test_a_proof_for_another_log_is_none(registry, office, person, device):
    other = Registry(office.root.public)
    learn(other, office.service_record, 0)
    payload, kid = read(office.enrolment(person, *device), other.public_for)
    with pytest.raises(TrustError) as caught:
        other.learn({**payload, "origin": "other.example/log"}, kid, 1)
    assert caught.value.kind == "trust.possession-unproven"


def test_a_second_device_is_vouched_for_by_the_first(registry, office, person, device):
    signing, transport = device
    learn(registry, office.enrolment(person, signing, transport), 1)
    second, third = SigningKey.generate(), SigningKey.generate()
    stranger = office.enrolment(person, second, SigningKey.generate(), vouched_by=SigningKey.generate())
    assert kind(registry, stranger, 2) == "trust.registry-refused"
    learn(registry, office.enrolment(person, second, SigningKey.generate(), vouched_by=signing), 3)
    assert [each.kid for each in registry.devices(person)] == [signing.kid, second.kid]
    learn(registry, office.revocation("service:ledger", office.service, person, signing.kid), 5)
    late = office.enrolment(person, third, SigningKey.generate(), vouched_by=signing)
    assert kind(registry, late, 6) == "trust.registry-refused"


def test_a_revocation_acts_from_its_place_in_the_log(registry, office, person, device):
    signing, transport = device
    learn(registry, office.enrolment(person, signing, transport), 3)
    learn(registry, office.revocation("service:ledger", office.service, person, signing.kid), 10)
    for index, acts in (
        (2, False),
        (3, False),
        (4, True),
        (9, True),
        (10, False),
        (11, False),
        (None, False),
    ):
        assert (registry.holder(signing.kid, index) is not None) is acts, index
    assert registry.known(signing.kid).revoked_at == 10
    # Old signatures can still be checked; the device signs in no more.
    assert registry.public_for(signing.kid) == signing.public
    assert registry.by_transport(transport.kid) is None
    assert registry.devices(person) == () and len(registry.devices(person, 9)) == 1


def test_the_earlier_of_two_revocations_holds(registry, office, person, device):
    learn(registry, office.enrolment(person, *device), 3)
    kid = device[0].kid
    for index in (10, 7, 12):
        learn(registry, office.revocation("service:ledger", office.service, person, kid), index)
    assert registry.known(kid).revoked_at == 7


def test_who_may_revoke(registry, office, person, device):
    auditor, secretary = SigningKey.generate(), office.secretary
    learn(registry, office.staff_key("aud", "auditor", auditor), 1)
    learn(registry, office.staff_key("sec", "secretary", secretary), 2)
    learn(registry, office.enrolment(person, *device), 3)
    kid = device[0].kid
    assert kind(registry, office.revocation("aud", auditor, person, kid), 4) == "trust.registry-refused"
    assert kind(registry, office.revocation(person, device[0], person, kid), 4) == "trust.registry-refused"
    assert kind(registry, office.revocation("sec", secretary, "someone", kid), 4) == "trust.registry-refused"
    assert (
        kind(registry, office.revocation("sec", secretary, "root", office.root.kid), 4)
        == "trust.registry-refused"
    )
    assert (
        kind(registry, office.revocation("sec", secretary, person, "A" * 43), 4) == "trust.registry-refused"
    )
    learn(registry, office.revocation("sec", secretary, person, kid), 4)


def test_a_revoked_service_enrols_no_more(registry, office, person, device):
    learn(registry, office.revocation("root", office.root, "service:ledger", office.service.kid), 5)
    assert kind(registry, office.enrolment(person, *device), 6) == "trust.registry-refused"
    learn(registry, office.enrolment(person, *device), 4)


def test_an_author_signs_with_their_own_key(registry, office, person, device):
    learn(registry, office.staff_key("sec", "secretary", office.secretary), 1)
    learn(registry, office.enrolment(person, *device), 2)
    compact = office.revocation("service:ledger", office.secretary, person, device[0].kid)
    assert kind(registry, compact, 3) == "trust.registry-refused"


def test_a_key_belongs_to_one_holder_for_one_use(registry, office, person, device):
    signing, transport = device
    compact = office.enrolment(person, signing, transport)
    learn(registry, compact, 1)
    for taken in (
        office.staff_key("x", "manager", signing),
        office.staff_key("x", "manager", transport),
        office.enrolment("019f0000-0000-7000-8000-000000000009", signing, SigningKey.generate()),
        office.enrolment(person, SigningKey.generate(), transport),
        office.enrolment(person, SigningKey.generate(), signing),
        office.enrolment(person, transport, SigningKey.generate()),
        office.staff_key("x", "manager", office.root),
    ):
        assert kind(registry, taken, 2) == "trust.registry-refused"
    # The same record again changes nothing, not even after a revocation.
    learn(registry, compact, 1)
    learn(registry, office.revocation("service:ledger", office.service, person, signing.kid), 3)
    learn(registry, compact, 4)
    assert registry.holder(signing.kid) is None


def test_records_of_another_log_or_form_are_refused(registry, office):
    payload, kid = read(office.staff_key("x", "manager", SigningKey.generate()), registry.public_for)
    for changes in ({"origin": "other.example/log"}, {"body": {}}, {"author": "someone"}, {"more": 1}):
        with pytest.raises(TrustError) as caught:
            registry.learn({**payload, **changes}, kid, 1)
        assert caught.value.kind == "trust.registry-refused"


def test_other_records_say_nothing_of_keys(registry, office):
    assert registry.learn({"type": "review", "anything": 1}, office.root.kid, 9) is False


def test_holders_are_named_by_the_thumbprint_of_their_key(registry, office):
    for each in registry.staff():
        assert each.kid == thumbprint(each.signing)
