"""An expert's side for tests: enrols over HTTP, signs with its own keys, and believes nothing it cannot verify."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fastapi.testclient import TestClient

from zhubi.core.model.dossier import Content
from zhubi.core.model.records import (
    CommitmentBody,
    DeclarationBody,
    DeclarationOutcome,
    DossierBody,
    Record,
    RecordType,
    ReviewBody,
    parse_record,
)
from zhubi.core.model.rulebook import Policy, ReviewKind
from zhubi.core.model.sheet import Answer, FactReading, Finding, IndicatorJudgement, Score, Sheet
from zhubi.core.model.values import instant
from zhubi.core.rules.checks import check_results, checks_seen
from zhubi.core.rules.compile import shipped
from zhubi.core.rules.scoring import criteria_for, total
from zhubi.core.trust.canonical import digest_of
from zhubi.core.trust.chance import nonce, uuid7
from zhubi.core.trust.encodings import from_base64
from zhubi.core.trust.invitations import Invitation
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.possession import prove, statement
from zhubi.core.trust.receipts import Receipt, VerifiedReceipt, verify_receipt
from zhubi.core.trust.records import peek, record_digest, sign
from zhubi.core.trust.sealing import SealingKey, unseal
from zhubi.core.wire.identity import GRANT, TransportIdentity
from zhubi.core.wire.messages import EnrolmentRequest, RecordResult, RecordsAnswer
from zhubi.office.access.invitations import invite
from zhubi.office.api.app import create_app
from zhubi.office.opening import Office
from zhubi.office.rounds.seats import Seat, SeatingReport, assign
from zhubi.office.rounds.windows import open_round

OPINION = "项目目标明确，技术路线可行，指标可以检验，经费测算基本合理，团队条件具备，同意按程序推进。" * 8


def request_of(
    invitation: Invitation,
    signing: SigningKey,
    transport: SigningKey,
    sealing: SealingKey,
    /,
    **changed: Any,
) -> EnrolmentRequest:
    """A well-formed enrolment of these keys, apart from what is ``changed``."""
    said = statement(
        origin=invitation.origin,
        invitation=invitation.record,
        person=invitation.person,
        signing=signing.public,
        transport=transport.public,
        sealing=sealing.recipient,
    )
    values = {
        "code": invitation.code,
        "person": invitation.person,
        "name": invitation.name,
        "unit": invitation.unit,
        "device": "测试机",
        "signing": signing.public,
        "transport": transport.public,
        "sealing": sealing.recipient,
        "signing_proof": prove(said, signing),
        "transport_proof": prove(said, transport),
    }
    return EnrolmentRequest.model_validate(values | changed)


@dataclass
class Pen:
    """One device of one expert. Every call goes over HTTP; ``last`` is the newest answer to a delivery."""

    http: Any
    invitation: Invitation
    clock: Any
    signing: SigningKey = field(default_factory=SigningKey.generate)
    transport: SigningKey = field(default_factory=SigningKey.generate)
    sealing: SealingKey = field(default_factory=SealingKey.generate)
    token: str = ""

    @property
    def person(self) -> str:
        return self.invitation.person

    @property
    def origin(self) -> str:
        return self.invitation.origin

    def enrol(self) -> Pen:
        request = request_of(self.invitation, self.signing, self.transport, self.sealing)
        answer = self.http.post("/v1/enrolments", json=request.model_dump(mode="json"))
        assert answer.status_code == 201, answer.text
        return self

    def sign_in(self) -> str:
        assertion = TransportIdentity(self.transport, self.origin).assertion(self.clock())
        answer = self.http.post("/v1/token", data={"grant_type": GRANT, "assertion": assertion})
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]
        return self.token

    def ask(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token or self.sign_in()}"} | more.pop("headers", {})
        answer = self.http.request(method, path, headers=headers, **more)
        if answer.status_code == 401:
            headers["Authorization"] = f"Bearer {self.sign_in()}"
            answer = self.http.request(method, path, headers=headers, **more)
        return answer

    def get(self, path: str, **more: Any) -> Any:
        return self.ask("GET", path, **more)

    def feed(self, after: str = "0.0") -> list[Record]:
        found, more = [], True
        while more:
            page = self.get(f"/v1/feed?after={after}").json()
            for item in page["items"]:
                payload, kid = peek(item["record"])
                found.append(parse_record(record_digest(item["record"]), kid, dict(payload), item["index"]))
            after, more = page["next"], page["more"]
        return found

    def seen(self, *kinds: RecordType) -> list[Record]:
        return [record for record in self.feed() if record.type in kinds]

    def newest_card(self, dossier: str) -> Record:
        cards = [each for each in self.seen(RecordType.DOSSIER) if each.payload.subjects == (dossier,)]
        return max(cards, key=lambda each: each.body.version)

    def say(self, kind: RecordType, body: Any, **about: Any) -> str:
        payload = {
            "origin": self.origin,
            "type": kind.value,
            "id": uuid7(self.clock()),
            "round": None,
            "subjects": [],
            "author": self.person,
            "made_at": instant(self.clock()),
            "seen": None,
            "supersedes": [],
            "relies_on": [],
            "nonce": nonce(),
            "body": body if isinstance(body, dict) else body.model_dump(mode="json"),
        }
        key = about.pop("key", self.signing)
        payload |= {name: list(each) if isinstance(each, tuple) else each for name, each in about.items()}
        return sign(payload, key)

    def deliver(self, *compacts: str, dry_run: bool = False) -> tuple[RecordResult, ...]:
        path = "/v1/records?dry_run=1" if dry_run else "/v1/records"
        answer = self.ask("POST", path, json={"records": list(compacts)})
        assert answer.status_code in (200, 409), answer.text
        return RecordsAnswer.model_validate_json(answer.content).results

    def commitment(self, scene: Scene, **about: Any) -> str:
        documents = scene.form.commitments
        body = CommitmentBody(
            documents=tuple(each.id for each in documents),
            text_digest=digest_of([each.model_dump(mode="json") for each in documents]),
            name=self.invitation.name,
        )
        return self.say(RecordType.COMMITMENT, body, **{"round": scene.round} | about)

    def declaration(
        self, scene: Scene, dossier: str, outcome: str = "clear", card: str | None = None, **about: Any
    ) -> str:
        said = {name: about.pop(name) for name in ("seat", "words", "relations") if name in about}
        card = card or self.newest_card(dossier).body.card_digest
        body = DeclarationBody.model_validate(
            {"outcome": DeclarationOutcome(outcome), "card_digest": card, **said}
        )
        return self.say(
            RecordType.DECLARATION, body, **{"round": scene.round, "subjects": (dossier,)} | about
        )

    def ask_key(self, manifest: str, round_id: str) -> Any:
        return self.ask("POST", "/v1/releases", json={"manifest": manifest, "round": round_id})

    def unseal(self, scene: Scene, dossier: str) -> tuple[Record, Content]:
        """The key asked for, the content blob fetched, and opened with nothing but this device's own key."""
        card = self.newest_card(dossier)
        assert isinstance(card.body, DossierBody)
        answer = self.ask_key(card.body.manifest_digest, scene.round)
        assert answer.status_code == 200, answer.text
        payload, kid = peek(answer.json()["record"])
        release = parse_record(record_digest(answer.json()["record"]), kid, dict(payload))
        identity = SealingKey.from_text(
            unseal(from_base64(release.body.sealed), self.sealing).decode("ascii")
        )
        blob = self.get(f"/v1/blobs/{card.body.manifest.content.digest}")
        assert blob.status_code == 200, blob.text
        return card, Content.model_validate_json(unseal(blob.content, identity))

    def review(
        self,
        scene: Scene,
        card: Record,
        content: Content,
        *,
        role: str = "technical",
        change: Mapping[str, Any] | None = None,
        sheet: Mapping[str, Any] | None = None,
        reason: str = "",
        **about: Any,
    ) -> str:
        filled = whole_sheet(scene.form, content, role).model_copy(update=dict(sheet or {}))
        body = {
            "dossier": card.digest,
            "manifest_digest": card.body.manifest_digest,
            "rulebook": scene.rulebook,
            "kind": scene.form.id,
            "role": role,
            "sheet": filled,
            "reason": reason,
        } | dict(change or {})
        return self.say(
            RecordType.REVIEW,
            ReviewBody.model_validate(body),
            **{"round": scene.round, "subjects": card.payload.subjects} | about,
        )

    def verify(self, result: RecordResult, compact: str) -> VerifiedReceipt:
        """The receipt, believed only by what the invitation pinned."""
        assert result.receipt is not None
        receipt = Receipt(result.receipt.proof, result.receipt.acceptance, result.receipt.staff_key)
        return verify_receipt(receipt, compact, self.invitation.pins, self.invitation.root_key)


