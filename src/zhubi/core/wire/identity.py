"""Signing in: assertions by a device's transport key (RFC 7523), and the access token they are traded for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from zhubi.core.trust.canonical import JsonObject
from zhubi.core.trust.chance import nonce
from zhubi.core.trust.keys import SigningKey
from zhubi.core.trust.records import sign
from zhubi.core.wire.messages import TokenAnswer

GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_TYPE: Final = "JWT"
ASSERTION_LIFE: Final = timedelta(minutes=4)
_EARLY: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class TransportIdentity:
    """Who signs in where: the device's transport key, and the log origin of the office it is enrolled with."""

    key: SigningKey = field(repr=False)
    origin: str

    def assertion(self, now: datetime) -> str:
        """A one-time assertion that this key is at hand now; no PIN is asked, so that sync runs by itself."""
        claims: JsonObject = {
            "iss": self.key.kid,
            "sub": self.key.kid,
            "aud": self.origin,
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + int(ASSERTION_LIFE.total_seconds()),
            "jti": nonce(),
        }
        return sign(claims, self.key, typ=ASSERTION_TYPE)


class Session:
    """The access token in use, traded for anew a little before it lapses; safe from several threads."""

    def __init__(self, trade: Callable[[], TokenAnswer], elapsed: Callable[[], float]) -> None:
        self._trade = trade
        self._elapsed = elapsed
        self._lock = Lock()
        self._token = ""
        self._until = 0.0

    def token(self) -> str:
        """A token that still holds; ``trade`` is called when there is none."""
        with self._lock:
            if not self._token or self._elapsed() >= self._until:
                answer = self._trade()
                self._token = answer.access_token
                self._until = self._elapsed() + max(0.0, answer.expires_in - _EARLY.total_seconds())
            return self._token

    def drop(self, token: str) -> None:
        """Forgets a token that the office took no more; another that came meanwhile stays."""
        with self._lock:
            if self._token == token:
                self._token = ""

    def __repr__(self) -> str:
        return "Session()"
