"""Signing in: an assertion by a device's transport key (RFC 7523) becomes a short-lived bearer token."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, insert, select

from zhubi.core.model.errors import ZhubiError
from zhubi.core.trust.canonical import canonical, parse_json, sha256_hex
from zhubi.core.trust.chance import nonce
from zhubi.core.trust.records import read
from zhubi.core.wire.messages import TokenAnswer
from zhubi.office.access.errors import AccessError
from zhubi.office.access.host import Host
from zhubi.office.ledger.tables import used_tokens

ASSERTION_TYPE: Final = "JWT"
MAX_ASSERTION: Final = 300
TOKEN_SECONDS: Final = 900
_ONCE: Final = re.compile(r"[A-Za-z0-9_-]{8,100}\Z")
_SKEW: Final = 600  # a laptop's clock may be ten minutes off; the token's own life is counted on ours


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling: a person, with one of their devices (the thumbprint of its signing key)."""

    person: str
    device: str


def grant(office: Host, assertion: str, *, now: datetime) -> TokenAnswer:
    """The token for an assertion. Raises ``AccessError`` access.assertion, access.assertion-clock (with both times)."""
    registry = office.ledger.registry()

    def key_of(kid: str) -> str | None:
        holder = registry.by_transport(kid)
        return holder.transport if holder else None

    try:
        claims, kid = read(assertion, key_of, typ=ASSERTION_TYPE)
    except ZhubiError as problem:
        raise AccessError("access.assertion", "the sign-in does not hold") from problem
    holder = registry.by_transport(kid)
    moment = int(now.timestamp())
    issued, expires, once = claims.get("iat"), claims.get("exp"), claims.get("jti")
    right = (
        claims.get("iss") == kid and claims.get("sub") == kid and claims.get("aud") == office.ledger.origin
    )
    if holder is None or not right or not isinstance(once, str) or not _ONCE.match(once):
        raise AccessError("access.assertion", "the sign-in does not hold")
    if (
        not isinstance(issued, int)
        or not isinstance(expires, int)
        or not 0 < expires - issued <= MAX_ASSERTION
    ):
        raise AccessError("access.assertion", "the sign-in does not hold")
    if abs(moment - issued) > _SKEW:
        raise AccessError("access.assertion-clock", "the two clocks differ", ours=moment, theirs=issued)
    # As a digest: what stays of a sign-in must not tell whose it was.
    if not _first_use(office, sha256_hex(f"{kid}:{once}".encode()), expires + 2 * _SKEW, moment):
        raise AccessError("access.assertion", "the sign-in was already used")
    token = _token(
        office, {"sub": holder.person, "dev": holder.kid, "exp": moment + TOKEN_SECONDS, "jti": nonce()}
    )
    return TokenAnswer(access_token=token, expires_in=TOKEN_SECONDS)


def caller(office: Host, token: str, *, now: datetime) -> Caller:
    """Who holds this token. Raises ``AccessError`` access.token when it is not ours, expired, or its device revoked."""
    refused = AccessError("access.token", "sign in again")
    body, dot, mark = token.partition(".")
    if not dot or len(token) > 2000 or not body.isascii() or not mark.isascii():
        raise refused
    if not hmac.compare_digest(_mark(office, body), mark):
        raise refused
    try:
        claims = parse_json(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ZhubiError, binascii.Error) as problem:
        raise refused from problem
    if not isinstance(claims, dict):
        raise refused
    expires, device = claims.get("exp"), claims.get("dev")
    if not isinstance(expires, int) or now.timestamp() >= expires or not isinstance(device, str):
        raise refused
    holder = office.ledger.registry().holder(device)
    if holder is None or holder.person != claims.get("sub"):
        raise refused
    return Caller(holder.person, device)


def _first_use(office: Host, jti: str, expires_at: int, moment: int) -> bool:
    with office.ledger.writing() as writing:
        connection = writing.conn
        connection.execute(delete(used_tokens).where(used_tokens.c.expires_at < moment))
        if connection.execute(select(used_tokens.c.jti).where(used_tokens.c.jti == jti)).first():
            return False
        connection.execute(insert(used_tokens).values(jti=jti, expires_at=expires_at))
        return True


def _token(office: Host, claims: dict[str, str | int]) -> str:
    body = base64.urlsafe_b64encode(canonical(dict(claims))).decode().rstrip("=")
    return f"{body}.{_mark(office, body)}"


def _secret(office: Host) -> bytes:
    # Derived, so that every process of the office accepts the tokens of the others and nothing more must be kept.
    return hashlib.blake2b(office.service.key.seed, digest_size=32, person=b"zhubi-token").digest()


def _mark(office: Host, body: str) -> str:
    mark = hmac.new(_secret(office), body.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mark).decode().rstrip("=")