def whole_sheet(form: ReviewKind, content: Content, role: str) -> Sheet:
    """A sheet on which nothing is missing, whatever the form asks; its recommendation is the form's first."""
    facts = content.facts_by_name()
    answers = {"yes-no": "yes", "number": "1"}
    sheet = Sheet(
        scores=tuple(
            Score(criterion=each.id, points=each.full, comment="依据充分，予以满分")
            for each in criteria_for(form, role)
        ),
        answers=tuple(
            Answer(
                question=each.id,
                value=each.choices[0].id if each.asks == "choice" else answers.get(each.asks, "已核对材料"),
            )
            for each in form.questions
        ),
        findings=tuple(Finding(finding=each.id, value="yes", words="见材料") for each in form.findings),
        indicators=tuple(
            IndicatorJudgement(indicator=each.id, observed=each.reported, judgement="met", words="核对一致")
            for each in content.indicators
        ),
        facts=tuple(
            FactReading(fact=each.id, value=facts[each.id], confirmed=True)
            for each in form.facts
            if each.id in facts
        ),
        recommendation=form.recommendations[0].id,
        recommendation_words="条件不符之处已由申报单位书面说明，建议通过。",
        opinion=OPINION,
    )
    results = check_results(
        form, facts, sheet, materials=content.materials(), role=role, budget=content.budget
    )
    return sheet.model_copy(update={"checks": checks_seen(results), "total": total(form, sheet, role)})


