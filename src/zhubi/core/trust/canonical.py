"""JSON with one spelling (RFC 8785), and a reader that takes nothing two programs could read differently."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Final, Never, TypeAlias, cast

import rfc8785

from zhubi.core.trust.errors import TrustError

JsonValue: TypeAlias = "bool | int | str | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
JsonObject: TypeAlias = Mapping[str, JsonValue]

INTEGER_LIMIT: Final = 2**53 - 1
_MAX_DEPTH: Final = 64
# One pass whatever the input: possessive, and an unclosed string runs to the end instead of being tried again.
_STRING: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)
_BRACKETS: Final = re.compile(rb"[\[{]+|[\]}]+")


# Strings and integers come out as RFC 8785 has them, and so does the order of keys as long as these are ASCII: beyond
# that it goes by UTF-16 units, which this does not know. Records have ASCII keys alone, and this takes a third as long.
_ENCODER: Final = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, sort_keys=True, separators=(",", ":")
)

_LEAVES: Final = frozenset({str, bool, type(None)})


def canonical(value: JsonValue) -> bytes:
    """The RFC 8785 bytes of a value.

    ``trust.not-canonical``: a float, an integer beyond 2**53-1, a key that is no text, a lone surrogate, or
    nesting deeper than 64.
    """
    ordinary = _is_ordinary(value, 0)
    try:
        return _ENCODER.encode(value).encode() if ordinary else rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as problem:
        raise _not_canonical(str(problem)) from problem


def _not_canonical(reason: str) -> TrustError:
    return TrustError("trust.not-canonical", f"no canonical JSON: {reason}", reason=reason)


def _is_ordinary(value: object, depth: int) -> bool:
    """Whether all of it is plain dicts with ASCII keys, lists, text and safe integers; refuses what has no form."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return -INTEGER_LIMIT <= cast("int", value) <= INTEGER_LIMIT
    if depth > _MAX_DEPTH:
        raise _not_canonical(f"nested deeper than {_MAX_DEPTH}")
    ordinary = kind in (dict, list, tuple)
    # Most members are leaves: looking at them here, and not in a call each, takes half as long.
    if kind is dict or isinstance(value, Mapping):
        for key, member in cast("Mapping[object, object]", value).items():
            if not isinstance(key, str):
                raise _not_canonical("a key that is not text")
            if type(member) not in _LEAVES:
                ordinary = _is_ordinary(member, depth + 1) and ordinary
            ordinary = ordinary and key.isascii()
    elif isinstance(value, (list, tuple)):
        for member in value:
            if type(member) not in _LEAVES:
                ordinary = _is_ordinary(member, depth + 1) and ordinary
    elif not isinstance(value, (int, str)):
        raise _not_canonical(f"a value of type {kind.__name__}")
    return ordinary


def _unique(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise TrustError("trust.json-duplicate-key", f"the key {twice[:80]!r} stands twice", key=twice[:80])
    return found


def _no_float(text: str) -> Never:
    raise TrustError(
        "trust.json-float", f"{text[:40]} is not an integer: decimals are written as text", value=text[:40]
    )


def _safe_integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > INTEGER_LIMIT:
        raise TrustError("trust.json-integer", f"{text[:40]} is beyond 2**53-1", value=text[:40])
    return int(text)


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_no_float, parse_int=_safe_integer, parse_constant=_no_float
)


def _check_depth(data: bytes, max_depth: int) -> None:
    if data.count(b"[") + data.count(b"{") <= max_depth:
        return
    depth = 0
    for run in _BRACKETS.findall(_STRING.sub(b"", data)):
        depth += len(run) if run[:1] in b"[{" else -len(run)
        if depth > max_depth:
            raise TrustError(
                "trust.json-too-deep", f"JSON is nested deeper than {max_depth}", limit=max_depth
            )


def parse_json(data: bytes, *, max_bytes: int = 1_000_000, max_depth: int = 32) -> JsonValue:
    """The value of strict JSON: UTF-8, unique keys, integers up to 2**53-1, no floats, bounded size and depth.

    Size and depth are measured before anything is parsed. ``trust.json-too-large``, ``trust.json-too-deep``,
    ``trust.json-duplicate-key``, ``trust.json-float``, ``trust.json-integer``, ``trust.json-malformed``.
    """
    if len(data) > max_bytes:
        raise TrustError(
            "trust.json-too-large",
            f"JSON of {len(data)} bytes, at most {max_bytes}",
            found=len(data),
            limit=max_bytes,
        )
    _check_depth(data, max_depth)
    try:
        text = data.decode("utf-8")
        value = _DECODER.decode(text)
        if "\\u" in text:
            # An escaped lone surrogate parses, and then no one can write it down again.
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError) as problem:
        raise TrustError(
            "trust.json-malformed", "JSON is not valid UTF-8", position=problem.start
        ) from problem
    except json.JSONDecodeError as problem:
        raise TrustError(
            "trust.json-malformed", f"not JSON: {problem.msg} at {problem.pos}", position=problem.pos
        ) from problem
    return cast("JsonValue", value)


def parse_object(data: bytes, *, max_bytes: int = 1_000_000, max_depth: int = 32) -> JsonObject:
    """``parse_json`` where an object is expected; ``trust.json-malformed`` when it is anything else."""
    value = parse_json(data, max_bytes=max_bytes, max_depth=max_depth)
    if not isinstance(value, Mapping):
        raise TrustError("trust.json-malformed", "a JSON object was expected", position=0)
    return value


def sha256_hex(data: bytes) -> str:
    """SHA-256 as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest_of(value: JsonValue) -> str:
    """The SHA-256 of a value's canonical JSON: the same for everyone who holds the same value."""
    return sha256_hex(canonical(value))
