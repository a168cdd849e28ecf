"""What says nothing leaves no key: what was signed before a member existed is still said the same way."""

from __future__ import annotations

from zhubi.core.model.chains import CarriedConclusion, Follows
from zhubi.core.model.dossier import BlobRef, Card, Manifest
from zhubi.core.model.records import DossierBody, RoundBody

ROUND = "0190aaaa-0000-7000-8000-000000000001"


def test_a_round_that_follows_none_and_a_version_that_carries_nothing_say_nothing_of_it() -> None:
    alone = RoundBody(
        title="x", kind="x", rulebook="a" * 64, opens_at="2026-07-01T08:00:00Z",
        closes_at="2026-07-02T08:00:00Z", organiser="x",
    )  # fmt: skip
    assert "follows" not in alone.model_dump(mode="json")
    follows = Follows(round=ROUND, material="site-conclusion")
    second = alone.model_copy(update={"follows": follows})
    assert RoundBody.model_validate(second.model_dump(mode="json")).follows == follows
    blob = BlobRef(digest="a" * 64, size=1)
    version = DossierBody(
        version=1, card=Card(code="x", title="x"), card_digest="a" * 64,
        manifest=Manifest(content=blob, sealed_to="age1" + "q" * 58), manifest_digest="b" * 64,
    )  # fmt: skip
    assert "carries" not in version.model_dump(mode="json")
    carried = CarriedConclusion(round=ROUND, conclusion="c" * 64, material="site-conclusion")
    with_it = version.model_copy(update={"carries": (carried,)})
    assert DossierBody.model_validate(with_it.model_dump(mode="json")).carries == (carried,)