@dataclass
class Scene:
    """An open round of one office served over HTTP: what the organiser does, in one line each."""

    office: Office
    clock: Any
    http: Any
    policy: Policy
    kind: str
    round: str

    @property
    def form(self) -> ReviewKind:
        return self.policy.kind(self.kind)

    @property
    def rulebook(self) -> str:
        return digest_of(self.policy.model_dump(mode="json"))

    def pen(self, name: str = "陈思远", unit: str = "浙江大学") -> Pen:
        invitation = invite(self.office, self.office.staff(), name=name, unit=unit, now=self.clock())
        return Pen(self.http, invitation, self.clock).enrol()

    def seat(self, dossier: str, *people: Pen, **given: Any) -> SeatingReport:
        seats = [Seat(each.person, **given) for each in people]
        return assign(self.office, self.office.staff(), self.round, dossier, seats, now=self.clock())

    def brought_to(self, pen: Pen, dossier: str) -> tuple[Record, Content]:
        """The pen seated, committed, declared clear, and reading."""
        self.seat(dossier, pen)
        self.logged(pen, pen.commitment(self))
        self.logged(pen, pen.declaration(self, dossier))
        return pen.unseal(self, dossier)

    def logged(self, pen: Pen, *compacts: str) -> tuple[RecordResult, ...]:
        results = pen.deliver(*compacts)
        for result in results:
            assert result.status == "logged", (result.kind, result.details)
        return results

    def leaves(self) -> int:
        with self.office.ledger.reading() as reading:
            return reading.size()

    def of_type(self, kind: RecordType) -> list[Any]:
        with self.office.ledger.reading() as reading:
            return reading.by_type(kind)


def open_scene(
    office: Office,
    clock: Any,
    *,
    policy: str = "zhejiang-2023",
    kind: str = "zj.project-appraisal",
    days: float = 5,
    http: Any = None,
    overrides: Mapping[str, Any] | None = None,
) -> Scene:
    """An open round under a shipped rulebook, closing in ``days``."""
    now: datetime = clock()
    rules = shipped(policy)
    round_id = open_round(
        office,
        office.staff(),
        title="立项评审",
        policy=rules,
        kind=kind,
        opens_at=now,
        closes_at=now + timedelta(days=days),
        overrides=overrides,
        now=now,
    )
    return Scene(office, clock, http or TestClient(create_app(office)), rules, kind, round_id)


def statuses(results: Sequence[RecordResult]) -> list[str]:
    """What became of each record of a delivery."""
    return [result.status for result in results]
