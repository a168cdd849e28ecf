"""Each of the review kinds, from the opened papers to the signed review that the office has accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from storyhouse.clock import Clock
from storyhouse.expert import Expert
from storyhouse.forms import fill_by_form, lay_out_for
from storyhouse.office import House

from zhubi.core.model.records import AcceptanceBody, RecordType, ReviewBody
from zhubi.core.rules.compile import shipped, shipped_policies
from zhubi.expert.desk import review, submit

KINDS = [(policy, kind.id) for policy in shipped_policies() for kind in shipped(policy).kinds]


@dataclass(frozen=True)
class Village:
    """One office with a round for every kind and role, and one expert with a seat in each."""

    house: House
    expert: Expert
    rounds: dict[tuple[str, str], str]
    dossiers: dict[str, str]


@pytest.fixture(scope="module")
def village(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Village]:
    from zhubi.core.trust.wrapping import ArgonCost

    cost, ArgonCost.__init__.__defaults__ = ArgonCost.__init__.__defaults__, (8 * 1024, 1, 1)
    folder, clock = tmp_path_factory.mktemp("village"), Clock()
    house = House(folder, clock)
    papers = folder / "papers"
    for number, (policy, kind_id) in enumerate(KINDS, 1):
        lay_out_for(papers, shipped(policy).kind(kind_id), f"K-{number:02}")
    dossiers = house.bring(papers)
    expert = Expert.enrolled(folder / "machine", house.invite("陈思远"), clock)
    rounds = {}
    for number, (policy, kind_id) in enumerate(KINDS, 1):
        kind = shipped(policy).kind(kind_id)
        seats: list[tuple[str, dict[str, Any]]] = [(each.id, {"role": each.id}) for each in kind.roles]
        seats += [
            (f"seat:{each.id}", {"role": kind.roles[0].id, "policy_seat": each.id}) for each in kind.seats[:1]
        ]
        for name, how in seats:
            rounds[kind_id, name] = house.open_round((policy, kind_id), title=f"{kind.name.zh} {name}")
            house.seat(rounds[kind_id, name], [dossiers[f"K-{number:02}"]], expert.person, **how)
    expert.sync()
    for each in rounds.values():
        expert.commit_only(each)
    expert.sync()
    for (_, name), each in rounds.items():
        expert.declare_only(each, "policy-seat" if name.startswith("seat:") else "clear")
    expert.sync()
    yield Village(house, expert, rounds, dossiers)
    expert.close()
    house.close()
    ArgonCost.__init__.__defaults__ = cost


def test_every_policy_brings_the_kinds_that_its_text_knows() -> None:
    counted = {policy: sum(each == policy for each, _ in KINDS) for policy in shipped_policies()}
    assert counted == {"zhejiang-2023": 10, "shapingba-2023-41": 7, "shanxi-2024-10": 6, "dazu-2023-26": 5}


@pytest.mark.slow
@pytest.mark.parametrize(("policy", "kind_id"), KINDS, ids=[kind for _, kind in KINDS])
def test_every_role_fills_in_what_the_form_asks_and_the_office_accepts_what_was_shown(
    village: Village, policy: str, kind_id: str
) -> None:
    expert, house = village.expert, village.house
    mine = [(name, each) for (kind, name), each in village.rounds.items() if kind == kind_id]
    shown = {}
    for turn, (name, round_id) in enumerate(mine):
        key = next(each.key for each in expert.rows_all() if each.key.round == round_id)
        assert review.open_review(expert.desk, key).stage == "ready", name
        state = fill_by_form(expert.desk, key, turn=turn)
        assert not [each.sentence for each in state.missing if each.required], name
        (signed,) = submit.sign(expert.desk, [key], "246810")
        assert signed.digest, signed.problem
        shown[key] = (signed.digest, review.open_review(expert.desk, key).state)
    report = submit.submit(expert.desk)
    assert not report.problem and report.unsent == 0, report

    reviews = {each.record.digest: each.record.body for each in house.logged(RecordType.REVIEW)}
    accepted = {
        each.record.body.record
        for each in house.logged(RecordType.ACCEPTANCE)
        if isinstance(each.record.body, AcceptanceBody)
    }
    for key, (digest, state) in shown.items():
        body = reviews[digest]
        assert isinstance(body, ReviewBody)
        assert body.kind == kind_id
        assert body.sheet == state.sheet, "what was shown, what was signed and what the office holds are one"
        assert digest in accepted
        assert house.stands(key.round, key.dossier, expert.person) == "submitted"
        assert next(each.stage for each in expert.rows_all() if each.key == key) == "submitted"
    assert {digest for digest, _ in shown.values()} <= set(expert.receipts())


@pytest.mark.slow
def test_every_receipt_of_all_these_rounds_proves_itself_to_a_stranger(village: Village) -> None:
    village.expert.sync()
    assert village.expert.proves() == 3 * len(village.rounds), "a commitment, a declaration, a review each"
