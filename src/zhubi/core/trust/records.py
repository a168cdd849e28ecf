"""Records: compact JWS over canonical JSON, in exactly one form (RFC 7515, RFC 8785, RFC 9864)."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import JWSRegistry

from zhubi.core.trust.canonical import JsonObject, canonical, parse_object, sha256_hex
from zhubi.core.trust.encodings import from_base64url, to_base64url
from zhubi.core.trust.errors import TrustError
from zhubi.core.trust.keys import SigningKey, public_bytes, thumbprint

ALGORITHM: Final = "Ed25519"
RECORD_TYPE: Final = "zhubi-record+json"
MAX_COMPACT: Final = 1024 * 1024
_SIGNATURE_BYTES: Final = 64
_NO_SIGNATURE: Final = to_base64url(bytes(_SIGNATURE_BYTES))
_HEADER_MEMBERS: Final = frozenset({"alg", "kid", "typ"})


class _Registry(JWSRegistry):
    # The library stops at 128 KB; a sheet with all its words may be longer.
    max_payload_length = MAX_COMPACT


_REGISTRY: Final = _Registry(algorithms=[ALGORITHM])


@lru_cache(maxsize=4096)
def _verifying(public: str) -> OKPKey:
    public_bytes(public)
    return OKPKey.import_key({"kty": "OKP", "crv": ALGORITHM, "x": public})


def sign(payload: JsonObject, key: SigningKey, *, typ: str = RECORD_TYPE) -> str:
    """The compact JWS of a payload, its header exactly ``alg``, ``kid`` and ``typ``.

    ``trust.not-canonical`` when the payload has no canonical form, ``trust.record-too-large`` above 1 MiB.
    """
    signed = _signed_part(payload, key.kid, typ)
    return f"{signed}.{to_base64url(key.sign(signed.encode('ascii')))}"


def unsigned(payload: JsonObject, kid: str) -> str:
    """The form of a record that nobody has signed, to ask an office what it would say to it; the faults of ``sign``.

    Where the signature belongs stand zeros: no key makes them, so that ``read`` refuses it like any forgery.
    """
    return f"{_signed_part(payload, kid, RECORD_TYPE)}.{_NO_SIGNATURE}"


def is_unsigned(compact: str) -> bool:
    """Whether this is the form that ``unsigned`` gives."""
    return compact.endswith(f".{_NO_SIGNATURE}")


def _signed_part(payload: JsonObject, kid: str, typ: str) -> str:
    content = canonical(payload)
    _check_size(len(content) * 4 // 3 + 300)
    header = canonical({"alg": ALGORITHM, "kid": kid, "typ": typ})
    return f"{to_base64url(header)}.{to_base64url(content)}"


def read(
    compact: str, key_for: Callable[[str], str | None], *, typ: str = RECORD_TYPE
) -> tuple[JsonObject, str]:
    """The payload of a record and the thumbprint of the key that signed it, both verified.

    ``key_for`` gives the public key of a thumbprint the reader trusts, or ``None``: keys never come from the message.
    Raises ``trust.unknown-key``, ``trust.bad-signature``, ``trust.wrong-type`` (another ``typ``),
    ``trust.wrong-algorithm``, ``trust.not-canonical``, ``trust.malformed-record``, ``trust.record-too-large``, or
    the JSON faults of ``parse_json``.
    """
    _, _, kid = _parts(compact, typ)
    public = key_for(kid)
    if public is None or thumbprint(public) != kid:
        raise TrustError("trust.unknown-key", f"no known key has the thumbprint {kid}", kid=kid)
    try:
        signed = jws.deserialize_compact(compact, _verifying(public), registry=_REGISTRY)
    except (JoseError, ValueError) as problem:
        raise TrustError("trust.bad-signature", "the record's signature does not fit", kid=kid) from problem
    return _payload(signed.payload), kid


def peek(compact: str, *, typ: str = RECORD_TYPE) -> tuple[JsonObject, str]:
    """``(unverified_payload, unverified_kid)``: what a record claims, its signature **not** checked.

    For routing only: to find whose key to look for, or what a record supersedes. Well-formedness is checked as in
    ``read``.
    """
    content, _, unverified_kid = _parts(compact, typ)
    unverified_payload = _payload(from_base64url(content))
    return unverified_payload, unverified_kid


def record_digest(compact: str) -> str:
    """A record's name: the SHA-256 of its compact bytes, as hexadecimal digits."""
    try:
        return sha256_hex(compact.encode("ascii"))
    except UnicodeEncodeError as problem:
        raise _malformed("characters outside ASCII") from problem


def _malformed(found: str) -> TrustError:
    return TrustError("trust.malformed-record", f"not a signed record: {found}", found=found)


def _check_size(size: int) -> None:
    if size > MAX_COMPACT:
        raise TrustError(
            "trust.record-too-large",
            f"a record of {size} bytes, at most {MAX_COMPACT}",
            found=size,
            limit=MAX_COMPACT,
        )


def _parts(compact: str, typ: str) -> tuple[str, str, str]:
    """Payload segment, signature segment and kid of a record whose outer form is exactly ours."""
    _check_size(len(compact))
    segments = compact.split(".")
    if len(segments) != 3:
        raise _malformed(f"{len(segments)} parts instead of three")
    try:
        raw_header = from_base64url(segments[0])
        signature = from_base64url(segments[2])
        header = parse_object(raw_header, max_bytes=1000, max_depth=2)
    except TrustError as problem:
        raise _malformed(str(problem)) from problem
    if header.get("alg") != ALGORITHM:
        found = str(header.get("alg"))[:40]
        raise TrustError(
            "trust.wrong-algorithm", f"signed with {found}, only {ALGORITHM} is accepted", found=found
        )
    if header.get("typ") != typ:
        found = str(header.get("typ"))[:80]
        raise TrustError(
            "trust.wrong-type", f"a {typ} was expected, this is a {found}", expected=typ, found=found
        )
    kid = header.get("kid")
    if set(header) != _HEADER_MEMBERS or not isinstance(kid, str):
        raise _malformed("header members other than alg, kid and typ")
    if canonical(header) != raw_header:
        raise _malformed("a header that is not canonical")
    if len(signature) != _SIGNATURE_BYTES:
        raise _malformed(f"a signature of {len(signature)} bytes")
    return segments[1], segments[2], kid


def _payload(content: bytes) -> JsonObject:
    payload = parse_object(content, max_bytes=MAX_COMPACT)
    if canonical(payload) != content:
        raise TrustError(
            "trust.not-canonical", "the record's content is not canonical JSON", reason="another spelling"
        )
    return payload
