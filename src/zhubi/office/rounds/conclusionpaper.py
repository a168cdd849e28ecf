"""A conclusion as papers of the next round: one to read, and one to verify with nobody's help."""

from __future__ import annotations

from zhubi.core.model.records import ConclusionBody, DossierBody, RecordType
from zhubi.core.model.rulebook import ReviewKind
from zhubi.core.model.values import parse_instant
from zhubi.core.rules.overrides import apply_overrides
from zhubi.core.trust.keys import thumbprint
from zhubi.core.trust.receipts import Receipt, receipt_code
from zhubi.core.verify.receipt_file import Pins, make_receipt_file
from zhubi.office.ledger.ledger import Reading, Stored
from zhubi.office.opening import Office
from zhubi.office.rounds.errors import RoundsError
from zhubi.office.rounds.grounds import form_begun
from zhubi.office.rounds.receipts import receipt_for
from zhubi.office.rounds.standing import policy_of, view_of
from zhubi.office.vault.papers import WrittenPaper
from zhubi.office.vault.sealing import SourceFile

_SAID = {"yes": "是", "no": "否", "unknown": "无法判断"}


def conclusion_papers(
    office: Office, reading: Reading, conclusion: Stored, material: str
) -> tuple[SourceFile, SourceFile]:
    """The conclusion in Chinese as Markdown, and the signed record with its receipt as ``zhubi verify`` reads it.

    Both as papers of the kind ``material``. Raises ``RoundsError`` rounds.no-receipt while the log's newest checkpoint
    does not hold the record.
    """
    name = _title(reading, conclusion, material)
    text = _text(reading, conclusion, name).encode("utf-8")
    proof = _receipt_file(office, reading, conclusion).encode("utf-8")
    return (
        SourceFile(WrittenPaper(text), f"{name}.md", "text/markdown", name, material),
        SourceFile(
            WrittenPaper(proof), f"{name}-签名记录与回执.txt", "text/plain",
            f"{name}（签名记录与回执）", material,
        ),
    )  # fmt: skip


def _form(reading: Reading, conclusion: Stored, body: ConclusionBody) -> ReviewKind:
    view = view_of(reading, conclusion.payload.round or "")
    begun = form_begun(reading, view, conclusion.record, body.rulebook) or view
    return apply_overrides(policy_of(reading, begun.rulebook).kind(begun.kind), begun.overrides)


def _title(reading: Reading, conclusion: Stored, material: str) -> str:
    """What the paper is called: as the kind that concluded calls it, where it has one name for it."""
    body = conclusion.body
    assert isinstance(body, ConclusionBody)
    kind = _form(reading, conclusion, body)
    named = [each.name.zh for each in kind.conclusions if each.id == material]
    return named[0] if named else f"{kind.name.zh}结论"


def _text(reading: Reading, conclusion: Stored, name: str) -> str:
    body, payload = conclusion.body, conclusion.payload
    assert isinstance(body, ConclusionBody)
    view = view_of(reading, payload.round or "")
    kind = _form(reading, conclusion, body)
    dossier = reading.record(body.dossier)
    card = dossier.body.card if dossier and isinstance(dossier.body, DossierBody) else None
    chosen = next((each for each in kind.conclusions if each.id == body.conclusion), None)
    chair = reading.person(payload.author)
    signed_at = parse_instant(payload.made_at).astimezone()
    lines = [
        f"# {name}",
        "",
        f"项目：{card.code} {card.title}" if card else "项目：--",
        f"评审场次：{view.title}（{kind.name.zh}）",
        f"组长：{chair.name if chair else '--'}",
        f"签名时间：{signed_at:%Y-%m-%d %H:%M %z}（签名人所述）",
        "",
        "## 结论",
        "",
        f"{chosen.name.zh}（{chosen.basis.text}）" if chosen else "条款未覆盖，以文字意见为准。",
        *(["", chosen.consequence.zh] if chosen and chosen.consequence.zh else []),
        "",
        *_quoted("## 专家组意见", body.words),
        *_quoted("## 存在问题与建议", body.problems),
        "## 专家组认定",
        "",
    ]
    names = {each.id: f"{each.name.zh}（{each.basis.text}）" for each in kind.findings}
    for each in body.findings:
        words = f"。{' '.join(each.words.split())}" if each.words.strip() else ""
        lines.append(f"- {names.get(each.finding, each.finding)}：{_SAID[each.value]}{words}")
    lines += [] if body.findings else ["无。"]
    lines += ["", f"依据组员评审表 {len(body.reviews)} 份。"]
    lines += ["", *_quoted("## 更正原因", body.reason)]
    lines += [
        "## 核验",
        "",
        f"签名记录：{conclusion.digest}",
        f"回执短码：{receipt_code(conclusion.digest)}",
        "本件由评审组织方据组长签名的记录写成；原记录和回执见另一附件，可用 zhubi verify 离线核验。",
    ]
    return "\n".join(lines) + "\n"


def _quoted(heading: str, words: str) -> list[str]:
    # As a quotation, so that no line of the panel's words passes for a heading of this paper.
    if not words.strip():
        return []
    return [heading, "", *(f"> {line}" for line in words.strip().splitlines()), ""]


def _receipt_file(office: Office, reading: Reading, conclusion: Stored) -> str:
    receipt = receipt_for(reading, conclusion.digest)
    if receipt is None:
        raise RoundsError("rounds.no-receipt", "the conclusion has no receipt yet")
    pins = office.ledger.pins
    enrolment = next(
        (
            each.compact
            for each in reading.by_type(RecordType.ENROLMENT, person=conclusion.payload.author)
            if thumbprint(getattr(each.body, "signing", "")) == conclusion.record.kid
        ),
        "",
    )
    return make_receipt_file(
        conclusion.compact,
        Receipt(receipt.proof, receipt.acceptance, receipt.staff_key),
        Pins(pins.origin, pins.log_key, pins.cosigner_key, office.ledger.root),
        enrolment,
        *_appointment(reading, conclusion),
    )


def _appointment(reading: Reading, conclusion: Stored) -> tuple[str, str]:
    """The record that names the chair, and the certified key of who signed it."""
    named = [
        each
        for each in reading.by_type(RecordType.CHAIR, round=conclusion.payload.round)
        if each.index < conclusion.index
    ][-1]
    keys = reading.by_type(RecordType.STAFF_KEY, person=named.payload.author)
    signing = [each for each in keys if thumbprint(getattr(each.body, "signing", "")) == named.record.kid]
    return named.compact, signing[-1].compact
