"""The four policies as they are shipped: what holds for every kind of them."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import Any

import pytest

from zhubi.core.model.rulebook import Policy, ReviewKind
from zhubi.core.rules.compile import load_policy, read_policy, shipped, shipped_policies
from zhubi.core.rules.soundness import expressions
from zhubi.core.rules.trial import try_example

POLICIES = shipped_policies()
KINDS = [kind for name in POLICIES for kind in shipped(name).kinds]


def folder(name: str) -> Any:
    return files("zhubi.core.rulebooks").joinpath(name)


@pytest.mark.parametrize("name", POLICIES)
def test_a_shipped_rulebook_is_sound_and_its_examples_hold(name: str) -> None:
    policy, faults = read_policy(folder(name))
    assert faults == ()
    assert policy is not None
    assert policy.id == name


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.id))
def test_examples_try_every_part_of_a_kind(kind: ReviewKind) -> None:
    assert len(kind.examples) >= 8
    tried = {name for example in kind.examples for name in example.expect.checks}
    on_sheet = {check.id for check in kind.checks if check.on == "sheet"}
    assert on_sheet <= tried
    assert kind.scale is None or any(example.expect.total for example in kind.examples)
    assert any(example.expect.can_sign is False for example in kind.examples)
    assert any(example.expect.verdict for example in kind.examples) or not any(
        conclusion.when for conclusion in kind.conclusions
    )
    for example in kind.examples:
        assert try_example(kind, example) == ()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.id))
def test_every_contradiction_is_tried_by_an_example(kind: ReviewKind) -> None:
    tried = {name for example in kind.examples for name in example.expect.contradictions or ()}
    assert {each.id for each in kind.contradictions} <= tried
    if any(each.conclusions for each in kind.recommendations):
        assert any(name.startswith("recommendation.") for name in tried)


CONDITIONAL = [kind for kind in KINDS if any(each.when for each in kind.conclusions)]


@pytest.mark.parametrize("kind", CONDITIONAL, ids=lambda kind: str(kind.id))
def test_what_experts_recommend_is_set_against_what_their_findings_lead_to(kind: ReviewKind) -> None:
    spoken = {name for each in kind.recommendations for name in each.conclusions}
    if kind.findings:
        assert spoken
        assert all(each.when for each in kind.conclusions if each.id in spoken)


@pytest.mark.parametrize(
    "kind_id",
    ["zj.acceptance", "spb.final-evaluation", "spb.milestone-assessment", "dz.final-acceptance"],
)
def test_screening_questions_come_first_where_a_finding_does_not_ask_them(kind_id: str) -> None:
    kind = next(each for each in KINDS if each.id == kind_id)
    assert kind.questions[0].gate
    assert kind.questions[0].required
    assert kind.questions[0].basis.is_default


def test_every_acceptance_takes_a_site_conclusion_and_shanxi_needs_it() -> None:
    kinds = {kind.id: kind for kind in KINDS}
    taking = {name for name, kind in kinds.items() if any(m.id == "site-conclusion" for m in kind.materials)}
    assert {
        "sx.acceptance-meeting", "sx.bid-appraisal", "sx.demand-demonstration",
        "zj.acceptance", "spb.final-evaluation", "dz.final-acceptance",
    } <= taking  # fmt: skip
    needed = {
        name for name in taking for each in kinds[name].materials
        if each.id == "site-conclusion" and each.required_when
    }  # fmt: skip
    assert needed == {"sx.acceptance-meeting"}


def test_kinds_that_choose_among_rivals_look_at_several_at_once() -> None:
    assert {kind.id for kind in KINDS if kind.subjects == "several"} == {
        "zj.horse-race-site-visit", "zj.horse-race-stage-check", "spb.plan-consultation", "sx.bid-appraisal",
        "dz.list-selection", "dz.bid-appraisal", "dz.horse-race-node-assessment",
    }  # fmt: skip


def floats(value: Any) -> list[float]:
    if isinstance(value, float):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for each in inner for found in floats(each)]


@pytest.mark.parametrize("name", POLICIES)
def test_the_compiled_policy_is_stable_free_of_floats_and_reads_back(name: str) -> None:
    first = load_policy(folder(name), try_examples=False).model_dump(mode="json")
    again = load_policy(folder(name), try_examples=False).model_dump(mode="json")
    assert first == again
    assert floats(first) == []
    text = json.dumps(first)
    read = Policy.model_validate(json.loads(text))
    assert read == shipped(name)
    assert json.dumps(read.model_dump(mode="json")) == text


def clauses_used(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = set(value["clauses"]) if set(value) == {"policy", "clauses", "text"} else set()
        return own.union(*(clauses_used(each) for each in value.values()))
    if isinstance(value, list):
        return set().union(*(clauses_used(each) for each in value))
    return set()


@pytest.mark.parametrize("name", POLICIES)
def test_every_basis_is_a_listed_clause_with_our_own_wording(name: str) -> None:
    policy = shipped(name)
    used = clauses_used(policy.model_dump(mode="json"))
    assert used
    for clause in used:
        found = policy.clause(clause)
        assert found is not None
        assert found.gist.zh
        assert found.gist.en


REVIEWED = {
    "zhejiang-2023": (
        "一(二) 二.2 二.3 三.5 三.6 四.7 四.8 四.9 四.10 五.11 "
        "五.12 五.13 六.14 六.15 六.16 七.18 八.19 八.20 九.22 "
        "九.23 九.24 十.25 十.26 十.27 十.28 十一(二)"
    ),
    "shapingba-2023-41": (
        "第二条 第三条 第四条 第六条 第七条 第十四条 第十五条 第十六条 第十九条 第二十条 "
        "第二十一条 第二十二条 第二十三条 第二十五条 第二十六条 第二十八条 第二十九条 "
        "第三十一条 第三十二条 第三十三条 第三十四条"
    ),
    "shanxi-2024-10": (
        "第三条 第十一条 第十二条 第十六条 第十七条 第十九条 第二十条 第二十一条 第二十三条 "
        "第二十四条 第二十五条 第二十六条 第二十七条 第二十八条 第三十条 第三十四条 第三十五条 "
        "第三十六条 第三十七条 第三十八条 第三十九条 第四十条 第四十一条 第四十二条 第四十三条 "
        "第四十三条(一) 第四十三条(二) 第四十三条(三) 第四十四条 第四十五条 第四十六条 "
        "第四十七条 第四十八条 第四十九条 第五十条 第五十二条"
    ),
    "dazu-2023-26": (
        "五(一)3 五(一)4 五(一)5 五(二) 五(二)1 五(二)2 五(二)3 五(二)4 "
        "七 八(一) 八(二) 八(四) 八(五) 八(六) 八(七) 八(八) 九(二) 九(三) "
        "十(一) 十(二) 十一(一) 十一(二) 十二(一)"
    ),
}
"""The clauses of each text that touch review."""


@pytest.mark.parametrize("name", POLICIES)
def test_every_clause_that_touches_review_is_listed(name: str) -> None:
    assert set(REVIEWED[name].split()) <= {clause.id for clause in shipped(name).clauses}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.id))
def test_everything_is_said_in_both_languages(kind: ReviewKind) -> None:
    def blanks(value: Any) -> int:
        if isinstance(value, dict) and set(value) == {"zh", "en"}:
            return int(bool(value["zh"]) != bool(value["en"]))
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return sum(blanks(each) for each in inner)

    assert blanks(kind.model_dump(mode="json")) == 0
    assert kind.name.zh
    assert kind.name.said("en_US") == kind.name.en


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.id))
def test_weights_scales_bands_and_lengths_are_defaults(kind: ReviewKind) -> None:
    assert kind.scale is None or kind.scale.basis.is_default
    assert all(criterion.full_basis.is_default for criterion in kind.criteria)
    assert all(band.basis.is_default for band in kind.bands)
    assert kind.opinion_minimum_basis.is_default


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.id))
def test_shares_are_cross_products_and_never_divisions(kind: ReviewKind) -> None:
    for path, text, yields in expressions(kind):
        # An amount offered for cutting may divide: what is left over is offered too.
        assert yields == "int" or "/" not in text, path


def severities(kind: ReviewKind) -> dict[str, str]:
    found = {check.id: check.severity for check in kind.checks}
    found |= {f"material.{each.id}": each.severity for each in kind.materials}
    return found | {f"panel.{each.id}": each.severity for each in kind.panel.requirements}


@pytest.mark.parametrize(
    ("kind_id", "expected"),
    [
        (
            "zj.project-appraisal",
            {
                "material.self-funding-commitment": "block",
                "zj9-self": "warn",
                "zj9-rd": "warn",
                "zj9-cap": "inform",
                "zj18-kpi": "block",
                "zj18-scope": "block",
            },
        ),
        (
            "spb.project-appraisal",
            {
                "spb4-major": "warn",
                "spb4-key": "warn",
                "material.funding-commitment": "block",
                "material.budget-form": "block",
                "panel.minimum": "warn",
                "panel.joint-unit": "block",
            },
        ),
        (
            "sx.acceptance-meeting",
            {
                "material.site-conclusion": "block",
                "material.test-report": "block",
                "sx40-demand": "block",
                "panel.minimum": "block",
                "panel.technical-share": "block",
                "panel.finance": "warn",
                "panel.site-inspection": "block",
            },
        ),
        (
            "dz.milestone-assessment",
            {"panel.minimum": "warn", "panel.odd": "warn", "dz8-effort": "block", "dz7-period": "warn"},
        ),
    ],
)
def test_severities_follow_the_meaning_of_the_clause(kind_id: str, expected: dict[str, str]) -> None:
    kind = next(each for each in KINDS if each.id == kind_id)
    assert expected.items() <= severities(kind).items()


def test_the_cap_of_zhejiang_reads_the_joint_subsidy_and_not_the_request() -> None:
    (cap,) = [check for kind in KINDS for check in kind.checks if check.id == "zj9-cap"]
    assert "joint_subsidy" in cap.expr
    assert "fiscal_requested" not in cap.expr


def test_what_concerns_the_organiser_is_checked_in_the_office() -> None:
    office = {check.id for kind in KINDS for check in kind.checks if check.on == "office"}
    assert {"spb22-kpi", "spb23-rd", "spb23-transformation", "dz10-40", "zj12-ratio"} <= office


def test_the_six_methods_of_dazu_are_open_and_none_is_required() -> None:
    kind = shipped("dazu-2023-26").kind("dz.milestone-assessment")
    assert len(kind.methods) == 6
    assert kind.methods_open
    assert all(not question.required for question in kind.questions)


def test_seats_the_policies_give() -> None:
    seats = {kind.id: [seat.id for seat in kind.seats] for kind in KINDS}
    assert seats["dz.milestone-assessment"] == ["list-owner"]
    assert seats["spb.project-appraisal"] == ["joint-unit"]
    assert seats["zj.project-appraisal"] == []
    for kind in KINDS:
        assert all(not seat.basis.is_default for seat in kind.seats)


def test_terms() -> None:
    assert shipped("zhejiang-2023").in_force_from == "2023-06-13"
    assert shipped("shapingba-2023-41").in_force_from == "2024-01-19"
    assert (shipped("shanxi-2024-10").in_force_from, shipped("shanxi-2024-10").in_force_to) == (
        "2024-06-30",
        "2026-06-29",
    )
    assert shipped("dazu-2023-26").in_force_from is None


def test_only_the_shapingba_clause_gives_a_conflict_relation() -> None:
    grounded = {
        (name, each.id) for name in POLICIES for each in shipped(name).relations if not each.basis.is_default
    }
    assert grounded == {("shapingba-2023-41", "technical-panel-lead")}


def test_no_wording_hides_control_characters() -> None:
    for name in POLICIES:
        for each in folder(name).iterdir():
            assert not re.search(r"[\x00-\x09\x0b-\x1f\u200b-\u200f\u202a-\u202e]", each.read_text("utf-8"))
