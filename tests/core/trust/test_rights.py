"""One table for both sides: whose signature a record needs."""

from __future__ import annotations

import pytest

from zhubi.core.model.records import RecordType, parse_record
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import SigningKey, thumbprint
from zhubi.core.trust.records import read, record_digest, sign
from zhubi.core.trust.registry import Holder, Registry
from zhubi.core.trust.rights import SIGNERS, wrong_signer

ORIGIN = "office.example/x"
ROUND = "0190aaaa-0000-7000-8000-000000000001"
CHAIR, OTHER = "0190aaaa-0000-7000-8000-00000000000a", "0190aaaa-0000-7000-8000-00000000000b"
KEYS = {name: SigningKey.generate() for name in ("root", "manager", "service", CHAIR, OTHER)}
PEOPLE = {"root": "root", "manager": "manager", "service": "service:office"}
CONCLUSION = {
    "dossier": "a" * 64, "manifest_digest": "b" * 64, "rulebook": "c" * 64, "kind": "sx.site-inspection",
}  # fmt: skip


def said(who: str, kind: str, body: dict, *, author: str | None = None, origin: str = ORIGIN) -> str:
    payload = {
        "origin": origin, "type": kind, "id": "0190aaaa-0000-7000-8000-000000000009", "round": ROUND,
        "subjects": [], "author": author or PEOPLE.get(who, who), "made_at": "2026-07-01T08:00:00Z", "seen": None,
        "supersedes": [], "relies_on": [], "nonce": "0" * 32, "body": body,
    }  # fmt: skip
    return sign(payload, KEYS[who])


@pytest.fixture
def registry() -> Registry:
    made = Registry(KEYS["root"].public, ORIGIN)
    for index, (who, role) in enumerate((("manager", "manager"), ("service", "service"))):
        body = {"person": PEOPLE[who], "name": who, "role": role, "signing": KEYS[who].public}
        learn(made, said("root", "staff-key", body), index)
    for person in (CHAIR, OTHER):
        # An enrolment takes keys of three sorts; here only who signs matters.
        public = KEYS[person].public
        made._keep(Holder(person, person, "expert", thumbprint(public), public, None, None, since=2))
    return made


def learn(registry: Registry, compact: str, index: int) -> None:
    payload, kid = read(compact, registry.public_for)
    registry.learn(payload, kid, index)


def wrong(registry: Registry, compact: str, index: int | None) -> str | None:
    payload, kid = read(compact, registry.public_for)
    return wrong_signer(parse_record(record_digest(compact), kid, dict(payload), index), registry, ORIGIN)


def test_every_type_has_its_signers() -> None:
    assert set(SIGNERS) == set(RecordType)


def test_a_conclusion_is_signed_by_whoever_chairs_at_its_place_in_the_log(registry: Registry) -> None:
    mine, others = said(CHAIR, "conclusion", CONCLUSION), said(OTHER, "conclusion", CONCLUSION)
    assert wrong(registry, mine, 9) == "chair", "nobody chairs yet"
    learn(registry, said("manager", "chair", {"person": CHAIR}), 10)
    learn(registry, said("manager", "chair", {"person": OTHER}), 20)
    assert [wrong(registry, mine, place) for place in (10, 11, 20, 21, None)] == [
        "chair", None, None, "chair", "chair",
    ]  # fmt: skip
    assert [wrong(registry, others, place) for place in (11, 21, None)] == ["chair", None, None]
    assert (registry.chair(ROUND, 15), registry.chair(ROUND), registry.chair("other")) == (CHAIR, OTHER, None)


def test_only_the_staff_name_a_chair(registry: Registry) -> None:
    for who in ("service", CHAIR):
        compact = said(who, "chair", {"person": CHAIR})
        assert wrong(registry, compact, 9) == "role"
        with pytest.raises(TrustError):
            learn(registry, compact, 9)


def test_a_service_makes_a_version_of_a_dossier_only_to_bring_a_conclusion_in(registry: Registry) -> None:
    body = {
        "version": 2, "card": {"code": "SX-1", "title": "x"}, "card_digest": "a" * 64,
        "manifest": {"content": {"digest": "b" * 64, "size": 1}, "sealed_to": "age1" + "q" * 58},
        "manifest_digest": "c" * 64,
    }  # fmt: skip
    carries = [{"round": ROUND, "conclusion": "d" * 64, "material": "site-conclusion"}]
    assert wrong(registry, said("service", "dossier", body), 9) == "role"
    assert wrong(registry, said("service", "dossier", {**body, "carries": carries}), 9) is None
    assert wrong(registry, said("manager", "dossier", body), 9) is None


def test_the_log_the_key_and_the_author_come_first(registry: Registry) -> None:
    purge = {"device": KEYS[CHAIR].kid, "dossiers": 1, "blobs": 1}
    assert wrong(registry, said(CHAIR, "purge", purge), 9) is None
    assert wrong(registry, said(CHAIR, "purge", purge, origin="other.example/y"), 9) == "origin"
    assert wrong(registry, said(CHAIR, "purge", purge), 1) == "key", "before it was enrolled"
    assert wrong(registry, said(CHAIR, "purge", purge, author=OTHER), 9) == "author"
    assert wrong(registry, said("manager", "purge", purge), 9) == "role"
