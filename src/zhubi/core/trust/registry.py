"""Whose key is whose: what the log's own records say, and nothing else.

The root is pinned by the invitation. It certifies the staff's and the services' keys; a service's enrolment binds an
expert's device; a revocation acts from its place in the log. The staff name who chairs a round, from there on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from pydantic import ValidationError

from zhubi.core.model.records import (
    BODIES,
    ChairBody,
    EnrolmentBody,
    Payload,
    RecordType,
    RevocationBody,
    StaffKeyBody,
)
from zhubi.core.trust.canonical import JsonObject
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import thumbprint
from zhubi.core.trust.possession import check_possession, check_proof, statement_of

ROOT: Final = "root"
EXPERT: Final = "expert"
SERVICE: Final = "service"
STAFF: Final = frozenset({"manager", "secretary"})
"""The roles of the people who run rounds."""
MAY_REVOKE: Final = STAFF | {ROOT, SERVICE}
LEARNED: Final = frozenset(
    {RecordType.STAFF_KEY, RecordType.ENROLMENT, RecordType.REVOCATION, RecordType.CHAIR}
)
"""The records from which a registry learns."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a key, and from which place in the log to which it acts.

    ``role`` is ``root``, ``expert``, ``service`` or a staff role. ``signing`` is the public key; ``transport`` and
    ``sealing`` belong to the same device, where there are any. ``since`` is the index of the record that said so (-1
    for the root), ``revoked_at`` of the record that ended it.
    """

    person: str
    name: str
    role: str
    kid: str
    signing: str
    sealing: str | None
    transport: str | None
    since: int
    revoked_at: int | None = None
    unit: str = ""
    device: str = ""

    def acts_at(self, index: int | None) -> bool:
        """Whether a record at this index may be theirs; ``None`` asks for now, after all that was learned."""
        if index is None:
            return self.revoked_at is None
        return self.since < index and (self.revoked_at is None or index < self.revoked_at)


class Registry:
    """The keys of one log, learned from its verified records in log order.

    ``root_key`` is the pinned public key; ``origin``, where given, refuses records of another log.
    """

    def __init__(self, root_key: str, origin: str = "") -> None:
        kid = thumbprint(root_key)
        self._origin = origin
        self._root = Holder(ROOT, ROOT, ROOT, kid, root_key, None, None, since=-1)
        self._by_kid: dict[str, Holder] = {kid: self._root}
        self._by_transport: dict[str, str] = {}
        self._chairs: dict[str, dict[int, str]] = {}

    def learn(self, record_payload: JsonObject, kid: str, index: int) -> bool:
        """Takes in one record whose signature was verified: its payload, the signer's kid, its log index.

        Gives whether it was of a type that is learned from. The same record may come again.
        ``trust.registry-refused``: the signer may not say this, or the record contradicts an earlier one;
        ``trust.unknown-key``, ``trust.possession-unproven``.
        """
        if record_payload.get("type") not in LEARNED:
            return False
        try:
            payload = Payload.model_validate(record_payload)
            body = BODIES[payload.type].model_validate(payload.body)
        except ValidationError as problem:
            raise _refused("its content is not of its type") from problem
        if self._origin and payload.origin != self._origin:
            raise _refused("it belongs to another log")
        signer = self._by_kid.get(kid)
        if signer is None:
            raise TrustError("trust.unknown-key", f"no known key has the thumbprint {kid}", kid=kid)
        if payload.author != signer.person or not signer.acts_at(index):
            raise _refused("its author does not hold the key that signed it, or no longer")
        if isinstance(body, StaffKeyBody):
            self._learn_staff(body, signer, index)
        elif isinstance(body, EnrolmentBody):
            self._learn_enrolment(body, signer, index, payload.origin)
        elif isinstance(body, RevocationBody):
            self._learn_revocation(body, signer, index)
        elif isinstance(body, ChairBody):
            if signer.role not in STAFF:
                raise _refused("only the staff name a chair")
            self._chairs.setdefault(payload.round or "", {})[index] = body.person
        return True

    def _learn_staff(self, body: StaffKeyBody, signer: Holder, index: int) -> None:
        if signer.role != ROOT:
            raise _refused("only the root certifies staff keys")
        if (body.role == SERVICE) != body.person.startswith(f"{SERVICE}:") or body.person == ROOT:
            raise _refused("a service is named service:NAME, and nobody else is")
        self._keep(
            Holder(
                body.person,
                body.name,
                body.role,
                thumbprint(body.signing),
                body.signing,
                body.sealing,
                None,
                since=index,
            )
        )

    def _learn_enrolment(self, body: EnrolmentBody, signer: Holder, index: int, origin: str) -> None:
        if signer.role != SERVICE:
            raise _refused("only a service enrols a device")
        check_possession(body, origin)
        if body.vouched_by is not None:
            self._check_voucher(body, index, origin)
        self._keep(
            Holder(
                body.person,
                body.name,
                EXPERT,
                thumbprint(body.signing),
                body.signing,
                body.sealing,
                body.transport,
                since=index,
                unit=body.unit,
                device=body.device,
            )
        )

    def _check_voucher(self, body: EnrolmentBody, index: int, origin: str) -> None:
        for older in self.devices(body.person, at_index=index):
            try:
                return check_proof(body.vouched_by or "", statement_of(body, origin), older.signing)
            except TrustError:
                continue
        raise _refused("no earlier device of this person vouches for it")

    def _keep(self, holder: Holder) -> None:
        taken = self._by_kid.get(holder.kid)
        if taken is not None:
            if replace(taken, since=0, revoked_at=None) != replace(holder, since=0):
                raise _refused("this key already belongs to someone")
            return
        if holder.kid in self._by_transport:
            raise _refused("this key is already used for something else")
        if holder.transport is not None:
            transport = thumbprint(holder.transport)
            if transport in self._by_transport or transport in self._by_kid:
                raise _refused("this key is already used for something else")
            self._by_transport[transport] = holder.kid
        self._by_kid[holder.kid] = holder

    def _learn_revocation(self, body: RevocationBody, signer: Holder, index: int) -> None:
        if signer.role not in MAY_REVOKE:
            raise _refused(f"a {signer.role} revokes no keys")
        holder = self._by_kid.get(body.kid)
        if holder is None or holder.person != body.person or holder.role == ROOT:
            raise _refused("it revokes a key that this person does not hold")
        if holder.revoked_at is None or index < holder.revoked_at:
            self._by_kid[body.kid] = replace(holder, revoked_at=index)

    def public_for(self, kid: str) -> str | None:
        """The public key of a thumbprint, revoked or not: for whether a signature fits.

        Whether the signature counts, ``holder`` says.
        """
        found = self._by_kid.get(kid)
        return None if found is None else found.signing

    def holder(self, kid: str, at_index: int | None = None) -> Holder | None:
        """Who acts with this key at an index of the log, or now; ``None`` for an unknown or by then revoked key."""
        found = self._by_kid.get(kid)
        return found if found is not None and found.acts_at(at_index) else None

    def known(self, kid: str) -> Holder | None:
        """Who holds or held this key, revoked or not."""
        return self._by_kid.get(kid)

    def chair(self, round: str, at_index: int | None = None) -> str | None:
        """Who chairs a round at an index of the log, or now: whom the newest record before it names."""
        named = self._chairs.get(round, {})
        before = [index for index in named if at_index is None or index < at_index]
        return named[max(before)] if before else None

    def by_transport(self, kid: str) -> Holder | None:
        """Whose device signs in with this transport key, by its thumbprint; ``None`` when unknown or revoked."""
        signing = self._by_transport.get(kid)
        return None if signing is None else self.holder(signing)

    def staff(self, role: str | None = None, at_index: int | None = None) -> tuple[Holder, ...]:
        """The staff's and services' keys that act, of one role or all but root and experts; oldest first."""
        return tuple(
            each
            for each in self._by_kid.values()
            if each.acts_at(at_index)
            and (each.role == role if role is not None else each.role not in (ROOT, EXPERT))
        )

    def devices(self, person: str, at_index: int | None = None) -> tuple[Holder, ...]:
        """The devices of an expert whose keys act; oldest first."""
        return tuple(
            each
            for each in self._by_kid.values()
            if each.person == person and each.role == EXPERT and each.acts_at(at_index)
        )


def _refused(reason: str) -> TrustError:
    return TrustError("trust.registry-refused", f"a record about keys is refused: {reason}", reason=reason)
