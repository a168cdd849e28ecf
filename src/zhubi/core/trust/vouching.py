"""An older device vouches for a new one: what the new one asks, and the older one's signature over the same statement.

Both travel as text, by any way at all: neither is secret. What stands between them and a stranger's device is the code
that the person reads on both screens, made of all the keys that are asked for.
"""

from __future__ import annotations

from typing import Annotated, Final, TypeVar

from pydantic import Field, ValidationError

from zhubi.core.model.values import Digest, Frozen, Line, PublicKey, Recipient, Uuid
from zhubi.core.trust.canonical import JsonObject, digest_of, parse_json
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.invitations import describe_key
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.pastable import MAX_PLAIN, Form, from_text, to_text
from zhubi.core.trust.possession import POSSESSION_TYPE, prove, statement
from zhubi.core.trust.records import peek

Model = TypeVar("Model", bound=Frozen)

_REQUEST: Final = Form("zhubi-device", 1, "vouching", "a request to vouch for a device")
_ANSWER: Final = Form("zhubi-vouch", 1, "vouching", "the answer of a device that vouches")


class VouchRequest(Frozen):
    """The keys of a device that is about to enrol, on which invitation, for whom; ``device`` is its name."""

    origin: Line
    invitation: Digest
    person: Uuid
    signing: PublicKey
    transport: PublicKey
    sealing: Recipient
    device: Line = ""

    @property
    def statement(self) -> JsonObject:
        """What is vouched for: the statement that the new device's own keys sign too."""
        return statement(
            origin=self.origin,
            invitation=self.invitation,
            person=self.person,
            signing=self.signing,
            transport=self.transport,
            sealing=self.sealing,
        )

    @property
    def code(self) -> str:
        """What people compare on both screens: six groups of four hexadecimal digits."""
        return describe_key(digest_of(self.statement))


class _Answer(Frozen):
    vouched: Annotated[str, Field(max_length=4000, pattern=r"^[A-Za-z0-9_.-]+$")]


def encode_request(request: VouchRequest) -> str:
    """What the new device asks, as text: ``zhubi-device1:`` at its head."""
    return to_text(_REQUEST, request.model_dump(mode="json"))


def decode_request(text: str) -> VouchRequest:
    """What a new device asks; ``trust.vouching-malformed``, ``-incomplete``, ``-version``."""
    return from_text(_REQUEST, text, lambda plain: _validated(_REQUEST, VouchRequest, plain))


def vouch(request: VouchRequest, key: SigningKey) -> str:
    """The answer of an older device, as text: ``zhubi-vouch1:`` at its head."""
    return to_text(_ANSWER, {"vouched": prove(request.statement, key)})


def decode_answer(text: str, request: VouchRequest) -> str:
    """The signed statement in an answer; whose signature it is, the office and the log's readers verify.

    The faults of ``decode_request``; ``trust.vouching-other``: it is about other keys than these.
    """
    answer = from_text(_ANSWER, text, lambda plain: _validated(_ANSWER, _Answer, plain))
    try:
        unverified_statement, _ = peek(answer.vouched, typ=POSSESSION_TYPE)
    except TrustError as problem:
        raise _ANSWER.malformed(str(problem)) from problem
    if unverified_statement != request.statement:
        raise TrustError("trust.vouching-other", "the answer vouches for other keys than this device's")
    return answer.vouched


def _validated(form: Form, model: type[Model], plain: bytes) -> Model:
    try:
        return model.model_validate(parse_json(plain, max_bytes=MAX_PLAIN, max_depth=3))
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
        raise form.malformed(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from problem
    except TrustError as problem:
        raise form.malformed(str(problem)) from problem
