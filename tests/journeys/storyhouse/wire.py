"""Everything that the office answers, heard on the way; and answers that get lost when a story asks for it."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

Loss = Literal["answer", "request", "fault", "twice"]
"""Its answer is cut in the middle; it never arrives; it is done and answered with 500; it arrives a second time."""


@dataclass(frozen=True)
class Answer:
    """One exchange as it went over the wire."""

    method: str
    path: str
    asked: bytes
    status: int
    body: bytes


_COMPACT = re.compile(rb"eyJ[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+")


def payloads(answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """What every signed record says that stands anywhere in these answers."""
    found = []
    for answer in answers:
        for body in _COMPACT.findall(answer.body):
            said = json.loads(base64.urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
            if "type" in said:
                found.append(said)
    return found


@dataclass
class Wire:
    """Stands between the socket and the office."""

    app: Any
    answers: list[Answer] = field(default_factory=list)
    interrupt: Callable[[int], None] | None = None
    """Called before each answer goes out, with how many went out since it was set; it may end whoever asked."""
    _counted: int = 0
    _lost: list[tuple[str, Loss]] = field(default_factory=list)
    _lock: Any = field(default_factory=threading.Lock)

    def lose(self, path: str, what: Loss = "answer") -> None:
        """The next exchange below a path goes wrong."""
        self._lost.append((path, what))

    def lose_nothing(self) -> None:
        """What was still to be lost is not."""
        self._lost.clear()

    @contextmanager
    def interrupted(self, act: Callable[[int], None]) -> Iterator[None]:
        """Calls ``act`` before each answer while the block runs."""
        self.interrupt, self._counted = act, 0
        yield
        self.interrupt = None

    @contextmanager
    def listening(self) -> Iterator[list[Answer]]:
        """What was answered while the block ran."""
        heard: list[Answer] = []
        before = len(self.answers)
        yield heard
        heard.extend(self.answers[before:])

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        loss = self._take(scope["path"])
        if loss == "request":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"9")]})
            return
        asked, said = bytearray(), []

        async def hear() -> Any:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def tell(message: Any) -> None:
            said.append(message)
            if self.interrupt is not None and message["type"] == "http.response.start":
                self.interrupt(self._counted)
                self._counted += 1
            if loss is None:
                await send(message)

        def ends_with_a_fault() -> list[Any]:
            start = {"type": "http.response.start", "status": 500, "headers": [(b"content-length", b"0")]}
            return [start, {"type": "http.response.body", "body": b""}]

        await self.app(scope, hear, tell)
        if loss == "twice":
            said.clear()
            await self.app(scope, _once(bytes(asked)), tell)
        body = b"".join(each.get("body", b"") for each in said)
        status = next(each["status"] for each in said if each["type"] == "http.response.start")
        self.answers.append(Answer(scope["method"], scope["path"], bytes(asked), status, body))
        if loss in ("twice", "fault"):
            for message in said if loss == "twice" else ends_with_a_fault():
                await send(message)
        if loss == "answer":
            await send(said[0])
            await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})

    def _take(self, path: str) -> Loss | None:
        with self._lock:
            for place, (below, what) in enumerate(self._lost):
                if path.startswith(below):
                    del self._lost[place]
                    return what
        return None


def _once(body: bytes) -> Callable[[], Any]:
    """The same request again."""

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
